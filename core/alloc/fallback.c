/* SPDX-License-Identifier: MIT */
/*
 * Migratetype fallback (05). A request whose lists are empty steals from another type: the largest
 * block first, so that as few pageblocks as possible end up mixed, and with it the pageblock where
 * that pays.
 */
#include "alloc/fallback.h"

#include "alloc/block_check.h"
#include "alloc/pageblock.h"
#include "alloc/trace.h"
#include "base/check.h"
#include "base/marks.h"
#include "base/sync.h"

/* FB-3: rows for the types that may start a fallback. */
static const uint8_t fallbacks[MIGRATE_PCPTYPES][2] = {
	[MIGRATE_UNMOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE },
	[MIGRATE_MOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE },
	[MIGRATE_RECLAIMABLE] = { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE },
};

/* FB-19: may the whole block's pageblock be converted? */
static bool can_steal_fallback(const struct buddy_system *sys, uint32_t order, uint32_t start_type)
{
	uint32_t pageblock_order = sys->head->pageblock_order;

	return order >= pageblock_order || order >= pageblock_order / 2 ||
	       start_type == MIGRATE_RECLAIMABLE || start_type == MIGRATE_UNMOVABLE ||
	       sys->head->mobility_disabled;
}

static inline int suitable_fallback(const struct buddy_system *sys, const struct free_area *area,
				    uint32_t order, uint32_t start_type, bool only_stealable,
				    bool *can_steal)
{
	if (!read_shared(area->nr_free))
		return -1;
	*can_steal = false;
	for (uint32_t i = 0; i < 2; i++) {
		uint32_t type = fallbacks[start_type][i];

		if (list_empty(sys, &area->lists[type]))
			continue;
		if (can_steal_fallback(sys, order, start_type))
			*can_steal = true;
		if (!only_stealable || *can_steal)
			return (int)type;
	}
	return -1;
}

int find_suitable_fallback(const struct buddy_system *sys, const struct free_area *area,
			   uint32_t order, uint32_t start_type, bool only_stealable,
			   bool *can_steal)
{
	VM_BUG_ON(sys, start_type >= MIGRATE_PCPTYPES || order > MAX_PAGE_ORDER, PFN_NONE);
	return suitable_fallback(sys, area, order, start_type, only_stealable, can_steal);
}

/* (x / m) * n + ((x % m) * n) / m, as the kernel's mult_frac (MM-63). */
static uint64_t mult_frac(uint64_t x, uint64_t n, uint64_t m)
{
	return x / m * n + x % m * n / m;
}

/* MM-68 */
static bool boost_watermark(struct buddy_system *sys, struct zone *zone)
{
	uint64_t max_boost;
	uint64_t boost;

	if (!sys->head->sysctl.watermark_boost_factor)
		return false;
	if ((uint64_t)pageblock_nr_pages(sys) * 4 > zone->managed_pages)
		return false;
	max_boost = mult_frac(zone->watermark[WMARK_HIGH], sys->head->sysctl.watermark_boost_factor,
			      10000);
	if (!max_boost)
		return false;
	if (max_boost < pageblock_nr_pages(sys))
		max_boost = pageblock_nr_pages(sys);
	boost = (uint64_t)zone->watermark_boost + pageblock_nr_pages(sys);
	write_shared(zone->watermark_boost, (uint32_t)(boost < max_boost ? boost : max_boost));
	return true;
}

/* FB-22.6: allocated pages of the block that suit the new type already. */
static uint32_t alike_pages(const struct buddy_system *sys, uint32_t start_type, uint32_t old_type,
			    uint32_t nr_moved, uint32_t nr_movable)
{
	if (start_type == MIGRATE_MOVABLE)
		return nr_movable;
	if (old_type == MIGRATE_MOVABLE)
		return pageblock_nr_pages(sys) - (nr_moved + nr_movable);
	return 0;
}

/* FB-22.5..8: moves all free pages of the block; false when the single block has to do. */
static bool steal_pageblock(struct buddy_system *sys, struct zone *zone, struct page *page,
			    uint32_t start_type, uint32_t old_type)
{
	uint32_t nr_movable, nr_moved, alike;

	nr_moved = move_freepages_block(sys, zone, page, start_type, &nr_movable);
	if (!nr_moved)
		return false;
	alike = alike_pages(sys, start_type, old_type, nr_moved, nr_movable);
	if (nr_moved + alike >= pageblock_nr_pages(sys) / 2 || sys->head->mobility_disabled) {
		MARK(sys, steal_claimed);
		store_pageblock_migratetype(sys, page, start_type);
	}
	return true;
}

/* FB-22 */
static void steal_suitable_fallback(struct buddy_system *sys, struct zone *zone, struct page *page,
				    uint32_t order, uint32_t alloc_flags, uint32_t start_type,
				    bool whole_block)
{
	uint32_t old_type = get_pageblock_migratetype(sys, page);

	VM_CHECK(sys, check_listed_block(sys, zone, page, order));
	if (old_type == MIGRATE_HIGHATOMIC)
		goto single;
	if (order >= sys->head->pageblock_order) {
		MARK(sys, steal_whole_block);
		for (uint32_t i = 0; i < BIT(order); i += pageblock_nr_pages(sys))
			store_pageblock_migratetype(sys, page + i, start_type);
		goto single;
	}
	if (boost_watermark(sys, zone) && (alloc_flags & ALLOC_KSWAPD)) {
		MARK(sys, boosted_watermark);
		__atomic_fetch_or(&zone->flags, ZONE_BOOSTED_WATERMARK, __ATOMIC_RELAXED);
	}
	if (whole_block && steal_pageblock(sys, zone, page, start_type, old_type))
		return;
single:
	MARK(sys, steal_single);
	move_to_free_list(sys, zone, page, order, start_type);
}

static void trace_extfrag(const struct buddy_system *sys, const struct page *page, uint32_t order,
			  uint32_t start_type, uint32_t fallback_order, uint32_t fallback_type)
{
	if (trace_enabled(sys))
		trace_page(sys, TRACE_MM_PAGE_ALLOC_EXTFRAG, page, order, start_type,
			   fallback_order << 8 | fallback_type);
}

/* FB-12: the smallest block that any other type has; there is one. */
static uint32_t smallest_fallback(const struct buddy_system *sys, const struct zone *zone,
				  uint32_t order, uint32_t start_type, int *type, bool *can_steal)
{
	uint32_t current = order;

	do {
		*type = find_suitable_fallback(sys, &zone->areas[current], current, start_type,
					       false, can_steal);
	} while (*type < 0 && ++current < NR_PAGE_ORDERS);
	return current;
}

/* FB-10..13: true when something was moved to start_type's lists. */
static bool rmqueue_fallback(struct buddy_system *sys, struct zone *zone, uint32_t order,
			     uint32_t start_type, uint32_t alloc_flags)
{
	uint32_t min_order = order;
	uint32_t current = MAX_PAGE_ORDER;
	bool can_steal = false;
	struct page *page;
	int type;

	VM_BUG_ON(sys, start_type >= MIGRATE_PCPTYPES || order > MAX_PAGE_ORDER, PFN_NONE);
	if (order < sys->head->pageblock_order && (alloc_flags & ALLOC_NOFRAGMENT))
		min_order = sys->head->pageblock_order;
	for (;; current--) {
		type = suitable_fallback(sys, &zone->areas[current], current, start_type, false,
					 &can_steal);
		if (type >= 0)
			break;
		if (current == min_order) {
			MARK(sys, fallback_none);
			return false;
		}
	}
	if (!can_steal && start_type == MIGRATE_MOVABLE && current > order) {
		MARK(sys, fallback_smallest_first);
		current = smallest_fallback(sys, zone, order, start_type, &type, &can_steal);
	}
	page = get_page_from_free_area(sys, &zone->areas[current], (uint32_t)type);
	VM_BUG_ON(sys, !page, PFN_NONE);
	steal_suitable_fallback(sys, zone, page, current, alloc_flags, start_type, can_steal);
	trace_extfrag(sys, page, order, start_type, current, (uint32_t)type);
	return true;
}

struct page *__rmqueue(struct buddy_system *sys, struct zone *zone, uint32_t order, uint32_t type,
		       uint32_t alloc_flags)
{
	struct page *page;

	if (unlikely(cma_is_larger_half(sys, zone, alloc_flags))) {
		page = __rmqueue_smallest(sys, zone, order, MIGRATE_CMA);
		if (page) {
			MARK(sys, cma_balance);
			return page;
		}
	}
	do {
		page = __rmqueue_smallest(sys, zone, order, type);
		if (likely(page))
			return page;
		if (alloc_flags & ALLOC_CMA)
			page = __rmqueue_smallest(sys, zone, order, MIGRATE_CMA);
		if (page) {
			MARK(sys, cma_fallback);
			return page;
		}
	} while (rmqueue_fallback(sys, zone, order, type, alloc_flags));
	return NULL;
}
