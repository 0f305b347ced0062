/* SPDX-License-Identifier: MIT */
/*
 * The common case, straight through: a plain request that a non-empty pcp list of its preferred
 * zone serves, and a block that goes back to one. The decisions are those of the general paths
 * (FP-10..42, FR-11..26) with everything that cannot matter here left out; whenever anything
 * unusual is on, these decline before they change anything, and the general path decides.
 *
 * Both are leaves: they call nothing, so the compiler saves no registers around them. Whoever adds
 * a call here makes every allocation pay for it.
 */
#pragma once

#include "alloc/pcp.h"
#include "alloc/watermark.h"

/* Bits of buddy_system.general_gfp beside those of requests: every request, every free; and whether
 * a zone below its mark may ask for node reclaim. */
#define GENERAL_ALLOC BIT(31)
#define GENERAL_FREE BIT(30)
#define GENERAL_NODE_RECLAIM BIT(29)

/* Request and task bits that need the general path. */
#define HOT_GFP_EXCLUDED (__GFP_COMP | __GFP_ZERO | __GFP_WRITE | __GFP_NOFAIL | __GFP_THISNODE)
#define HOT_TASK_EXCLUDED (PF_MEMALLOC_NOIO | PF_MEMALLOC_NOFS | PF_MEMALLOC_PIN)

static always_inline bool request_is_plain(const struct task *tsk, gfp_t gfp)
{
	return !(((gfp | GENERAL_ALLOC) & tsk->sys->general_gfp) |
		 (tsk->flags & HOT_TASK_EXCLUDED));
}

/* FP-11.4 */
static always_inline bool node_reclaim_enabled(const struct buddy_system *sys)
{
	return sys->general_gfp & GENERAL_NODE_RECLAIM;
}

static always_inline const struct place *request_place(const struct task *tsk, gfp_t gfp)
{
	return &tsk->sys->head->places[tsk->cpu][gfp & GFP_PLACE_MASK];
}

static always_inline struct zone *place_zone(const struct buddy_system *sys,
					     const struct place *place)
{
	return (struct zone *)(void *)(sys->image + place->zone);
}

static always_inline struct pcp *place_pcp(const struct buddy_system *sys,
					   const struct place *place)
{
	return (struct pcp *)(void *)(sys->image + place->pcp);
}

/*
 * FP-24.1, FP-21.4 at LOW. As if nobody could have a CMA page: true is true for every request. A
 * counter that is below zero for a moment takes longer. One sum, to need few registers.
 */
static always_inline bool hot_watermark_ok(const struct buddy_system *sys,
					   const struct place *place, uint32_t order)
{
	const uint32_t *reserve =
		(const uint32_t *)(const void *)(sys->image + place->lowmem_reserve);
	const struct zone *zone = place_zone(sys, place);
	int64_t cma = read_shared(zone->stat[NR_FREE_CMA_PAGES]);
	int64_t left = read_shared(zone->stat[NR_FREE_PAGES]) - (int64_t)BIT(order);

	left -= cma;
	left -= read_shared(zone->nr_reserved_highatomic);
	left -= zone->watermark[WMARK_LOW];
	left -= read_shared(zone->watermark_boost);
	left -= *reserve;
	return (left | cma) >= 0;
}

/* FP-21.5 where one of two looks tells; which block it is does not matter. */
static always_inline bool hot_zone_has_block(const struct buddy_system *sys,
					     const struct zone *zone, uint32_t order, uint32_t type)
{
	const struct free_area *areas = zone->areas;

	return !list_empty(sys, &areas[MAX_PAGE_ORDER].lists[MIGRATE_MOVABLE]) ||
	       !list_empty(sys, &areas[order].lists[type]);
}

/*
 * order has pcp lists. NULL: the request is not that plain; nothing has changed. The task's CPU is
 * not used before: with BUDDY_DEBUG_VM nothing is plain, and the general path checks it.
 */
must_check static always_inline struct page *alloc_page_hot(struct task *tsk, gfp_t gfp,
							    uint32_t order)
{
	struct buddy_system *sys = tsk->sys;
	const struct place *place;
	struct list_node *list;
	struct zone *zone;
	struct page *page;
	struct pcp *pcp;

	if (unlikely(!request_is_plain(tsk, gfp)))
		return NULL;
	place = request_place(tsk, gfp);
	if (unlikely(!place->zone))
		return NULL;
	pcp = place_pcp(sys, place);
	list = &pcp->lists[order_to_pindex(place->type, order)];
	if (unlikely(list_empty(sys, list)) || unlikely(pcp->free_factor))
		return NULL;
	zone = place_zone(sys, place);
	if (unlikely(read_shared(zone->flags)) || unlikely(!hot_watermark_ok(sys, place, order)))
		return NULL;
	if (order && unlikely(!hot_zone_has_block(sys, zone, order, place->type)))
		return NULL;
	pcp->count -= (int32_t)BIT(order);
	page = list_first_page(sys, list);
	list_del(sys, &page->lru);
	page->refcount = 1; /* private_value is 0 on every list, and no page there is PFMEMALLOC */
	return page;
}

/* Asked before anything of the page is read: with BUDDY_DEBUG_VM the general path checks it. */
static always_inline bool frees_are_general(const struct buddy_system *sys)
{
	return sys->general_gfp & GENERAL_FREE;
}

/*
 * The last reference to an ordinary block, whole if it has tails; its order has pcp lists, and
 * frees are not general. False: it is still the caller's and nothing has changed.
 */
must_check static always_inline bool free_page_hot(struct task *tsk, struct page *page,
						   uint32_t order)
{
	struct buddy_system *sys = tsk->sys;
	uint32_t entry = read_shared(*pageblock_of(sys, page));
	uint32_t number = (entry >> PAGEBLOCK_ZONE_SHIFT) - 1;
	uint32_t type = entry & PAGEBLOCK_TYPE_MASK;
	struct pcp *pcp;
	int32_t count;

	if (unlikely((page->flags ^ order << PAGE_WHOLE_SHIFT) | ((uint32_t)page->refcount ^ 1u) |
		     (page->mapping & 3u)) ||
	    unlikely(type >= MIGRATE_PCPTYPES || number >= IMAGE_MAX_ZONES))
		return false;
	pcp = &sys->pcps[tsk->cpu * sys->head->nr_zones + number];
	count = pcp->count + (int32_t)BIT(order);
	if (unlikely(count >= pcp->high) || unlikely(read_shared(sys->zones[number].flags)))
		return false;
	/* FR-27: a burst of frees passes larger blocks on; a stray write leaves no tail unseen. */
	if (order && unlikely(pcp->free_factor | (int32_t)read_shared(sys->head->stray_writes)))
		return false;
	page->refcount = 0;
	page->private_value = 0;
	page->index = type;
	list_add(sys, &page->lru, &pcp->lists[order_to_pindex(type, order)]);
	pcp->count = count;
	return true;
}
