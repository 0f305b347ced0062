/* SPDX-License-Identifier: MIT */
/* Which frames calls have got hold of: a bit for each BUDDY_MAP_FRAMES entries of mem_map. */
#pragma once

#include "base/image.h"

#define MAP_FRAMES_SHIFT 3u
#define MAP_WORD_SHIFT (MAP_FRAMES_SHIFT + 6u) /* frames of a word */
_Static_assert(BUDDY_MAP_FRAMES == 1u << MAP_FRAMES_SHIFT, "the contract's number");

static always_inline void map_frame(uint64_t *map, uint32_t index)
{
	map[index >> MAP_WORD_SHIFT] |= UINT64_C(1) << (index >> MAP_FRAMES_SHIFT & 63u);
}

/* Every frame of an aligned block. */
static inline void map_block(uint64_t *map, uint32_t index, uint32_t order)
{
	uint32_t end = index + BIT(order);

	if (order < MAP_WORD_SHIFT) {
		uint32_t nr_bits = (BIT(order) + BUDDY_MAP_FRAMES - 1) >> MAP_FRAMES_SHIFT;

		map[index >> MAP_WORD_SHIFT] |= ((UINT64_C(1) << nr_bits) - 1)
						<< (index >> MAP_FRAMES_SHIFT & 63u);
		return;
	}
	for (; index < end; index += BIT(MAP_WORD_SHIFT))
		map[index >> MAP_WORD_SHIFT] = UINT64_MAX;
}

/* A block of order `high` was split down to `low`, which is its lowest part (BU-18). */
static inline void map_taken(const struct buddy_system *sys, const struct page *page, uint32_t low,
			     uint32_t high)
{
	uint32_t index = page_index(sys, page);

	map_block(sys->taken, index, low);
	while (high > low && high > MAP_FRAMES_SHIFT)
		map_frame(sys->taken, index + BIT(--high));
}
