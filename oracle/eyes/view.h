/* SPDX-License-Identifier: MIT */
/*
 * A subject's state as the judge may see it: the functions of inspect.h over any allocator. They
 * tell what is there and judge nothing. A subject that has no such state hands out no view and is
 * judged by its answers alone.
 */
#pragma once

#include <string.h>

#include "buddy/inspect.h"

struct view {
	const void *self;
	void (*machine)(const void *self, struct machine_info *info);
	void (*zone)(const void *self, uint32_t zone, struct zone_info *info);
	void (*pcp)(const void *self, uint32_t zone, uint32_t cpu, struct pcp_info *info);
	bool (*page)(const void *self, pfn_t pfn, struct page_info *info);
	enum migratetype (*pageblock)(const void *self, pfn_t pfn);
	uint32_t (*list_entries)(const void *self, struct list_cursor *at,
				 struct list_entry *entries, uint32_t max);
	/*
	 * Many at once, or less of one, for speed alone; each may be NULL. list_first reads no more
	 * than the first frame of one list, PFN_NONE: it is empty.
	 */
	uint32_t (*rows)(const void *self, pfn_t pfn, uint32_t nr_pages, struct page_row *rows,
			 uint32_t max_rows);
	void (*pageblocks)(const void *self, pfn_t pfn, uint32_t nr_blocks, uint8_t *types);
	uint32_t (*refcounts)(const void *self, const pfn_t *pfns, uint32_t nr_pages,
			      int32_t *refcounts, uint64_t *marked);
	bool (*refcount)(const void *self, pfn_t pfn, int32_t *refcount);
	pfn_t (*list_first)(const void *self, enum list_kind kind, uint32_t zone, uint32_t cpu,
			    uint32_t list);
	void (*pcp_front)(const void *self, uint32_t zone, uint32_t cpu, uint32_t pindex,
			  struct pcp_front *front);
	/* Of info it need not write more than inspect_zone_front() does. */
	void (*zone_front)(const void *self, uint32_t zone, struct zone_info *info,
			   struct zone_front *front);
	void (*free_orders)(const void *self, uint32_t zone, uint32_t order, uint32_t enough,
			    uint16_t orders[MIGRATE_TYPES]);
};

/* The same for any view, with what it has. */
uint32_t view_read_rows_by_pages(const struct view *view, pfn_t pfn, uint32_t nr_pages,
				 struct page_row *rows, uint32_t max_rows);
/* See inspect_rows. */
static inline uint32_t view_read_rows(const struct view *view, pfn_t pfn, uint32_t nr_pages,
				      struct page_row *rows, uint32_t max_rows)
{
	if (view->rows)
		return view->rows(view->self, pfn, nr_pages, rows, max_rows);
	return view_read_rows_by_pages(view, pfn, nr_pages, rows, max_rows);
}

/* See inspect_free_orders. */
void view_read_free_orders(const struct view *view, uint32_t zone, uint32_t order, uint32_t enough,
			   uint16_t orders[MIGRATE_TYPES]);
/* order: of a pageblock. */
void view_read_pageblocks(const struct view *view, uint32_t order, pfn_t pfn, uint32_t nr_blocks,
			  uint8_t *types);
uint32_t view_read_refcounts(const struct view *view, const pfn_t *pfns, uint32_t nr_pages,
			     int32_t *refcounts, uint64_t *marked);
/* Of one frame; false: it has no struct page. */
static inline bool view_read_refcount(const struct view *view, pfn_t pfn, int32_t *refcount)
{
	uint64_t marked;

	if (view->refcount)
		return view->refcount(view->self, pfn, refcount);
	return view_read_refcounts(view, &pfn, 1, refcount, &marked) == 1;
}

/* ---- lists ---- */

#define NR_FREE_LISTS (NR_PAGE_ORDERS * MIGRATE_TYPES)

/* A walk along the lists [first, end) of a zone, or of a CPU in it. */
static inline struct list_cursor walk_lists(enum list_kind kind, uint32_t zone, uint32_t cpu,
					    uint32_t first, uint32_t end)
{
	return (struct list_cursor){ .kind = (uint8_t)kind,
				     .zone = (uint8_t)zone,
				     .cpu = (uint8_t)cpu,
				     .list = (uint16_t)first,
				     .end = (uint16_t)end };
}

/* Along one list. */
static inline struct list_cursor walk_free_list(uint32_t zone, uint32_t order, uint32_t type)
{
	uint32_t list = order * MIGRATE_TYPES + type;

	return walk_lists(LIST_FREE, zone, 0, list, list + 1);
}

static inline struct list_cursor walk_pcp_list(uint32_t zone, uint32_t cpu, uint32_t pindex)
{
	return walk_lists(LIST_PCP, zone, cpu, pindex, pindex + 1);
}

/* Of the blocks on a per-CPU list: those behind the low orders hold whole pageblocks. */
static inline uint32_t pcp_list_order(uint32_t pindex, uint32_t pageblock_order)
{
	return pindex < NR_PCP_LOW_LISTS ? pindex / MIGRATE_PCPTYPES : pageblock_order;
}

/* The next entry of the walk; false: there is none. */
static inline bool view_next_entry(const struct view *view, struct list_cursor *at,
				   struct list_entry *entry)
{
	return view->list_entries(view->self, at, entry, 1) == 1;
}

/* The first frame of one list, or PFN_NONE. */
pfn_t view_list_first(const struct view *view, enum list_kind kind, uint32_t zone, uint32_t cpu,
		      uint32_t list);
void view_read_pcp_front(const struct view *view, uint32_t zone, uint32_t cpu, uint32_t pindex,
			 struct pcp_front *front);
/* Of info what watermarks are made of; the rest of it is or stays what it was. */
void view_read_front_by_lists(const struct view *view, uint32_t zone, struct zone_info *info,
			      struct zone_front *front);
static inline void view_read_zone_front(const struct view *view, uint32_t zone,
					struct zone_info *info, struct zone_front *front)
{
	(view->zone_front ? view->zone_front(view->self, zone, info, front)
			  : view_read_front_by_lists(view, zone, info, front));
}

static inline pfn_t view_free_first(const struct view *view, uint32_t zone, uint32_t order,
				    uint32_t type)
{
	return view_list_first(view, LIST_FREE, zone, 0, order * MIGRATE_TYPES + type);
}

static inline pfn_t view_pcp_first(const struct view *view, uint32_t zone, uint32_t cpu,
				   uint32_t pindex)
{
	return view_list_first(view, LIST_PCP, zone, cpu, pindex);
}
