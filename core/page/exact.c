/* SPDX-License-Identifier: MIT */
/* alloc_pages_exact: a power of two, cut to size; the rest goes straight back (06 section 12). */
#include "alloc/block_check.h"
#include "alloc/free.h"
#include "alloc/trace.h"
#include "base/argument_check.h"
#include "base/check.h"
#include "base/page_written.h"

/* Smallest order whose block holds nr_pages; NR_PAGE_ORDERS when none does. */
static uint32_t order_of(size_t nr_pages)
{
	uint32_t order = 0;

	while (order < NR_PAGE_ORDERS && BIT(order) < nr_pages)
		order++;
	return order;
}

struct page *alloc_pages_exact(struct task *tsk, size_t size_bytes, gfp_t gfp)
{
	size_t nr_pages = size_bytes / BUDDY_PAGE_SIZE + (size_bytes % BUDDY_PAGE_SIZE != 0);
	uint32_t order = nr_pages ? order_of(nr_pages) : NR_PAGE_ORDERS;
	struct page *page;

	if (gfp & (__GFP_COMP | __GFP_HIGHMEM)) {
		trace_warning(tsk->sys, WARN_EXACT_FLAGS, gfp, order);
		gfp &= ~(__GFP_COMP | __GFP_HIGHMEM);
	}
	page = alloc_pages(tsk, gfp, order);
	if (!page)
		return NULL;
	VM_CHECK(tsk->sys, check_tails_unreferenced(tsk->sys, page, order));
	forget_whole(page);
	for (uint32_t i = (uint32_t)nr_pages - 1; i > 0; i--)
		page[i].refcount = 1;
	for (uint32_t i = (uint32_t)nr_pages; i < BIT(order); i++)
		free_pages_ok(tsk, &page[i], 0, FPI_TO_TAIL);
	return page;
}

void free_pages_exact(struct task *tsk, struct page *page, size_t size_bytes)
{
	size_t nr_pages = size_bytes / BUDDY_PAGE_SIZE + (size_bytes % BUDDY_PAGE_SIZE != 0);

	VM_CHECK(tsk->sys, check_task_range(tsk, page, nr_pages));
	for (size_t i = 0; i < nr_pages; i++)
		__free_pages(tsk, &page[i], 0);
}
