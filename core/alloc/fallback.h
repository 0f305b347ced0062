/* SPDX-License-Identifier: MIT */
/* Where a block comes from when its own lists are empty: stealing and CMA (05). The zone lock is
 * held. */
#pragma once

#include "alloc/alloc_context.h"
#include "alloc/free_area.h"

/* FB-5.1: the regular lists hold less than the CMA ones. */
static always_inline bool cma_is_larger_half(const struct buddy_system *sys,
					     const struct zone *zone, uint32_t alloc_flags)
{
	return (alloc_flags & ALLOC_CMA) && has_feature(sys, BUDDY_CMA) &&
	       zone_page_state(zone, NR_FREE_CMA_PAGES) > zone_page_state(zone, NR_FREE_PAGES) / 2;
}

/* FB-5. The block is the caller's, and so are the counters (BU-40); blocks and pageblocks may have
 * changed their type. NULL: no list serves. */
must_check struct page *__rmqueue(struct buddy_system *sys, struct zone *zone, uint32_t order,
				  uint32_t type, uint32_t alloc_flags);

/* FB-18: the first type of order `order` that start_type may take from, or -1; compaction asks it
 * too. */
must_check int find_suitable_fallback(const struct buddy_system *sys, const struct free_area *area,
				      uint32_t order, uint32_t start_type, bool only_stealable,
				      bool *can_steal);
