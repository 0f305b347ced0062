/* SPDX-License-Identifier: MIT */
/* Eyes on the lists (inspect.h): one link, or whole sets of lists at once. */
#include <string.h>

#include "base/row.h"
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

pfn_t inspect_free_first(const struct buddy_system *sys, uint32_t zone, uint32_t order,
			 enum migratetype type)
{
	const struct list_node *head = free_list(sys, zone, order, type);

	return link_pfn(sys, head, head->next);
}

void inspect_free_orders(const struct buddy_system *sys, uint32_t zone, uint32_t order,
			 uint32_t enough, uint16_t orders[MIGRATE_TYPES])
{
	const struct free_area *area = &sys->zones[zone].areas[order];
	uint32_t found = 0;

	memset(orders, 0, MIGRATE_TYPES * sizeof(*orders));
	for (; order < NR_PAGE_ORDERS && !(found & enough); order++, area++) {
		uint32_t cell = node_cell(sys, area->lists);

		if (!area->nr_free)
			continue;
		for (uint32_t type = 0; type < MIGRATE_TYPES; type++) {
			if (area->lists[type].next == cell + type ||
			    inspect_free_first(sys, zone, order, type) == PFN_NONE)
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
	return link_pfn(sys, free_list(sys, zone, order, type),
			block_next_cell(sys, zone, order, pfn_page(sys, pfn)));
}

pfn_t inspect_pcp_first(const struct buddy_system *sys, uint32_t zone, uint32_t cpu,
			uint32_t pindex)
{
	const struct list_node *head = &zone_pcp(sys, &sys->zones[zone], cpu)->lists[pindex];

	return link_pfn(sys, head, head->next);
}

pfn_t inspect_pcp_next(const struct buddy_system *sys, uint32_t zone, uint32_t cpu, uint32_t pindex,
		       pfn_t pfn)
{
	const struct list_node *head = &zone_pcp(sys, &sys->zones[zone], cpu)->lists[pindex];

	return link_pfn(sys, head, pfn_page(sys, pfn)->lru.next);
}

bool inspect_links_ok(const struct buddy_system *sys, pfn_t pfn)
{
	const struct list_node *node = &pfn_page(sys, pfn)->lru;
	uint64_t nr_cells = sys->head->size / sizeof(struct list_node);
	uint32_t cell = node_cell(sys, node);

	if (unlikely(page_is_in_row(sys, pfn_page(sys, pfn))))
		return true;
	if (node->next >= nr_cells || node->prev >= nr_cells)
		return false;
	return cell_node(sys, node->next)->prev == cell && cell_node(sys, node->prev)->next == cell;
}

/* Whole sets of lists. */
struct walker {
	const struct buddy_system *sys;
	struct list_cursor *at;
	struct list_entry *entries;
	uint32_t nr, max;
	bool one_section;          /* no page needs to be asked for its section */
	uint64_t nr_cells;         /* of the image */
	uint32_t tag;              /* of whole pageblocks of the zone */
	struct buddy_range memory; /* around the last block */
	struct piece piece;        /* where the last page of a mixed pageblock was found */
};

static struct walker walker_of(const struct buddy_system *sys, uint32_t zone,
			       struct list_cursor *at, struct list_entry *entries, uint32_t max)
{
	return (struct walker){
		.sys = sys,
		.at = at,
		.entries = entries,
		.max = max,
		.one_section = is_one_section(sys),
		.tag = zone + 1,
		.nr_cells = sys->head->size / sizeof(struct list_node),
	};
}

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

/* Are frames pfn + 2^k marked? Hardly ever: a page type is looked at when there is any. */
static always_inline bool marked_inside(const struct page *page, uint32_t order, uint32_t nr_behind)
{
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

static always_inline struct list_entry entry_of(struct walker *walker, const struct page *page,
						pfn_t pfn, uint32_t order)
{
	const struct buddy_system *sys = walker->sys;
	uint32_t tag = (uint32_t)*pageblock_of(sys, page) >> PAGEBLOCK_ZONE_SHIFT;
	struct page_info info = { .flags = page->flags & ~PAGE_INTERNAL_FLAGS,
				  .buddy = page_is_buddy_head(page) };
	struct list_entry entry = {
		.pfn = pfn,
		.list = (uint16_t)walker->at->list,
		.marked_inside =
			marked_inside(page, order, sys->head->nr_pages - page_index(sys, page)),
		.known = true,
		.buddy = page_is_buddy_head(page),
		.tail = page_is_tail(page),
		.links_ok = inspect_links_ok(sys, pfn),
		.private_value = page->private_value,
		.index = page->index,
		.zone = tag - 1,
	};

	if (unlikely(tag - 1 >= IMAGE_MAX_ZONES || !walker->one_section))
		entry.known = find_zone(walker, pfn, &entry.zone);
	info.refcount = page->refcount;
	if (unlikely(!memory_from(sys, pfn)))
		show_hole(&info);
	entry.flags = info.flags;
	entry.refcount = info.refcount;
	return entry;
}

static always_inline bool lies_in_memory(struct walker *walker, pfn_t pfn)
{
	if (likely(pfn >= walker->memory.start_pfn && pfn < walker->memory.end_pfn))
		return true;
	walker->memory = memory_around(walker->sys, pfn);
	return walker->memory.end_pfn;
}

/* One look for what entry_of() tells in full. The block was reached from the cell before. */
static always_inline bool block_is_plain(struct walker *walker, const struct page *page, pfn_t pfn,
					 uint32_t order, uint32_t before, uint32_t cell)
{
	const struct buddy_system *sys = walker->sys;
	uint32_t odd = page->flags & ~PAGE_PFMEMALLOC;

	odd |= (page->type & (PAGE_TYPE_BASE | PG_BUDDY)) ^ PG_BUDDY;
	odd |= (uint32_t)page->refcount | (page->private_value ^ order);
	odd |= (pfn & (BIT(order) - 1)) | (page->lru.prev ^ before);
	odd |= ((uint32_t)*pageblock_of(sys, page) >> PAGEBLOCK_ZONE_SHIFT) ^ walker->tag;
	if (odd || page->lru.next >= walker->nr_cells)
		return false;
	return cell_node(sys, page->lru.next)->prev == cell && lies_in_memory(walker, pfn) &&
	       !marked_inside(page, order, sys->head->nr_pages - page_index(sys, page));
}

/* What leads to this node; when nothing does, a cell that it does not name either. */
static uint32_t cell_before(const struct buddy_system *sys, const struct list_node *node)
{
	bool leads_here = node->prev < sys->head->size / sizeof(*node) &&
			  cell_node(sys, node->prev)->next == node_cell(sys, node);

	return leads_here ? node->prev : ~node->prev;
}

/* of_blocks: a free list of that order, not one of a CPU. */
static always_inline void read_list(struct walker *walker, const struct list_node *head,
				    uint32_t order, bool of_blocks)
{
	const struct buddy_system *sys = walker->sys;
	struct list_entry *entry = walker->entries + walker->nr;
	struct list_entry *end = walker->entries + walker->max;
	struct list_cursor *at = walker->at;
	const struct list_entry plain = {
		.list = (uint16_t)at->list,
		.known = true,
		.buddy = true,
		.links_ok = true,
		.plain = true,
		.private_value = order,
		.zone = walker->tag - 1,
	};
	pfn_t pfn = at->inside ? at->pfn : link_pfn(sys, head, head->next);
	uint32_t before =
		at->inside ? cell_before(sys, &pfn_page(sys, pfn)->lru) : node_cell(sys, head);

	for (; pfn != PFN_NONE && entry < end; entry++) {
		const struct page *page = pfn_page(sys, pfn);
		uint32_t cell = node_cell(sys, &page->lru);

		if (of_blocks && order == MAX_PAGE_ORDER && page_is_in_row(sys, page)) {
			*entry = plain;
			entry->pfn = pfn;
			pfn += MAX_ORDER_NR_PAGES; /* links lead around the row: before stays */
			continue;
		}
		if (of_blocks && block_is_plain(walker, page, pfn, order, before, cell)) {
			*entry = plain;
			entry->pfn = pfn;
			entry->index = page->index;
		} else {
			*entry = entry_of(walker, page, pfn, order);
		}
		before = cell;
		pfn = link_pfn(sys, head,
			       of_blocks ? block_next_cell(sys, walker->tag - 1, order, page)
					 : page->lru.next);
	}
	walker->nr = (uint32_t)(entry - walker->entries);
	at->inside = pfn != PFN_NONE;
	at->pfn = pfn;
}

/* heads[i] is list first + i. Leaves at its own list when the entries are full. */
static always_inline void read_lists(struct walker *walker, const struct list_node *heads,
				     uint32_t first, uint32_t nr_lists, uint32_t order,
				     bool of_blocks)
{
	struct list_cursor *at = walker->at;
	uint32_t i = at->list > first ? at->list - first : 0;

	for (; i < nr_lists; i++) {
		if (list_empty(walker->sys, &heads[i]))
			continue;
		at->list = first + i;
		read_list(walker, &heads[i], order, of_blocks);
		if (at->inside)
			return;
	}
	at->list = first + nr_lists;
}

/* Most are. */
static always_inline bool lists_are_empty(const struct buddy_system *sys,
					  const struct list_node *heads, uint32_t nr_lists)
{
	uint32_t cell = node_cell(sys, heads), differences = 0;

	for (uint32_t i = 0; i < nr_lists; i++)
		differences |= heads[i].next ^ (cell + i);
	return !differences;
}

uint32_t inspect_free_entries(const struct buddy_system *sys, uint32_t zone, struct list_cursor *at,
			      struct list_entry *entries, uint32_t max)
{
	struct walker walker = walker_of(sys, zone, at, entries, max);
	const struct free_area *areas = sys->zones[zone].areas;

	for (uint32_t order = at->list / MIGRATE_TYPES; order < NR_PAGE_ORDERS; order++) {
		if (lists_are_empty(sys, areas[order].lists, MIGRATE_TYPES))
			continue;
		read_lists(&walker, areas[order].lists, order * MIGRATE_TYPES, MIGRATE_TYPES, order,
			   true);
		if (at->inside)
			return walker.nr;
	}
	at->list = NR_PAGE_ORDERS * MIGRATE_TYPES;
	return walker.nr;
}

uint32_t inspect_pcp_entries(const struct buddy_system *sys, uint32_t zone, uint32_t cpu,
			     uint32_t nr_lists, struct list_cursor *at, struct list_entry *entries,
			     uint32_t max)
{
	const struct list_node *heads = zone_pcp(sys, &sys->zones[zone], cpu)->lists;
	struct walker walker;

	if (lists_are_empty(sys, heads, NR_PCP_LISTS))
		return 0;
	walker = walker_of(sys, zone, at, entries, max);
	read_lists(&walker, heads, 0, nr_lists, 0, false);
	return walker.nr;
}
