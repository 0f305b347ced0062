/* SPDX-License-Identifier: MIT */
/*
 * A subject's state as the judge may see it: the functions of inspect.h over any allocator. A
 * subject that has no such state hands out no view and is judged by its answers alone.
 */
#pragma once

#include "buddy/inspect.h"

struct view {
	const void *self;
	void (*machine)(const void *self, struct machine_info *info);
	void (*zone)(const void *self, uint32_t zone, struct zone_info *info);
	void (*pcp)(const void *self, uint32_t zone, uint32_t cpu, struct pcp_info *info);
	bool (*page)(const void *self, pfn_t pfn, struct page_info *info);
	enum migratetype (*pageblock)(const void *self, pfn_t pfn);
	pfn_t (*free_first)(const void *self, uint32_t zone, uint32_t order, enum migratetype type);
	pfn_t (*free_next)(const void *self, uint32_t zone, uint32_t order, enum migratetype type,
			   pfn_t pfn);
	pfn_t (*pcp_first)(const void *self, uint32_t zone, uint32_t cpu, uint32_t pindex);
	pfn_t (*pcp_next)(const void *self, uint32_t zone, uint32_t cpu, uint32_t pindex,
			  pfn_t pfn);
	bool (*links_ok)(const void *self, pfn_t pfn);
	/*
	 * Many at once, for speed alone; each may be NULL. pages reads frames from pfn on up to the
	 * first without a struct page and returns how many.
	 */
	uint32_t (*pages)(const void *self, pfn_t pfn, uint32_t nr_pages, struct page_info *infos);
	void (*pageblocks)(const void *self, pfn_t pfn, uint32_t nr_blocks, uint8_t *types);
	uint32_t (*refcounts)(const void *self, const pfn_t *pfns, uint32_t nr_pages,
			      int32_t *refcounts, uint64_t *marked);
	uint32_t (*free_entries)(const void *self, uint32_t zone, struct list_cursor *at,
				 struct list_entry *entries, uint32_t max);
	uint32_t (*pcp_entries)(const void *self, uint32_t zone, uint32_t cpu, uint32_t nr_lists,
				struct list_cursor *at, struct list_entry *entries, uint32_t max);
	/* See view_plain_tails. */
	uint32_t (*plain_tails)(const void *self, const struct block_head *head, pfn_t pfn,
				uint32_t nr_pages);
	/* As zone, but need not write more than inspect_zone_marks() does. */
	void (*zone_marks)(const void *self, uint32_t zone, struct zone_info *info);
	void (*free_orders)(const void *self, uint32_t zone, uint32_t order, uint32_t enough,
			    uint16_t orders[MIGRATE_TYPES]);
	bool (*plain_block)(const void *self, struct block_head *block, uint32_t order);
};

/* The same for any view, with what it has. */
uint32_t view_read_pages(const struct view *view, pfn_t pfn, uint32_t nr_pages,
			 struct page_info *infos);
/*
 * How many frames from pfn on are plain tails of a block just handed out: of its zone, without
 * flags, type, map count, private data or references; of a compound block tails of this head, else
 * no tails and without mapping.
 */
uint32_t view_plain_tails(const struct view *view, const struct block_head *head, pfn_t pfn,
			  uint32_t nr_pages);
/*
 * Is the block, whose first page has one reference and is as plain, made of these? block: pfn and
 * compound are asked, zone is answered.
 */
bool view_plain_block_by_pages(const struct view *view, struct block_head *block, uint32_t order);
static inline bool view_plain_block(const struct view *view, struct block_head *block,
				    uint32_t order)
{
	return view->plain_block ? view->plain_block(view->self, block, order)
				 : view_plain_block_by_pages(view, block, order);
}

/* What watermarks are made of; the rest of info is or stays what it was. */
static inline void view_read_zone_marks(const struct view *view, uint32_t zone,
					struct zone_info *info)
{
	(view->zone_marks ? view->zone_marks : view->zone)(view->self, zone, info);
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

	return view_read_refcounts(view, &pfn, 1, refcount, &marked) == 1;
}
uint32_t view_read_free_entries(const struct view *view, uint32_t zone, struct list_cursor *at,
				struct list_entry *entries, uint32_t max);
uint32_t view_read_pcp_entries(const struct view *view, uint32_t zone, uint32_t cpu,
			       uint32_t nr_lists, struct list_cursor *at,
			       struct list_entry *entries, uint32_t max);
