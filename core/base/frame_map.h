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

/* The frames of a block of this order, which is at most a word, from bit 0 on. */
static always_inline uint64_t map_bits(uint32_t order)
{
	return UINT64_MAX >> (64 - BIT(order));
}

/* Where halves begin that are split off a block at bit 0: at every power of two. */
#define MAP_HALVES UINT64_C(0x0000000100010116)

/* Of a block that reaches over several words. */
static cold_path void map_large_taken(uint64_t *map, uint32_t index, uint32_t low, uint32_t high)
{
	map_block(map, index, low);
	while (high > low)
		map_frame(map, index + BIT(--high));
}

/* A block of order `high` was split down to `low`, which is its lowest part (BU-18). */
static always_inline void map_taken(const struct buddy_system *sys, const struct page *page,
				    uint32_t low, uint32_t high)
{
	uint32_t index = page_index(sys, page);
	uint64_t bits;

	if (unlikely(high > MAP_WORD_SHIFT)) {
		map_large_taken(sys->taken, index, low, high);
		return;
	}
	bits = (map_bits(high) & MAP_HALVES) | map_bits(low);
	sys->taken[index >> MAP_WORD_SHIFT] |= bits << (index & 63u);
}

/* The first nr_pages of a block of this order were taken, and what is left of it was split. */
static inline void map_run_taken(const struct buddy_system *sys, const struct page *page,
				 uint32_t nr_pages, uint32_t order)
{
	uint32_t index = page_index(sys, page);

	map_frames(sys->taken, index, nr_pages);
	for (uint32_t at = nr_pages; at < BIT(order); at += at & -at)
		map_frame(sys->taken, index + at);
}
