/* SPDX-License-Identifier: MIT */
/* The watermark test and "could this zone have served it", computed from a view alone (04 paragraph
 * 4, 05). */
#pragma once

#include "oracle/request.h"

/*
 * Which orders of a zone have free blocks, by type: bit o of orders[type]. Read from the view when
 * a question first needs them, and only as far as a request of that order needs: most requests are
 * decided by the counters.
 */
struct zone_blocks {
	uint16_t orders[MIGRATE_TYPES];
	const struct view *unread; /* NULL: orders holds what there is */
	const struct zone_info *info;
	uint32_t zone, order;
};

/* The blocks of zone for a request of this order, unread; info is its state and outlives them. */
struct zone_blocks zone_blocks(const struct view *view, uint32_t zone, const struct zone_info *info,
			       uint32_t order);
/* Has the zone so little that no mark lets an order pass? Spares most failures the sums below. */
static inline bool zone_is_too_empty(const struct zone_info *zone, uint32_t order)
{
	uint32_t nr_blocks = 0;

	if (zone->nr_free_pages < (int64_t)1 << order)
		return true;
	for (uint32_t o = order; o < NR_PAGE_ORDERS; o++)
		nr_blocks |= zone->nr_free[o];
	return order && !nr_blocks;
}

/*
 * FP-24 at order and mark. blocks: needed for order > 0 only. extra_mark_pages is added to the mark
 * (FP-61.6).
 */
bool watermark_allows(const struct zone_info *zone, struct zone_blocks *blocks, gfp_t gfp,
		      uint32_t order, uint32_t alloc_flags, uint32_t highest_zoneidx,
		      uint32_t extra_mark_pages);
/* FP-31..35: some list that the request may take from has a block. */
bool zone_can_serve(const struct view *view, const struct machine_info *machine, uint32_t zone,
		    struct zone_blocks *blocks, const struct request *request, uint32_t alloc_flags,
		    uint32_t cpu);
