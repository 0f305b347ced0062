/* SPDX-License-Identifier: MIT */
/* Reading a whole state through a view into plain data. */
#include "oracle/eyes/snapshot.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

void snapshot_init(struct snapshot *snapshot)
{
	memset(snapshot, 0, sizeof(*snapshot));
}

static void zone_free(struct snapshot_zone *zone)
{
	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
		for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
			free(zone->lists[order][type].pfns);
	for (uint32_t cpu = 0; cpu < BUDDY_MAX_CPUS; cpu++) {
		for (uint32_t pindex = 0; pindex < NR_PCP_LISTS; pindex++) {
			free(zone->pcps[cpu].lists[pindex].pfns);
			free(zone->pcps[cpu].types[pindex].pfns);
		}
	}
	free(zone->pageblocks);
	free(zone->lru.pfns);
}

/* Also zones that it does not have: it may have had them once. */
void snapshot_free(struct snapshot *snapshot)
{
	for (uint32_t z = 0; z < BUDDY_MAX_NODES * MAX_NR_ZONES; z++)
		zone_free(&snapshot->zones[z]);
	memset(snapshot, 0, sizeof(*snapshot));
}

static void zone_empty(struct snapshot_zone *zone, uint32_t nr_cpus)
{
	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
		for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
			zone->lists[order][type].nr = 0;
	for (uint32_t cpu = 0; cpu < nr_cpus; cpu++) {
		for (uint32_t pindex = 0; pindex < NR_PCP_LISTS; pindex++) {
			zone->pcps[cpu].lists[pindex].nr = 0;
			zone->pcps[cpu].types[pindex].nr = 0;
		}
	}
	zone->nr_pageblocks = 0;
	zone->lru.nr = 0;
}

/* Its memory is kept for the next state: zones and CPUs beyond those it has are empty already. */
static void snapshot_empty(struct snapshot *snapshot)
{
	for (uint32_t z = 0; z < snapshot->nr_zones; z++)
		zone_empty(&snapshot->zones[z], snapshot->nr_cpus);
	memset(snapshot, 0, offsetof(struct snapshot, zones));
}

bool pfn_list_append(struct pfn_list *list, pfn_t pfn)
{
	if (list->nr == list->capacity) {
		uint32_t capacity = list->capacity ? list->capacity * 2 : 8;
		pfn_t *pfns = realloc(list->pfns, capacity * sizeof(*pfns));

		if (!pfns)
			return false;
		list->pfns = pfns;
		list->capacity = capacity;
	}
	list->pfns[list->nr++] = pfn;
	return true;
}

/* What is being read: one zone of one view. limit: entries that no honest list exceeds. */
struct taking {
	const struct view *view;
	struct snapshot_zone *zone;
	uint32_t number, limit, pageblock_order;
};

#define ENTRIES_AT_ONCE 32u

/* types: also the recorded type of each entry, or NULL. */
static bool take_list(const struct taking *at, struct list_cursor cursor, struct pfn_list *list,
		      struct pfn_list *types)
{
	struct list_entry entries[ENTRIES_AT_ONCE];
	uint32_t nr;

	do {
		nr = at->view->list_entries(at->view->self, &cursor, entries, ENTRIES_AT_ONCE);
		for (uint32_t i = 0; i < nr; i++)
			if (list->nr == at->limit || !pfn_list_append(list, entries[i].pfn) ||
			    (types && !pfn_list_append(types, entries[i].page.index)))
				return false;
	} while (nr == ENTRIES_AT_ONCE);
	return true;
}

static bool take_free_list(const struct taking *at, uint32_t order, enum migratetype type)
{
	return take_list(at, walk_free_list(at->number, order, type), &at->zone->lists[order][type],
			 NULL);
}

static bool take_pcp_list(const struct taking *at, uint32_t cpu, uint32_t pindex)
{
	struct snapshot_pcp *pcp = &at->zone->pcps[cpu];

	return take_list(at, walk_pcp_list(at->number, cpu, pindex), &pcp->lists[pindex],
			 &pcp->types[pindex]);
}

static bool take_pageblocks(const struct taking *at)
{
	const struct zone_info *info = &at->zone->info;
	pfn_t end = info->start_pfn + info->spanned_pages;
	uint32_t first = info->start_pfn >> at->pageblock_order, nr;
	uint8_t *blocks;

	if (!info->spanned_pages)
		return true;
	nr = ((end - 1) >> at->pageblock_order) - first + 1;
	blocks = realloc(at->zone->pageblocks, nr);
	if (!blocks)
		return false;
	at->zone->pageblocks = blocks;
	at->zone->nr_pageblocks = nr;
	for (uint32_t i = 0; i < nr; i++) {
		pfn_t pfn = (first + i) << at->pageblock_order;
		struct page_info page;

		if (pfn < info->start_pfn)
			pfn = info->start_pfn;
		at->zone->pageblocks[i] = PAGEBLOCK_HOLE;
		if (at->view->page(at->view->self, pfn, &page))
			at->zone->pageblocks[i] = (uint8_t)at->view->pageblock(at->view->self, pfn);
	}
	return true;
}

/* BU-46: in use and on the LRU; a compound page carries the mark on its head. */
static bool is_movable(const struct view *view, const struct page_info *page)
{
	struct page_info head;

	if (page->buddy)
		return false;
	if (page->tail && view->page(view->self, page->compound_head, &head))
		page = &head;
	return page->flags & 1u << PG_lru;
}

/* Pages more of a run, or the first ones of another. */
static bool append_lru(struct pfn_list *lru, pfn_t pfn, uint32_t nr_pages, bool inside)
{
	if (!inside && (!pfn_list_append(lru, pfn) || !pfn_list_append(lru, 0)))
		return false;
	lru->pfns[lru->nr - 1] += nr_pages;
	return true;
}

#define ROWS_AT_ONCE 32u

/* Runs of pages that count as movable although they are in use. */
static bool take_lru(const struct view *view, struct snapshot_zone *zone)
{
	pfn_t pfn = zone->info.start_pfn, end = pfn + zone->info.spanned_pages;
	struct page_row rows[ROWS_AT_ONCE];
	bool inside = false;

	while (pfn < end) {
		uint32_t nr_rows = view_read_rows(view, pfn, end - pfn, rows, ROWS_AT_ONCE);

		for (uint32_t i = 0; i < nr_rows; i++) {
			bool marked = is_movable(view, &rows[i].page);

			if (marked && !append_lru(&zone->lru, pfn, rows[i].nr_pages, inside))
				return false;
			inside = marked;
			pfn += rows[i].nr_pages;
		}
		if (nr_rows < ROWS_AT_ONCE) { /* over the page that there is not */
			inside = false;
			pfn++;
		}
	}
	return true;
}

static bool take_zone(const struct taking *at, uint32_t nr_cpus)
{
	at->view->zone(at->view->self, at->number, &at->zone->info);
	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
		for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
			if (!take_free_list(at, order, type))
				return false;
	for (uint32_t cpu = 0; cpu < nr_cpus; cpu++) {
		at->view->pcp(at->view->self, at->number, cpu, &at->zone->pcps[cpu].info);
		for (uint32_t pindex = 0; pindex < NR_PCP_LISTS; pindex++)
			if (!take_pcp_list(at, cpu, pindex))
				return false;
	}
	return take_pageblocks(at);
}

bool snapshot_take_unmarked(struct snapshot *snapshot, const struct view *view)
{
	struct machine_info machine;

	snapshot_empty(snapshot);
	view->machine(view->self, &machine);
	if (machine.nr_zones > BUDDY_MAX_NODES * MAX_NR_ZONES || machine.nr_cpus > BUDDY_MAX_CPUS)
		return false;
	snapshot->features = machine.features;
	snapshot->pageblock_order = machine.pageblock_order;
	snapshot->nr_cpus = machine.nr_cpus;
	snapshot->nr_zones = machine.nr_zones;
	snapshot->boost_factor = machine.boost_factor;
	snapshot->mobility_disabled = machine.mobility_disabled;
	for (uint32_t z = 0; z < machine.nr_zones; z++) {
		struct taking at = {
			.view = view,
			.zone = &snapshot->zones[z],
			.number = z,
			.limit = machine.end_pfn - machine.base_pfn,
			.pageblock_order = machine.pageblock_order,
		};

		if (!take_zone(&at, machine.nr_cpus))
			return false;
		snapshot->zones_mask |= 1u << snapshot->zones[z].info.index;
	}
	return true;
}

bool snapshot_take(struct snapshot *snapshot, const struct view *view)
{
	bool ok = snapshot_take_unmarked(snapshot, view);

	for (uint32_t z = 0; ok && z < snapshot->nr_zones; z++)
		ok = take_lru(view, &snapshot->zones[z]);
	return ok;
}

static void visit_list(const struct pfn_list *list, uint32_t order, snapshot_visitor visit,
		       void *context)
{
	for (uint32_t i = 0; i < list->nr; i++)
		visit(context, list->pfns[i], order);
}

void snapshot_each_free(const struct snapshot *snapshot, snapshot_visitor visit, void *context)
{
	for (uint32_t z = 0; z < snapshot->nr_zones; z++) {
		const struct snapshot_zone *zone = &snapshot->zones[z];

		for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
			for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
				visit_list(&zone->lists[order][type], order, visit, context);
		for (uint32_t cpu = 0; cpu < snapshot->nr_cpus; cpu++)
			for (uint32_t pindex = 0; pindex < NR_PCP_LISTS; pindex++)
				visit_list(&zone->pcps[cpu].lists[pindex],
					   pcp_list_order(pindex, snapshot->pageblock_order), visit,
					   context);
	}
}
