/* SPDX-License-Identifier: MIT */
/* Which frames calls have got hold of: a bit for each entry of mem_map. */
#pragma once

#include "base/image.h"

#define MAP_WORD_SHIFT 6u /* frames of a word */

static always_inline void map_frame(uint64_t *map, uint32_t index)
{
	map[index >> MAP_WORD_SHIFT] |= UINT64_C(1) << (index & 63u);
}

/* Every frame of an aligned block. */
static inline void map_block(uint64_t *map, uint32_t index, uint32_t order)
{
	uint64_t *word = &map[index >> MAP_WORD_SHIFT];

	if (order < MAP_WORD_SHIFT)
		*word |= ((UINT64_C(1) << BIT(order)) - 1) << (index & 63u);
	for (uint32_t nr = BIT(order) >> MAP_WORD_SHIFT; nr > 0; nr--)
		*word++ = UINT64_MAX;
}

/* A block of order `high` was split down to `low`, which is its lowest part (BU-18). */
static inline void map_taken(const struct buddy_system *sys, const struct page *page, uint32_t low,
			     uint32_t high)
{
	uint32_t index = page_index(sys, page);

	map_block(sys->taken, index, low);
	while (high > low)
		map_frame(sys->taken, index + BIT(--high));
}
