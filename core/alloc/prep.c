/* SPDX-License-Identifier: MIT */
/* What makes a raw block the caller's, and a block of his free-able (FP-50..53, FR-11..16). */
#include "alloc/prep.h"

#include "alloc/block_check.h"
#include "alloc/page_check.h"
#include "base/check.h"

static long_path void prep_compound_page(struct buddy_system *sys, struct page *head,
					 uint32_t order)
{
	pfn_t head_pfn = page_pfn(sys, head);

	head->flags = (head->flags & ~PAGE_WHOLE) | PG_BIT(head);
	for (uint32_t i = 1; i < BIT(order); i++) {
		struct page *tail = head + i;

		tail->mapping = TAIL_MAPPING;
		tail->compound_head = head_pfn;
		tail->flags |= PAGE_TAIL;
		tail->private_value = 0;
	}
	head[1].compound_dtor = COMPOUND_PAGE_DTOR;
	head[1].compound_order = (uint8_t)order;
}

static long_path void clear_pages(struct buddy_system *sys, struct page *page, uint32_t order)
{
	if (sys->hooks.clear_pages)
		sys->hooks.clear_pages(sys->hooks.context, page_pfn(sys, page), BIT(order));
}

static always_inline void prep_block(struct buddy_system *sys, struct page *page, uint32_t order,
				     gfp_t gfp, uint32_t alloc_flags)
{
	page->private_value = 0;
	page->refcount = 1;
	if (unlikely(gfp & __GFP_ZERO))
		clear_pages(sys, page, order);
	if (unlikely(gfp & __GFP_COMP) && order)
		prep_compound_page(sys, page, order);
	if (unlikely(alloc_flags & ALLOC_NO_WATERMARKS))
		page->flags |= PAGE_PFMEMALLOC;
	else
		page->flags &= ~PAGE_PFMEMALLOC;
}

static cold_path void prep_checked_block(struct buddy_system *sys, struct page *page,
					 uint32_t order, gfp_t gfp, uint32_t alloc_flags)
{
	check_before_prep(sys, page, order);
	prep_block(sys, page, order, gfp, alloc_flags);
}

void prep_new_page(struct task *tsk, struct page *page, uint32_t order, gfp_t gfp,
		   uint32_t alloc_flags)
{
	if (unlikely(has_feature(tsk->sys, BUDDY_DEBUG_VM)))
		prep_checked_block(tsk->sys, page, order, gfp, alloc_flags);
	else
		prep_block(tsk->sys, page, order, gfp, alloc_flags);
}

/* FR-13: in a release kernel a tail is only made an ordinary page again. */
static void free_tail_page(struct buddy_system *sys, const struct page *head, struct page *tail,
			   uint32_t i)
{
	VM_BUG_ON(sys, !page_is_tail(tail), page_pfn(sys, tail));
	VM_BUG_ON(sys, tail->compound_head != page_pfn(sys, head), page_pfn(sys, tail));
	VM_BUG_ON(sys, i > 2 && tail->mapping != TAIL_MAPPING, page_pfn(sys, tail));
	tail->mapping = 0;
	tail->flags &= ~PAGE_TAIL;
}

/* FR-12.4: returns the number of pages found bad. */
static long_path uint32_t prepare_tails(struct buddy_system *sys, struct page *head, uint32_t order)
{
	bool compound = page_is_compound(head);
	uint32_t nr_bad = 0;

	VM_BUG_ON(sys, compound && (!page_is_head(head) || head[1].compound_order != order),
		  page_pfn(sys, head));
	if (!compound && likely(pages_are_spotless(head + 1, BIT(order) - 1)))
		return 0;
	for (uint32_t i = 1; i < BIT(order); i++) {
		struct page *tail = head + i;

		if (compound)
			free_tail_page(sys, head, tail, i);
		if (unlikely(free_page_is_bad(sys, tail))) {
			nr_bad++;
			continue;
		}
		tail->flags &= ~PAGE_FLAGS_CHECK_AT_PREP;
		if (unlikely(tail->flags))
			page_written(sys, tail);
	}
	return nr_bad;
}

bool free_pages_prepare(struct buddy_system *sys, struct page *page, uint32_t order,
			bool check_free)
{
	uint32_t nr_bad = 0;

	trace_page_free(sys, page, order);
	VM_BUG_ON(sys, page_is_tail(page), page_pfn(sys, page));
	if (unlikely(page->flags & (PG_BIT(hwpoison) | PG_BIT(mlocked)))) {
		page->flags &= ~PG_BIT(mlocked);
		if ((page->flags & PG_BIT(hwpoison)) && !order)
			return false;
	}
	if (order && unlikely(!block_is_whole(sys, page, order)))
		nr_bad = prepare_tails(sys, page, order);
	if (unlikely(page->mapping & 3u))
		page->mapping = 0;
	if (check_free && unlikely(free_page_is_bad(sys, page)))
		nr_bad++;
	if (unlikely(nr_bad))
		return false;
	page->flags &= ~(PAGE_FLAGS_CHECK_AT_PREP | PAGE_PFMEMALLOC | PAGE_WHOLE);
	if (unlikely(page_stains(page, UINT32_MAX))) /* it may come into the free lists with this */
		page_written(sys, page);
	page->private_value = 0;
	return true;
}
