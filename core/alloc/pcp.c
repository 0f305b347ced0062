/* SPDX-License-Identifier: MIT */
/* Refill, overflow and drain of the per-CPU lists. */
#include "alloc/pcp.h"

#include "alloc/pageblock.h"
#include "alloc/trace.h"
#include "base/check.h"
#include "base/marks.h"

/* __rmqueue() where nearly always the list of the type itself serves. */
static always_inline struct page *rmqueue_next(struct buddy_system *sys, struct zone *zone,
					       uint32_t order, uint32_t type, uint32_t alloc_flags)
{
	struct page *page = NULL;

	if (likely(!cma_is_larger_half(sys, zone, alloc_flags)))
		page = rmqueue_smallest(sys, zone, order, type);
	return likely(page) ? page : __rmqueue(sys, zone, order, type, alloc_flags);
}

/* FP-43: n blocks from the buddy to the list's tail. Returns the number appended. */
static uint32_t rmqueue_bulk(struct task *tsk, struct zone *zone, uint32_t order, uint32_t n,
			     struct list_node *list, uint32_t type, uint32_t alloc_flags)
{
	struct buddy_system *sys = tsk->sys;
	uint32_t nr_removed, nr_added = 0;

	lock_zone(sys, zone);
	for (nr_removed = 0; nr_removed < n; nr_removed++) {
		struct page *page = rmqueue_next(sys, zone, order, type, alloc_flags);

		if (!page)
			break;
		if (!has_feature(sys, BUDDY_DEBUG_VM) &&
		    unlikely(check_new_pages(sys, page, order)))
			continue;
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
static void free_pcp_page(struct buddy_system *sys, struct zone *zone, uint32_t cpu,
			  struct page *page, uint32_t order, bool isolated_blocks)
{
	uint32_t type;

	if (!has_feature(sys, BUDDY_DEBUG_VM) && unlikely(free_page_is_bad(sys, page)))
		return;
	type = unlikely(isolated_blocks) ? get_pageblock_migratetype(sys, page) : page->index;
	__free_one_page(sys, zone, cpu, page, order, type, FPI_NONE);
	trace_pcpu_drain(sys, page, order, type);
}

void free_pcppages_bulk(struct buddy_system *sys, struct zone *zone, uint32_t cpu, struct pcp *pcp,
			int32_t count, uint32_t pindex)
{
	uint32_t nr_lists = has_feature(sys, BUDDY_THP) ? NR_PCP_LISTS : NR_PCP_LOW_LISTS;
	uint32_t nr_empty = 0;
	bool isolated_blocks;

	if (count > pcp->count)
		count = pcp->count;
	lock_zone(sys, zone);
	isolated_blocks = zone->nr_isolate_pageblock != 0;
	/* Cyclically ascending from pindex; each list is emptied before the next. */
	for (; count > 0; pindex = pindex + 1 < nr_lists ? pindex + 1 : 0) {
		struct list_node *list = &pcp->lists[pindex];
		uint32_t order = pindex_to_order(sys, pindex);

		nr_empty = list_empty(sys, list) ? nr_empty + 1 : 0;
		BUG_ON(sys, nr_empty > nr_lists, PFN_NONE);
		while (count > 0 && !list_empty(sys, list)) {
			struct page *page = list_last_page(sys, list);

			list_del(sys, &page->lru);
			count -= (int32_t)BIT(order);
			pcp->count -= (int32_t)BIT(order);
			free_pcp_page(sys, zone, cpu, page, order, isolated_blocks);
		}
	}
	unlock_zone(sys, zone);
}

/* FR-27 */
static int32_t nr_pcp_high(const struct zone *zone, const struct pcp *pcp, bool free_high)
{
	int32_t high = pcp->high;

	if (unlikely(!high || free_high))
		return 0;
	if (unlikely(zone->flags & ZONE_RECLAIM_ACTIVE) && pcp->batch * 4 < high)
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
	free_pcppages_bulk(tsk->sys, zone, tsk->cpu, pcp, nr_pcp_free(pcp, high, free_high),
			   pindex);
}

void free_unref_page_commit(struct task *tsk, struct zone *zone, struct pcp *pcp, struct page *page,
			    uint32_t pcp_type, uint32_t order)
{
	uint32_t pindex = order_to_pindex(pcp_type, order);
	bool free_high = pcp->free_factor && order && order <= PAGE_ALLOC_COSTLY_ORDER;
	int32_t high;

	list_add(tsk->sys, &page->lru, &pcp->lists[pindex]);
	pcp->count += (int32_t)BIT(order);
	high = nr_pcp_high(zone, pcp, free_high);
	if (unlikely(pcp->count >= high))
		pcp_overflow(tsk, zone, pcp, high, free_high, pindex);
}

/* FR-45: cpu's pages, accounted on the CPU that runs this. */
static void drain_pages_zone(struct buddy_system *sys, struct zone *zone, uint32_t cpu,
			     uint32_t running_cpu)
{
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
			free_pcppages_bulk(sys, zone, running_cpu, pcp, to_drain, 0);
			count -= to_drain;
		}
		unlock_pcp(sys, zone, cpu);
	} while (count);
}

void drain_pages(struct buddy_system *sys, uint32_t cpu, uint32_t running_cpu)
{
	for (uint32_t number = 0; number < sys->head->nr_zones; number++)
		drain_pages_zone(sys, &sys->zones[number], cpu, running_cpu);
}

void drain_local_pages(struct task *tsk)
{
	drain_pages(tsk->sys, tsk->cpu, tsk->cpu);
}

void drain_all_pages(struct task *tsk)
{
	struct buddy_system *sys = tsk->sys;

	for (uint32_t cpu = 0; cpu < sys->head->nr_cpus; cpu++)
		drain_pages(sys, cpu, tsk->cpu);
}

void drain_zone_pages(struct buddy_system *sys, struct zone *zone, uint32_t cpu)
{
	struct pcp *pcp = zone_pcp(sys, zone, cpu);
	int32_t to_drain;

	lock_pcp(sys, zone, cpu);
	to_drain = pcp->count < pcp->batch ? pcp->count : pcp->batch;
	if (to_drain > 0)
		free_pcppages_bulk(sys, zone, cpu, pcp, to_drain, 0);
	unlock_pcp(sys, zone, cpu);
}
