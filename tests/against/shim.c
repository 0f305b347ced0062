/* SPDX-License-Identifier: MIT */
/* A machine's beginning and end, and the one symbol that an object shows. */
#include <stdio.h>
#include <stdlib.h>

#include "shim_core.h"

static struct shim *shim_create(const struct shim_machine *machine, const char **error)
{
	struct buddy_config config = shim_config(machine);
	struct shim *shim;

	*error = buddy_config_error(&config);
	if (*error)
		return NULL;
	shim = shim_memory(sizeof(*shim), false);
	shim->size = buddy_image_size(&config);
	shim->memory = shim_memory(shim->size, machine->memory_is_dirty);
	shim_install_hooks(shim, machine->hooks);
	if (buddy_boot(&shim->sys, &config, shim->memory, shim->size,
		       machine->memory_is_dirty ? 0 : BUDDY_BOOT_ZEROED, &shim->hooks) != 0) {
		fputs("against: a machine without fault does not boot\n", stderr);
		abort();
	}
	inspect_machine(&shim->sys, &shim->info);
	for (uint32_t cpu = 0; cpu < SHIM_MAX_CPUS; cpu++)
		shim->tasks[cpu] = (struct task){ .sys = &shim->sys, .cpu = cpu };
	return shim;
}

static void shim_destroy(struct shim *shim)
{
	if (!shim)
		return;
	shim_forget(shim);
	free(shim->memory);
	free(shim->words);
	free(shim);
}

static void shim_span(const struct shim *shim, uint32_t *start_pfn, uint32_t *end_pfn)
{
	*start_pfn = shim->info.base_pfn;
	*end_pfn = shim->info.end_pfn;
}

extern const struct shim_ops against_shim;
__attribute__((visibility("default"))) const struct shim_ops against_shim = {
	.abi = SHIM_ABI,
#ifdef SHIM_CAN_REWIND
	.can_rewind = true,
#endif
	.create = shim_create,
	.destroy = shim_destroy,
	.apply = shim_apply,
	.hash = shim_hash,
	.tell = shim_tell,
	.span = shim_span,
};
