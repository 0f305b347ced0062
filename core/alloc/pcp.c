/* SPDX-License-Identifier: MIT */
/* Refill, overflow and drain of the per-CPU lists. */
#include "alloc/pcp.h"

#include "alloc/block_check.h"
#include "alloc/page_check.h"
#include "alloc/pageblock.h"
#include "alloc/trace.h"
#include "base/argument_check.h"
#include "base/check.h"
#include "base/list_check.h"
#include "base/marks.h"

/* Appends the blocks of a run, which are whole: nothing has strayed. */
static void append_run(struct buddy_system *sys, struct page *page, uint32_t nr, uint32_t order,
		       uint32_t type, struct list_node *list)
{
	for (; nr > 0; nr--, page += BIT(order)) {
		page->private_value = 0;
		page->index = type;
		trace_alloc_zone_locked(sys, page, order, type);
		if (order)
			set_page_whole(page, order);
		list_add_tail(sys, &page->lru, list);
	}
}

/* FP-43: n blocks from the buddy to the list's tail. Returns the number appended. */
static uint32_t rmqueue_bulk(struct task *tsk, struct zone *zone, uint32_t order, uint32_t n,
			     struct list_node *list, uint32_t type, uint32_t alloc_flags)
{
	struct buddy_system *sys = tsk->sys;
	bool in_runs = !read_shared(sys->head->stray_writes) && !has_feature(sys, BUDDY_DEBUG_VM);
	uint32_t nr_removed = 0, nr_added = 0;

	lock_zone(sys, zone);
	while (nr_removed < n) {
		struct page *page;
		uint32_t run = 0;

		if (likely(in_runs) && likely(!cma_is_larger_half(sys, zone, alloc_flags)))
			run = take_run(sys, zone, order, type, n - nr_removed, &page);
		if (likely(run)) {
			append_run(sys, page, run, order, type, list);
			nr_removed += run;
			nr_added += run;
			continue;
		}
		page = __rmqueue(sys, zone, order, type, alloc_flags);
		if (!page)
			break;
		nr_removed++;
		if (!has_feature(sys, BUDDY_DEBUG_VM) &&
		    unlikely(check_new_pages(sys, page, order)))
			continue;
		VM_BUG_ON(sys, !list_head_valid(sys, list), page_pfn(sys, page));
		list_add_tail(sys, &page->lru, list);
		nr_added++;
		if (page->index == MIGRATE_CMA)
			mod_zone_page_state(sys, zone, tsk->cpu, NR_FREE_CMA_PAGES,
					    -(int64_t)BIT(order));
	}
	/* Once at the end: the CMA balance test sees the mixture (BU-41). */
	mod_zone_page_state(sys, zone, tsk->cpu, NR_FREE_PAGES, -((int64_t)nr_removed << order));
	unlock_zone(sys, zone);
	return nr_added;
}

static uint32_t refill_size(const struct pcp *pcp, uint32_t order)
{
	uint32_t n = (uint32_t)pcp->batch;

	if (n <= 1)
		return n;
	n >>= order;
	return n < 2 ? 2 : n;
}

struct page *rmqueue_pcp_refill(struct task *tsk, struct zone *zone, struct pcp *pcp,
				uint32_t order, uint32_t type, uint32_t alloc_flags)
{
	struct buddy_system *sys = tsk->sys;
	struct list_node *list = &pcp->lists[order_to_pindex(type, order)];
	struct page *page;

	VM_CHECK(sys, check_pcp_list(sys, zone, pcp, order_to_pindex(type, order), 1));
	do {
		if (list_empty(sys, list)) {
			MARK(sys, pcp_refill);
			pcp->count +=
				(int32_t)(rmqueue_bulk(tsk, zone, order, refill_size(pcp, order),
						       list, type, alloc_flags)
					  << order);
			if (list_empty(sys, list))
				return NULL;
		}
		page = list_first_page(sys, list);
		list_del(sys, &page->lru);
		pcp->count -= (int32_t)BIT(order);
	} while (has_feature(sys, BUDDY_DEBUG_VM) && unlikely(check_new_pages(sys, page, order)));
	return page;
}

/* One page of FR-32.3, already off its list. */
static void free_pcp_page(struct task *tsk, struct zone *zone, struct page *page, uint32_t order,
			  bool isolated_blocks)
{
	struct buddy_system *sys = tsk->sys;
	uint32_t type;

	forget_whole(page);
	if (!has_feature(sys, BUDDY_DEBUG_VM) && unlikely(free_page_is_bad(sys, page)))
		return;
	type = unlikely(isolated_blocks) ? get_pageblock_migratetype(sys, page) : page->index;
	__free_one_page(tsk, zone, page, order, type, FPI_NONE);
	trace_pcpu_drain(sys, page, order, type);
}

/*
 * Blocks in a row on a list, oldest first, with ascending or descending frames. Freed one after the
 * other, those that make an aligned block up first go to lists, and leave them again into that
 * block, which leaves these lists as they were. So the aligned block is freed at once.
 */
struct run {
	struct page *first, *last; /* as on the list, from its tail */
	uint32_t nr;
	ptrdiff_t step; /* from one to the next, in pages */
};

static always_inline bool run_goes_on(const struct page *page, const struct page *first)
{
	return !page_stains(page, PAGE_FLAGS_CHECK_AT_FREE) && page->index == first->index;
}

/* At the tail of a list that is not empty: one block, or more up to max if they are in order. */
static struct run find_tail_run(const struct buddy_system *sys, const struct list_node *list,
				uint32_t order, uint32_t max)
{
	struct page *page = list_last_page(sys, list);
	struct run run = { page, page, 1, (ptrdiff_t)BIT(order) };
	struct list_node *prev = cell_node(sys, page->lru.prev);

	if (max == 1 || page->index >= MIGRATE_PCPTYPES || !run_goes_on(page, page))
		return run;
	if (node_page(prev) == page - run.step)
		run.step = -run.step;
	while (run.nr < max && prev != list && node_page(prev) == run.last + run.step &&
	       run_goes_on(node_page(prev), page)) {
		run.last = node_page(prev);
		prev = cell_node(sys, prev->prev);
		run.nr++;
	}
	return run;
}

/* The zone lock is held; the run is off its list. */
static void free_run(struct task *tsk, struct zone *zone, const struct run *run, uint32_t order)
{
	struct buddy_system *sys = tsk->sys;
	bool upwards = run->step > 0;
	uint32_t type = run->first->index;
	uint32_t low = page_index(sys, upwards ? run->first : run->last);
	uint32_t end = low + (run->nr << order);

	for (uint32_t i = low; order && i < end; i += BIT(order))
		forget_whole(sys->mem_map + i);
	for (uint32_t i = 0; i < run->nr; i++)
		mod_zone_page_state(sys, zone, tsk->cpu, NR_FREE_PAGES, BIT(order));
	while (low < end) {
		/* The largest aligned block, of one pageblock, with which the rest begins. */
		uint32_t border = (upwards ? low : end) | pageblock_nr_pages(sys);
		uint32_t fits = 31 - (uint32_t)__builtin_clz(end - low);
		uint32_t block_order = (uint32_t)__builtin_ctz(border | BIT(fits));
		uint32_t block = upwards ? low : end - BIT(block_order);

		merge_free_block(tsk, zone, sys->mem_map + block, block_order, type, FPI_NONE);
		low += upwards ? BIT(block_order) : 0;
		end = upwards ? end : block;
	}
	for (uint32_t i = 0; trace_enabled(sys) && i < run->nr; i++)
		trace_pcpu_drain(sys, run->first + run->step * (ptrdiff_t)i, order, type);
}

/* From the tail of one list until count pages are gone or it is empty; returns what is left. */
static int32_t free_pcp_list(struct task *tsk, struct zone *zone, struct pcp *pcp, int32_t count,
			     uint32_t pindex)
{
	struct buddy_system *sys = tsk->sys;
	bool isolated_blocks = zone->nr_isolate_pageblock != 0;
	bool one_by_one = isolated_blocks || has_feature(sys, BUDDY_DEBUG_VM);
	struct list_node *list = &pcp->lists[pindex];
	uint32_t order = pindex_to_order(sys, pindex);

	while (count > 0 && !list_empty(sys, list)) {
		uint32_t max = one_by_one ? 1 : ((uint32_t)count + BIT(order) - 1) >> order;
		struct run run = find_tail_run(sys, list, order, max);

		list->prev = run.last->lru.prev;
		cell_node(sys, list->prev)->next = node_cell(sys, list);
		count -= (int32_t)(run.nr << order);
		pcp->count -= (int32_t)(run.nr << order);
		if (run.nr > 1)
			free_run(tsk, zone, &run, order);
		else
			free_pcp_page(tsk, zone, run.first, order, isolated_blocks);
	}
	return count;
}

void free_pcppages_bulk(struct task *tsk, struct zone *zone, struct pcp *pcp, int32_t count,
			uint32_t pindex)
{
	struct buddy_system *sys = tsk->sys;
	uint32_t nr_lists = has_feature(sys, BUDDY_THP) ? NR_PCP_LISTS : NR_PCP_LOW_LISTS;
	uint32_t nr_empty = 0;

	VM_BUG_ON(sys, pindex >= nr_lists, PFN_NONE);
	VM_CHECK(sys, check_pcp_lists(sys, zone, pcp));
	if (count > pcp->count)
		count = pcp->count;
	lock_zone(sys, zone);
	/* Cyclically ascending from pindex; each list is emptied before the next. */
	for (; count > 0; pindex = pindex + 1 < nr_lists ? pindex + 1 : 0) {
		nr_empty = list_empty(sys, &pcp->lists[pindex]) ? nr_empty + 1 : 0;
		BUG_ON(sys, nr_empty > nr_lists, PFN_NONE);
		count = free_pcp_list(tsk, zone, pcp, count, pindex);
	}
	unlock_zone(sys, zone);
}

/* FR-27 */
static int32_t nr_pcp_high(const struct zone *zone, const struct pcp *pcp, bool free_high)
{
	int32_t high = pcp->high;

	if (unlikely(!high || free_high))
		return 0;
	if (unlikely(read_shared(zone->flags) & ZONE_RECLAIM_ACTIVE) && pcp->batch * 4 < high)
		return pcp->batch * 4;
	return high;
}

/* FR-28: bursts of frees give back exponentially more, up to high - batch. */
static int32_t nr_pcp_free(struct pcp *pcp, int32_t high, bool free_high)
{
	int32_t batch = pcp->batch;
	int32_t max_nr, nr;

	if (unlikely(free_high))
		return pcp->count;
	if (unlikely(high < batch))
		return 1;
	max_nr = high - batch;
	nr = batch << pcp->free_factor;
	if (nr < max_nr && pcp->free_factor < 5)
		pcp->free_factor++;
	if (nr >= max_nr)
		return max_nr;
	return nr <= batch ? batch : nr;
}

static cold_path void pcp_overflow(struct task *tsk, struct zone *zone, struct pcp *pcp,
				   int32_t high, bool free_high, uint32_t pindex)
{
	MARK(tsk->sys, pcp_overflow);
	if (free_high)
		MARK(tsk->sys, pcp_free_high);
	free_pcppages_bulk(tsk, zone, pcp, nr_pcp_free(pcp, high, free_high), pindex);
}

void free_unref_page_commit(struct task *tsk, struct zone *zone, struct pcp *pcp, struct page *page,
			    uint32_t pcp_type, uint32_t order)
{
	uint32_t pindex = order_to_pindex(pcp_type, order);
	bool free_high = pcp->free_factor && order && order <= PAGE_ALLOC_COSTLY_ORDER;
	int32_t high;

	VM_CHECK(tsk->sys, check_before_pcp_add(tsk->sys, zone, pcp, page, pindex));
	list_add(tsk->sys, &page->lru, &pcp->lists[pindex]);
	pcp->count += (int32_t)BIT(order);
	high = nr_pcp_high(zone, pcp, free_high);
	if (unlikely(pcp->count >= high))
		pcp_overflow(tsk, zone, pcp, high, free_high, pindex);
}

/* FR-45: cpu's pages, accounted on the CPU that runs this. */
static void drain_pages_zone(struct task *tsk, struct zone *zone, uint32_t cpu)
{
	struct buddy_system *sys = tsk->sys;
	struct pcp *pcp = zone_pcp(sys, zone, cpu);
	int32_t count;

	do {
		lock_pcp(sys, zone, cpu);
		count = pcp->count;
		if (count) {
			int32_t to_drain = pcp->batch << 5;

			MARK(sys, pcp_drained);
			if (to_drain > count)
				to_drain = count;
			free_pcppages_bulk(tsk, zone, pcp, to_drain, 0);
			count -= to_drain;
		}
		unlock_pcp(sys, zone, cpu);
	} while (count);
}

void drain_pages(struct task *tsk, uint32_t cpu)
{
	struct buddy_system *sys = tsk->sys;

	for (uint32_t number = 0; number < sys->head->nr_zones; number++)
		drain_pages_zone(tsk, &sys->zones[number], cpu);
}

void drain_local_pages(struct task *tsk)
{
	VM_CHECK(tsk->sys, check_task(tsk));
	drain_pages(tsk, tsk->cpu);
}

void drain_all_pages(struct task *tsk)
{
	struct buddy_system *sys = tsk->sys;

	VM_CHECK(sys, check_task(tsk));
	for (uint32_t cpu = 0; cpu < sys->head->nr_cpus; cpu++)
		if (may_drain_cpu(tsk, cpu))
			drain_pages(tsk, cpu);
}

void drain_zone_pages(struct task *tsk, struct zone *zone)
{
	struct buddy_system *sys = tsk->sys;
	struct pcp *pcp = zone_pcp(sys, zone, tsk->cpu);
	int32_t to_drain;

	lock_pcp(sys, zone, tsk->cpu);
	to_drain = pcp->count < pcp->batch ? pcp->count : pcp->batch;
	if (to_drain > 0)
		free_pcppages_bulk(tsk, zone, pcp, to_drain, 0);
	unlock_pcp(sys, zone, tsk->cpu);
}
