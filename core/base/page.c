/* SPDX-License-Identifier: MIT */
/* Frame numbers and descriptors for those who do not see the image. */
#include "base/argument_check.h"
#include "base/check.h"

pfn_t page_to_pfn(const struct buddy_system *sys, const struct page *page)
{
	VM_BUG_ON(sys, !page_is_known(sys, page), PFN_NONE);
	return page_pfn(sys, page);
}

struct page *pfn_to_page(const struct buddy_system *sys, pfn_t pfn)
{
	VM_CHECK(sys, check_frames(sys, pfn, 1));
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
