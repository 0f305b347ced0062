/* SPDX-License-Identifier: MIT */
/*
 * The allocators: our core on a machine of its own, glibc, three that are loaded at run time and
 * called by their own symbols (nothing is interposed), and one that does nothing: the cost of the
 * driver.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "bench/bench.h"
#include "buddy/buddy.h"

/* ---- core ---- */

struct core_state {
	struct buddy_system sys;
	struct task tsk;
	void *image;
	size_t image_size;
};

static bool core_boot(struct core_state *core, uint32_t nr_pages)
{
	struct buddy_config config = buddy_config_debian(0, nr_pages);

	core->image_size = buddy_image_size(&config);
	if (core->image_size == 0)
		return false;
	core->image = mmap(NULL, core->image_size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (core->image == MAP_FAILED)
		return false;
	if (buddy_boot(&core->sys, &config, core->image, core->image_size, BUDDY_BOOT_ZEROED,
		       NULL) == 0)
		return true;
	munmap(core->image, core->image_size);
	return false;
}

static bool core_open(struct bench_subject *subject, uint32_t nr_pages, const char **problem)
{
	struct core_state *core = calloc(1, sizeof(*core));

	if (!core || !core_boot(core, nr_pages)) {
		*problem = "the machine does not boot: is there enough memory for its image?";
		free(core);
		return false;
	}
	core->tsk.sys = &core->sys;
	subject->state = core;
	return true;
}

static void core_close(struct bench_subject *subject)
{
	struct core_state *core = subject->state;

	munmap(core->image, core->image_size);
	free(core);
	subject->state = NULL;
}

static void *core_alloc(struct bench_subject *subject, uint32_t order)
{
	struct core_state *core = subject->state;

	return alloc_pages(&core->tsk, GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, order);
}

static void core_free(struct bench_subject *subject, void *block, uint32_t order)
{
	struct core_state *core = subject->state;

	__free_pages(&core->tsk, block, order);
}

/* ---- the empty driver ---- */

static bool nothing_open(struct bench_subject *subject, uint32_t nr_pages, const char **problem)
{
	(void)subject;
	(void)nr_pages;
	(void)problem;
	return true;
}

static void nothing_close(struct bench_subject *subject)
{
	(void)subject;
}

static void *nothing_alloc(struct bench_subject *subject, uint32_t order)
{
	(void)order;
	return subject;
}

static void nothing_free(struct bench_subject *subject, void *block, uint32_t order)
{
	(void)subject;
	(void)block;
	(void)order;
}

/* ---- malloc family ---- */

static void *malloc_alloc(struct bench_subject *subject, uint32_t order)
{
	return subject->library_alloc(BUDDY_PAGE_SIZE, (size_t)BUDDY_PAGE_SIZE << order);
}

static void malloc_free(struct bench_subject *subject, void *block, uint32_t order)
{
	(void)order;
	subject->library_free(block);
}

static bool glibc_open(struct bench_subject *subject, uint32_t nr_pages, const char **problem)
{
	(void)nr_pages;
	(void)problem;
	subject->library_alloc = aligned_alloc;
	subject->library_free = free;
	return true;
}

/* A function pointer from dlsym, without the cast that ISO C does not know. */
#define LOAD(function, handle, symbol) (*(void **)&(function) = dlsym(handle, symbol))

/* alloc_name takes (alignment, size). The library stays loaded: allocators do not unload. */
static bool load(struct bench_subject *subject, const char *alloc_name, const char *free_name,
		 const char **problem)
{
	int flags = RTLD_NOW | RTLD_LOCAL;

	if (subject->library_alloc)
		return true;
#if defined(RTLD_DEEPBIND) && !defined(__SANITIZE_ADDRESS__)
	flags |= RTLD_DEEPBIND; /* its own malloc inside, not glibc's */
#endif
	if (!subject->state)
		subject->state = dlopen(subject->library, flags);
	if (!subject->state) {
		*problem = dlerror();
		return false;
	}
	LOAD(subject->library_alloc, subject->state, alloc_name);
	LOAD(subject->library_free, subject->state, free_name);
	if (subject->library_alloc && subject->library_free &&
	    subject->library_alloc != aligned_alloc)
		return true;
	*problem = "the library lacks the functions expected";
	return false;
}

static bool jemalloc_open(struct bench_subject *subject, uint32_t nr_pages, const char **problem)
{
	(void)nr_pages;
	return load(subject, "aligned_alloc", "free", problem);
}

static bool mimalloc_open(struct bench_subject *subject, uint32_t nr_pages, const char **problem)
{
	(void)nr_pages;
	return load(subject, "mi_aligned_alloc", "mi_free", problem);
}

static bool tcmalloc_open(struct bench_subject *subject, uint32_t nr_pages, const char **problem)
{
	(void)nr_pages;
	return load(subject, "tc_memalign", "tc_free", problem);
}

size_t bench_subjects(struct bench_subject *subjects)
{
	static const struct bench_subject all[] = {
		{ .name = "core",
		  .open = core_open,
		  .close = core_close,
		  .alloc = core_alloc,
		  .free = core_free },
		{ .name = "glibc",
		  .open = glibc_open,
		  .close = nothing_close,
		  .alloc = malloc_alloc,
		  .free = malloc_free },
		{ .name = "jemalloc",
		  .library = "libjemalloc.so.2",
		  .open = jemalloc_open,
		  .close = nothing_close,
		  .alloc = malloc_alloc,
		  .free = malloc_free },
		{ .name = "mimalloc",
		  .library = "libmimalloc.so.2",
		  .open = mimalloc_open,
		  .close = nothing_close,
		  .alloc = malloc_alloc,
		  .free = malloc_free },
		{ .name = "tcmalloc",
		  .library = "libtcmalloc_minimal.so.4",
		  .open = tcmalloc_open,
		  .close = nothing_close,
		  .alloc = malloc_alloc,
		  .free = malloc_free },
		{ .name = "empty loop",
		  .open = nothing_open,
		  .close = nothing_close,
		  .alloc = nothing_alloc,
		  .free = nothing_free },
	};
	const size_t nr = sizeof(all) / sizeof(all[0]);

	for (size_t i = 0; i < nr; i++)
		subjects[i] = all[i];
	return nr;
}
