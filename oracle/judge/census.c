/* SPDX-License-Identifier: MIT */
/*
 * Blocks are remembered in the order they were found, so that nobody needs to go over all pages.
 * A walk along a list is bounded, since every entry marks at least one new page.
 */
#include "oracle/judge/rules.h"

#include <stdlib.h>
#include <string.h>

#include "oracle/lang/fuzz_assert.h"

/* ---- findings ---- */

/* Memory that is missing is no finding about the subject, and a census without it is none. */
static void *findings_add(struct findings *findings, size_t size)
{
	if (findings->nr == findings->capacity) {
		findings->capacity = findings->capacity ? findings->capacity * 2 : 16;
		findings->items = realloc(findings->items, findings->capacity * size);
		FUZZ_ASSERT(findings->items);
	}
	return (unsigned char *)findings->items + findings->nr++ * size;
}

static void add_mark(struct census *census, pfn_t pfn)
{
	*(pfn_t *)findings_add(&census->marks, sizeof(pfn)) = pfn;
}

static void census_clear(struct judge *judge)
{
	struct census *census = &judge->census;

	for (uint32_t i = 0; i < census->nr_blocks; i++)
		census->heads[census->blocks[i]].place = PLACE_NONE;
	census->nr_blocks = 0;
	memset(census->listed, 0, page_map_bytes(judge->ledger->nr_pages));
	memset(census->zones, 0, census->nr_zones * sizeof(*census->zones));
	memset(census->pcps, 0, census->nr_zones * census->nr_cpus * sizeof(*census->pcps));
	census->free_lists.nr = 0;
	census->pcp_lists.nr = 0;
	census->marks.nr = 0;
	census->references.nr = 0;
}

void census_free(struct census *census)
{
	free(census->free_lists.items);
	free(census->pcp_lists.items);
	free(census->marks.items);
	free(census->references.items);
}

static void read_numbers(struct judge *judge)
{
	const struct view *view = judge->view;
	struct census *census = &judge->census;

	for (uint32_t z = 0; z < census->nr_zones; z++) {
		view->zone(view->self, z, &census->zones[z].info);
		for (uint32_t cpu = 0; cpu < census->nr_cpus; cpu++)
			view->pcp(view->self, z, cpu, &census_pcp(census, z, cpu)->info);
	}
}

/* ---- lists ---- */

/* Lists 2^order pages from pfn. Returns the first one listed before, or PFN_NONE. */
static inline pfn_t list_block(struct judge *judge, pfn_t pfn, uint32_t order, uint32_t zone,
			       enum census_place place)
{
	struct census *census = &judge->census;
	uint32_t offset = pfn - judge->ledger->base_pfn, nr_pages = 1u << order;
	uint32_t twice = page_map_find(census->listed, offset, nr_pages, true);

	if (twice < offset + nr_pages)
		return judge->ledger->base_pfn + twice;
	page_map_set(census->listed, offset, nr_pages, true);
	FUZZ_ASSERT(census->nr_blocks < judge->ledger->nr_pages);
	census->blocks[census->nr_blocks++] = offset;
	census->heads[offset] = (struct listed_block){
		.place = (uint8_t)place,
		.order = (uint8_t)order,
		.zone = (uint8_t)zone,
	};
	return PFN_NONE;
}

/* The list that is walked: of this zone and order, and perhaps CPU. */
struct walk {
	enum census_place place;
	uint32_t zone, cpu, order;
	struct findings *findings;
};

static void add_odd_entry(const struct walk *walk, const struct list_entry *entry,
			  enum oddity oddity, pfn_t twice)
{
	*(struct odd_entry *)findings_add(walk->findings, sizeof(struct odd_entry)) =
		(struct odd_entry){
			.entry = *entry,
			.zone = walk->zone,
			.cpu = walk->cpu,
			.order = walk->order,
			.oddity = oddity,
			.twice = twice,
		};
}

static inline bool entry_is_plain(const struct walk *walk, const struct list_entry *entry)
{
	if (walk->place == PLACE_PCP)
		return pcp_block_is_plain(entry, walk->zone, walk->order);
	return free_block_is_plain(entry, walk->zone, walk->order);
}

/* Marks the pages of an entry. False: one of them is on a list already, or is no page. */
static inline bool take_entry(struct judge *judge, const struct walk *walk,
			      const struct list_entry *entry)
{
	pfn_t twice;

	if (!ledger_covers(judge->ledger, entry->pfn, 1u << walk->order)) {
		add_odd_entry(walk, entry, ODD_ASTRAY, PFN_NONE);
		return false;
	}
	twice = list_block(judge, entry->pfn, walk->order, walk->zone, walk->place);
	if (twice != PFN_NONE)
		add_odd_entry(walk, entry, ODD_TWICE, twice);
	else if (!entry_is_plain(walk, entry))
		add_odd_entry(walk, entry, ODD_LOOKS, PFN_NONE);
	return twice == PFN_NONE;
}

static void count_free(struct zone_census *zone, uint32_t order, uint32_t type)
{
	zone->nr_free[order]++;
	if (type != MIGRATE_ISOLATE)
		zone->free_pages += 1u << order;
	if (type == MIGRATE_CMA)
		zone->cma_pages += 1u << order;
}

#define ENTRIES_AT_ONCE 32

/* True when a page inside some block is marked as a block. */
static bool walk_zone(struct judge *judge, uint32_t zone)
{
	struct list_cursor at = walk_lists(LIST_FREE, zone, 0, 0, NR_FREE_LISTS);
	struct walk walk = {
		.place = PLACE_BUDDY,
		.zone = zone,
		.findings = &judge->census.free_lists,
	};
	struct list_entry entries[ENTRIES_AT_ONCE];
	bool marked_inside = false;
	uint32_t nr;

	do {
		nr = judge->view->list_entries(judge->view->self, &at, entries, ENTRIES_AT_ONCE);
		for (uint32_t i = 0; i < nr; i++) {
			walk.order = entries[i].list / MIGRATE_TYPES;
			if (!take_entry(judge, &walk, &entries[i]))
				return marked_inside;
			marked_inside = marked_inside || entries[i].marked_inside;
			count_free(&judge->census.zones[zone], walk.order,
				   entries[i].list % MIGRATE_TYPES);
		}
	} while (nr == ENTRIES_AT_ONCE);
	return marked_inside;
}

static void walk_pcp(struct judge *judge, uint32_t zone, uint32_t cpu)
{
	bool thp = judge->machine.features & BUDDY_THP;
	struct list_cursor at =
		walk_lists(LIST_PCP, zone, cpu, 0, thp ? NR_PCP_LISTS : NR_PCP_LOW_LISTS);
	struct walk walk = {
		.place = PLACE_PCP,
		.zone = zone,
		.cpu = cpu,
		.findings = &judge->census.pcp_lists,
	};
	struct list_entry entries[ENTRIES_AT_ONCE];
	uint32_t nr;

	do {
		nr = judge->view->list_entries(judge->view->self, &at, entries, ENTRIES_AT_ONCE);
		for (uint32_t i = 0; i < nr; i++) {
			walk.order =
				pcp_list_order(entries[i].list, judge->machine.pageblock_order);
			if (!take_entry(judge, &walk, &entries[i]))
				return;
			census_pcp(&judge->census, zone, cpu)->pages += 1u << walk.order;
		}
	} while (nr == ENTRIES_AT_ONCE);
}

/* ---- pages ---- */

/*
 * One look at every page the program had serves the rules about marks and about references. A page
 * with as many references as the ledger has on it is right in every state.
 */
static uint32_t look_at_pages(struct judge *judge, const pfn_t *pfns, uint32_t nr_pages)
{
	const struct ledger_page *pages = judge->ledger->pages;
	const pfn_t base_pfn = judge->ledger->base_pfn;
	struct census *census = &judge->census;
	int32_t refcounts[INSPECT_REFCOUNTS_MAX];
	uint64_t marked;
	uint32_t nr = view_read_refcounts(judge->view, pfns, nr_pages, refcounts, &marked);

	for (uint32_t i = 0; i < nr; i++)
		if (refcounts[i] != pages[pfns[i] - base_pfn].refs)
			*(struct odd_page *)findings_add(&census->references,
							 sizeof(struct odd_page)) =
				(struct odd_page){ pfns[i], refcounts[i] };
	for (; marked; marked &= marked - 1) {
		pfn_t pfn = pfns[__builtin_ctzll(marked)];

		if (census->heads[pfn - base_pfn].place != PLACE_BUDDY)
			add_mark(census, pfn);
	}
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
	const struct view *view = judge->view;
	struct census *census = &judge->census;
	struct page_info info;

	for (uint32_t i = 0; i < judge->ledger->nr_pages; i++) {
		if (census->heads[i].place != PLACE_BUDDY)
			continue;
		for (uint32_t k = 0; k < census->heads[i].order; k++) {
			pfn_t pfn = judge->ledger->base_pfn + i + (1u << k);

			if (view->page(view->self, pfn, &info) && info.buddy)
				add_mark(census, pfn);
		}
	}
}

/* ---- the pass ---- */

void census_take(struct judge *judge)
{
	struct census *census = &judge->census;
	bool marked_inside = false;

	census_clear(judge);
	read_numbers(judge);
	for (uint32_t z = 0; z < census->nr_zones; z++)
		marked_inside |= walk_zone(judge, z);
	for (uint32_t z = 0; z < census->nr_zones; z++)
		for (uint32_t cpu = 0; cpu < census->nr_cpus; cpu++)
			walk_pcp(judge, z, cpu);
	look_at_touched(judge);
	if (marked_inside)
		look_inside_blocks(judge);
}

enum census_place census_place(const struct judge *judge, uint32_t offset)
{
	const struct census *census = &judge->census;
	uint32_t first = offset;

	if (!page_map_get(census->listed, offset))
		return PLACE_NONE;
	while (census->heads[first].place == PLACE_NONE)
		first--;
	return (enum census_place)(census->heads[first].place + (first != offset));
}

const char *census_place_name(enum census_place place)
{
	static const char *const names[] = { "on no list", "a free block", "inside a free block",
					     "on a per-CPU list", "inside a per-CPU block" };

	return names[place];
}
