/* SPDX-License-Identifier: MIT */
/*
 * Rows. Boot hands over most memory as one long run of free blocks of the largest order. All but
 * the first and the last of them are not written: struct zone holds them as a range of page
 * indices, and on their list they stand between these two.
 *
 *   list   head - first - [row_start .. row_end) - last - head
 *   links         first <----------------------> last
 *
 * Who takes a block at an end of a row off its list first writes the neighbour, which becomes the
 * new end (row_give_end). Nobody else comes near: blocks of the largest order do not merge. Readers
 * ask page_is_in_row() and row_next_cell() and write nothing; who scans mem_map for writing calls
 * row_write_all() before. So the same calls make the same image, but the image does not follow from
 * the state alone.
 */
#pragma once

#include "base/list.h"
#include "base/pieces.h"

static always_inline bool zone_has_row(const struct zone *zone)
{
	return zone->row_start != zone->row_end;
}

/* Is it the first page of a block that is not written? Blank as it is, it stands for a free one. */
static always_inline bool page_is_in_row(const struct buddy_system *sys, const struct page *page)
{
	uint32_t index = page_index(sys, page);
	const struct zone *zone;

	if (likely(index & (MAX_ORDER_NR_PAGES - 1)))
		return false;
	zone = page_zone(sys, page);
	return zone && index - zone->row_start < zone->row_end - zone->row_start;
}

/* page, of the largest order, is about to leave its list. The zone lock is held. */
void row_give_end(struct buddy_system *sys, struct zone *zone, const struct page *page);
/* Writes the whole row of the zone, whose lock is held. */
void row_write_all(struct buddy_system *sys, struct zone *zone);

/* The cell behind a page on a list of the zone's blocks of the largest order. */
uint32_t row_next_cell(const struct buddy_system *sys, const struct zone *zone,
		       const struct page *page);
