/* SPDX-License-Identifier: MIT */
/*
 * A snapshot of a real machine becomes the state of the core: every list in its order, every
 * counter as recorded.
 */
#include <string.h>

#include "diff/subjects/subject_core.h"

static void import_zone(struct core *core, uint32_t z, const struct snapshot_zone *zone)
{
	const struct zone_info *info = &zone->info;
	struct buddy_zone_state state = {
		.managed_pages = info->managed_pages,
		.watermark_boost = info->watermark_boost,
		.nr_free_pages = info->nr_free_pages,
		.nr_free_cma_pages = info->nr_free_cma_pages,
		.nr_reserved_highatomic = info->nr_reserved_highatomic,
		.nr_isolate_pageblock = info->nr_isolate_pageblock,
		.flags = info->flags,
	};
	uint32_t first = info->start_pfn >> core->config.pageblock_order;

	memcpy(state.watermark, info->watermark, sizeof(state.watermark));
	memcpy(state.lowmem_reserve, info->lowmem_reserve, sizeof(state.lowmem_reserve));
	buddy_import_zone(&core->sys, z, &state);
	for (uint32_t b = 0; b < zone->nr_pageblocks; b++)
		if (zone->pageblocks[b] != 0xff)
			buddy_import_pageblock(&core->sys,
					       b ? (first + b) << core->config.pageblock_order
						 : info->start_pfn,
					       zone->pageblocks[b]);
	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
		for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
			for (uint32_t i = 0; i < zone->lists[order][type].nr; i++)
				buddy_import_free(&core->sys, zone->lists[order][type].pfns[i],
						  order, (enum migratetype)type);
	for (uint32_t i = 0; i + 1 < zone->lru.nr; i += 2)
		buddy_import_lru(&core->sys, zone->lru.pfns[i], zone->lru.pfns[i + 1]);
}

static void import_pcp(struct core *core, uint32_t z, uint32_t cpu, const struct snapshot_pcp *pcp)
{
	struct buddy_pcp_state state = {
		.high = pcp->info.high,
		.batch = pcp->info.batch,
		.free_factor = pcp->info.free_factor,
		.stat_threshold = pcp->info.stat_threshold,
		.diff_free = pcp->info.diff_free,
		.diff_cma = pcp->info.diff_cma,
	};

	buddy_import_pcp(&core->sys, z, cpu, &state);
	for (uint32_t pindex = 0; pindex < NR_PCP_LISTS; pindex++)
		for (uint32_t i = 0; i < pcp->lists[pindex].nr; i++)
			buddy_import_pcp_page(&core->sys, cpu, pindex, pcp->lists[pindex].pfns[i],
					      (enum migratetype)pcp->types[pindex].pfns[i]);
}

/*
 * The booted zones must be those of the snapshot: importing into others would write past their
 * ends.
 */
static bool same_geometry(const struct core *core, const struct snapshot *initial)
{
	struct zone_info info;

	if (core->machine.nr_zones != initial->nr_zones)
		return false;
	for (uint32_t z = 0; z < initial->nr_zones; z++) {
		inspect_zone(&core->sys, z, &info);
		if (info.index != initial->zones[z].info.index ||
		    info.start_pfn != initial->zones[z].info.start_pfn ||
		    info.spanned_pages != initial->zones[z].info.spanned_pages)
			return false;
	}
	return true;
}

bool core_import(struct core *core, const struct snapshot *initial, const char **problem)
{
	if (!same_geometry(core, initial)) {
		*problem = "the machine's zones are not those of the snapshot";
		return false;
	}
	for (uint32_t z = 0; z < initial->nr_zones; z++) {
		import_zone(core, z, &initial->zones[z]);
		for (uint32_t cpu = 0; cpu < core->config.nr_cpus; cpu++)
			import_pcp(core, z, cpu, &initial->zones[z].pcps[cpu]);
	}
	buddy_import_mobility(&core->sys, initial->mobility_disabled);
	buddy_import_done(&core->sys);
	return true;
}
