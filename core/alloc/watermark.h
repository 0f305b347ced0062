/* SPDX-License-Identifier: MIT */
/* Watermark arithmetic (04 section 4). Signed 64-bit throughout; strictly greater passes. */
#pragma once

#include "alloc/alloc_context.h"
#include "stat/vmstat.h"

/* FP-20: free pages that this request must not count on. */
static always_inline int64_t zone_watermark_unusable_free(const struct zone *zone, uint32_t order,
							  uint32_t alloc_flags)
{
	int64_t unusable = (int64_t)BIT(order) - 1;

	if (!(alloc_flags & ALLOC_RESERVES))
		unusable += zone->nr_reserved_highatomic;
	if (!(alloc_flags & ALLOC_CMA))
		unusable += zone_page_state(zone, NR_FREE_CMA_PAGES);
	return unusable;
}

/* FP-21 with a given number of free pages. */
bool zone_watermark_ok_free(const struct buddy_system *sys, const struct zone *zone, uint32_t order,
			    uint64_t mark, uint32_t highest_zoneidx, uint32_t alloc_flags,
			    int64_t free_pages);

/* FP-23 */
bool zone_watermark_ok(const struct buddy_system *sys, const struct zone *zone, uint32_t order,
		       uint64_t mark, uint32_t highest_zoneidx, uint32_t alloc_flags);

/* FP-24 beyond its first test. */
bool zone_watermark_fast_slow(const struct buddy_system *sys, const struct zone *zone,
			      uint32_t order, uint64_t mark, uint32_t highest_zoneidx,
			      uint32_t alloc_flags, gfp_t gfp);

/* FP-24 */
static always_inline bool zone_watermark_fast(const struct buddy_system *sys,
					      const struct zone *zone, uint32_t order,
					      uint64_t mark, uint32_t highest_zoneidx,
					      uint32_t alloc_flags, gfp_t gfp)
{
	if (order == 0) {
		int64_t usable = zone_page_state(zone, NR_FREE_PAGES) -
				 zone_watermark_unusable_free(zone, 0, alloc_flags);

		if (usable > 0 && (uint64_t)usable > mark + zone->lowmem_reserve[highest_zoneidx])
			return true;
	}
	return zone_watermark_fast_slow(sys, zone, order, mark, highest_zoneidx, alloc_flags, gfp);
}
