/* SPDX-License-Identifier: MIT */
/* Watermark arithmetic (04 section 4). Signed 64-bit throughout, in pages; strictly greater passes.
 * Counters are read without a lock: an answer may be old. Nothing is written. */
#pragma once

#include "alloc/alloc_context.h"
#include "stat/vmstat.h"

/* FP-20: free pages that this request must not count on. */
static always_inline int64_t zone_watermark_unusable_free(const struct zone *zone, uint32_t order,
							  uint32_t alloc_flags)
{
	int64_t unusable = (int64_t)BIT(order) - 1;

	if (!(alloc_flags & ALLOC_RESERVES))
		unusable += read_shared(zone->nr_reserved_highatomic);
	if (!(alloc_flags & ALLOC_CMA))
		unusable += zone_page_state(zone, NR_FREE_CMA_PAGES);
	return unusable;
}

/* FP-21.2, FP-22: what a request of ALLOC_RESERVES has to leave. */
int64_t watermark_with_reserves(int64_t min, uint32_t alloc_flags);

/* FP-21.4: would the request leave enough pages? */
static always_inline bool zone_has_pages(const struct zone *zone, uint32_t order, uint64_t mark,
					 uint32_t highest_zoneidx, uint32_t alloc_flags,
					 int64_t free_pages)
{
	int64_t min = (int64_t)mark;

	if (unlikely(alloc_flags & ALLOC_RESERVES))
		min = watermark_with_reserves(min, alloc_flags);
	free_pages -= zone_watermark_unusable_free(zone, order, alloc_flags);
	return free_pages > min + zone->lowmem_reserve[highest_zoneidx];
}

/* FP-21.5: is there a block for it? */
must_check bool zone_has_block(const struct buddy_system *sys, const struct zone *zone,
			       uint32_t order, uint32_t alloc_flags);

/* FP-21 with a given number of free pages. */
must_check bool zone_watermark_ok_free(const struct buddy_system *sys, const struct zone *zone,
				       uint32_t order, uint64_t mark, uint32_t highest_zoneidx,
				       uint32_t alloc_flags, int64_t free_pages);

/* FP-23 */
must_check bool zone_watermark_ok(const struct buddy_system *sys, const struct zone *zone,
				  uint32_t order, uint64_t mark, uint32_t highest_zoneidx,
				  uint32_t alloc_flags);

/* FP-24.3: an atomic order-0 request need not pay for a boost that only fights fragmentation. */
must_check bool zone_watermark_unboosted(const struct buddy_system *sys, const struct zone *zone,
					 uint32_t highest_zoneidx, uint32_t alloc_flags);

/* FP-24 */
must_check static always_inline bool zone_watermark_fast(const struct buddy_system *sys,
							 const struct zone *zone, uint32_t order,
							 uint64_t mark, uint32_t highest_zoneidx,
							 uint32_t alloc_flags, gfp_t gfp)
{
	int64_t free_pages = zone_page_state(zone, NR_FREE_PAGES);

	if (order == 0) {
		int64_t usable = free_pages - zone_watermark_unusable_free(zone, 0, alloc_flags);

		if (usable > 0 && (uint64_t)usable > mark + zone->lowmem_reserve[highest_zoneidx])
			return true;
	}
	if (zone_has_pages(zone, order, mark, highest_zoneidx, alloc_flags, free_pages))
		return zone_has_block(sys, zone, order, alloc_flags);
	return order == 0 && unlikely(gfp & __GFP_ATOMIC) &&
	       zone_watermark_unboosted(sys, zone, highest_zoneidx, alloc_flags);
}
