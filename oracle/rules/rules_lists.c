/* SPDX-License-Identifier: MIT */
/* The free lists: walked once into the census (census.c); then buddies and whose each page is
 * (BU-10..24). */
#include <string.h>

#include "oracle/judge/rules.h"

/* ---- walking ---- */

struct list_position {
	uint32_t zone, order, type;
};

/* Marks the pages of an entry. False: one of them is on a list already, or there is no such page.
 */
static bool census_add(struct judge *judge, const struct list_position *at, pfn_t pfn)
{
	pfn_t twice;

	if (!ledger_covers(judge->ledger, pfn, 1u << at->order)) {
		judge_fail(judge, RULE_free_list_integrity, pfn,
			   "zone %u, order %u, type %u lists page frame %u, which is not in the "
			   "machine.",
			   at->zone, at->order, at->type, pfn);
		return false;
	}
	twice = census_list(judge, pfn, at->order, at->zone, PLACE_BUDDY);
	if (twice != PFN_NONE)
		judge_fail(judge, RULE_free_list_integrity, twice,
			   "zone %u, order %u, type %u lists a block at page frame %u, and frame "
			   "%u is "
			   "%s already.",
			   at->zone, at->order, at->type, pfn, twice,
			   census_place_name(census_place(judge, twice - judge->ledger->base_pfn)));
	return twice == PFN_NONE;
}

static const char *entry_fault(const struct judge *judge, const struct list_position *at,
			       const struct list_entry *entry)
{
	if (!entry->known)
		return "has no struct page";
	if (!entry->buddy)
		return "is not marked as a free block";
	if (entry->private_value != at->order)
		return "records another order";
	if (entry->zone != at->zone)
		return "belongs to another zone";
	if (entry->pfn & ((1u << at->order) - 1))
		return "is not aligned";
	if (entry->refcount && !page_is_tainted(judge, entry->pfn))
		return "has references";
	if (entry->flags)
		return "has flags set";
	return entry->links_ok ? NULL : "has neighbours that do not point back";
}

static void check_entry(struct judge *judge, const struct list_position *at,
			const struct list_entry *entry)
{
	const char *fault = entry_fault(judge, at, entry);

	if (fault)
		judge_fail(judge, RULE_free_list_integrity, entry->pfn,
			   "page frame %u on the free list of zone %u, order %u, type %u %s (order "
			   "%u, "
			   "refcount %d, flags %#x, zone %u).",
			   entry->pfn, at->zone, at->order, at->type, fault, entry->private_value,
			   entry->refcount, entry->flags, entry->zone);
}

static bool take_entry(struct judge *judge, uint32_t zone, const struct list_entry *entry)
{
	struct zone_census *census = &judge->census.zones[zone];
	struct list_position at = {
		.zone = zone,
		.order = entry->list / MIGRATE_TYPES,
		.type = entry->list % MIGRATE_TYPES,
	};

	if (!census_add(judge, &at, entry->pfn))
		return false;
	if (!entry->plain) {
		check_entry(judge, &at, entry);
		judge->census.marked_inside = judge->census.marked_inside || entry->marked_inside;
	}
	census->nr_free[at.order]++;
	if (at.type != MIGRATE_ISOLATE)
		census->free_pages += 1u << at.order;
	if (at.type == MIGRATE_CMA)
		census->cma_pages += 1u << at.order;
	return true;
}

#define ENTRIES_AT_ONCE 32

/* Bounded: every entry marks at least one new page. */
static void walk_zone(struct judge *judge, uint32_t zone)
{
	struct list_entry entries[ENTRIES_AT_ONCE];
	struct list_cursor cursor = { 0 };
	uint32_t nr;

	do {
		nr = view_read_free_entries(judge->view, zone, &cursor, entries, ENTRIES_AT_ONCE);
		for (uint32_t i = 0; i < nr; i++)
			if (!take_entry(judge, zone, &entries[i]))
				return;
	} while (nr == ENTRIES_AT_ONCE);
}

/* A page that is marked as a free block has to be one. */
static void check_mark(struct judge *judge, pfn_t pfn)
{
	uint32_t offset = pfn - judge->ledger->base_pfn;
	struct page_info info;

	if (judge->census.heads[offset].place == PLACE_BUDDY ||
	    !judge->view->page(judge->view->self, pfn, &info) || !info.buddy)
		return;
	judge_fail(judge, RULE_free_list_integrity, pfn,
		   "page frame %u is marked as a free block of order %u and is %s.", pfn,
		   info.private_value, census_place_name(census_place(judge, offset)));
}

/*
 * One look at every page the program had serves this rule and refcounts_at_rest. A page with as
 * many references as the ledger has on it is right in every state.
 */
static uint32_t look_at_pages(struct judge *judge, const pfn_t *pfns, uint32_t nr_pages)
{
	const struct ledger_page *pages = judge->ledger->pages;
	pfn_t base_pfn = judge->ledger->base_pfn;
	int32_t refcounts[INSPECT_REFCOUNTS_MAX];
	uint64_t marked;
	uint32_t nr = view_read_refcounts(judge->view, pfns, nr_pages, refcounts, &marked);

	for (uint32_t i = 0; i < nr; i++)
		if (refcounts[i] != pages[pfns[i] - base_pfn].refs &&
		    judge->census.misreferenced == PFN_NONE &&
		    !refcount_is_right(judge, pfns[i], refcounts[i]))
			judge->census.misreferenced = pfns[i];
	for (; marked; marked &= marked - 1)
		check_mark(judge, pfns[__builtin_ctzll(marked)]);
	return nr;
}

static void look_at_row(struct judge *judge, uint32_t first, uint32_t nr_pages)
{
	const pfn_t *touched = judge->ledger->touched;

	for (uint32_t end = first + nr_pages; first < end;) {
		uint32_t nr_left = end - first;
		uint32_t nr = nr_left < INSPECT_REFCOUNTS_MAX ? nr_left : INSPECT_REFCOUNTS_MAX;
		uint32_t nr_read = look_at_pages(judge, touched + first, nr);

		first += nr_read < nr ? nr_read + 1 : nr; /* the one without a struct page */
	}
}

static void look_at_touched(struct judge *judge)
{
	uint32_t nr_pages, first = walks_take_part(judge, &nr_pages);
	uint32_t nr_row = judge->ledger->nr_touched - first;

	if (nr_row > nr_pages)
		nr_row = nr_pages;
	look_at_row(judge, first, nr_row);
	look_at_row(judge, 0, nr_pages - nr_row);
}

/* Marks that a merge left behind stand at the upper halves inside a free block. */
static void look_inside_blocks(struct judge *judge)
{
	const struct census *census = &judge->census;

	for (uint32_t i = 0; i < judge->ledger->nr_pages; i++) {
		if (census->heads[i].place != PLACE_BUDDY)
			continue;
		for (uint32_t k = 0; k < census->heads[i].order; k++)
			check_mark(judge, judge->ledger->base_pfn + i + (1u << k));
	}
}

void rule_free_list_integrity(struct judge *judge)
{
	for (uint32_t z = 0; z < judge->census.nr_zones; z++)
		walk_zone(judge, z);
	look_at_touched(judge);
	if (judge->census.marked_inside)
		look_inside_blocks(judge);
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

	if (!memcmp(judge->census.listed, ledger->free_map, page_map_bytes(ledger->nr_pages)))
		return;
	for (uint32_t i = 0; i < ledger->nr_pages; i++) {
		const struct ledger_page *page = ledger_page(ledger, ledger->base_pfn + i);
		bool listed = page_map_get(judge->census.listed, i);
		pfn_t pfn = ledger->base_pfn + i;

		if (listed == (page->state == LEDGER_FREE))
			continue;
		/* Missing, but a bad block around it was withheld, or an unseen chunk is cached. */
		if (!listed && (page_is_withdrawn(judge, pfn) || ledger_chunk_is_hidden(ledger)))
			continue;
		judge_fail(judge, RULE_conservation, pfn, "page frame %u is %s and %s.", pfn,
			   census_place_name(census_place(judge, i)),
			   ledger_state_name(page->state));
		return;
	}
}
