/* SPDX-License-Identifier: MIT */
/*
 * The buddy system proper: free lists by order and migratetype, splitting and merging. Callers hold
 * the zone lock and keep NR_FREE_PAGES where the rules say so (BU-40).
 *
 * A block on a list is the zone's: PageBuddy, its order in private_value, spotless behind its head
 * (page_written.h), counted in nr_free of its order. A block taken off is the caller's alone, not
 * PageBuddy, without a reference, and noted for buddy_rewind().
 */
#pragma once

#include "alloc/trace.h"
#include "base/frame_map.h"
#include "base/row.h"
#include "stat/vmstat.h"

/* BU-27 */
#define FPI_NONE 0u
#define FPI_SKIP_REPORT_NOTIFY 1u
#define FPI_TO_TAIL 2u

static always_inline bool migratetype_is_mergeable(uint32_t type)
{
	return type < MIGRATE_PCPTYPES;
}

static always_inline void set_buddy_order(struct page *page, uint32_t order)
{
	page->private_value = order;
	page->type |= PG_BUDDY;
}

static always_inline void count_free_block(struct zone *zone, uint32_t order, int32_t nr)
{
	uint32_t *nr_free = &zone->areas[order].nr_free;

	write_shared(*nr_free, *nr_free + (uint32_t)nr);
}

static always_inline void add_to_free_list(struct buddy_system *sys, struct zone *zone,
					   struct page *page, uint32_t order, uint32_t type)
{
	list_add(sys, &page->lru, &zone->areas[order].lists[type]);
	count_free_block(zone, order, 1);
}

static always_inline void add_to_free_list_tail(struct buddy_system *sys, struct zone *zone,
						struct page *page, uint32_t order, uint32_t type)
{
	list_add_tail(sys, &page->lru, &zone->areas[order].lists[type]);
	count_free_block(zone, order, 1);
}

/* From wherever it is to the tail of another type's list of the same order. */
static always_inline void move_to_free_list(struct buddy_system *sys, struct zone *zone,
					    struct page *page, uint32_t order, uint32_t type)
{
	if (unlikely(order == MAX_PAGE_ORDER) && unlikely(zone_has_row(zone)))
		row_give_end(sys, zone, page);
	list_del(sys, &page->lru);
	list_add_tail(sys, &page->lru, &zone->areas[order].lists[type]);
}

static always_inline void del_page_from_free_list(struct buddy_system *sys, struct zone *zone,
						  struct page *page, uint32_t order)
{
	if (unlikely(order == MAX_PAGE_ORDER) && unlikely(zone_has_row(zone)))
		row_give_end(sys, zone, page);
	list_del(sys, &page->lru);
	page->type &= ~PG_BUDDY;
	page->private_value = 0;
	count_free_block(zone, order, -1);
}

/* Head of the list, or NULL; does not unlink. */
must_check static always_inline struct page *
get_page_from_free_area(const struct buddy_system *sys, const struct free_area *area, uint32_t type)
{
	const struct list_node *list = &area->lists[type];

	return list_empty(sys, list) ? NULL : list_first_page(sys, list);
}

/* The smallest order from this one on of which the type has a block, or NR_PAGE_ORDERS. */
must_check static always_inline uint32_t smallest_free_order(const struct buddy_system *sys,
							     const struct zone *zone,
							     uint32_t order, uint32_t type)
{
	const struct list_node *list = &zone->areas[order].lists[type];
	const uint32_t stride = sizeof(struct free_area) / sizeof(*list);

	for (uint32_t cell = node_cell(sys, list);
	     order < NR_PAGE_ORDERS && read_shared(list->next) == cell; order++) {
		list += stride;
		cell += stride;
	}
	return order;
}

/* __mod_zone_freepage_state (BU-40) */
static always_inline void mod_zone_freepage_state(struct buddy_system *sys, struct zone *zone,
						  uint32_t cpu, int64_t nr_pages, uint32_t type)
{
	mod_zone_page_state(sys, zone, cpu, NR_FREE_PAGES, nr_pages);
	if (type == MIGRATE_CMA)
		mod_zone_page_state(sys, zone, cpu, NR_FREE_CMA_PAGES, nr_pages);
}

/*
 * Frees a block of refcount 0 into the lists of `type`, merging upwards (BU-20..24); it is the
 * zone's then, and NR_FREE_PAGES has grown. tsk is whose free it is: its CPU counts. page must be
 * aligned to order and inside zone: only DEBUG_VM checks.
 */
void __free_one_page(struct task *tsk, struct zone *zone, struct page *page, uint32_t order,
		     uint32_t type, uint32_t fpi);

/* The same behind the counters: merges upwards and puts the block on its list. */
void merge_free_block(struct task *tsk, struct zone *zone, struct page *page, uint32_t order,
		      uint32_t type, uint32_t fpi);

/*
 * A run: up to n blocks in a row from the smallest sufficient block of one type (BU-18, BU-36).
 * What is left of that block goes to the heads of its lists. The same comes of taking one after the
 * other: the lists between the two orders are empty before, and a half that goes to one of them is
 * what the next is taken from.
 *
 *   order 0, n 5, a block of 16    taken 0 1 2 3 4    left 5 | 6..7 | 8..15
 *
 * Returns how many; 0: no block of the type is large enough.
 */
must_check static always_inline uint32_t take_run(struct buddy_system *sys, struct zone *zone,
						  uint32_t order, uint32_t type, uint32_t n,
						  struct page **first)
{
	uint32_t current = smallest_free_order(sys, zone, order, type), at;
	struct page *page;

	if (current == NR_PAGE_ORDERS)
		return 0;
	page = list_first_page(sys, &zone->areas[current].lists[type]);
	if (n > BIT(current - order))
		n = BIT(current - order);
	del_page_from_free_list(sys, zone, page, current);
	if (unlikely(sys->taken))
		map_taken(sys, page, n << order, current);
	at = n << order;
	for (uint32_t half = order; half < current; half++) {
		if (!(at & BIT(half)))
			continue;
		add_to_free_list(sys, zone, page + at, half, type);
		set_buddy_order(page + at, half);
		at += BIT(half);
	}
	*first = page;
	return n;
}

must_check static always_inline struct page *
take_smallest(struct buddy_system *sys, struct zone *zone, uint32_t order, uint32_t type)
{
	struct page *page;

	if (!take_run(sys, zone, order, type, 1, &page))
		return NULL;
	page->index = type;
	trace_alloc_zone_locked(sys, page, order, type);
	return page;
}

/* One block; NULL when there is none. For who takes seldom, and where checks are made. */
must_check struct page *__rmqueue_smallest(struct buddy_system *sys, struct zone *zone,
					   uint32_t order, uint32_t type);

/* The same in line. */
must_check static always_inline struct page *
rmqueue_smallest(struct buddy_system *sys, struct zone *zone, uint32_t order, uint32_t type)
{
	if (unlikely(has_feature(sys, BUDDY_DEBUG_VM)))
		return __rmqueue_smallest(sys, zone, order, type);
	return take_smallest(sys, zone, order, type);
}

/*
 * Moves the free blocks of page's pageblock to the lists of `type` (BU-45). Returns the pages
 * moved, 0 when the zone cuts the block; nr_movable, if not NULL, receives the allocated pages that
 * count as movable.
 */
uint32_t move_freepages_block(struct buddy_system *sys, struct zone *zone, struct page *page,
			      uint32_t type, uint32_t *nr_movable);
