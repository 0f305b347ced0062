/* SPDX-License-Identifier: MIT */
/* Which frames calls have got hold of: a bit for each entry of mem_map. */
#pragma once

#include "base/image.h"

#define MAP_WORD_SHIFT 6u /* frames of a word */

static always_inline void map_frame(uint64_t *map, uint32_t index)
{
	map[index >> MAP_WORD_SHIFT] |= UINT64_C(1) << (index & 63u);
}

/* nr frames in a row, at least one. */
static inline void map_frames(uint64_t *map, uint32_t index, uint32_t nr)
{
	uint32_t end = index + nr;

	while (index < end) {
		uint32_t bit = index & 63u;
		uint32_t nr_here = end - index < 64 - bit ? end - index : 64 - bit;

		map[index >> MAP_WORD_SHIFT] |= UINT64_MAX >> (64 - nr_here) << bit;
		index += nr_here;
	}
}

/* The first nr_pages of a block of this order were taken; what is left was split (BU-18). */
static inline void map_taken(const struct buddy_system *sys, const struct page *page,
			     uint32_t nr_pages, uint32_t order)
{
	uint32_t index = page_index(sys, page);

	map_frames(sys->taken, index, nr_pages);
	for (uint32_t at = nr_pages; at < BIT(order); at += at & -at)
		map_frame(sys->taken, index + at);
}
