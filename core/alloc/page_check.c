/* SPDX-License-Identifier: MIT */
/* Checks of a block on its way in and out, page by page, and their reports (FP-46, FR-14, FR-15).
 */
#include "alloc/page_check.h"

#include <stddef.h>

#include "base/check.h"

/* FR-15: the last matching reason is told. flags: those that must be clear. */
static enum bad_page_reason page_fault(const struct page *page, uint32_t flags,
				       enum bad_page_reason flags_reason)
{
	enum bad_page_reason reason = BAD_PAGE_NONE;

	if (page->type)
		reason = BAD_PAGE_MAPCOUNT;
	if (page->mapping)
		reason = BAD_PAGE_MAPPING;
	if (page->refcount)
		reason = BAD_PAGE_REFCOUNT;
	if (page->flags & flags)
		reason = flags_reason;
	return reason;
}

static cold_path void report_new_page(struct buddy_system *sys, struct page *page)
{
	if (page->flags & PG_BIT(hwpoison)) {
		page->type = 0; /* silent: its poisoning was reported when it happened */
		return;
	}
	bad_page(sys, page, page_fault(page, PAGE_FLAGS_CHECK_AT_PREP, BAD_PAGE_FLAGS_AT_PREP));
}

/* Half a struct page: the second is zero in a spotless one. */
typedef uint32_t page_half __attribute__((vector_size(16), may_alias));
_Static_assert(sizeof(struct page) == 2 * sizeof(page_half) &&
		       offsetof(struct page, flags) == sizeof(page_half) &&
		       offsetof(struct page, refcount) == 20 && offsetof(struct page, type) == 24 &&
		       offsetof(struct page, mapping) == 28,
	       "pages_are_spotless() knows these");

/* Large blocks are nearly always spotless, and one OR a page tells. */
bool pages_are_spotless(const struct page *page, uint32_t nr_pages)
{
	const page_half *half = (const page_half *)(const void *)page;
	page_half all = { 0 };

#pragma GCC unroll 8 /* rolled up, where the linker puts it decides over a third of its time */
	for (uint32_t i = 0; i < nr_pages; i++)
		all |= half[2 * i + 1];
	return !(all[0] | all[1] | all[2] | all[3]);
}

bool check_new_block(struct buddy_system *sys, struct page *page, uint32_t order)
{
	struct page *end = page + BIT(order);

	if (order && likely(pages_are_spotless(page, BIT(order))))
		return false;
	for (; page < end; page++) {
		if (unlikely(page_stains(page, PAGE_FLAGS_CHECK_NEW))) {
			report_new_page(sys, page);
			return true;
		}
	}
	return false;
}

void report_freed_page(struct buddy_system *sys, struct page *page)
{
	bad_page(sys, page, page_fault(page, PAGE_FLAGS_CHECK_AT_FREE, BAD_PAGE_FLAGS_AT_FREE));
}
