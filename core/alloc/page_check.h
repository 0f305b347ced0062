/* SPDX-License-Identifier: MIT */
/*
 * Is a page as it must be on its way out of the free lists and into them (FP-46, FR-14)? A page
 * that is not is reported and stays out of circulation. No lock is needed: the block is on no list.
 */
#pragma once

#include "base/page_written.h"

/* Not zero in a page that somebody owns, or that is broken. flags: those that must be clear. */
static always_inline uint32_t page_stains(const struct page *page, uint32_t flags)
{
	return (page->flags & flags) | page->type | page->mapping | (uint32_t)page->refcount;
}

#define PAGE_FLAGS_CHECK_NEW (PAGE_FLAGS_CHECK_AT_PREP | PG_BIT(hwpoison))

/* Are the tails spotless, without a look at them? order: not 0. */
static always_inline bool block_is_whole(const struct buddy_system *sys, const struct page *page,
					 uint32_t order)
{
	return page_whole_order(page) == order && !read_shared(sys->head->stray_writes);
}

/* Does every page look as if nobody ever had it? All are looked at. */
must_check bool pages_are_spotless(const struct page *page, uint32_t nr_pages);

/* Page by page. */
must_check bool check_new_block(struct buddy_system *sys, struct page *page, uint32_t order);

/*
 * FP-46, of a block just taken from a free list: false when every page is in the free state; it is
 * whole then. Else the first bad one was reported.
 */
must_check static always_inline bool check_new_pages(struct buddy_system *sys, struct page *page,
						     uint32_t order)
{
	if (unlikely(read_shared(sys->head->stray_writes)))
		return check_new_block(sys, page, order);
	if (order)
		set_page_whole(page, order);
	return false;
}

/* Tells why the page cannot be freed. */
void report_freed_page(struct buddy_system *sys, struct page *page);

/* FR-14, FR-33: the head of a block on its way from pcp to buddy. */
must_check static always_inline bool free_page_is_bad(struct buddy_system *sys, struct page *page)
{
	if (likely(!page_stains(page, PAGE_FLAGS_CHECK_AT_FREE)))
		return false;
	report_freed_page(sys, page);
	return true;
}
