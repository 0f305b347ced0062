/* SPDX-License-Identifier: MIT */
/* What the judge remembers of pageblock types (FB-2.1): at the start, as ops set them, and ever
 * seen. */
#include <string.h>

#include "oracle/judge/rules.h"

uint32_t pageblock_of(const struct judge *judge, pfn_t pfn)
{
	uint32_t order = judge->machine.pageblock_order;

	return (pfn >> order) - (judge->ledger->base_pfn >> order);
}

/* A block that begins below the machine is read where the machine begins. */
static pfn_t first_pfn(const struct judge *judge, uint32_t block)
{
	uint32_t order = judge->machine.pageblock_order;
	pfn_t pfn = ((judge->ledger->base_pfn >> order) + block) << order;

	return pfn < judge->ledger->base_pfn ? judge->ledger->base_pfn : pfn;
}

uint8_t pageblock_read(const struct judge *judge, uint32_t block)
{
	uint8_t type;

	view_read_pageblocks(judge->view, judge->machine.pageblock_order, first_pfn(judge, block),
			     1, &type);
	return type;
}

void pageblocks_read(struct judge *judge)
{
	view_read_pageblocks(judge->view, judge->machine.pageblock_order, judge->ledger->base_pfn,
			     judge->nr_pageblocks, judge->pageblock_now);
}

void pageblock_note(struct judge *judge, pfn_t pfn)
{
	uint32_t block = pageblock_of(judge, pfn);

	if (!judge->view || block >= judge->nr_pageblocks)
		return;
	judge->pageblock_seen[block] |=
		(uint8_t)(1u << (judge->view->pageblock(judge->view->self, pfn) % 8));
	judge->pageblocks_noted = true;
}

static uint8_t type_bit(uint8_t type)
{
	return (uint8_t)(type == PAGEBLOCK_HOLE ? 0 : 1u << type % 8);
}

void pageblocks_reset(struct judge *judge)
{
	judge->pageblocks_noted = false;
	memcpy(judge->pageblock_type, judge->pageblock_start, judge->nr_pageblocks);
	for (uint32_t i = 0; i < judge->nr_pageblocks; i++)
		judge->pageblock_seen[i] = type_bit(judge->pageblock_start[i]);
}

uint32_t pageblocks_count(const struct judge *judge)
{
	const struct ledger *ledger = judge->ledger;

	return ledger->nr_pages ? pageblock_of(judge, ledger->base_pfn + ledger->nr_pages - 1) + 1
				: 0;
}

void pageblocks_init(struct judge *judge)
{
	pageblocks_read(judge);
	memcpy(judge->pageblock_start, judge->pageblock_now, judge->nr_pageblocks);
	pageblocks_reset(judge);
}
