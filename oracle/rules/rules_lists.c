/* SPDX-License-Identifier: MIT */
/* The free lists: their entries, buddies, and whose each page is (BU-10..24). */
#include <string.h>

#include "oracle/judge/rules.h"

/* ---- entries ---- */

static const char *entry_fault(const struct judge *judge, const struct odd_entry *odd)
{
	const struct list_entry *entry = &odd->entry;

	if (!entry->known)
		return "has no struct page";
	if (!entry->page.buddy)
		return "is not marked as a free block";
	if (entry->page.private_value != odd->order)
		return "records another order";
	if (entry->page.zone != odd->zone)
		return "belongs to another zone";
	if (entry->pfn & ((1u << odd->order) - 1))
		return "is not aligned";
	if (entry->page.refcount && !page_is_tainted(judge, entry->pfn))
		return "has references";
	if (entry->page.flags)
		return "has flags set";
	return entry->links_ok ? NULL : "has neighbours that do not point back";
}

static void check_entry(struct judge *judge, const struct odd_entry *odd)
{
	const struct list_entry *entry = &odd->entry;
	uint32_t type = entry->list % MIGRATE_TYPES;
	const char *fault = entry_fault(judge, odd);

	if (odd->oddity == ODD_ASTRAY)
		judge_fail(judge, RULE_free_list_integrity, entry->pfn,
			   "zone %u, order %u, type %u lists page frame %u, which is not in the "
			   "machine.",
			   odd->zone, odd->order, type, entry->pfn);
	else if (odd->oddity == ODD_TWICE)
		judge_fail(judge, RULE_free_list_integrity, odd->twice,
			   "zone %u, order %u, type %u lists a block at page frame %u, and frame "
			   "%u is %s already.",
			   odd->zone, odd->order, type, entry->pfn, odd->twice,
			   census_place_name(
				   census_place(judge, odd->twice - judge->ledger->base_pfn)));
	else if (fault)
		judge_fail(judge, RULE_free_list_integrity, entry->pfn,
			   "page frame %u on the free list of zone %u, order %u, type %u %s (order "
			   "%u, refcount %d, flags %#x, zone %u).",
			   entry->pfn, odd->zone, odd->order, type, fault,
			   entry->page.private_value, entry->page.refcount, entry->page.flags,
			   entry->page.zone);
}

/* A page that is marked as a free block has to be one. */
static void check_mark(struct judge *judge, pfn_t pfn)
{
	uint32_t offset = pfn - judge->ledger->base_pfn;
	struct page_info info;

	if (!judge->view->page(judge->view->self, pfn, &info))
		return;
	judge_fail(judge, RULE_free_list_integrity, pfn,
		   "page frame %u is marked as a free block of order %u and is %s.", pfn,
		   info.private_value, census_place_name(census_place(judge, offset)));
}

void rule_free_list_integrity(struct judge *judge)
{
	const struct findings *entries = &judge->census.free_lists, *marks = &judge->census.marks;
	const struct odd_entry *odd = entries->items;
	const pfn_t *marked = marks->items;

	rule_reached(judge, RULE_free_list_integrity);
	for (uint32_t i = 0; i < entries->nr; i++)
		check_entry(judge, &odd[i]);
	for (uint32_t i = 0; i < marks->nr; i++)
		check_mark(judge, marked[i]);
}

/* ---- buddies ---- */

static uint8_t types_seen(const struct judge *judge, pfn_t pfn, uint32_t order)
{
	uint32_t first = pageblock_of(judge, pfn);
	uint32_t last = pageblock_of(judge, pfn + (1u << order) - 1);
	uint8_t seen = 0;

	for (uint32_t block = first; block <= last && block < judge->nr_pageblocks; block++)
		seen |= judge->pageblock_seen[block];
	return seen;
}

/*
 * BU-21.3c: from pageblock order on, different types stay apart unless both are ordinary. Types
 * change without a new merge, so blocks that ever had a special type and another one may be apart
 * for good.
 */
static bool must_merge(const struct judge *judge, pfn_t pfn, uint32_t order)
{
	const uint8_t ordinary =
		1u << MIGRATE_UNMOVABLE | 1u << MIGRATE_MOVABLE | 1u << MIGRATE_RECLAIMABLE;
	uint8_t seen;

	if (order < judge->machine.pageblock_order)
		return true;
	seen = types_seen(judge, pfn, order + 1);
	return !(seen & ~ordinary) || !(seen & (seen - 1));
}

/* Is the block that begins at offset the lower of two free buddies? */
static bool has_free_buddy(const struct judge *judge, uint32_t offset)
{
	const struct census *census = &judge->census;
	uint32_t order = census->heads[offset].order, upper = offset + (1u << order);

	if (order >= MAX_PAGE_ORDER || (judge->ledger->base_pfn + offset) >> order & 1u)
		return false;
	return upper < judge->ledger->nr_pages && census->heads[upper].place == PLACE_BUDDY &&
	       census->heads[upper].order == order &&
	       census->heads[upper].zone == census->heads[offset].zone;
}

void rule_buddies_merged(struct judge *judge)
{
	const struct census *census = &judge->census;
	uint32_t lowest = UINT32_MAX, order;
	pfn_t pfn;

	rule_reached(judge, RULE_buddies_merged);
	for (uint32_t i = 0; i < census->nr_blocks; i++) {
		uint32_t offset = census->blocks[i];

		if (offset < lowest && census->heads[offset].place == PLACE_BUDDY &&
		    has_free_buddy(judge, offset) &&
		    must_merge(judge, judge->ledger->base_pfn + offset,
			       census->heads[offset].order))
			lowest = offset;
	}
	if (lowest == UINT32_MAX)
		return;
	pfn = judge->ledger->base_pfn + lowest;
	order = census->heads[lowest].order;
	judge_fail(judge, RULE_buddies_merged, pfn,
		   "the order %u blocks at page frames %u and %u of zone %u are both free and "
		   "apart.",
		   order, pfn, pfn + (1u << order), census->heads[lowest].zone);
}

/* ---- whose is a page ---- */

void rule_conservation(struct judge *judge)
{
	const struct ledger *ledger = judge->ledger;
	struct chunk hidden;

	rule_reached(judge, RULE_conservation);
	if (!memcmp(judge->census.listed, ledger->free_map, page_map_bytes(ledger->nr_pages)))
		return;
	hidden = find_hidden_chunk(judge);
	for (uint32_t i = 0; i < ledger->nr_pages; i++) {
		const struct ledger_page *page = ledger_page(ledger, ledger->base_pfn + i);
		bool listed = page_map_get(judge->census.listed, i);
		pfn_t pfn = ledger->base_pfn + i;

		if (listed == (page->state == LEDGER_FREE))
			continue;
		/* Missing, but a bad block around it was withheld, or it is of an unseen chunk. */
		if (!listed &&
		    (page_is_withdrawn(judge, pfn) || pfn - hidden.pfn < hidden.nr_pages))
			continue;
		judge_fail(judge, RULE_conservation, pfn, "page frame %u is %s and %s.", pfn,
			   census_place_name(census_place(judge, i)),
			   ledger_state_name(page->state));
		return;
	}
}
