/* SPDX-License-Identifier: MIT */
/* Frame numbers and descriptors for those who do not see the image. */
#include "base/image.h"

pfn_t page_to_pfn(const struct buddy_system *sys, const struct page *page)
{
	return page_pfn(sys, page);
}

struct page *pfn_to_page(const struct buddy_system *sys, pfn_t pfn)
{
	return pfn_page(sys, pfn);
}

bool pfn_valid(const struct buddy_system *sys, pfn_t pfn)
{
	return pfn_has_page(sys, pfn);
}

int page_ref_count(const struct page *page)
{
	return page->refcount;
}
