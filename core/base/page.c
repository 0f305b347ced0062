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

/* MM-10, MM-14: sections are present as a whole when they hold any memory. */
#define SECTION_PAGES_SHIFT 15u

static bool section_is_present(const struct buddy_config *config, pfn_t pfn)
{
	pfn_t section = pfn >> SECTION_PAGES_SHIFT;

	for (uint32_t i = 0; i < config->nr_memory; i++)
		if (config->memory[i].start_pfn >> SECTION_PAGES_SHIFT <= section &&
		    (config->memory[i].end_pfn - 1) >> SECTION_PAGES_SHIFT >= section)
			return true;
	return false;
}

/* MM-15: a descriptor that belongs to some zone; it need not be memory. */
bool pfn_valid(const struct buddy_system *sys, pfn_t pfn)
{
	const struct image *head = sys->head;

	if (pfn < head->base_pfn || pfn - head->base_pfn >= head->nr_pages)
		return false;
	if (!(*pageblock_of(sys, pfn_page(sys, pfn)) >> PAGEBLOCK_ZONE_SHIFT))
		return false;
	return !has_feature(sys, BUDDY_SPARSEMEM) || section_is_present(&head->config, pfn);
}

int page_ref_count(const struct page *page)
{
	return page->refcount;
}
