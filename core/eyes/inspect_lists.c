/* SPDX-License-Identifier: MIT */
/* Eyes on the lists (inspect.h): one link, or whole sets of lists at once. */
#include <string.h>

#include "base/row.h"
#include "eyes/inspect_check.h"
#include "eyes/inspect_memory.h"

/* The page a link leads to; PFN_NONE for the list's head and for anything that is no page. */
static pfn_t link_pfn(const struct buddy_system *sys, const struct list_node *head, uint32_t cell)
{
	const uint32_t page_cells = sizeof(struct page) / sizeof(struct list_node);
	uint32_t first, index;

	if (cell == node_cell(sys, head))
		return PFN_NONE;
	first = node_cell(sys, &sys->mem_map->lru);
	index = (cell - first) / page_cells;
	if (cell < first || index >= sys->head->nr_pages)
		return PFN_NONE;
	return sys->head->base_pfn + index;
}

static const struct list_node *free_list(const struct buddy_system *sys, uint32_t zone,
					 uint32_t order, enum migratetype type)
{
	return &sys->zones[zone].areas[order].lists[type];
}

static always_inline pfn_t free_first(const struct buddy_system *sys, uint32_t zone, uint32_t order,
				      enum migratetype type)
{
	const struct list_node *head = free_list(sys, zone, order, type);

	return link_pfn(sys, head, head->next);
}

pfn_t inspect_free_first(const struct buddy_system *sys, uint32_t zone, uint32_t order,
			 enum migratetype type)
{
	CHECK_FREE_LIST_EYE(sys, zone, order, type);
	return free_first(sys, zone, order, type);
}

void inspect_free_orders(const struct buddy_system *sys, uint32_t zone, uint32_t order,
			 uint32_t enough, uint16_t orders[MIGRATE_TYPES])
{
	const struct free_area *area;
	uint32_t found = 0;

	CHECK_ZONE_EYE(sys, zone, orders);
	VM_BUG_ON(sys, order > NR_PAGE_ORDERS, PFN_NONE);
	area = &sys->zones[zone].areas[order];
	memset(orders, 0, MIGRATE_TYPES * sizeof(*orders));
	for (; order < NR_PAGE_ORDERS && !(found & enough); order++, area++) {
		uint32_t cell = node_cell(sys, area->lists);

		if (!area->nr_free)
			continue;
		for (uint32_t type = 0; type < MIGRATE_TYPES; type++) {
			if (area->lists[type].next == cell + type ||
			    free_first(sys, zone, order, type) == PFN_NONE)
				continue;
			orders[type] |= (uint16_t)BIT(order);
			found |= BIT(type);
		}
	}
}

static uint32_t block_next_cell(const struct buddy_system *sys, uint32_t zone, uint32_t order,
				const struct page *page)
{
	return order == MAX_PAGE_ORDER ? row_next_cell(sys, &sys->zones[zone], page)
				       : page->lru.next;
}

pfn_t inspect_free_next(const struct buddy_system *sys, uint32_t zone, uint32_t order,
			enum migratetype type, pfn_t pfn)
{
	CHECK_FREE_LIST_EYE(sys, zone, order, type);
	CHECK_FRAME_EYE(sys, pfn);
	return link_pfn(sys, free_list(sys, zone, order, type),
			block_next_cell(sys, zone, order, pfn_page(sys, pfn)));
}

pfn_t inspect_pcp_first(const struct buddy_system *sys, uint32_t zone, uint32_t cpu,
			uint32_t pindex)
{
	const struct list_node *head;

	CHECK_PCP_EYE(sys, zone, cpu, pindex);
	head = &zone_pcp(sys, &sys->zones[zone], cpu)->lists[pindex];
	return link_pfn(sys, head, head->next);
}

pfn_t inspect_pcp_next(const struct buddy_system *sys, uint32_t zone, uint32_t cpu, uint32_t pindex,
		       pfn_t pfn)
{
	const struct list_node *head;

	CHECK_PCP_EYE(sys, zone, cpu, pindex);
	CHECK_FRAME_EYE(sys, pfn);
	head = &zone_pcp(sys, &sys->zones[zone], cpu)->lists[pindex];
	return link_pfn(sys, head, pfn_page(sys, pfn)->lru.next);
}

static always_inline void show_pcp_front(const struct buddy_system *sys, uint32_t zone,
					 uint32_t cpu, uint32_t pindex, struct pcp_front *front)
{
	const struct pcp *pcp = zone_pcp(sys, &sys->zones[zone], cpu);
	const struct list_node *head = &pcp->lists[pindex];

	front->first = link_pfn(sys, head, head->next);
	front->free_factor = pcp->free_factor;
}

void inspect_pcp_front(const struct buddy_system *sys, uint32_t zone, uint32_t cpu, uint32_t pindex,
		       struct pcp_front *front)
{
	CHECK_PCP_EYE(sys, zone, cpu, pindex);
	VM_BUG_ON(sys, !front, PFN_NONE);
	show_pcp_front(sys, zone, cpu, pindex, front);
}

static always_inline void show_zone_front(const struct buddy_system *sys, uint32_t zone,
					  struct zone_info *info, struct zone_front *front)
{
	show_zone_marks(&sys->zones[zone], info);
	front->has_free =
		!list_empty(sys, free_list(sys, zone, front->order, (enum migratetype)front->type));
	if (front->pindex < NR_PCP_LISTS)
		show_pcp_front(sys, zone, front->cpu, front->pindex, &front->pcp);
	else
		front->pcp = (struct pcp_front){ .first = PFN_NONE };
}

static cold_path void check_zone_front(const struct buddy_system *sys, uint32_t zone,
				       struct zone_info *info, struct zone_front *front)
{
	CHECK_ZONE_EYE(sys, zone, info);
	VM_BUG_ON(sys, !front, PFN_NONE);
	CHECK_FREE_LIST_EYE(sys, zone, front->order, front->type);
	VM_BUG_ON(sys, front->pindex < NR_PCP_LISTS && front->cpu >= sys->head->nr_cpus, PFN_NONE);
	show_zone_front(sys, zone, info, front);
}

void inspect_zone_front(const struct buddy_system *sys, uint32_t zone, struct zone_info *info,
			struct zone_front *front)
{
	if (unlikely(has_feature(sys, BUDDY_DEBUG_VM)))
		check_zone_front(sys, zone, info, front);
	else
		show_zone_front(sys, zone, info, front);
}

bool inspect_links_ok(const struct buddy_system *sys, pfn_t pfn)
{
	const struct list_node *node = &pfn_page(sys, pfn)->lru;
	uint64_t nr_cells = sys->head->size / sizeof(struct list_node);
	uint32_t cell = node_cell(sys, node);

	CHECK_FRAME_EYE(sys, pfn);
	if (unlikely(page_is_in_row(sys, pfn_page(sys, pfn))))
		return true;
	if (node->next >= nr_cells || node->prev >= nr_cells)
		return false;
	return cell_node(sys, node->next)->prev == cell && cell_node(sys, node->prev)->next == cell;
}

/* ---- walks ---- */

struct walker {
	const struct buddy_system *sys;
	struct list_cursor *at;
	struct list_entry *entries;
	uint32_t nr, max;
	bool one_section;          /* no page needs to be asked for its section */
	struct buddy_range memory; /* around the last block */
	struct piece piece;        /* where the last page of a mixed pageblock was found */
};

/* false when pfn has no struct page. */
static bool find_zone(struct walker *walker, pfn_t pfn, uint32_t *zone)
{
	const struct buddy_system *sys = walker->sys;

	if (find_piece(sys, &walker->piece, pfn)) {
		*zone = walker->piece.zone->number;
		return true;
	}
	if (!pfn_has_page(sys, pfn))
		return false;
	*zone = page_zone(sys, pfn_page(sys, pfn))->number;
	return true;
}

static always_inline bool lies_in_memory(struct walker *walker, pfn_t pfn)
{
	if (likely(pfn >= walker->memory.start_pfn && pfn < walker->memory.end_pfn))
		return true;
	walker->memory = memory_around(walker->sys, pfn);
	return walker->memory.end_pfn;
}

/* Are frames pfn + 2^k marked? Hardly ever: a page type is looked at when there is any. */
static always_inline bool marked_inside(const struct buddy_system *sys, const struct page *page,
					uint32_t order)
{
	uint32_t nr_behind = sys->head->nr_pages - page_index(sys, page);
	uint32_t end = BIT(order) < nr_behind ? BIT(order) : nr_behind, types = 0;

	for (uint32_t half = 1; half < end; half *= 2)
		types |= page[half].type;
	if (likely(!types))
		return false;
	for (uint32_t half = 1; half < end; half *= 2)
		if (page_is_buddy_head(page + half))
			return true;
	return false;
}

/* The zone of a block is, as a rule, told by its pageblock. */
static always_inline void show_entry(struct walker *walker, pfn_t pfn, struct list_entry *entry)
{
	const struct buddy_system *sys = walker->sys;
	const struct page *page = pfn_page(sys, pfn);
	uint32_t tag = (uint32_t)*pageblock_of(sys, page) >> PAGEBLOCK_ZONE_SHIFT;
	uint32_t zone = tag - 1;

	entry->pfn = pfn;
	entry->list = walker->at->list;
	entry->known = true;
	if (unlikely(zone >= IMAGE_MAX_ZONES || !walker->one_section))
		entry->known = find_zone(walker, pfn, &zone);
	entry->links_ok = inspect_links_ok(sys, pfn);
	entry->marked_inside = false;
	show_page(sys, pfn, zone, &entry->page);
	if (unlikely(!lies_in_memory(walker, pfn)))
		show_hole(&entry->page);
}

/* The blocks of a row show alike as long as nobody writes where he has nothing: entry is the first
 * of them. */
static pfn_t repeat_entry(struct walker *walker, const struct list_entry *entry, pfn_t pfn)
{
	const struct buddy_system *sys = walker->sys;
	const struct zone *zone = page_zone(sys, pfn_page(sys, entry->pfn));
	pfn_t end_pfn = sys->head->base_pfn + zone->row_end;

	for (; walker->nr < walker->max && pfn < end_pfn; walker->nr++) {
		walker->entries[walker->nr] = *entry;
		walker->entries[walker->nr].pfn = pfn;
		walker->entries[walker->nr].page.compound_head = pfn;
		pfn += MAX_ORDER_NR_PAGES;
	}
	return pfn;
}

static always_inline void read_list(struct walker *walker, const struct list_node *head,
				    uint32_t order)
{
	const struct buddy_system *sys = walker->sys;
	struct list_cursor *at = walker->at;
	bool of_blocks = at->kind == LIST_FREE;
	pfn_t pfn = at->inside ? at->pfn : link_pfn(sys, head, head->next);

	while (pfn != PFN_NONE && walker->nr < walker->max) {
		struct list_entry *entry = &walker->entries[walker->nr++];
		const struct page *page = pfn_page(sys, pfn);

		show_entry(walker, pfn, entry);
		if (of_blocks && order == MAX_PAGE_ORDER && page_is_in_row(sys, page) &&
		    likely(!read_shared(sys->head->stray_writes))) {
			pfn = repeat_entry(walker, entry, pfn + MAX_ORDER_NR_PAGES);
			continue;
		}
		if (of_blocks)
			entry->marked_inside = marked_inside(sys, page, order);
		pfn = link_pfn(sys, head,
			       of_blocks ? block_next_cell(sys, at->zone, order, page)
					 : page->lru.next);
	}
	at->inside = pfn != PFN_NONE;
	at->pfn = pfn;
}

/* The lists of one kind in a row, from number at->list on. Leaves at its own when it is full. */
static always_inline void read_lists(struct walker *walker, const struct list_node *heads,
				     uint32_t nr_lists, uint32_t order)
{
	struct list_cursor *at = walker->at;

	for (uint32_t i = 0; i < nr_lists; i++, at->list++) {
		if (list_empty(walker->sys, &heads[i]))
			continue;
		read_list(walker, &heads[i], order);
		if (at->inside)
			return;
	}
}

/* Most are. */
static always_inline bool lists_are_empty(const struct buddy_system *sys,
					  const struct list_node *heads, uint32_t nr_lists)
{
	uint32_t cell = node_cell(sys, heads), differences = 0;

#pragma GCC unroll 6
	for (uint32_t i = 0; i < nr_lists; i++)
		differences |= heads[i].next ^ (cell + i);
	return !differences;
}

/* Whole orders of which no list has a block. */
static always_inline void skip_empty_orders(const struct buddy_system *sys, struct list_cursor *at)
{
	const struct free_area *area = &sys->zones[at->zone].areas[at->list / MIGRATE_TYPES];

	if (at->inside || at->list % MIGRATE_TYPES)
		return;
	for (; at->end - at->list >= MIGRATE_TYPES; area++) {
		if (!lists_are_empty(sys, area->lists, MIGRATE_TYPES))
			return;
		at->list = (uint16_t)(at->list + MIGRATE_TYPES);
	}
}

/* The lists of an order, or of a CPU, are neighbours: heads gets the first that is asked for. */
static always_inline uint32_t lists_in_row(const struct buddy_system *sys,
					   const struct list_cursor *at,
					   const struct list_node **heads)
{
	const struct zone *zone = &sys->zones[at->zone];
	uint32_t nr = at->end - at->list, first = at->list % MIGRATE_TYPES;

	if (at->kind == LIST_PCP) {
		*heads = &zone_pcp(sys, zone, at->cpu)->lists[at->list];
		return nr;
	}
	*heads = &zone->areas[at->list / MIGRATE_TYPES].lists[first];
	return nr < MIGRATE_TYPES - first ? nr : MIGRATE_TYPES - first;
}

/* Conditions of VM_BUG_ON: LCOV_EXCL_BR_START */
static bool cursor_fits(const struct buddy_system *sys, const struct list_cursor *at)
{
	if (!at || at->zone >= sys->head->nr_zones)
		return false;
	if (at->inside && at->pfn != PFN_NONE &&
	    at->pfn - sys->head->base_pfn >= sys->head->nr_pages)
		return false;
	if (at->kind == LIST_FREE)
		return at->end <= NR_PAGE_ORDERS * MIGRATE_TYPES;
	return at->kind == LIST_PCP && at->cpu < sys->head->nr_cpus && at->end <= NR_PCP_LISTS;
}
/* LCOV_EXCL_BR_STOP */

uint32_t inspect_list_entries(const struct buddy_system *sys, struct list_cursor *at,
			      struct list_entry *entries, uint32_t max)
{
	struct walker walker = {
		.sys = sys,
		.at = at,
		.entries = entries,
		.max = max,
		.one_section = is_one_section(sys),
	};

	VM_BUG_ON(sys, !cursor_fits(sys, at) || (max && !entries), PFN_NONE);
	while (at->list < at->end && walker.nr < max) {
		const struct list_node *heads;
		uint32_t nr_lists;

		if (at->kind == LIST_FREE)
			skip_empty_orders(sys, at);
		if (at->list >= at->end)
			break;
		nr_lists = lists_in_row(sys, at, &heads);
		if (lists_are_empty(sys, heads, nr_lists))
			at->list = (uint16_t)(at->list + nr_lists);
		else
			read_lists(&walker, heads, nr_lists, at->list / MIGRATE_TYPES);
	}
	return walker.nr;
}
