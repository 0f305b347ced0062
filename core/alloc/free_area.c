/* SPDX-License-Identifier: MIT */
/*
 * Splitting and merging. Page indices and frame numbers agree modulo 2^MAX_PAGE_ORDER (image.h), so
 * buddies are found by index, and the memory map reaches far enough that every buddy has an entry.
 */
#include "alloc/free_area.h"

#include "alloc/block_check.h"
#include "base/check.h"
#include "base/marks.h"

/* BU-16. A hole's page is never PageBuddy, so no validity test is needed. */
static always_inline bool page_is_buddy(const struct buddy_system *sys, const struct zone *zone,
					const struct page *buddy, uint32_t order)
{
	if (!page_is_buddy_head(buddy) || buddy->private_value != order)
		return false;
	if (!page_is_in_zone(sys, buddy, zone))
		return false;
	VM_BUG_ON(sys, buddy->refcount != 0, page_pfn(sys, buddy));
	return true;
}

/* BU-24: the pair's other half is not free, but the pair's own buddy is: this pair may grow soon.
 */
static bool buddy_merge_likely(const struct buddy_system *sys, uint32_t index, uint32_t order)
{
	uint32_t parent = index & ~BIT(order);
	const struct page *buddy;
	const struct zone *zone;

	if (order >= MAX_PAGE_ORDER - 1)
		return false;
	buddy = sys->mem_map + (parent ^ BIT(order + 1));
	if (!page_is_buddy_head(buddy))
		return false;
	zone = page_zone(sys, sys->mem_map + parent);
	return zone && page_is_buddy(sys, zone, buddy, order + 1);
}

/* BU-21.3c: across a pageblock boundary only like types, or two ordinary ones, join. */
static bool may_merge_types(const struct buddy_system *sys, const struct page *buddy, uint32_t type)
{
	uint32_t buddy_type = get_pageblock_migratetype(sys, buddy);

	if (buddy_type == type ||
	    (migratetype_is_mergeable(type) && migratetype_is_mergeable(buddy_type)))
		return true;
	MARK(sys, merge_refused_type);
	return false;
}

/* Inside a pageblock that is the zone's as a whole every buddy is the zone's, too. */
static always_inline bool has_own_pageblock(const struct buddy_system *sys, const struct zone *zone,
					    uint32_t index)
{
	uint32_t entry = read_shared(*pageblock_of(sys, sys->mem_map + index));

	return entry >> PAGEBLOCK_ZONE_SHIFT == zone->number + 1u &&
	       !has_feature(sys, BUDDY_DEBUG_VM);
}

/* BU-20..22. The order reached; *index is the first page of the block then. */
static always_inline uint32_t merge_upwards(struct buddy_system *sys, struct zone *zone,
					    uint32_t *index, uint32_t order, uint32_t type)
{
	uint32_t pageblock_order = sys->head->pageblock_order;
	uint32_t checked_from = has_own_pageblock(sys, zone, *index) ? pageblock_order : 0;

	for (; order < MAX_PAGE_ORDER; order++) {
		struct page *buddy = sys->mem_map + (*index ^ BIT(order));

		if (!page_is_buddy_head(buddy) || buddy->private_value != order)
			break;
		if (unlikely(order >= checked_from) && !page_is_buddy(sys, zone, buddy, order))
			break;
		if (unlikely(order >= pageblock_order) && !may_merge_types(sys, buddy, type))
			break;
		del_page_from_free_list(sys, zone, buddy, order);
		*index &= ~BIT(order);
	}
	return order;
}

void merge_free_block(struct task *tsk, struct zone *zone, struct page *page, uint32_t order,
		      uint32_t type, uint32_t fpi)
{
	struct buddy_system *sys = tsk->sys;
	uint32_t index = page_index(sys, page);

	order = merge_upwards(sys, zone, &index, order, type);
	page = sys->mem_map + index;
	set_buddy_order(page, order);
	if (fpi & FPI_TO_TAIL) {
		add_to_free_list_tail(sys, zone, page, order, type);
	} else if (buddy_merge_likely(sys, index, order)) {
		MARK(sys, merge_likely_tail);
		add_to_free_list_tail(sys, zone, page, order, type);
	} else {
		add_to_free_list(sys, zone, page, order, type);
	}
}

static always_inline void free_one(struct task *tsk, struct zone *zone, struct page *page,
				   uint32_t order, uint32_t type, uint32_t fpi)
{
	struct buddy_system *sys = tsk->sys;

	if (likely(type != MIGRATE_ISOLATE))
		mod_zone_freepage_state(sys, zone, tsk->cpu, (int64_t)BIT(order), type);
	merge_free_block(tsk, zone, page, order, type, fpi);
}

static cold_path void free_one_checked(struct task *tsk, struct zone *zone, struct page *page,
				       uint32_t order, uint32_t type, uint32_t fpi)
{
	check_before_free(tsk->sys, zone, page, order, type);
	free_one(tsk, zone, page, order, type, fpi);
}

void __free_one_page(struct task *tsk, struct zone *zone, struct page *page, uint32_t order,
		     uint32_t type, uint32_t fpi)
{
	if (unlikely(has_feature(tsk->sys, BUDDY_DEBUG_VM)))
		free_one_checked(tsk, zone, page, order, type, fpi);
	else
		free_one(tsk, zone, page, order, type, fpi);
}

struct page *__rmqueue_smallest(struct buddy_system *sys, struct zone *zone, uint32_t order,
				uint32_t type)
{
	VM_CHECK(sys, check_before_take(sys, zone, order, type));
	return take_smallest(sys, zone, order, type);
}

/* Of pages that somebody may be writing to: as good as any answer, as in Linux. */
static racy_reader bool page_counts_as_movable(const struct buddy_system *sys,
					       const struct page *page)
{
	const struct page *head = page_is_tail(page) ? pfn_page(sys, page->compound_head) : page;

	return (head->flags & PG_BIT(lru)) || (page->mapping & 3u) == 2u;
}

/* BU-46: [start, end] by page index, ascending. */
static uint32_t move_freepages(struct buddy_system *sys, struct zone *zone, uint32_t start,
			       uint32_t end, uint32_t type, uint32_t *nr_movable)
{
	uint32_t nr_moved = 0;

	if (unlikely(start < zone->row_end && end >= zone->row_start))
		row_write_all(sys, zone);
	for (uint32_t index = start; index <= end;) {
		struct page *page = sys->mem_map + index;
		uint32_t order;

		if (!page_is_buddy_head(page)) {
			if (nr_movable && page_counts_as_movable(sys, page))
				(*nr_movable)++;
			index++;
			continue;
		}
		order = page->private_value;
		VM_CHECK(sys, check_listed_block(sys, zone, page, order));
		move_to_free_list(sys, zone, page, order, type);
		index += BIT(order);
		nr_moved += BIT(order);
	}
	return nr_moved;
}

uint32_t move_freepages_block(struct buddy_system *sys, struct zone *zone, struct page *page,
			      uint32_t type, uint32_t *nr_movable)
{
	uint32_t base_pfn = sys->head->base_pfn;
	pfn_t pfn = page_pfn(sys, page);
	pfn_t start = pfn & ~(pageblock_nr_pages(sys) - 1);
	pfn_t end = start + pageblock_nr_pages(sys) - 1;

	if (nr_movable)
		*nr_movable = 0;
	if (start < zone->start_pfn || start >= zone_end_pfn(zone))
		start = pfn;
	if (end < zone->start_pfn || end >= zone_end_pfn(zone))
		return 0;
	return move_freepages(sys, zone, start - base_pfn, end - base_pfn, type, nr_movable);
}
