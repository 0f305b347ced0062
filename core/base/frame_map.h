/* SPDX-License-Identifier: MIT */
/*
 * Which frames may differ from the copy that buddy_rewind() goes back to: a bit for each entry of
 * mem_map. Set are
 *   - what was on a list when the copy was made: neighbours write to each other's links, and
 *     merging blocks to their heads (buddy_map_lists);
 *   - the blocks that have left the free lists since, whatever is written to them until they are
 *     back, and the heads of what was split off them (map_taken);
 *   - every other page that is written: its writer notes it, before or after (page_note_written).
 * sys->taken is NULL where nobody rewinds; then each note costs a branch.
 */
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

/*
 * Somebody writes to links or fields of pages that no call took since the copy was made: of a block
 * that was out already, or of one that is nobody's. Says nothing about promises (page_written.h).
 */
static inline void pages_note_written(const struct buddy_system *sys, const struct page *page,
				      uint32_t nr_pages)
{
	if (unlikely(sys->taken))
		map_frames(sys->taken, page_index(sys, page), nr_pages);
}

static inline void page_note_written(const struct buddy_system *sys, const struct page *page)
{
	if (unlikely(sys->taken))
		map_frame(sys->taken, page_index(sys, page));
}
