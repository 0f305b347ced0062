/* SPDX-License-Identifier: MIT */
/* Pageblock types and the LRU mark from outside: what CMA setup and page owners do to the
 * allocator. */
#include "alloc/pageblock.h"

#include "base/argument_check.h"
#include "base/page_written.h"
#include "base/pieces.h"
#include "base/sync.h"

void set_pageblock_migratetype(struct buddy_system *sys, pfn_t pfn, enum migratetype type)
{
	const struct page *page = pfn_page(sys, pfn);
	struct zone *zone;

	VM_CHECK(sys, check_frames(sys, pfn, 1));
	VM_BUG_ON(sys, type >= MIGRATE_TYPES, pfn);
	zone = page_zone(sys, page);
	if (!zone)
		return;
	lock_zone(sys, zone);
	store_pageblock_migratetype(sys, page, type);
	unlock_zone(sys, zone);
}

void buddy_set_lru(struct buddy_system *sys, pfn_t pfn, uint32_t order, bool lru)
{
	struct page *page = pfn_page(sys, pfn);
	uint32_t nr_pages;

	VM_BUG_ON(sys, order > MAX_PAGE_ORDER, pfn);
	VM_CHECK(sys, check_frames(sys, pfn, BIT(order)));
	nr_pages = page_is_head(page) ? 1 : BIT(order);
	if (!page->refcount) /* nobody's block */
		page_written(sys, page);
	pages_note_written(sys, page, nr_pages);
	if (nr_pages > 1)
		forget_whole(page);
	for (uint32_t i = 0; i < nr_pages; i++) {
		if (lru)
			page[i].flags |= PG_BIT(lru);
		else
			page[i].flags &= ~PG_BIT(lru);
	}
}
