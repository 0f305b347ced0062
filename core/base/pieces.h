/* SPDX-License-Identifier: MIT */
/* Memory cut at zone borders: the one place that knows which frame is in which zone. */
#pragma once

#include "base/image.h"

/* The zone of a frame in a block that several zones share; holes belong to the zone above (MM-32).
 */
struct zone *mixed_pageblock_zone(const struct buddy_system *sys, pfn_t pfn);

/* NULL only for frames of a block without any zone. */
static always_inline struct zone *page_zone(const struct buddy_system *sys, const struct page *page)
{
	uint32_t entry = (uint32_t)read_shared(*pageblock_of(sys, page)) >> PAGEBLOCK_ZONE_SHIFT;

	if (likely(entry - 1 < IMAGE_MAX_ZONES))
		return &sys->zones[entry - 1];
	return entry == 0 ? NULL : mixed_pageblock_zone(sys, page_pfn(sys, page));
}

/* Is the frame the zone's? As page_zone() would tell, for less. */
static always_inline bool page_is_in_zone(const struct buddy_system *sys, const struct page *page,
					  const struct zone *zone)
{
	uint32_t entry = (uint32_t)read_shared(*pageblock_of(sys, page)) >> PAGEBLOCK_ZONE_SHIFT;

	return likely(entry == zone->number + 1u) ||
	       (entry == PAGEBLOCK_MIXED && mixed_pageblock_zone(sys, page_pfn(sys, page)) == zone);
}

/* Memory [start, end) of one zone, as long as possible. */
struct piece {
	pfn_t start_pfn, end_pfn;
	struct zone *zone;
};

/* The piece after piece->end_pfn, ascending; begin with zeros. false: there is none. */
must_check bool next_piece(const struct buddy_system *sys, struct piece *piece);

/* Owner of the hole behind the last piece: the highest zone of its node (MM-32). */
struct zone *tail_zone(const struct buddy_system *sys);
