/* SPDX-License-Identifier: MIT */
/*
 * Cores. Today's is loaded like any older one, so none is nearer to the loops than another: a loop
 * calls alloc_pages() of a shared object through a pointer, as it calls the peers.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/host_memory.h"
#include "bench/subjects.h"

static bool core_give_up(struct bench_subject *subject)
{
	subject->core->dispose(subject->machine);
	subject->machine = NULL;
	return false;
}

static bool core_boot(struct bench_subject *subject, const struct bench_wish *wish,
		      const char **problem)
{
	const struct bench_core *core = subject->core;
	const size_t size_bytes = core->image_bytes(subject->machine);

	*problem = "the machine does not boot: is there enough memory for its image?";
	subject->image = host_memory_fresh(size_bytes);
	if (!subject->image)
		return false;
	if (core->boot(subject->machine, subject->image)) {
		*problem = "it does not know this way of sharing a machine between threads";
		if (!wish->shared ||
		    (core->sharing && core->sharing->share(subject->machine, wish->sharing)))
			return true;
	}
	host_memory_return(subject->image, size_bytes);
	return false;
}

static bool core_open(struct bench_subject *subject, const struct bench_wish *wish,
		      const char **problem)
{
	const struct bench_core *core = subject->core;

	*problem = "there is no such machine";
	subject->machine = core->prepare(wish->profile, wish->nr_pages, wish->nr_cpus);
	if (!subject->machine)
		return false;
	if (!core_boot(subject, wish, problem))
		return core_give_up(subject);
	for (uint32_t i = 0; i < wish->nr_cpus; i++)
		subject->calls[i] = (struct bench_calls){ .kind = BENCH_PAGES,
							  .alloc_pages = core->alloc,
							  .free_pages = core->free,
							  .task = core->task(subject->machine, i),
							  .gfp = core->gfp };
	return true;
}

static void core_close(struct bench_subject *subject)
{
	host_memory_return(subject->image, subject->core->image_bytes(subject->machine));
	subject->core->dispose(subject->machine);
	subject->machine = NULL;
}

bool subject_load_core(struct bench_subject *subject, const char *path, char *error,
		       size_t error_size)
{
	char *full = realpath(path, NULL); /* a bare name would be looked for elsewhere */
	void *library = full ? dlopen(full, RTLD_NOW | RTLD_LOCAL) : NULL;
	const struct bench_core *core = library ? dlsym(library, BENCH_CORE_SYMBOL) : NULL;

	if (!core) {
		snprintf(error, error_size, "%s is no core to measure: %s", path,
			 full ? dlerror() : strerror(errno));
		free(full);
		return false;
	}
	free(full);
	if (core->version != BENCH_API_VERSION) {
		snprintf(error, error_size,
			 "%s speaks version %u of bench/shim/api.h, not %u; build it again", path,
			 core->version, BENCH_API_VERSION);
		return false;
	}
	*subject = (struct bench_subject){
		.name = core->name,
		.scopes = BENCH_CALLS | BENCH_CORES | BENCH_SHARED | BENCH_OWNED | BENCH_KERNEL,
		.core = core,
		.open = core_open,
		.close = core_close,
	};
	return true;
}
