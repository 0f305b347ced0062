/* SPDX-License-Identifier: MIT */
/*
 * The one symbol of the shared object. The build says which parts there are: SHIM_WITHOUT_NAME for
 * each that this core's headers do not compile, and SHIM_NAME, the core's name in the tables.
 */
#include <stdlib.h>

#include "bench/shim/machine.h"

#define CACHE_LINE 64u
#ifndef SHIM_NAME
#define SHIM_NAME "core"
#endif

static struct bench_machine *machine_prepare(enum bench_profile profile, uint32_t nr_pages,
					     uint32_t nr_cpus)
{
	struct bench_machine *machine = aligned_alloc(CACHE_LINE, sizeof(*machine));

	if (!machine)
		return NULL;
	*machine = (struct bench_machine){ 0 };
	machine->config = profile == BENCH_UML ? buddy_config_uml(0, nr_pages)
					       : buddy_config_debian(0, nr_pages);
	machine->config.nr_cpus = nr_cpus;
	machine->image_bytes = buddy_image_size(&machine->config);
	for (uint32_t cpu = 0; cpu < SHIM_MAX_CPUS; cpu++)
		machine->tasks[cpu].tsk = (struct task){ .sys = &machine->sys, .cpu = cpu };
	if (machine->image_bytes && nr_cpus <= SHIM_MAX_CPUS)
		return machine;
	free(machine);
	return NULL;
}

static size_t machine_image_bytes(const struct bench_machine *machine)
{
	return machine->image_bytes;
}

static bool machine_boot(struct bench_machine *machine, void *memory)
{
	return buddy_boot(&machine->sys, &machine->config, memory, machine->image_bytes,
			  BUDDY_BOOT_ZEROED, NULL) == 0;
}

static bool machine_attach(struct bench_machine *machine, void *memory)
{
	return buddy_attach(&machine->sys, memory, machine->image_bytes, NULL) == 0;
}

static void *machine_task(struct bench_machine *machine, uint32_t cpu)
{
	return &machine->tasks[cpu].tsk;
}

static void machine_dispose(struct bench_machine *machine)
{
	free(machine->copy);
	free(machine->taken);
	free(machine->locks);
	free(machine);
}

/* Pointers differ in what they point to, which no calling convention of ours looks at. */
typedef void *alloc_function(void *task, uint32_t gfp, uint32_t order);
typedef void free_function(void *task, void *page, uint32_t order);

__attribute__((visibility("default"))) extern const struct bench_core bench_core;
const struct bench_core bench_core = {
	.version = BENCH_API_VERSION,
	.name = SHIM_NAME,
	.gfp = GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN,
	.alloc = (alloc_function *)alloc_pages,
	.free = (free_function *)__free_pages,
	.prepare = machine_prepare,
	.image_bytes = machine_image_bytes,
	.boot = machine_boot,
	.attach = machine_attach,
	.task = machine_task,
	.dispose = machine_dispose,
#ifndef SHIM_WITHOUT_REWIND
	.rewind = &shim_rewind,
#endif
#ifndef SHIM_WITHOUT_SHARING
	.sharing = &shim_sharing,
#endif
#ifndef SHIM_WITHOUT_LOCKSTEP
	.lockstep = &shim_lockstep,
#endif
};
