/* SPDX-License-Identifier: MIT */
/* The ends of a row, and what its blocks look like to readers. */
#include "base/row.h"

#include "base/check.h"
#include "base/frame_map.h"
#include "base/list_check.h"

/* Between two pages that are written. buddy_rewind() makes it as blank as it was. */
static void write_block(struct buddy_system *sys, uint32_t index, uint32_t before, uint32_t after)
{
	struct page *page = sys->mem_map + index;

	VM_BUG_ON(sys, index & (MAX_ORDER_NR_PAGES - 1) || index >= sys->head->nr_pages, PFN_NONE);
	VM_BUG_ON(sys, page->lru.next || page->type || page->refcount, page_pfn(sys, page));
	VM_BUG_ON(sys,
		  !list_add_valid(sys, &page->lru, &sys->mem_map[before].lru,
				  &sys->mem_map[after].lru),
		  page_pfn(sys, page));
	page_note_written(sys, page);
	page->private_value = MAX_PAGE_ORDER;
	page->type = PG_BUDDY;
	list_insert(sys, &page->lru, &sys->mem_map[before].lru, &sys->mem_map[after].lru);
}

void row_give_end(struct buddy_system *sys, struct zone *zone, const struct page *page)
{
	uint32_t index = page_index(sys, page);

	if (index + MAX_ORDER_NR_PAGES == zone->row_start) {
		write_block(sys, index + MAX_ORDER_NR_PAGES, index, zone->row_end);
		zone->row_start += MAX_ORDER_NR_PAGES;
	} else if (index == zone->row_end) {
		zone->row_end -= MAX_ORDER_NR_PAGES;
		write_block(sys, zone->row_end, zone->row_start - MAX_ORDER_NR_PAGES, index);
	}
}

void row_write_all(struct buddy_system *sys, struct zone *zone)
{
	VM_BUG_ON(sys, zone->row_start > zone->row_end, PFN_NONE);
	VM_BUG_ON(sys, (zone->row_start | zone->row_end) & (MAX_ORDER_NR_PAGES - 1), PFN_NONE);
	while (zone_has_row(zone))
		row_give_end(sys, zone, &sys->mem_map[zone->row_start - MAX_ORDER_NR_PAGES]);
}

uint32_t row_next_cell(const struct buddy_system *sys, const struct zone *zone,
		       const struct page *page)
{
	uint32_t next = page_index(sys, page) + MAX_ORDER_NR_PAGES;

	/* Behind the end before the row, or behind one of its blocks. */
	if (zone_has_row(zone) && next - zone->row_start <= zone->row_end - zone->row_start &&
	    !(next & (MAX_ORDER_NR_PAGES - 1)))
		return node_cell(sys, &sys->mem_map[next].lru);
	return page->lru.next;
}
