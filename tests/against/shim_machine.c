/* SPDX-License-Identifier: MIT */
/* From our description of a machine to the one of this revision. */
#include "shim_core.h"

static uint32_t features_of(uint32_t features)
{
	uint32_t mask = 0;

#define F(name)                        \
	if (features & SHIM_HAS(name)) \
		mask |= BUDDY_##name;
	SHIM_FEATURES(F)
#undef F
	return mask;
}

static struct buddy_config profile_of(enum shim_profile profile)
{
	switch (profile) {
	case SHIM_X86_64:
		return buddy_config_x86_64(0, 1024);
	case SHIM_DEBIAN:
		return buddy_config_debian(0, 1024);
	default:
		return buddy_config_uml(0, 1024);
	}
}

static void set_ranges(struct buddy_range *to, const struct shim_range *from, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		to[i] = (struct buddy_range){ from[i].start_pfn, from[i].end_pfn, from[i].node };
}

static void set_nodes(struct buddy_config *config, const struct shim_machine *machine)
{
	config->nr_nodes = machine->nr_nodes;
	config->nr_cpus = machine->nr_cpus;
	for (uint32_t cpu = 0; cpu < machine->nr_cpus; cpu++)
		config->cpu_node[cpu] = (uint8_t)machine->cpu_node[cpu];
	for (uint32_t from = 0; from < machine->nr_nodes; from++)
		for (uint32_t to = 0; to < machine->nr_nodes; to++)
			if (from != to)
				config->distance[from][to] = (uint8_t)machine->distance;
}

static void set_sysctls(struct buddy_sysctl *sysctl, const struct shim_machine *machine)
{
	sysctl->min_free_kbytes = machine->min_free_kbytes;
	sysctl->watermark_scale_factor = machine->watermark_scale_factor;
	sysctl->watermark_boost_factor = machine->watermark_boost_factor;
	sysctl->percpu_pagelist_high_fraction = machine->percpu_pagelist_high_fraction;
	for (uint32_t kind = 0; kind < MAX_NR_ZONES && machine->lowmem_reserve_ratio >= 0; kind++)
		sysctl->lowmem_reserve_ratio[kind] = (uint32_t)machine->lowmem_reserve_ratio;
}

struct buddy_config shim_config(const struct shim_machine *machine)
{
	struct buddy_config config = profile_of(machine->profile);

	config.features = features_of(machine->features);
	config.pageblock_order = machine->pageblock_order;
	config.movablecore_pages = machine->movablecore_pages;
	config.kernelcore_pages = machine->kernelcore_pages;
	for (uint32_t kind = ZONE_DMA; kind <= ZONE_NORMAL; kind++)
		if (machine->zone_end_pfn[kind] != SHIM_NONE)
			config.zone_end_pfn[kind] = machine->zone_end_pfn[kind];
	config.nr_memory = machine->nr_memory;
	config.nr_reserved = machine->nr_reserved;
	set_ranges(config.memory, machine->memory, machine->nr_memory);
	set_ranges(config.reserved, machine->reserved, machine->nr_reserved);
	set_nodes(&config, machine);
	set_sysctls(&config.sysctl, machine);
	return config;
}
