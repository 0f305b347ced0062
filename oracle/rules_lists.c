/* SPDX-License-Identifier: MIT */
/* The free lists: walked once into the census; then buddies and whose each page is (BU-10..24). */
#include <string.h>

#include "oracle/rules.h"

void census_clear(struct judge *judge)
{
	memset(judge->census.place, PLACE_NONE, judge->model.nr_pages);
	memset(judge->census.listed, 0, judge->model.nr_pages);
	memset(judge->census.zones, 0, sizeof(judge->census.zones));
	judge->census.misreferenced = PFN_NONE;
}

pfn_t census_list(struct judge *judge, pfn_t pfn, uint32_t order, uint32_t zone,
		  enum census_place place)
{
	struct census *census = &judge->census;
	uint32_t offset = pfn - judge->model.base_pfn, nr_pages = 1u << order;
	const uint8_t *before = memchr(census->listed + offset, 1, nr_pages);

	if (before)
		return judge->model.base_pfn + (pfn_t)(before - census->listed);
	memset(census->listed + offset, 1, nr_pages);
	memset(census->place + offset, (int)place + 1, nr_pages);
	census->place[offset] = (uint8_t)place;
	census->order[offset] = (uint8_t)order;
	census->zone[offset] = (uint8_t)zone;
	return PFN_NONE;
}

static const char *place_name(uint8_t place)
{
	static const char *const names[] = { "on no list", "a free block", "inside a free block",
					     "on a per-CPU list", "inside a per-CPU block" };

	return names[place];
}

/* ---- walking ---- */

struct list_position {
	uint32_t zone, order, type;
};

/* Marks the pages of an entry. False: one of them is on a list already, or there is no such page.
 */
static bool census_add(struct judge *judge, const struct list_position *at, pfn_t pfn)
{
	pfn_t twice;

	if (!model_covers(&judge->model, pfn, 1u << at->order)) {
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
			   place_name(judge->census.place[twice - judge->model.base_pfn]));
	return twice == PFN_NONE;
}

static void check_entry(struct judge *judge, const struct list_position *at, pfn_t pfn)
{
	struct page_info info;
	const char *fault = NULL;

	if (!judge->view->page(judge->view->self, pfn, &info))
		fault = "has no struct page";
	else if (!info.buddy)
		fault = "is not marked as a free block";
	else if (info.private_value != at->order)
		fault = "records another order";
	else if (info.zone != at->zone)
		fault = "belongs to another zone";
	else if (pfn & ((1u << at->order) - 1))
		fault = "is not aligned";
	else if (info.refcount && !page_is_tainted(judge, pfn))
		fault = "has references";
	else if (info.flags)
		fault = "has flags set";
	else if (!judge->view->links_ok(judge->view->self, pfn))
		fault = "has neighbours that do not point back";
	if (fault)
		judge_fail(judge, RULE_free_list_integrity, pfn,
			   "page frame %u on the free list of zone %u, order %u, type %u %s (order "
			   "%u, "
			   "refcount %d, flags %#x, zone %u).",
			   pfn, at->zone, at->order, at->type, fault, info.private_value,
			   info.refcount, info.flags, info.zone);
}

/* Bounded: every entry marks at least one new page. */
static void walk_list(struct judge *judge, const struct list_position *at, pfn_t pfn)
{
	const struct view *view = judge->view;
	struct zone_census *zone = &judge->census.zones[at->zone];

	while (pfn != PFN_NONE && census_add(judge, at, pfn)) {
		check_entry(judge, at, pfn);
		zone->nr_free[at->order]++;
		if (at->type != MIGRATE_ISOLATE)
			zone->free_pages += 1u << at->order;
		if (at->type == MIGRATE_CMA)
			zone->cma_pages += 1u << at->order;
		pfn = view->free_next(view->self, at->zone, at->order, at->type, pfn);
	}
}

/* Is pfn marked as a free block although no list has it? */
static void check_mark(struct judge *judge, pfn_t pfn, const struct page_info *info)
{
	uint8_t place = judge->census.place[pfn - judge->model.base_pfn];

	if (info->buddy && place != PLACE_BUDDY)
		judge_fail(judge, RULE_free_list_integrity, pfn,
			   "page frame %u is marked as a free block of order %u and is %s.", pfn,
			   info->private_value, place_name(place));
}

/* One look at every page the program had serves this rule and refcounts_at_rest. */
static void look_at(struct judge *judge, pfn_t pfn, const struct page_info *info)
{
	check_mark(judge, pfn, info);
	if (judge->census.misreferenced == PFN_NONE &&
	    !refcount_is_right(judge, pfn, info->refcount))
		judge->census.misreferenced = pfn;
}

#define PAGES_AT_ONCE 32

/* Frames in a row were touched in a row. */
static uint32_t row_length(const struct model *model, uint32_t first)
{
	uint32_t nr = 1;

	while (nr < PAGES_AT_ONCE && first + nr < model->nr_touched &&
	       model->touched[first + nr] == model->touched[first] + nr)
		nr++;
	return nr;
}

static void look_at_touched(struct judge *judge)
{
	const struct model *model = &judge->model;
	struct page_info infos[PAGES_AT_ONCE];

	for (uint32_t first = 0; first < model->nr_touched;) {
		pfn_t pfn = model->touched[first];
		uint32_t nr = row_length(model, first);
		uint32_t nr_read = view_read_pages(judge->view, pfn, nr, infos);

		for (uint32_t i = 0; i < nr_read; i++)
			look_at(judge, pfn + i, &infos[i]);
		first += nr_read < nr ? nr_read + 1 : nr; /* the one without a struct page */
	}
}

/* Marks that a merge left behind stand at the upper halves inside a free block. */
static void look_inside_blocks(struct judge *judge)
{
	const struct census *census = &judge->census;
	struct page_info info;
	uint32_t step;

	for (uint32_t i = 0; i < judge->model.nr_pages; i += step) {
		pfn_t pfn = judge->model.base_pfn + i;

		step = 1;
		if (census->place[i] != PLACE_BUDDY)
			continue;
		step = 1u << census->order[i];
		for (uint32_t half = 1; half < step; half *= 2)
			if (judge->view->page(judge->view->self, pfn + half, &info))
				check_mark(judge, pfn + half, &info);
	}
}

static void walk_order(struct judge *judge, struct list_position *at)
{
	pfn_t heads[MIGRATE_TYPES];

	view_read_free_heads(judge->view, at->zone, at->order, heads);
	for (at->type = 0; at->type < MIGRATE_TYPES; at->type++)
		if (heads[at->type] != PFN_NONE)
			walk_list(judge, at, heads[at->type]);
}

void rule_free_list_integrity(struct judge *judge)
{
	struct list_position at;

	for (at.zone = 0; at.zone < judge->machine.nr_zones && at.zone < MAX_ZONES; at.zone++)
		for (at.order = 0; at.order < NR_PAGE_ORDERS; at.order++)
			walk_order(judge, &at);
	look_at_touched(judge);
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
	uint32_t order = census->order[offset], upper = offset + (1u << order);

	if (order >= MAX_PAGE_ORDER || (judge->model.base_pfn + offset) >> order & 1u)
		return false;
	return upper < judge->model.nr_pages && census->place[upper] == PLACE_BUDDY &&
	       census->order[upper] == order && census->zone[upper] == census->zone[offset];
}

void rule_buddies_merged(struct judge *judge)
{
	const struct census *census = &judge->census;
	uint32_t step;

	for (uint32_t i = 0; i < judge->model.nr_pages; i += step) {
		pfn_t pfn = judge->model.base_pfn + i;
		uint32_t order = census->order[i];

		step = 1;
		if (census->place[i] != PLACE_BUDDY)
			continue;
		step = 1u << order;
		if (has_free_buddy(judge, i) && must_merge(judge, pfn, order))
			judge_fail(judge, RULE_buddies_merged, pfn,
				   "the order %u blocks at page frames %u and %u of zone %u are "
				   "both free "
				   "and apart.",
				   order, pfn, pfn + step, census->zone[i]);
	}
}

/* ---- whose is a page ---- */

void rule_conservation(struct judge *judge)
{
	const struct model *model = &judge->model;

	if (!memcmp(judge->census.listed, model->free_map, model->nr_pages))
		return;
	for (uint32_t i = 0; i < model->nr_pages; i++) {
		const struct model_page *page = &model->pages[i];
		bool listed = judge->census.place[i] != PLACE_NONE;
		pfn_t pfn = model->base_pfn + i;

		if (listed == (page->state == MODEL_FREE))
			continue;
		/* Missing, but a bad block around it was withheld, or an unseen chunk is cached. */
		if (!listed && (page_is_withdrawn(judge, pfn) || model->hidden_chunk))
			continue;
		judge_fail(judge, RULE_conservation, pfn, "page frame %u is %s and %s.", pfn,
			   place_name(judge->census.place[i]), model_state_name(page->state));
		return;
	}
}
