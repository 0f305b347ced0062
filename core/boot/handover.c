/* SPDX-License-Identifier: MIT */
/*
 * How memory first enters the free lists: free ranges in ascending order, cut into the largest
 * aligned chunks (MM-42), each appended at the tail (MM-43). Descriptors inside a chunk are zero
 * already.
 *
 *   range [3, 32)    chunks  3 | 4..7 | 8..15 | 16..31
 */
#include "boot/handover.h"

#include "alloc/free_area.h"
#include "base/check.h"
#include "base/pieces.h"

/* Frame 0 is aligned to any order. */
static uint32_t alignment_order(pfn_t pfn)
{
	uint32_t order = pfn ? (uint32_t)__builtin_ctz(pfn) : MAX_PAGE_ORDER;

	return order < MAX_PAGE_ORDER ? order : MAX_PAGE_ORDER;
}

#define MIN_ROW_BLOCKS 4u /* fewer are not worth it */

/*
 * As many blocks of the largest order as begin at pfn, when they are more than the zone's row so
 * far: the first and the last are written, and what lies between becomes the row (row.h). Counters
 * are exact still. Returns the pages, 0 when the blocks are to be freed one by one.
 */
static uint32_t free_row(struct task *tsk, struct zone *zone, pfn_t pfn, pfn_t end_pfn)
{
	struct buddy_system *sys = tsk->sys;
	uint32_t nr_blocks = (end_pfn - pfn) >> MAX_PAGE_ORDER;
	uint32_t nr_between = (nr_blocks - 2) << MAX_PAGE_ORDER;
	struct page *first = pfn_page(sys, pfn);
	uint32_t type = get_pageblock_migratetype(sys, first);

	if (nr_blocks < MIN_ROW_BLOCKS || nr_between <= zone->row_end - zone->row_start)
		return 0;
	VM_BUG_ON(sys, pfn & (MAX_ORDER_NR_PAGES - 1), pfn);
	row_write_all(sys, zone);
	__free_one_page(tsk, zone, first, MAX_PAGE_ORDER, type, FPI_TO_TAIL);
	__free_one_page(tsk, zone, first + MAX_ORDER_NR_PAGES + nr_between, MAX_PAGE_ORDER, type,
			FPI_TO_TAIL);
	mod_zone_freepage_state(sys, zone, tsk->cpu, nr_between, type);
	zone->areas[MAX_PAGE_ORDER].nr_free += nr_blocks - 2;
	zone->row_start = page_index(sys, first) + MAX_ORDER_NR_PAGES;
	zone->row_end = zone->row_start + nr_between;
	return nr_blocks << MAX_PAGE_ORDER;
}

static void free_range(struct task *tsk, struct zone *zone, pfn_t pfn, pfn_t end_pfn)
{
	struct buddy_system *sys = tsk->sys;

	while (pfn < end_pfn) {
		struct page *page = pfn_page(sys, pfn);
		uint32_t order = alignment_order(pfn);
		uint32_t nr_pages = 0;

		if (order == MAX_PAGE_ORDER)
			nr_pages = free_row(tsk, zone, pfn, end_pfn);
		if (!nr_pages) {
			while (end_pfn - pfn < BIT(order))
				order--;
			__free_one_page(tsk, zone, page, order,
					get_pageblock_migratetype(sys, page), FPI_TO_TAIL);
			nr_pages = BIT(order);
		}
		zone->managed_pages += nr_pages;
		VM_BUG_ON(sys, zone->managed_pages > zone->present_pages, pfn);
		pfn += nr_pages;
	}
}

/* Frames of the piece outside reserved ranges. Ranges cut at zone borders: a block has one zone. */
static void free_piece(struct task *tsk, const struct piece *piece)
{
	const struct buddy_config *config = &tsk->sys->head->config;
	pfn_t pfn = piece->start_pfn;

	for (uint32_t i = 0; i < config->nr_reserved && pfn < piece->end_pfn; i++) {
		const struct buddy_range *reserved = &config->reserved[i];

		if (reserved->end_pfn <= pfn)
			continue;
		if (reserved->start_pfn >= piece->end_pfn)
			break;
		free_range(tsk, piece->zone, pfn, reserved->start_pfn);
		pfn = reserved->end_pfn;
	}
	free_range(tsk, piece->zone, pfn, piece->end_pfn);
}

void free_all_memory(struct buddy_system *sys)
{
	struct task boot = { .sys = sys };
	struct piece piece = { 0 };

	while (next_piece(sys, &piece))
		free_piece(&boot, &piece);
}
