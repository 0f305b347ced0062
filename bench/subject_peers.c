/* SPDX-License-Identifier: MIT */
/*
 * The malloc family: glibc, and three that are loaded at run time and called by their own symbols
 * (nothing is interposed). And one that does nothing: the cost of the loops.
 */
#include <dlfcn.h>
#include <stdlib.h>

#include "bench/subjects.h"

#define PEER_SCOPES (BENCH_CALLS | BENCH_SHARED | BENCH_OWNED)

static void call_with(struct bench_subject *subject, const struct bench_calls *calls)
{
	for (uint32_t i = 0; i < BENCH_THREADS; i++)
		subject->calls[i] = *calls;
}

/* ---- the empty loop ---- */

static __attribute__((noinline)) void *nothing_alloc(void *task, uint32_t gfp, uint32_t order)
{
	(void)gfp;
	(void)order;
	return task;
}

static __attribute__((noinline)) void nothing_free(void *task, void *page, uint32_t order)
{
	(void)task;
	(void)page;
	(void)order;
}

static bool nothing_open(struct bench_subject *subject, const struct bench_wish *wish,
			 const char **problem)
{
	const struct bench_calls calls = { .kind = BENCH_PAGES,
					   .alloc_pages = nothing_alloc,
					   .free_pages = nothing_free,
					   .task = subject };

	(void)wish;
	(void)problem;
	call_with(subject, &calls);
	return true;
}

/* ---- malloc family ---- */

static bool glibc_open(struct bench_subject *subject, const struct bench_wish *wish,
		       const char **problem)
{
	const struct bench_calls calls = { .kind = BENCH_BYTES,
					   .alloc_bytes = aligned_alloc,
					   .free_bytes = free };

	(void)wish;
	(void)problem;
	call_with(subject, &calls);
	return true;
}

/* A function pointer from dlsym, without the cast that ISO C does not know. */
#define LOAD(function, handle, symbol) (*(void **)&(function) = dlsym(handle, symbol))

static void *library_load(const char *name)
{
	int flags = RTLD_NOW | RTLD_LOCAL;

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
	__has_feature(memory_sanitizer)
#define BENCH_SANITIZED
#endif
#endif
#if defined(RTLD_DEEPBIND) && !defined(__SANITIZE_ADDRESS__) && !defined(BENCH_SANITIZED)
	flags |= RTLD_DEEPBIND; /* its own malloc inside, not glibc's */
#endif
	return dlopen(name, flags);
}

/* The library stays loaded: allocators do not unload. */
static bool library_open(struct bench_subject *subject, const struct bench_wish *wish,
			 const char **problem)
{
	struct bench_calls calls = { .kind = BENCH_BYTES };
	void *library;

	(void)wish;
	if (subject->calls[0].alloc_bytes)
		return true;
	subject->absent = true;
	library = library_load(subject->library);
	if (!library) {
		*problem = dlerror();
		return false;
	}
	LOAD(calls.alloc_bytes, library, subject->alloc_name);
	LOAD(calls.free_bytes, library, subject->free_name);
	*problem = "the library lacks the functions expected";
	if (!calls.alloc_bytes || !calls.free_bytes || calls.alloc_bytes == aligned_alloc)
		return false;
	call_with(subject, &calls);
	subject->absent = false;
	return true;
}

size_t subject_list_peers(struct bench_subject *subjects, size_t max)
{
	/* Each allocating function takes (alignment, bytes). */
	static const struct bench_subject all[] = {
		{ .name = "glibc", .scopes = PEER_SCOPES, .open = glibc_open },
		{ .name = "jemalloc",
		  .scopes = PEER_SCOPES,
		  .open = library_open,
		  .library = "libjemalloc.so.2",
		  .alloc_name = "aligned_alloc",
		  .free_name = "free" },
		{ .name = "mimalloc",
		  .scopes = PEER_SCOPES,
		  .open = library_open,
		  .library = "libmimalloc.so.2",
		  .alloc_name = "mi_aligned_alloc",
		  .free_name = "mi_free" },
		{ .name = "tcmalloc",
		  .scopes = PEER_SCOPES,
		  .open = library_open,
		  .library = "libtcmalloc_minimal.so.4",
		  .alloc_name = "tc_memalign",
		  .free_name = "tc_free" },
		{ .name = "empty loop", .scopes = PEER_SCOPES, .open = nothing_open },
	};
	const size_t nr = sizeof(all) / sizeof(all[0]);

	for (size_t i = 0; i < nr && i < max; i++)
		subjects[i] = all[i];
	return nr < max ? nr : max;
}
