/* SPDX-License-Identifier: MIT */
/* References: get, put and what the last put frees (06 sections 9, 10). */
#include "alloc/block_check.h"
#include "alloc/free.h"
#include "base/argument_check.h"
#include "base/check.h"
#include "base/page_written.h"

static always_inline struct page *compound_head(const struct buddy_system *sys, struct page *page)
{
	return unlikely(page_is_tail(page)) ? pfn_page(sys, page->compound_head) : page;
}

static cold_path void get_checked_page(struct task *tsk, struct page *page)
{
	check_task_page(tsk, page);
	page = compound_head(tsk->sys, page);
	VM_BUG_ON(tsk->sys, page->refcount <= 0, page_pfn(tsk->sys, page));
	page_ref_inc(tsk->sys, page);
}

void get_page(struct task *tsk, struct page *page)
{
	if (unlikely(has_feature(tsk->sys, BUDDY_DEBUG_VM)))
		get_checked_page(tsk, page);
	else
		page_ref_inc(tsk->sys, compound_head(tsk->sys, page));
}

static always_inline bool page_ref_inc_unless_zero(struct page *page)
{
	if (page->refcount == 0)
		return false;
	page->refcount++;
	return true;
}

static cold_path bool get_checked_page_unless_zero(struct task *tsk, struct page *page)
{
	check_task_page(tsk, page);
	return page_ref_inc_unless_zero(page);
}

/* Looks at the very page it is given: a compound tail, whose count is 0, is refused. */
bool get_page_unless_zero(struct task *tsk, struct page *page)
{
	if (unlikely(has_feature(tsk->sys, BUDDY_DEBUG_VM)))
		return get_checked_page_unless_zero(tsk, page);
	return page_ref_inc_unless_zero(page);
}

/* FR-60, FR-61: the only destructor so far frees the block whole. */
static void destroy_page(struct task *tsk, struct page *page)
{
	if (!page_is_head(page)) {
		page->flags &= ~PG_BIT(lru);
		free_the_page(tsk, page, 0);
		return;
	}
	BUG_ON(tsk->sys, page[1].compound_dtor != COMPOUND_PAGE_DTOR, page_pfn(tsk->sys, page));
	page->flags &= ~PG_BIT(lru);
	free_the_page(tsk, page, page[1].compound_order);
}

static always_inline void drop_page(struct task *tsk, struct page *page)
{
	if (page_ref_sub_and_test(tsk->sys, page, 1))
		destroy_page(tsk, page);
}

static cold_path void put_checked_page(struct task *tsk, struct page *page)
{
	check_task_page(tsk, page);
	page = compound_head(tsk->sys, page);
	VM_BUG_ON(tsk->sys, page->refcount == 0, page_pfn(tsk->sys, page));
	drop_page(tsk, page);
}

void put_page(struct task *tsk, struct page *page)
{
	if (unlikely(has_feature(tsk->sys, BUDDY_DEBUG_VM)))
		put_checked_page(tsk, page);
	else
		drop_page(tsk, compound_head(tsk->sys, page));
}

static void check_before_split(const struct task *tsk, const struct page *page, uint32_t order)
{
	check_task_block(tsk, page, order);
	VM_BUG_ON(tsk->sys, page_is_compound(page) || page->refcount <= 0,
		  page_pfn(tsk->sys, page));
	check_tails_unreferenced(tsk->sys, page, order);
}

void split_page(struct task *tsk, struct page *page, uint32_t order)
{
	VM_CHECK(tsk->sys, check_before_split(tsk, page, order));
	forget_whole(page);
	for (uint32_t i = 1; i < BIT(order); i++)
		page[i].refcount = 1;
}

/* Pages collected by release_pages() before they go out together; a multiple of SWAP_CLUSTER_MAX.
 */
#define RELEASE_CHUNK 256u

/*
 * FR-41: the kernel collects all pages at the head of one list, so they are freed in reverse array
 * order. Going backwards from the start gives that order without room for all of them.
 */
static void free_released(struct task *tsk, struct page **pages, uint32_t nr)
{
	struct page *chunk[RELEASE_CHUNK];
	uint32_t nr_chunk = 0;

	while (nr > 0) {
		struct page *page = pages[--nr];

		if (page)
			chunk[nr_chunk++] = page;
		if (nr_chunk == RELEASE_CHUNK || (nr == 0 && nr_chunk)) {
			free_unref_page_list(tsk, chunk, nr_chunk);
			nr_chunk = 0;
		}
	}
}

void release_pages(struct task *tsk, struct page **pages, uint32_t nr)
{
	VM_CHECK(tsk->sys, check_task_array(tsk, pages, nr));
	for (uint32_t i = 0; i < nr; i++) {
		struct page *page = compound_head(tsk->sys, pages[i]);

		pages[i] = NULL;
		VM_BUG_ON(tsk->sys, page->refcount == 0, page_pfn(tsk->sys, page));
		if (!page_ref_sub_and_test(tsk->sys, page, 1))
			continue;
		if (page_is_head(page)) {
			destroy_page(tsk, page);
			continue;
		}
		page->flags &= ~PG_BIT(lru);
		pages[i] = page;
	}
	free_released(tsk, pages, nr);
}

void put_pages_list(struct task *tsk, struct page **pages, uint32_t nr)
{
	uint32_t nr_freed = 0;

	VM_CHECK(tsk->sys, check_task_array(tsk, pages, nr));
	for (uint32_t i = 0; i < nr; i++) {
		struct page *page = pages[i];

		VM_BUG_ON(tsk->sys, page->refcount == 0, page_pfn(tsk->sys, page));
		if (!page_ref_sub_and_test(tsk->sys, page, 1))
			continue;
		if (page_is_head(page))
			destroy_page(tsk, page);
		else
			pages[nr_freed++] = page;
	}
	free_unref_page_list(tsk, pages, nr_freed);
}

void free_contig_range(struct task *tsk, struct page *page, uint32_t nr_pages)
{
	uint32_t nr_in_use = 0;
	struct buddy_trace trace = { .kind = TRACE_FREE_CONTIG_IN_USE,
				     .pfn = page_pfn(tsk->sys, page) };

	VM_CHECK(tsk->sys, check_task_range(tsk, page, nr_pages));
	for (uint32_t i = 0; i < nr_pages; i++) {
		nr_in_use += page[i].refcount != 1;
		__free_pages(tsk, &page[i], 0);
	}
	trace.value = nr_in_use;
	if (nr_in_use && tsk->sys->hooks.trace)
		tsk->sys->hooks.trace(tsk->sys->hooks.context, &trace);
}
