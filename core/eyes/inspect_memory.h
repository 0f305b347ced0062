/* SPDX-License-Identifier: MIT */
/* What readers of pages and readers of lists ask about a frame: is it memory, whose, and how does
 * it look? */
#pragma once

#include <string.h>

#include "base/image.h"
#include "base/pieces.h"
#include "base/row.h"
#include "buddy/inspect.h"

/* The range of memory around pfn, or an empty one: it is none. */
static inline struct buddy_range memory_around(const struct buddy_system *sys, pfn_t pfn)
{
	const struct buddy_config *config = &sys->head->config;

	for (uint32_t i = 0; i < config->nr_memory; i++)
		if (pfn >= config->memory[i].start_pfn && pfn < config->memory[i].end_pfn)
			return config->memory[i];
	return (struct buddy_range){ 0 };
}

/* Frames of memory in a row from pfn on; 0: it is none. */
static inline uint32_t memory_from(const struct buddy_system *sys, pfn_t pfn)
{
	const struct buddy_range *range = sys->head->config.memory;
	const struct buddy_range *end = range + sys->head->config.nr_memory;

	for (; range < end; range++)
		if (pfn >= range->start_pfn && pfn < range->end_pfn)
			return range->end_pfn - pfn;
	return 0;
}

/* What a watermark is made of. */
static always_inline void show_zone_marks(const struct zone *zone, struct zone_info *info)
{
	memcpy(info->watermark, zone->watermark, sizeof(info->watermark));
	info->watermark_boost = zone->watermark_boost;
	memcpy(info->lowmem_reserve, zone->lowmem_reserve, sizeof(info->lowmem_reserve));
	info->nr_free_pages = zone->stat[NR_FREE_PAGES];
	info->nr_free_cma_pages = zone->stat[NR_FREE_CMA_PAGES];
	info->nr_reserved_highatomic = zone->nr_reserved_highatomic;
}

/* A page of memory that has this zone. */
static always_inline void show_page(const struct buddy_system *sys, pfn_t pfn, uint32_t zone,
				    struct page_info *info)
{
	const struct page *page = pfn_page(sys, pfn);
	uint32_t flags = page->flags;

	info->flags = flags & ~PAGE_INTERNAL_FLAGS;
	info->refcount = page->refcount;
	info->mapcount = page_raw_mapcount(page);
	info->private_value = page->private_value;
	info->index = page->index;
	info->mapping = page->mapping;
	info->compound_head = flags & PAGE_TAIL ? page->compound_head : pfn;
	info->tail = flags & PAGE_TAIL;
	info->buddy = page_is_buddy_head(page);
	info->pfmemalloc = flags & PAGE_PFMEMALLOC;
	info->unused = 0;
	info->compound_order = flags & PG_BIT(head) ? page[1].compound_order : 0;
	info->zone = (uint8_t)zone;
	if (unlikely(page_is_in_row(sys, page))) {
		info->buddy = true;
		info->mapcount = (int32_t)~PG_BUDDY;
		info->private_value = MAX_PAGE_ORDER;
	}
}

/* Blank descriptors of whole holes (boot/memmap.c) are shown as what they stand for. */
static inline void show_hole(struct page_info *info)
{
	if (info->flags || info->refcount || info->buddy)
		return;
	info->flags = PG_BIT(reserved);
	info->refcount = 1;
}

/* Searches on from the piece found last. false: pfn is no memory. */
static inline bool find_piece(const struct buddy_system *sys, struct piece *piece, pfn_t pfn)
{
	if (pfn < piece->start_pfn)
		*piece = (struct piece){ 0 };
	while (pfn >= piece->end_pfn)
		if (!next_piece(sys, piece))
			return false;
	return pfn >= piece->start_pfn;
}

/* Then no page can lie in one that is not present. */
static inline bool is_one_section(const struct buddy_system *sys)
{
	pfn_t base = sys->head->base_pfn, last = base + sys->head->nr_pages - 1;

	return base >> SECTION_PAGES_SHIFT == last >> SECTION_PAGES_SHIFT;
}
