/* SPDX-License-Identifier: MIT */
/* Signed 64-bit arithmetic throughout, as the rules are written. */
#include "oracle/judge/watermark.h"

#define ALLOC_RESERVES (ALLOC_OOM | ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE | ALLOC_HIGHATOMIC)

static int64_t clamp_to_zero(int64_t value)
{
	return value < 0 ? 0 : value;
}

/* Is there a block of the order or above, ordinary, CMA by flag or in the reserve by one of these?
 */
static bool has_block(const struct zone_blocks *blocks, uint32_t order, uint32_t flags,
		      uint32_t reserve_flags)
{
	uint32_t orders = zone_blocks_ordinary(blocks);

	if (flags & ALLOC_CMA)
		orders |= blocks->orders[MIGRATE_CMA];
	if (flags & reserve_flags)
		orders |= blocks->orders[MIGRATE_HIGHATOMIC];
	return orders >> order;
}

/* FP-20 */
static int64_t unusable_free(const struct zone_info *zone, uint32_t order, uint32_t flags)
{
	int64_t unusable = (int64_t)(1u << order) - 1;

	if (!(flags & ALLOC_RESERVES))
		unusable += zone->nr_reserved_highatomic;
	if (!(flags & ALLOC_CMA))
		unusable += clamp_to_zero(zone->nr_free_cma_pages);
	return unusable;
}

/* FP-21 */
static bool watermark_ok(const struct zone_info *zone, const struct zone_blocks *blocks,
			 uint32_t order, int64_t mark, uint32_t flags, uint32_t highest_zoneidx)
{
	int64_t free = clamp_to_zero(zone->nr_free_pages) - unusable_free(zone, order, flags);
	int64_t min = mark;

	if (flags & ALLOC_MIN_RESERVE) {
		min -= min / 2;
		if (flags & ALLOC_NON_BLOCK)
			min -= min / 4;
	}
	if (flags & ALLOC_OOM)
		min -= min / 2;
	if (free <= min + zone->lowmem_reserve[highest_zoneidx])
		return false;
	return !order ||
	       has_block(blocks, order, flags, ALLOC_HIGHATOMIC | ALLOC_OOM); /* FP-21.5 */
}

bool watermark_allows(const struct zone_info *zone, const struct zone_blocks *blocks, gfp_t gfp,
		      uint32_t order, uint32_t flags, uint32_t highest_zoneidx,
		      uint32_t extra_mark_pages)
{
	uint32_t index = flags & ALLOC_WMARK_LOW ? WMARK_LOW : WMARK_MIN;
	int64_t mark = (int64_t)zone->watermark[index] + zone->watermark_boost + extra_mark_pages;
	int64_t free = clamp_to_zero(zone->nr_free_pages);
	int64_t usable = clamp_to_zero(free - unusable_free(zone, 0, flags));

	if (!order && usable > mark + zone->lowmem_reserve[highest_zoneidx])
		return true;
	if (watermark_ok(zone, blocks, order, mark, flags, highest_zoneidx))
		return true;
	/* FP-24.4: an atomic single page does not wait for the boost to be worked off. */
	return !order && gfp & __GFP_ATOMIC && zone->watermark_boost && index == WMARK_MIN &&
	       watermark_ok(zone, blocks, 0, zone->watermark[WMARK_MIN], flags, highest_zoneidx);
}

/* The reserve that was given up stands no more in the way than one that the request may use. */
bool request_may_take(const struct request *request, const struct zone_info *zone,
		      const struct zone_blocks *blocks)
{
	uint32_t index = request->highest_zoneidx, order = request->order, given_up = 0;
	gfp_t gfp = request->gfp;

	if (request->never_fails || request->memalloc_flags & ALLOC_NO_WATERMARKS)
		return true;
	if (watermark_allows(zone, blocks, gfp, order, request->fast_flags, index, 0))
		return true;
	if (gfp & __GFP_DIRECT_RECLAIM) {
		gfp &= ~__GFP_ATOMIC; /* SP-3 */
		given_up = ALLOC_HIGHATOMIC;
	}
	if (watermark_allows(zone, blocks, gfp, order, request->slow_flags | given_up, index, 0))
		return true;
	return request->memalloc_flags &&
	       watermark_allows(zone, blocks, gfp, order, request->memalloc_flags | given_up, index,
				0);
}

/* FP-31, FP-40 */
static bool pcp_can_serve(const struct view *view, const struct machine_info *machine,
			  uint32_t zone, const struct request *request, uint32_t flags,
			  uint32_t cpu)
{
	uint32_t pindex = request_pindex(machine, request);

	if (machine->features & BUDDY_CMA && !(flags & ALLOC_CMA) &&
	    request->type == MIGRATE_MOVABLE)
		return false;
	return pindex < NR_PCP_LISTS && view_pcp_first(view, zone, cpu, pindex) != PFN_NONE;
}

bool zone_can_serve(const struct view *view, const struct machine_info *machine, uint32_t zone,
		    const struct zone_blocks *blocks, const struct request *request, uint32_t flags,
		    uint32_t cpu)
{
	return has_block(blocks, request->order, flags,
			 ALLOC_HIGHATOMIC | ALLOC_OOM | ALLOC_NON_BLOCK) ||
	       pcp_can_serve(view, machine, zone, request, flags, cpu);
}
