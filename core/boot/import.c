/* SPDX-License-Identifier: MIT */
/*
 * Rebuilding the state of a real machine, piece by piece: lists from head to tail, counters as
 * recorded. No call here merges, splits or counts free pages; a recording already says what came of
 * it.
 */
#include <string.h>

#include "alloc/free_area.h"
#include "alloc/general.h"
#include "alloc/pcp.h"
#include "base/argument_check.h"
#include "base/check.h"
#include "base/page_written.h"
#include "tune/sizing.h"

void buddy_import_zone(struct buddy_system *sys, uint32_t number,
		       const struct buddy_zone_state *state)
{
	struct zone *zone;

	VM_BUG_ON(sys, number >= sys->head->nr_zones || !state, PFN_NONE);
	zone = &sys->zones[number];
	zone->managed_pages = state->managed_pages;
	memcpy(zone->watermark, state->watermark, sizeof(zone->watermark));
	zone->watermark_boost = state->watermark_boost;
	memcpy(zone->lowmem_reserve, state->lowmem_reserve, sizeof(zone->lowmem_reserve));
	zone->stat[NR_FREE_PAGES] = state->nr_free_pages;
	zone->stat[NR_FREE_CMA_PAGES] = state->nr_free_cma_pages;
	zone->nr_reserved_highatomic = state->nr_reserved_highatomic;
	zone->nr_isolate_pageblock = state->nr_isolate_pageblock;
	zone->flags = state->flags;
}

void buddy_import_pcp(struct buddy_system *sys, uint32_t number, uint32_t cpu,
		      const struct buddy_pcp_state *state)
{
	struct zone *zone;
	struct pcp *pcp;

	VM_BUG_ON(sys, number >= sys->head->nr_zones || cpu >= sys->head->nr_cpus, PFN_NONE);
	VM_BUG_ON(sys, !state, PFN_NONE);
	zone = &sys->zones[number];
	pcp = zone_pcp(sys, zone, cpu);
	pcp->high = state->high;
	pcp->batch = state->batch;
	pcp->free_factor = state->free_factor;
	pcp->stat_threshold = state->stat_threshold;
	pcp->stat_diff[NR_FREE_PAGES] = state->diff_free;
	pcp->stat_diff[NR_FREE_CMA_PAGES] = state->diff_cma;
	zone->pageset_high = state->high;
	zone->pageset_batch = state->batch;
}

/* The recorded type stands, whatever mobility grouping would make of it today. */
void buddy_import_pageblock(struct buddy_system *sys, pfn_t pfn, enum migratetype type)
{
	uint16_t *entry;

	VM_CHECK(sys, check_frames(sys, pfn, 1));
	VM_BUG_ON(sys, type >= MIGRATE_TYPES, pfn);
	entry = pageblock_of(sys, pfn_page(sys, pfn));
	*entry = (uint16_t)((*entry & ~PAGEBLOCK_TYPE_MASK) | type);
}

/* Every page is out until it is imported: one that is not would lose the links of its list. */
static cold_path void check_block_is_out(const struct buddy_system *sys, pfn_t pfn, uint32_t order)
{
	VM_BUG_ON(sys, pfn & (BIT(order) - 1) || !pfn_has_page(sys, pfn), pfn);
	VM_BUG_ON(sys, pfn_page(sys, pfn)->refcount == 0, pfn);
}

void buddy_import_free(struct buddy_system *sys, pfn_t pfn, uint32_t order, enum migratetype type)
{
	struct page *page = pfn_page(sys, pfn);

	VM_BUG_ON(sys, order > MAX_PAGE_ORDER || type >= MIGRATE_TYPES, pfn);
	VM_CHECK(sys, check_block_is_out(sys, pfn, order));
	memset(page, 0, sizeof(*page) << order);
	set_buddy_order(page, order);
	add_to_free_list_tail(sys, page_zone(sys, page), page, order, type);
}

void buddy_import_pcp_page(struct buddy_system *sys, uint32_t cpu, uint32_t pindex, pfn_t pfn,
			   enum migratetype type)
{
	struct page *page = pfn_page(sys, pfn);
	uint32_t order = pindex_to_order(sys, pindex);
	struct pcp *pcp;

	VM_BUG_ON(sys, cpu >= sys->head->nr_cpus, pfn);
	VM_BUG_ON(sys, pindex >= NR_PCP_LISTS || type >= MIGRATE_TYPES, pfn);
	VM_CHECK(sys, check_block_is_out(sys, pfn, order));
	pcp = zone_pcp(sys, page_zone(sys, page), cpu);
	memset(page, 0, sizeof(*page) << order);
	page->index = type;
	list_add_tail(sys, &page->lru, &pcp->lists[pindex]);
	pcp->count += (int32_t)BIT(order);
}

void buddy_import_lru(struct buddy_system *sys, pfn_t pfn, uint32_t nr_pages)
{
	VM_CHECK(sys, check_frames(sys, pfn, nr_pages));
	for (uint32_t i = 0; i < nr_pages; i++) {
		struct page *page = pfn_page(sys, pfn + i);

		if (!page->refcount)
			page_written(sys, page);
		page->flags |= PG_BIT(lru);
	}
}

void buddy_import_mobility(struct buddy_system *sys, bool disabled)
{
	sys->head->mobility_disabled = disabled;
	update_general_gfp(sys);
}

/* What a boot left there, for the sysctls that compute marks from it later. */
static void import_min_free_kbytes(struct buddy_system *sys)
{
	int32_t configured = sys->head->config.sysctl.min_free_kbytes;

	calculate_min_free_kbytes(sys, true);
	if (configured == BUDDY_SYSCTL_AUTO)
		return;
	sys->head->sysctl.min_free_kbytes = configured;
	sys->head->user_min_free_kbytes = configured;
}

void buddy_import_done(struct buddy_system *sys)
{
	import_min_free_kbytes(sys);
	for (uint32_t i = 0; i < sys->head->nr_zones && has_feature(sys, BUDDY_SMP); i++) {
		struct zone *zone = &sys->zones[i];

		update_percpu_drift_mark(sys, zone, zone_pcp(sys, zone, 0)->stat_threshold);
	}
	calculate_totalreserve_pages(sys);
}
