/* SPDX-License-Identifier: MIT */
/* What the judge remembers of pageblock types (FB-2.1): at the start, as ops set them, and ever
 * seen. */
#include <stdlib.h>
#include <string.h>

#include "oracle/rules.h"

uint32_t pageblock_of(const struct judge *judge, pfn_t pfn)
{
	uint32_t order = judge->machine.pageblock_order;

	return (pfn >> order) - (judge->model.base_pfn >> order);
}

uint8_t pageblock_read(const struct judge *judge, uint32_t block)
{
	uint32_t order = judge->machine.pageblock_order;
	pfn_t pfn = ((judge->model.base_pfn >> order) + block) << order;
	struct page_info info;

	if (pfn < judge->model.base_pfn)
		pfn = judge->model.base_pfn;
	if (!judge->view->page(judge->view->self, pfn, &info))
		return PAGEBLOCK_HOLE;
	return (uint8_t)judge->view->pageblock(judge->view->self, pfn);
}

void pageblock_note(struct judge *judge, pfn_t pfn)
{
	uint32_t block = pageblock_of(judge, pfn);

	if (judge->view && block < judge->nr_pageblocks)
		judge->pageblock_seen[block] |=
			(uint8_t)(1u << (judge->view->pageblock(judge->view->self, pfn) % 8));
}

static uint8_t type_bit(uint8_t type)
{
	return (uint8_t)(type == PAGEBLOCK_HOLE ? 0 : 1u << type % 8);
}

void pageblocks_reset(struct judge *judge)
{
	memcpy(judge->pageblock_type, judge->pageblock_start, judge->nr_pageblocks);
	for (uint32_t i = 0; i < judge->nr_pageblocks; i++)
		judge->pageblock_seen[i] = type_bit(judge->pageblock_start[i]);
}

bool pageblocks_init(struct judge *judge)
{
	if (!judge->view || !judge->model.nr_pages)
		return true;
	judge->nr_pageblocks =
		pageblock_of(judge, judge->model.base_pfn + judge->model.nr_pages - 1) + 1;
	judge->pageblock_start = malloc(judge->nr_pageblocks);
	judge->pageblock_type = malloc(judge->nr_pageblocks);
	judge->pageblock_seen = malloc(judge->nr_pageblocks);
	if (!judge->pageblock_start || !judge->pageblock_type || !judge->pageblock_seen)
		return false;
	for (uint32_t i = 0; i < judge->nr_pageblocks; i++)
		judge->pageblock_start[i] = pageblock_read(judge, i);
	pageblocks_reset(judge);
	return true;
}
