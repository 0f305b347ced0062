/* SPDX-License-Identifier: MIT */
/*
 * From "no reference left" to the lists: pcp for eligible orders, else the buddy. __free_pages() is
 * only a drop of one reference; what it does when others remain is FR-5..8.
 */
#include "alloc/free.h"

#include "alloc/hot.h"
#include "alloc/pageblock.h"
#include "alloc/prep.h"
#include "base/argument_check.h"
#include "base/check.h"
#include "base/marks.h"

/* FR-21; the type is read again when isolation may have changed it meanwhile. */
static always_inline void free_one_page(struct task *tsk, struct zone *zone, struct page *page,
					uint32_t order, uint32_t type, uint32_t fpi)
{
	struct buddy_system *sys = tsk->sys;

	lock_zone(sys, zone);
	if (unlikely(zone->nr_isolate_pageblock || type == MIGRATE_ISOLATE))
		type = get_pageblock_migratetype(sys, page);
	__free_one_page(tsk, zone, page, order, type, fpi);
	unlock_zone(sys, zone);
}

void free_pages_ok(struct task *tsk, struct page *page, uint32_t order, uint32_t fpi)
{
	struct buddy_system *sys = tsk->sys;

	if (!free_pages_prepare(sys, page, order, true))
		return;
	free_one_page(tsk, page_zone(sys, page), page, order, get_pageblock_migratetype(sys, page),
		      fpi);
}

/* CMA and HIGHATOMIC pages wait on the MOVABLE list; index keeps their type (FR-25.3). */
static always_inline uint32_t pcp_list_type(uint32_t type)
{
	return likely(type < MIGRATE_PCPTYPES) ? type : MIGRATE_MOVABLE;
}

/* FR-25 */
static always_inline void free_unref_page(struct task *tsk, struct page *page, uint32_t order,
					  bool debug_vm)
{
	struct buddy_system *sys = tsk->sys;
	struct zone *zone;
	uint32_t type;

	if (!free_pages_prepare(sys, page, order, debug_vm))
		return;
	zone = page_zone(sys, page);
	type = get_pageblock_migratetype(sys, page);
	page->index = type;
	if (unlikely(type == MIGRATE_ISOLATE)) {
		free_one_page(tsk, zone, page, order, type, FPI_NONE);
		return;
	}
	if (unlikely(!trylock_pcp(sys, zone, tsk->cpu))) {
		MARK(sys, pcp_trylock_failed);
		free_one_page(tsk, zone, page, order, type, FPI_NONE);
		return;
	}
	set_page_whole(page, order);
	free_unref_page_commit(tsk, zone, zone_pcp(sys, zone, tsk->cpu), page, pcp_list_type(type),
			       order);
	unlock_pcp(sys, zone, tsk->cpu);
}

/* FR-1 */
static always_inline void free_to_lists(struct task *tsk, struct page *page, uint32_t order,
					bool debug_vm)
{
	if (likely(pcp_allowed_order(tsk->sys, order)))
		free_unref_page(tsk, page, order, debug_vm);
	else
		free_pages_ok(tsk, page, order, FPI_NONE);
}

static cold_path void free_checked_page(struct task *tsk, struct page *page, uint32_t order)
{
	check_task_block(tsk, page, order);
	free_to_lists(tsk, page, order, true);
}

void free_the_page(struct task *tsk, struct page *page, uint32_t order)
{
	if (unlikely(has_feature(tsk->sys, BUDDY_DEBUG_VM)))
		free_checked_page(tsk, page, order);
	else
		free_to_lists(tsk, page, order, false);
}

/* FR-40, first pass: what cannot go to a pcp list leaves the array. Returns how many stay. */
static uint32_t prepare_page_list(struct task *tsk, struct page **pages, uint32_t nr)
{
	struct buddy_system *sys = tsk->sys;
	uint32_t nr_kept = 0;

	for (uint32_t i = 0; i < nr; i++) {
		struct page *page = pages[i];
		uint32_t type;

		if (!free_pages_prepare(sys, page, 0, has_feature(sys, BUDDY_DEBUG_VM)))
			continue;
		type = get_pageblock_migratetype(sys, page);
		if (unlikely(type == MIGRATE_ISOLATE)) {
			free_one_page(tsk, page_zone(sys, page), page, 0, type, FPI_NONE);
			continue;
		}
		page->index = type;
		pages[nr_kept++] = page;
	}
	return nr_kept;
}

void free_unref_page_list(struct task *tsk, struct page **pages, uint32_t nr)
{
	struct buddy_system *sys = tsk->sys;

	nr = prepare_page_list(tsk, pages, nr);
	for (uint32_t i = 0; i < nr; i++) {
		struct page *page = pages[i];
		struct zone *zone = page_zone(sys, page);

		if (unlikely(!trylock_pcp(sys, zone, tsk->cpu))) {
			MARK(sys, pcp_trylock_failed);
			free_one_page(tsk, zone, page, 0, page->index, FPI_NONE);
			continue;
		}
		if (trace_enabled(sys))
			trace_page(sys, TRACE_MM_PAGE_FREE_BATCHED, page, 0, page->index, 0);
		free_unref_page_commit(tsk, zone, zone_pcp(sys, zone, tsk->cpu), page,
				       pcp_list_type(page->index), 0);
		unlock_pcp(sys, zone, tsk->cpu);
	}
}

static cold_path void free_all_but_head(struct task *tsk, struct page *page, uint32_t order)
{
	MARK(tsk->sys, free_tail_partial);
	forget_whole(page);
	while (order-- > 0)
		free_the_page(tsk, page + BIT(order), order);
}

static always_inline void drop_block(struct task *tsk, struct page *page, uint32_t order)
{
	/* Before the drop: afterwards the page may be in another life (FR-7). */
	bool head = page_is_head(page);

	if (likely(page_ref_sub_and_test(tsk->sys, page, 1)))
		free_the_page(tsk, page, order);
	else if (!head)
		free_all_but_head(tsk, page, order);
}

static cold_path void drop_checked_block(struct task *tsk, struct page *page, uint32_t order)
{
	check_task_block(tsk, page, order);
	VM_BUG_ON(tsk->sys, page->refcount == 0, page_pfn(tsk->sys, page));
	drop_block(tsk, page, order);
}

static long_path void free_pages_general(struct task *tsk, struct page *page, uint32_t order)
{
	if (unlikely(has_feature(tsk->sys, BUDDY_DEBUG_VM)))
		drop_checked_block(tsk, page, order);
	else
		drop_block(tsk, page, order);
}

/* As free_page_hot(), of an order that has no pcp lists. */
static bool free_large_hot(struct task *tsk, struct page *page, uint32_t order)
{
	struct buddy_system *sys = tsk->sys;
	uint32_t entry = read_shared(*pageblock_of(sys, page));
	uint32_t number = (entry >> PAGEBLOCK_ZONE_SHIFT) - 1;
	uint32_t type = entry & PAGEBLOCK_TYPE_MASK;

	if (unlikely((page->flags ^ order << PAGE_WHOLE_SHIFT) | ((uint32_t)page->refcount ^ 1u) |
		     page->mapping | page->type) ||
	    unlikely(read_shared(sys->head->stray_writes)) || unlikely(order > MAX_PAGE_ORDER) ||
	    unlikely(type >= MIGRATE_PCPTYPES || number >= IMAGE_MAX_ZONES))
		return false;
	page->flags = 0;
	page->refcount = 0;
	page->private_value = 0;
	free_one_page(tsk, &sys->zones[number], page, order, type, FPI_NONE);
	return true;
}

static always_inline bool free_block_hot(struct task *tsk, struct page *page, uint32_t order)
{
	if (unlikely(frees_are_general(tsk->sys)))
		return false;
	return pcp_allowed_order(tsk->sys, order) ? free_page_hot(tsk, page, order)
						  : free_large_hot(tsk, page, order);
}

/* Apart from single pages, which need fewer registers. */
static long_path void free_block(struct task *tsk, struct page *page, uint32_t order)
{
	if (unlikely(!free_block_hot(tsk, page, order)))
		free_pages_general(tsk, page, order);
}

void __free_pages(struct task *tsk, struct page *page, uint32_t order)
{
	if (unlikely(order))
		free_block(tsk, page, order);
	else if (unlikely(frees_are_general(tsk->sys)) || unlikely(!free_page_hot(tsk, page, 0)))
		free_pages_general(tsk, page, 0);
}
