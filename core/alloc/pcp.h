/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU page lists: orders 0..3 (and pageblock order with THP) by migratetype (04 section 6, 06
 * section 6). A refill goes to the tail, a free to the head, an allocation takes the head, an
 * overflow frees from the tail. The lists are a CPU's, under its pcp lock (sync.h); count is the
 * pages on all of them. A block there has no reference, is not PageBuddy, and its index is the list
 * it goes back to.
 */
#pragma once

#include "alloc/fallback.h"
#include "base/sync.h"

/* FP-31, FR-1 */
static always_inline bool pcp_allowed_order(const struct buddy_system *sys, uint32_t order)
{
	return order <= PAGE_ALLOC_COSTLY_ORDER ||
	       (has_feature(sys, BUDDY_THP) && order == sys->head->pageblock_order);
}

/* FP-40 */
static always_inline uint32_t order_to_pindex(uint32_t type, uint32_t order)
{
	if (likely(order <= PAGE_ALLOC_COSTLY_ORDER))
		return MIGRATE_PCPTYPES * order + type;
	return NR_PCP_LOW_LISTS + (type == MIGRATE_MOVABLE);
}

static always_inline uint32_t pindex_to_order(const struct buddy_system *sys, uint32_t pindex)
{
	return pindex < NR_PCP_LOW_LISTS ? pindex / MIGRATE_PCPTYPES : sys->head->pageblock_order;
}

/*
 * FP-42 for one page: from the list, refilled when empty; NULL when the buddy has none. The caller
 * holds the pcp lock.
 */
must_check struct page *rmqueue_pcp_refill(struct task *tsk, struct zone *zone, struct pcp *pcp,
					   uint32_t order, uint32_t type, uint32_t alloc_flags);

must_check static always_inline struct page *rmqueue_pcp_list(struct task *tsk, struct zone *zone,
							      struct pcp *pcp, uint32_t order,
							      uint32_t type, uint32_t alloc_flags)
{
	struct buddy_system *sys = tsk->sys;
	struct list_node *list = &pcp->lists[order_to_pindex(type, order)];
	struct page *page;

	if (unlikely(list_empty(sys, list)) || unlikely(has_feature(sys, BUDDY_DEBUG_VM)))
		return rmqueue_pcp_refill(tsk, zone, pcp, order, type, alloc_flags);
	page = list_first_page(sys, list);
	list_del(sys, &page->lru);
	pcp->count -= (int32_t)BIT(order);
	return page;
}

/* FR-26: the pcp lock is held; page is prepared, its index recorded. pcp_type < 3. */
void free_unref_page_commit(struct task *tsk, struct zone *zone, struct pcp *pcp, struct page *page,
			    uint32_t pcp_type, uint32_t order);

/*
 * FR-32: count pages of a CPU's lists go to the free lists, those of pindex first. The pcp lock is
 * held; tsk is who does it, whose CPU counts them, and the pcp may be another one's.
 */
void free_pcppages_bulk(struct task *tsk, struct zone *zone, struct pcp *pcp, int32_t count,
			uint32_t pindex);

/* FR-47: the CPU of tsk, which is its vmstat worker, gives a batch of a zone back. */
void drain_zone_pages(struct task *tsk, struct zone *zone);
/* FR-45, FR-46: every zone of one CPU. Takes its pcp locks. */
void drain_pages(struct task *tsk, uint32_t cpu);
