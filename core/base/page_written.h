/* SPDX-License-Identifier: MIT */
/*
 * The gate of writers. A page is spotless when its flags, refcount, type and mapping are zero. Two
 * promises spare the allocator a look at every page of a block that comes or goes:
 *
 *   free block    all its pages are spotless, the head but for its mark as a free one
 *   whole block   its head tells its order n (PAGE_WHOLE): the 2^n - 1 pages behind are spotless
 *
 * Splitting, merging and handing out keep them. Whoever else is about to make a page other than
 * spotless says so:
 *   - pages behind the head of a block that it has: forget_whole() of that head;
 *   - a page of which it does not know that anybody has it: page_written().
 * A head that somebody has is written without a word: it is looked at when it comes back.
 *
 * Apart from the promises, buddy_rewind() wants to know of every page that no call took and
 * somebody writes: page_note_written() and pages_note_written() (frame_map.h), of links, too.
 * page_written() has it noted.
 */
#pragma once

#include "base/frame_map.h"

static always_inline uint32_t page_whole_order(const struct page *page)
{
	return (page->flags & PAGE_WHOLE) >> PAGE_WHOLE_SHIFT;
}

/* order: 0 says nothing. The pages behind are spotless. */
static always_inline void set_page_whole(struct page *page, uint32_t order)
{
	page->flags = (page->flags & ~PAGE_WHOLE) | order << PAGE_WHOLE_SHIFT;
}

static always_inline void forget_whole(struct page *head)
{
	head->flags &= ~PAGE_WHOLE;
}

/* From here on, until the image is another, no promise is trusted. The page is noted. */
static inline void page_written(struct buddy_system *sys, const struct page *page)
{
	write_shared(sys->head->stray_writes, 1);
	page_note_written(sys, page);
}

/* A reference to a page without any is a stray write. */
static always_inline void page_ref_inc(struct buddy_system *sys, struct page *page)
{
	if (unlikely(!page->refcount))
		page_written(sys, page);
	page->refcount++;
}

/* Likewise, dropped. True: that was the last one. */
must_check static always_inline bool page_ref_sub_and_test(struct buddy_system *sys,
							   struct page *page, int32_t nr)
{
	if (unlikely(!page->refcount))
		page_written(sys, page);
	page->refcount -= nr;
	return page->refcount == 0;
}
