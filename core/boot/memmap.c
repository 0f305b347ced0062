/* SPDX-License-Identifier: MIT */
/*
 * Only descriptors that differ from "inside a free block" are written: reserved frames, and holes
 * that share a pageblock with memory. Holes of whole pageblocks inside a zone's span get a table
 * entry and no more; nothing there is ever PageBuddy, so merging stops all the same. Far from any
 * zone the entry is 0.
 */
#include "boot/memmap.h"

#include "base/check.h"
#include "base/pieces.h"

static uint16_t *block_entry(const struct buddy_system *sys, pfn_t pfn)
{
	VM_BUG_ON(sys, pfn - sys->head->base_pfn >= sys->head->nr_pages, pfn);
	return pageblock_of(sys, pfn_page(sys, pfn));
}

static pfn_t block_start(const struct buddy_system *sys, pfn_t pfn)
{
	return pfn & ~(pageblock_nr_pages(sys) - 1);
}

/* First block border at or after pfn. */
static pfn_t block_align(const struct buddy_system *sys, pfn_t pfn)
{
	return block_start(sys, pfn + pageblock_nr_pages(sys) - 1);
}

static void reserve_pages(struct buddy_system *sys, pfn_t start, pfn_t end)
{
	for (pfn_t pfn = start; pfn < end; pfn++) {
		struct page *page = pfn_page(sys, pfn);

		VM_BUG_ON(sys, page_is_buddy_head(page), pfn);
		page->flags |= PG_BIT(reserved);
		page->refcount = 1;
	}
}

static void tag_block(struct buddy_system *sys, pfn_t pfn, const struct zone *zone)
{
	uint16_t *entry = block_entry(sys, pfn);
	uint32_t old = (uint32_t)*entry >> PAGEBLOCK_ZONE_SHIFT;
	uint32_t tag = zone->number + 1u;

	if (old && old != tag)
		tag = PAGEBLOCK_MIXED;
	*entry = (uint16_t)((*entry & (BIT(PAGEBLOCK_ZONE_SHIFT) - 1)) |
			    tag << PAGEBLOCK_ZONE_SHIFT);
}

static bool block_in_any_span(const struct buddy_system *sys, pfn_t pfn)
{
	pfn_t start = block_start(sys, pfn);
	pfn_t end = start + pageblock_nr_pages(sys);

	for (uint32_t i = 0; i < sys->head->nr_zones; i++)
		if (start < zone_end_pfn(&sys->zones[i]) && end > sys->zones[i].start_pfn)
			return true;
	return false;
}

/* MM-32. zone: the one above. */
static void init_hole(struct buddy_system *sys, pfn_t start, pfn_t end, const struct zone *zone)
{
	pfn_t low_end = block_align(sys, start);
	pfn_t high_start = block_start(sys, end);

	if (start == end)
		return;
	for (pfn_t pfn = block_start(sys, start); pfn < end; pfn += pageblock_nr_pages(sys))
		if (block_in_any_span(sys, pfn))
			tag_block(sys, pfn, zone);
	if (low_end > end)
		low_end = end;
	if (high_start < low_end)
		high_start = low_end;
	reserve_pages(sys, start, low_end);
	reserve_pages(sys, high_start, end);
}

/* MM-31: a block whose first frame is no memory keeps type 0. */
static void init_piece(struct buddy_system *sys, const struct piece *piece)
{
	uint16_t *entry = block_entry(sys, piece->start_pfn);
	uint16_t *last = block_entry(sys, piece->end_pfn - 1);
	uint16_t whole =
		(uint16_t)((piece->zone->number + 1u) << PAGEBLOCK_ZONE_SHIFT | MIGRATE_MOVABLE);

	/* Only the blocks at the ends can be somebody else's, too. */
	tag_block(sys, piece->start_pfn, piece->zone);
	if (block_start(sys, piece->start_pfn) == piece->start_pfn)
		*entry |= MIGRATE_MOVABLE;
	if (entry == last)
		return;
	while (++entry < last)
		*entry = whole;
	tag_block(sys, piece->end_pfn - 1, piece->zone);
	*last |= MIGRATE_MOVABLE;
}

/* MM-33 */
static void reserve_in_piece(struct buddy_system *sys, const struct piece *piece)
{
	const struct buddy_config *config = &sys->head->config;

	for (uint32_t i = 0; i < config->nr_reserved; i++) {
		pfn_t start = config->reserved[i].start_pfn;
		pfn_t end = config->reserved[i].end_pfn;

		reserve_pages(sys, start > piece->start_pfn ? start : piece->start_pfn,
			      end < piece->end_pfn ? end : piece->end_pfn);
	}
}

void memmap_init(struct buddy_system *sys)
{
	pfn_t hole = sys->head->base_pfn;
	struct piece piece = { 0 };

	while (next_piece(sys, &piece)) {
		init_hole(sys, hole, piece.start_pfn, piece.zone);
		init_piece(sys, &piece);
		reserve_in_piece(sys, &piece);
		hole = piece.end_pfn;
	}
	init_hole(sys, hole, sys->head->base_pfn + sys->head->nr_pages, tail_zone(sys));
}

void memmap_mark_allocated(struct buddy_system *sys)
{
	struct piece piece = { 0 };

	while (next_piece(sys, &piece))
		for (pfn_t pfn = piece.start_pfn; pfn < piece.end_pfn; pfn++)
			pfn_page(sys, pfn)->refcount = 1;
}
