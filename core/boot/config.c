/* SPDX-License-Identifier: MIT */
/*
 * Ready-made machines and the test every machine must pass before it is booted. Nothing behind
 * buddy_config_error() checks the config again.
 */
#include "buddy/config.h"

#include "base/compiler.h"
#include "boot/layout.h"
#include "boot/zones.h"

#define MAX_PFN BIT(30)
#define ALL_FEATURES (BUDDY_MOBILITY_OFF * 2u - 1)
#define ALL_ZONES (BIT(MAX_NR_ZONES) - 1)

static struct buddy_config config_common(pfn_t start_pfn, uint32_t nr_pages)
{
	struct buddy_config config = {
		.nr_nodes = 1,
		.nr_cpus = 1,
		.nr_memory = 1,
		.memory = { { .start_pfn = start_pfn, .end_pfn = start_pfn + nr_pages } },
		.sysctl = {
			.min_free_kbytes = BUDDY_SYSCTL_AUTO,
			.watermark_scale_factor = 10,
			.watermark_boost_factor = 15000,
			.lowmem_reserve_ratio = { 256, 256, 32, 0, 0 },
		},
	};

	for (uint32_t from = 0; from < BUDDY_MAX_NODES; from++)
		for (uint32_t to = 0; to < BUDDY_MAX_NODES; to++)
			config.distance[from][to] = from == to ? 10 : 20;
	return config;
}

struct buddy_config buddy_config_x86_64(pfn_t start_pfn, uint32_t nr_pages)
{
	struct buddy_config config = config_common(start_pfn, nr_pages);

	config.features =
		BUDDY_SMP | BUDDY_NUMA | BUDDY_CMA | BUDDY_THP | BUDDY_COMPACTION | BUDDY_SPARSEMEM;
	config.zones = ALL_ZONES;
	config.pageblock_order = 9;
	config.struct_page_size = 64;
	config.zone_end_pfn[ZONE_DMA] = 4096;
	config.zone_end_pfn[ZONE_DMA32] = 0x100000;
	config.zone_end_pfn[ZONE_NORMAL] = MAX_PFN;
	return config;
}

struct buddy_config buddy_config_uml(pfn_t start_pfn, uint32_t nr_pages)
{
	struct buddy_config config = config_common(start_pfn, nr_pages);

	config.features = BUDDY_CMA | BUDDY_COMPACTION;
	config.zones = BIT(ZONE_NORMAL) | BIT(ZONE_MOVABLE);
	config.pageblock_order = MAX_PAGE_ORDER;
	config.struct_page_size = 56;
	config.zone_end_pfn[ZONE_NORMAL] = MAX_PFN;
	return config;
}

struct buddy_config buddy_config_debian(pfn_t start_pfn, uint32_t nr_pages)
{
	struct buddy_config config = buddy_config_x86_64(start_pfn, nr_pages);

	config.features &= ~(uint32_t)BUDDY_CMA;
	return config;
}

static const char *geometry_error(const struct buddy_config *config)
{
	if (config->features & ~ALL_FEATURES)
		return "features: holds a bit that no feature has";
	if (config->zones & ~ALL_ZONES)
		return "zones: holds a bit that no zone kind has";
	if (!(config->zones & BIT(ZONE_NORMAL)))
		return "zones: must contain Normal";
	if (config->pageblock_order < 1 || config->pageblock_order > MAX_PAGE_ORDER)
		return "pageblock_order: must be 1 to 10";
	if (config->nr_nodes < 1 || config->nr_nodes > BUDDY_MAX_NODES)
		return "nr_nodes: must be 1 to 8";
	if (config->nr_nodes > 1 && !(config->features & BUDDY_NUMA))
		return "nr_nodes: several nodes need the feature NUMA";
	if (config->nr_cpus < 1 || config->nr_cpus > BUDDY_MAX_CPUS)
		return "nr_cpus: must be 1 to 16";
	if (config->nr_cpus > 1 && !(config->features & BUDDY_SMP))
		return "nr_cpus: several CPUs need the feature SMP";
	if (config->struct_page_size < 1 || config->struct_page_size > BUDDY_PAGE_SIZE)
		return "struct_page_size: must be 1 to 4096 bytes";
	return NULL;
}

static const char *node_error(const struct buddy_config *config)
{
	for (uint32_t cpu = 0; cpu < config->nr_cpus; cpu++)
		if (config->cpu_node[cpu] >= config->nr_nodes)
			return "cpu_node: a CPU is on a node that does not exist";
	for (uint32_t from = 0; from < config->nr_nodes; from++) {
		for (uint32_t to = 0; to < config->nr_nodes; to++) {
			if (from == to && config->distance[from][to] != 10)
				return "distance: a node must be at distance 10 from itself";
			if (config->distance[from][to] < 10)
				return "distance: must be 10 to 255";
		}
	}
	return NULL;
}

static const char *range_error(const struct buddy_range *ranges, uint32_t nr_ranges,
			       const char *order_error, const char *limit_error)
{
	pfn_t end_pfn = 0;

	for (uint32_t i = 0; i < nr_ranges; i++) {
		if (ranges[i].start_pfn < end_pfn || ranges[i].start_pfn >= ranges[i].end_pfn)
			return order_error;
		end_pfn = ranges[i].end_pfn;
	}
	return end_pfn > MAX_PFN ? limit_error : NULL;
}

/*
 * Zone spans keep the mover of pageblocks inside its zone (BU-45). Where the spans of two nodes
 * overlap, they would not, so such nodes need pageblocks of their own.
 */
static bool interleaved_in_block(const struct buddy_config *config, const struct buddy_range *below)
{
	const struct buddy_range *above = below + 1;
	pfn_t start, end;

	if (below->node == above->node || (below->end_pfn - 1) >> config->pageblock_order !=
						  above->start_pfn >> config->pageblock_order)
		return false;
	node_range(config, below->node, &start, &end);
	if (end > above->start_pfn)
		return true;
	node_range(config, above->node, &start, &end);
	return start < below->end_pfn;
}

static const char *memory_error(const struct buddy_config *config)
{
	const char *error;

	if (config->nr_memory < 1 || config->nr_memory > BUDDY_MAX_RANGES)
		return "nr_memory: must be 1 to 16 ranges";
	if (config->nr_reserved > BUDDY_MAX_RANGES)
		return "nr_reserved: must be 0 to 16 ranges";
	error = range_error(config->memory, config->nr_memory,
			    "memory: ranges must be ascending, disjoint and not empty",
			    "memory: frame numbers must stay below 2^30");
	if (error)
		return error;
	for (uint32_t i = 0; i < config->nr_memory; i++)
		if (config->memory[i].node >= config->nr_nodes)
			return "memory: a range is on a node that does not exist";
	for (uint32_t i = 1; i < config->nr_memory; i++)
		if (interleaved_in_block(config, &config->memory[i - 1]))
			return "memory: nodes whose ranges alternate must not share a pageblock";
	return range_error(config->reserved, config->nr_reserved,
			   "reserved: ranges must be ascending, disjoint and not empty",
			   "reserved: frame numbers must stay below 2^30");
}

static const char *zone_error(const struct buddy_config *config)
{
	pfn_t limit = 0;

	for (uint32_t kind = ZONE_DMA; kind < ZONE_MOVABLE; kind++)
		if ((config->zones & BIT(kind)) && config->zone_end_pfn[kind] > limit)
			limit = config->zone_end_pfn[kind];
	if (limit < config->memory[config->nr_memory - 1].end_pfn)
		return "zone_end_pfn: the highest limit must not be below the end of memory";
	if (config->movablecore_pages && !(config->zones & BIT(ZONE_MOVABLE)))
		return "movablecore_pages: needs the zone Movable";
	if (config->kernelcore_pages && !(config->zones & BIT(ZONE_MOVABLE)))
		return "kernelcore_pages: needs the zone Movable";
	return NULL;
}

/* MM-61 */
static const char *sysctl_error(const struct buddy_sysctl *sysctl)
{
	if (sysctl->min_free_kbytes < BUDDY_SYSCTL_AUTO)
		return "sysctl.min_free_kbytes: must be -1 (computed) or not negative";
	if (sysctl->watermark_scale_factor < 1 || sysctl->watermark_scale_factor > 3000)
		return "sysctl.watermark_scale_factor: must be 1 to 3000";
	if (sysctl->watermark_boost_factor > INT32_MAX)
		return "sysctl.watermark_boost_factor: must be 0 to 2147483647";
	if (sysctl->percpu_pagelist_high_fraction > INT32_MAX ||
	    (sysctl->percpu_pagelist_high_fraction && sysctl->percpu_pagelist_high_fraction < 8))
		return "sysctl.percpu_pagelist_high_fraction: must be 0, or 8 to 2147483647";
	for (uint32_t kind = 0; kind < MAX_NR_ZONES; kind++)
		if (sysctl->lowmem_reserve_ratio[kind] > INT32_MAX)
			return "sysctl.lowmem_reserve_ratio: must be 0 to 2147483647";
	return NULL;
}

const char *buddy_config_error(const struct buddy_config *config)
{
	struct image_layout layout;
	const char *error;

	if (!config)
		return "config: there is none";
	error = geometry_error(config);
	if (!error)
		error = node_error(config);
	if (!error)
		error = memory_error(config);
	if (!error)
		error = zone_error(config);
	if (!error)
		error = sysctl_error(&config->sysctl);
	if (error)
		return error;
	image_layout(config, &layout);
	if (layout.size > IMAGE_MAX_SIZE)
		return "memory: the span from first to last frame needs an image above 32 GiB";
	return NULL;
}
