/* SPDX-License-Identifier: MIT */
/* The full watermark test: reserves, lowmem protection and a suitable free block (FP-20..24). */
#include "alloc/watermark.h"

#include "base/list.h"
#include "base/marks.h"

/* FP-21.2, FP-22: what a request that may use reserves has to leave. */
static int64_t reserve_discount(int64_t min, uint32_t alloc_flags)
{
	if (!(alloc_flags & ALLOC_RESERVES))
		return min;
	if (alloc_flags & ALLOC_MIN_RESERVE) {
		min -= min / 2;
		if (alloc_flags & ALLOC_NON_BLOCK)
			min -= min / 4;
	}
	if (alloc_flags & ALLOC_OOM)
		min -= min / 2;
	return min;
}

/* FP-21.5: is there a block of this order in a list the request may take from? */
static bool area_serves(const struct buddy_system *sys, const struct free_area *area,
			uint32_t alloc_flags)
{
	if (!area->nr_free)
		return false;
	for (uint32_t type = 0; type < MIGRATE_PCPTYPES; type++)
		if (!list_empty(sys, &area->lists[type]))
			return true;
	if ((alloc_flags & ALLOC_CMA) && !list_empty(sys, &area->lists[MIGRATE_CMA]))
		return true;
	return (alloc_flags & (ALLOC_HIGHATOMIC | ALLOC_OOM)) &&
	       !list_empty(sys, &area->lists[MIGRATE_HIGHATOMIC]);
}

bool zone_watermark_ok_free(const struct buddy_system *sys, const struct zone *zone, uint32_t order,
			    uint64_t mark, uint32_t highest_zoneidx, uint32_t alloc_flags,
			    int64_t free_pages)
{
	int64_t min = reserve_discount((int64_t)mark, alloc_flags);

	free_pages -= zone_watermark_unusable_free(zone, order, alloc_flags);
	if (free_pages <= min + zone->lowmem_reserve[highest_zoneidx])
		return false;
	if (order == 0)
		return true;
	for (uint32_t o = order; o < NR_PAGE_ORDERS; o++)
		if (area_serves(sys, &zone->areas[o], alloc_flags))
			return true;
	return false;
}

bool zone_watermark_ok(const struct buddy_system *sys, const struct zone *zone, uint32_t order,
		       uint64_t mark, uint32_t highest_zoneidx, uint32_t alloc_flags)
{
	return zone_watermark_ok_free(sys, zone, order, mark, highest_zoneidx, alloc_flags,
				      zone_page_state(zone, NR_FREE_PAGES));
}

bool zone_watermark_fast_slow(const struct buddy_system *sys, const struct zone *zone,
			      uint32_t order, uint64_t mark, uint32_t highest_zoneidx,
			      uint32_t alloc_flags, gfp_t gfp)
{
	if (zone_watermark_ok(sys, zone, order, mark, highest_zoneidx, alloc_flags))
		return true;
	/* An atomic order-0 request need not pay for a boost that only fights fragmentation. */
	if (order == 0 && (gfp & __GFP_ATOMIC) && zone->watermark_boost &&
	    (alloc_flags & ALLOC_WMARK_MASK) == ALLOC_WMARK_MIN) {
		MARK(sys, watermark_boost_exception);
		return zone_watermark_ok(sys, zone, order, zone->watermark[WMARK_MIN],
					 highest_zoneidx, alloc_flags);
	}
	return false;
}
