/* SPDX-License-Identifier: MIT */
/* The watermark test and "could this zone have served it", computed from a view alone (04 paragraph
 * 4, 05). */
#pragma once

#include "oracle/judge/request.h"

/* Which orders of a zone have free blocks, by type: bit o of orders[type]. */
struct zone_blocks {
	uint16_t orders[MIGRATE_TYPES];
};

/* FB-3: every request may take from these three, which fall back to each other. */
#define ORDINARY_TYPES (1u << MIGRATE_UNMOVABLE | 1u << MIGRATE_MOVABLE | 1u << MIGRATE_RECLAIMABLE)

static inline uint32_t zone_blocks_ordinary(const struct zone_blocks *blocks)
{
	return blocks->orders[MIGRATE_UNMOVABLE] | blocks->orders[MIGRATE_MOVABLE] |
	       blocks->orders[MIGRATE_RECLAIMABLE];
}

/* One that every request may take, of whichever of those types. */
static inline struct zone_blocks zone_blocks_one(uint32_t order)
{
	return (struct zone_blocks){ .orders[MIGRATE_MOVABLE] = (uint16_t)(1u << order) };
}

/* As if every order had one. */
static inline struct zone_blocks zone_blocks_any(void)
{
	return (struct zone_blocks){ .orders[MIGRATE_MOVABLE] = (1u << NR_PAGE_ORDERS) - 1 };
}

/*
 * As far as a request of this order asks: from it on, up to the first block that every request may
 * take.
 */
static inline void zone_blocks_read(const struct view *view, uint32_t zone, uint32_t order,
				    struct zone_blocks *blocks)
{
	view_read_free_orders(view, zone, order, ORDINARY_TYPES, blocks->orders);
}

/* With less than this no mark is met, whatever its height, flags and lists: spares the sums. */
static inline bool zone_has_pages(const struct zone_info *zone, uint32_t order)
{
	return zone->nr_free_pages >= (int64_t)1 << order;
}

/*
 * FP-24 at order and mark. blocks: needed for order > 0 only. extra_mark_pages is added to the mark
 * (FP-61.6).
 */
bool watermark_allows(const struct zone_info *zone, const struct zone_blocks *blocks, gfp_t gfp,
		      uint32_t order, uint32_t alloc_flags, uint32_t highest_zoneidx,
		      uint32_t extra_mark_pages);
/*
 * Does some attempt of the request pass at the zone as it was? A request that may block can have
 * the high-order atomic reserve returned to the lists on its way (SP-35.5).
 */
bool request_may_take(const struct request *request, const struct zone_info *zone,
		      const struct zone_blocks *blocks);
/* FP-31..35: some list that the request may take from has a block. */
bool zone_can_serve(const struct view *view, const struct machine_info *machine, uint32_t zone,
		    const struct zone_blocks *blocks, const struct request *request,
		    uint32_t alloc_flags, uint32_t cpu);
