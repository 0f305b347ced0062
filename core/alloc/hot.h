/* SPDX-License-Identifier: MIT */
/*
 * The common case, straight through: a pcp-eligible request that its preferred zone serves from a
 * non-empty pcp list, and an order-0 page that goes back to one. The decisions are those of the
 * general paths (FP-10..42, FR-11..26) with everything that cannot matter here left out; whenever
 * anything unusual is on, these decline before changing anything and the general path decides. An
 * empty list is refilled by the code of the general path, which is spared the way there.
 */
#pragma once

#include "alloc/pcp.h"
#include "alloc/watermark.h"

/* Somebody traces, locks or checks strictly. */
static always_inline bool machine_is_watched(const struct buddy_system *sys)
{
	return (uintptr_t)sys->hooks.trace | (uintptr_t)sys->sync |
	       (sys->head->features & BUDDY_DEBUG_VM);
}

/* Request and task bits that need the general path. */
#define HOT_GFP_EXCLUDED (__GFP_COMP | __GFP_ZERO | __GFP_WRITE | __GFP_NOFAIL)
#define HOT_TASK_EXCLUDED (PF_MEMALLOC_NOIO | PF_MEMALLOC_NOFS | PF_MEMALLOC_PIN)

static always_inline bool request_is_plain(const struct task *tsk, gfp_t gfp, uint32_t order)
{
	const struct buddy_hooks *hooks = &tsk->sys->hooks;

	return order <= PAGE_ALLOC_COSTLY_ORDER &&
	       !((gfp & HOT_GFP_EXCLUDED) | (tsk->flags & HOT_TASK_EXCLUDED)) &&
	       !((uintptr_t)hooks->cpuset_allowed | (uintptr_t)hooks->should_fail_alloc);
}

/* FP-24 at LOW with the flags that a request has before the slow path; false for whatever takes
 * longer. */
static always_inline bool hot_watermark_ok(const struct buddy_system *sys, const struct zone *zone,
					   uint32_t order, uint32_t highest_zoneidx, uint32_t type)
{
	int64_t usable = zone->stat[NR_FREE_PAGES] - zone->nr_reserved_highatomic;
	uint32_t mark = wmark_pages(zone, WMARK_LOW);
	uint32_t alloc_flags = ALLOC_WMARK_LOW;

	if (likely(!order && !zone->stat[NR_FREE_CMA_PAGES]))
		return usable > (int64_t)((uint64_t)mark + zone->lowmem_reserve[highest_zoneidx]);
	if (type == MIGRATE_MOVABLE && has_feature(sys, BUDDY_CMA))
		alloc_flags |= ALLOC_CMA;
	return zone_watermark_fast(sys, zone, order, mark, highest_zoneidx, alloc_flags, 0);
}

/* The pcp list of a plain request is empty and the watermark holds. NULL: the general path asks the
 * zone again, which answers it as it has answered here. */
struct page *alloc_page_refill(struct task *tsk, struct zone *zone, gfp_t gfp, uint32_t order,
			       uint32_t type);

/* NULL: take the general path; nothing has changed. */
static always_inline struct page *alloc_page_hot(struct task *tsk, gfp_t gfp, uint32_t order,
						 uint32_t nid)
{
	struct buddy_system *sys = tsk->sys;
	const struct image *head = sys->head;
	uint32_t type = gfp_migratetype(sys, gfp);
	uint32_t number =
		head->preferred_zone[nid][gfp & __GFP_THISNODE ? 1 : 0][gfp & GFP_ZONEMASK];
	struct list_node *list;
	struct zone *zone;
	struct page *page;
	struct pcp *pcp;

	if (unlikely(!request_is_plain(tsk, gfp, order) || machine_is_watched(sys)) ||
	    unlikely(type >= MIGRATE_PCPTYPES || number == ZONEREF_END))
		return NULL;
	zone = &sys->zones[number];
	pcp = zone_pcp(sys, zone, tsk->cpu);
	list = &pcp->lists[MIGRATE_PCPTYPES * order + type];
	if (unlikely(zone->flags) ||
	    unlikely(!hot_watermark_ok(sys, zone, order, head->gfp_zone[gfp & GFP_ZONEMASK], type)))
		return NULL;
	if (unlikely(list_empty(sys, list)))
		return alloc_page_refill(tsk, zone, gfp, order, type);
	if (unlikely(pcp->free_factor))
		pcp->free_factor >>= 1;
	pcp->count -= (int32_t)BIT(order);
	page = list_first_page(sys, list);
	list_del(sys, &page->lru);
	page->refcount = 1; /* private_value is 0 on every list */
	if (unlikely(page->flags))
		page->flags &= ~PAGE_PFMEMALLOC;
	return page;
}

/* Order 0, no reference left. False: take the general path; nothing has changed. */
static always_inline bool free_page_hot(struct task *tsk, struct page *page)
{
	struct buddy_system *sys = tsk->sys;
	uint32_t entry = *pageblock_of(sys, page);
	uint32_t number = (entry >> PAGEBLOCK_ZONE_SHIFT) - 1;
	uint32_t type = entry & PAGEBLOCK_TYPE_MASK;
	struct zone *zone;
	struct pcp *pcp;

	if (unlikely((page->flags & ~PAGE_PFMEMALLOC) | (page->mapping & 3u)) ||
	    unlikely(type >= MIGRATE_PCPTYPES || number >= IMAGE_MAX_ZONES ||
		     machine_is_watched(sys)))
		return false;
	zone = &sys->zones[number];
	pcp = zone_pcp(sys, zone, tsk->cpu);
	if (unlikely(pcp->count + 1 >= pcp->high || zone->flags))
		return false;
	if (unlikely(page->flags))
		page->flags = 0;
	page->private_value = 0;
	page->index = type;
	list_add(sys, &page->lru, &pcp->lists[type]);
	pcp->count++;
	return true;
}
