/* SPDX-License-Identifier: MIT */
/* The full watermark test: reserves, lowmem protection and a suitable free block (FP-20..24). */
#include "alloc/watermark.h"

#include "base/check.h"
#include "base/list.h"
#include "base/marks.h"

int64_t watermark_with_reserves(int64_t min, uint32_t alloc_flags)
{
	if (alloc_flags & ALLOC_MIN_RESERVE) {
		min -= min / 2;
		if (alloc_flags & ALLOC_NON_BLOCK)
			min -= min / 4;
	}
	if (alloc_flags & ALLOC_OOM)
		min -= min / 2;
	return min;
}

/* Is there a block in a list the request may take from? */
static bool area_serves(const struct buddy_system *sys, const struct free_area *area,
			uint32_t alloc_flags)
{
	if (!read_shared(area->nr_free))
		return false;
	for (uint32_t type = 0; type < MIGRATE_PCPTYPES; type++)
		if (!list_empty(sys, &area->lists[type]))
			return true;
	if ((alloc_flags & ALLOC_CMA) && !list_empty(sys, &area->lists[MIGRATE_CMA]))
		return true;
	return (alloc_flags & (ALLOC_HIGHATOMIC | ALLOC_OOM)) &&
	       !list_empty(sys, &area->lists[MIGRATE_HIGHATOMIC]);
}

bool zone_has_block(const struct buddy_system *sys, const struct zone *zone, uint32_t order,
		    uint32_t alloc_flags)
{
	if (order == 0)
		return true;
	for (uint32_t o = order; o < NR_PAGE_ORDERS; o++)
		if (area_serves(sys, &zone->areas[o], alloc_flags))
			return true;
	return false;
}

bool zone_watermark_ok_free(const struct buddy_system *sys, const struct zone *zone, uint32_t order,
			    uint64_t mark, uint32_t highest_zoneidx, uint32_t alloc_flags,
			    int64_t free_pages)
{
	VM_BUG_ON(sys, order > MAX_PAGE_ORDER || highest_zoneidx >= MAX_NR_ZONES, PFN_NONE);
	return zone_has_pages(zone, order, mark, highest_zoneidx, alloc_flags, free_pages) &&
	       zone_has_block(sys, zone, order, alloc_flags);
}

bool zone_watermark_ok(const struct buddy_system *sys, const struct zone *zone, uint32_t order,
		       uint64_t mark, uint32_t highest_zoneidx, uint32_t alloc_flags)
{
	return zone_watermark_ok_free(sys, zone, order, mark, highest_zoneidx, alloc_flags,
				      zone_page_state(zone, NR_FREE_PAGES));
}

bool zone_watermark_unboosted(const struct buddy_system *sys, const struct zone *zone,
			      uint32_t highest_zoneidx, uint32_t alloc_flags)
{
	if (!read_shared(zone->watermark_boost) ||
	    (alloc_flags & ALLOC_WMARK_MASK) != ALLOC_WMARK_MIN)
		return false;
	MARK(sys, watermark_boost_exception);
	return zone_watermark_ok(sys, zone, 0, zone->watermark[WMARK_MIN], highest_zoneidx,
				 alloc_flags);
}
