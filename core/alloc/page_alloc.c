/* SPDX-License-Identifier: MIT */
/* The fast path: from a request to a page of some zone of its list (04). */
#include "alloc/page_alloc.h"

#include "alloc/highatomic.h"
#include "alloc/hot.h"
#include "alloc/kswapd.h"
#include "alloc/page_check.h"
#include "alloc/pcp.h"
#include "alloc/pressure.h"
#include "alloc/prep.h"
#include "alloc/slowpath.h"
#include "alloc/trace.h"
#include "alloc/watermark.h"
#include "base/check.h"
#include "base/marks.h"
#include "buddy/gfp.h"

#define NODE_RECLAIM_DISTANCE 30u /* MM-28 */

/* FP-41 */
static always_inline struct page *rmqueue_pcplist(struct task *tsk, struct zone *zone,
						  uint32_t order, uint32_t type,
						  uint32_t alloc_flags)
{
	struct buddy_system *sys = tsk->sys;
	struct pcp *pcp = zone_pcp(sys, zone, tsk->cpu);
	struct page *page;

	if (unlikely(!trylock_pcp(sys, zone, tsk->cpu))) {
		MARK(sys, pcp_trylock_failed);
		return NULL;
	}
	pcp->free_factor >>= 1;
	page = rmqueue_pcp_list(tsk, zone, pcp, order, type, alloc_flags);
	unlock_pcp(sys, zone, tsk->cpu);
	return page;
}

/* FP-35, one attempt: which lists the request may take from, in order. */
static struct page *rmqueue_buddy_once(struct buddy_system *sys, struct zone *zone, uint32_t order,
				       uint32_t type, uint32_t alloc_flags)
{
	struct page *page = NULL;

	if (alloc_flags & ALLOC_HIGHATOMIC) {
		page = __rmqueue_smallest(sys, zone, order, MIGRATE_HIGHATOMIC);
		if (page)
			MARK(sys, highatomic_used);
	}
	/* As __rmqueue() begins, without a call where that is all. */
	if (likely(!page) && likely(!cma_is_larger_half(sys, zone, alloc_flags)))
		page = rmqueue_smallest(sys, zone, order, type);
	if (unlikely(!page))
		page = __rmqueue(sys, zone, order, type, alloc_flags);
	if (!page && (alloc_flags & (ALLOC_OOM | ALLOC_NON_BLOCK))) {
		page = __rmqueue_smallest(sys, zone, order, MIGRATE_HIGHATOMIC);
		if (page)
			MARK(sys, highatomic_last_help);
	}
	return page;
}

static struct page *rmqueue_buddy(struct task *tsk, struct zone *zone, uint32_t order,
				  uint32_t type, uint32_t alloc_flags)
{
	struct buddy_system *sys = tsk->sys;
	struct page *page;

	do {
		lock_zone(sys, zone);
		page = rmqueue_buddy_once(sys, zone, order, type, alloc_flags);
		if (page)
			mod_zone_freepage_state(sys, zone, tsk->cpu, -(int64_t)BIT(order),
						page->index);
		unlock_zone(sys, zone);
		if (!page)
			return NULL;
	} while (unlikely(check_new_pages(sys, page, order)));
	return page;
}

static cold_path void boosted_zone_wakes_kswapd(struct task *tsk, struct zone *zone)
{
	__atomic_fetch_and(&zone->flags, ~ZONE_BOOSTED_WATERMARK, __ATOMIC_RELAXED);
	wakeup_kswapd(tsk, zone, 0, 0, zone->index);
}

/* FP-30..34 */
static always_inline struct page *rmqueue(struct task *tsk, struct zone *zone, uint32_t order,
					  gfp_t gfp, uint32_t alloc_flags, uint32_t type)
{
	struct buddy_system *sys = tsk->sys;
	struct page *page = NULL;

	if (unlikely(gfp & __GFP_NOFAIL) && order > 1)
		trace_warning(sys, WARN_NOFAIL_ORDER, gfp, order);
	/* The MOVABLE pcp list may hold CMA pages: not for requests that must not have them. */
	if (likely(pcp_allowed_order(sys, order)) &&
	    (!has_feature(sys, BUDDY_CMA) || (alloc_flags & ALLOC_CMA) || type != MIGRATE_MOVABLE))
		page = rmqueue_pcplist(tsk, zone, order, type, alloc_flags);
	if (unlikely(!page))
		page = rmqueue_buddy(tsk, zone, order, type, alloc_flags);
	if (unlikely(read_shared(zone->flags) & ZONE_BOOSTED_WATERMARK))
		boosted_zone_wakes_kswapd(tsk, zone);
	return page;
}

/* FP-11.4: the node gives pages back, and the watermark is asked again. */
static cold_path bool node_reclaim_helps(struct task *tsk, const struct zone *zone, gfp_t gfp,
					 uint32_t order, uint64_t mark, uint32_t alloc_flags,
					 const struct alloc_context *ac)
{
	struct buddy_system *sys = tsk->sys;
	int reclaimed;

	if (sys->head->config.distance[ac->preferred->node][zone->node] > NODE_RECLAIM_DISTANCE)
		return false;
	MARK(sys, node_reclaim);
	reclaimed = pressure_node_reclaim(tsk, zone->node, gfp, order);
	if (reclaimed == NODE_RECLAIM_NOSCAN || reclaimed == NODE_RECLAIM_FULL)
		return false;
	return zone_watermark_ok(sys, zone, order, mark, ac->highest_zoneidx, alloc_flags);
}

/* FP-11.4: the watermark failed; may the zone be tried all the same? */
static always_inline bool try_zone_below_watermark(struct task *tsk, const struct zone *zone,
						   gfp_t gfp, uint32_t order, uint64_t mark,
						   uint32_t alloc_flags,
						   const struct alloc_context *ac)
{
	if (alloc_flags & ALLOC_NO_WATERMARKS)
		return true;
	return unlikely(node_reclaim_enabled(tsk->sys)) &&
	       node_reclaim_helps(tsk, zone, gfp, order, mark, alloc_flags, ac);
}

/* FP-11.1: cpuset filter. */
static always_inline bool zone_allowed(const struct task *tsk, const struct zoneref *ref,
				       uint32_t alloc_flags, gfp_t gfp)
{
	const struct buddy_hooks *hooks = &tsk->sys->hooks;

	return likely(!hooks->cpuset_allowed) || !(alloc_flags & ALLOC_CPUSET) ||
	       hooks->cpuset_allowed(hooks->context, tsk, ref->node, gfp);
}

/* FP-11.2: one answer a node; last is kept over the whole walk. */
static bool node_takes_dirty_pages(const struct task *tsk, uint32_t node, int *last_node,
				   bool *last_ok)
{
	const struct buddy_hooks *hooks = &tsk->sys->hooks;

	if (*last_node != (int)node) {
		*last_node = (int)node;
		*last_ok = !hooks->node_dirty_ok || hooks->node_dirty_ok(hooks->context, node);
	}
	return *last_ok;
}

/* Apart from the walk over the zones: most walks of a machine that is short of memory end before.
 */
static always_inline struct page *try_zone(struct task *tsk, struct zone *zone, gfp_t gfp,
					   uint32_t order, uint32_t alloc_flags,
					   const struct alloc_context *ac)
{
	struct page *page = rmqueue(tsk, zone, order, gfp, alloc_flags, ac->migratetype);

	if (unlikely(!page))
		return NULL;
	prep_new_page(tsk, page, order, gfp, alloc_flags);
	if (unlikely(alloc_flags & ALLOC_HIGHATOMIC))
		reserve_highatomic_pageblock(tsk->sys, zone, page);
	return page;
}

struct page *get_page_from_freelist(struct task *tsk, gfp_t gfp, uint32_t order,
				    uint32_t alloc_flags, const struct alloc_context *ac)
{
	struct buddy_system *sys = tsk->sys;
	const struct zoneref *ref;
	int last_node = -1;
	bool last_ok = false;
	struct page *page;

retry:
	for_each_zoneref (ref, ac->preferred, ac->highest_zoneidx, ac->nodemask) {
		struct zone *zone = &sys->zones[ref->zone];
		uint64_t mark;

		if (!zone_allowed(tsk, ref, alloc_flags, gfp))
			continue;
		if (unlikely(ac->spread_dirty_pages) &&
		    !node_takes_dirty_pages(tsk, ref->node, &last_node, &last_ok))
			continue;
		/* Locality beats fragmentation avoidance (FP-11.3). */
		if ((alloc_flags & ALLOC_NOFRAGMENT) && sys->head->nodes_online > 1 &&
		    ref->zone != ac->preferred->zone && ref->node != ac->preferred->node) {
			MARK(sys, nofragment_remote);
			alloc_flags &= ~ALLOC_NOFRAGMENT;
			goto retry;
		}
		mark = wmark_pages(zone, alloc_flags & ALLOC_WMARK_MASK);
		if (unlikely(!zone_watermark_fast(sys, zone, order, mark, ac->highest_zoneidx,
						  alloc_flags, gfp)) &&
		    !try_zone_below_watermark(tsk, zone, gfp, order, mark, alloc_flags, ac))
			continue;
		page = try_zone(tsk, zone, gfp, order, alloc_flags, ac);
		if (likely(page))
			return page;
	}
	if (alloc_flags & ALLOC_NOFRAGMENT) {
		MARK(sys, nofragment_retry);
		alloc_flags &= ~ALLOC_NOFRAGMENT;
		goto retry;
	}
	return NULL;
}

bool prepare_alloc_pages(struct task *tsk, gfp_t gfp, uint32_t order, uint32_t nid,
			 const uint32_t *nodemask, struct alloc_context *ac, gfp_t *alloc_gfp,
			 uint32_t *alloc_flags)
{
	struct buddy_system *sys = tsk->sys;

	VM_BUG_ON(sys, nid >= sys->head->nr_nodes || tsk->cpu >= sys->head->nr_cpus, PFN_NONE);
	ac->highest_zoneidx = sys->head->gfp_zone[gfp & GFP_ZONEMASK];
	ac->zonelist = node_zonelist(sys, nid, gfp);
	ac->nodemask = nodemask;
	ac->migratetype = gfp_migratetype(sys, gfp);
	if (unlikely(sys->hooks.cpuset_allowed)) {
		*alloc_gfp |= __GFP_HARDWALL;
		if (!tsk->in_interrupt && !nodemask)
			ac->nodemask = tsk->mems_allowed;
		else
			*alloc_flags |= ALLOC_CPUSET;
	}
	if (unlikely(sys->hooks.should_fail_alloc) &&
	    sys->hooks.should_fail_alloc(sys->hooks.context, gfp, order))
		return false;
	*alloc_flags = gfp_to_alloc_flags_cma(sys, gfp, *alloc_flags);
	ac->spread_dirty_pages = gfp & __GFP_WRITE;
	ac->preferred = next_zoneref(ac->zonelist, ac->highest_zoneidx, ac->nodemask);
	return true;
}

/* GF-17. Is DMA32 of this node populated? Then NORMAL can avoid mixing by falling back to it. */
static bool node_has_dma32(const struct buddy_system *sys, uint32_t node)
{
	for (uint32_t number = 0; number < sys->head->nr_zones; number++)
		if (sys->zones[number].node == node && sys->zones[number].index == ZONE_DMA32)
			return true;
	return false;
}

static always_inline uint32_t alloc_flags_nofragment(const struct buddy_system *sys,
						     const struct zone *preferred, gfp_t gfp)
{
	uint32_t flags = gfp & __GFP_KSWAPD_RECLAIM;

	if (!(sys->head->zones_configured & BIT(ZONE_DMA32)) || !preferred ||
	    preferred->index != ZONE_NORMAL)
		return flags;
	if (sys->head->nodes_online > 1 && !node_has_dma32(sys, preferred->node))
		return flags;
	return flags | ALLOC_NOFRAGMENT;
}

static always_inline const struct zone *preferred_zone(const struct buddy_system *sys,
						       const struct alloc_context *ac)
{
	return zoneref_is_end(ac->preferred) ? NULL : &sys->zones[ac->preferred->zone];
}

/* GF-11 */
static always_inline gfp_t current_gfp_context(const struct task *tsk, gfp_t gfp)
{
	if (likely(!(tsk->flags & (PF_MEMALLOC_NOIO | PF_MEMALLOC_NOFS | PF_MEMALLOC_PIN))))
		return gfp;
	if (tsk->flags & PF_MEMALLOC_NOIO)
		gfp &= ~(__GFP_IO | __GFP_FS);
	else if (tsk->flags & PF_MEMALLOC_NOFS)
		gfp &= ~__GFP_FS;
	if (tsk->flags & PF_MEMALLOC_PIN)
		gfp &= ~__GFP_MOVABLE;
	return gfp;
}

static void trace_alloc(const struct buddy_system *sys, const struct page *page, uint32_t order,
			gfp_t gfp, uint32_t type)
{
	struct buddy_trace trace = { .kind = TRACE_MM_PAGE_ALLOC,
				     .pfn = PFN_NONE,
				     .order = order,
				     .gfp = gfp,
				     .migratetype = type };

	if (page)
		trace.pfn = page_pfn(sys, page);
	sys->hooks.trace(sys->hooks.context, &trace);
}

/* Combinations that are undefined in a kernel without DEBUG_VM (GF-5, GF-9). */
static cold_path bool refuse_illegal_gfp(const struct buddy_system *sys, gfp_t gfp)
{
	VM_BUG_ON(sys, !gfp_is_legal(gfp), PFN_NONE);
	return (gfp & __GFP_MOVABLE) && (gfp & __GFP_RECLAIMABLE);
}

static always_inline bool gfp_is_suspicious(gfp_t gfp)
{
	return (0xe8e8u >> (gfp & GFP_ZONEMASK) & 1u) ||
	       (gfp & (__GFP_MOVABLE | __GFP_RECLAIMABLE)) == (__GFP_MOVABLE | __GFP_RECLAIMABLE);
}

static cold_path struct page *alloc_order_too_large(struct task *tsk, gfp_t gfp, uint32_t order)
{
	trace_warning(tsk->sys, WARN_ORDER_TOO_LARGE, gfp, order);
	return NULL;
}

static long_path struct page *alloc_pages_general(struct task *tsk, gfp_t gfp, uint32_t order,
						  uint32_t nid, const uint32_t *nodemask)
{
	struct buddy_system *sys = tsk->sys;
	uint32_t alloc_flags = ALLOC_WMARK_LOW;
	struct alloc_context ac;
	gfp_t alloc_gfp;
	struct page *page;

	if (unlikely(order >= NR_PAGE_ORDERS))
		return alloc_order_too_large(tsk, gfp, order);
	gfp &= sys->head->gfp_allowed_mask;
	gfp = current_gfp_context(tsk, gfp);
	if (unlikely(gfp_is_suspicious(gfp)) && refuse_illegal_gfp(sys, gfp))
		return NULL;
	alloc_gfp = gfp;
	if (!prepare_alloc_pages(tsk, gfp, order, nid, nodemask, &ac, &alloc_gfp, &alloc_flags))
		return NULL;
	alloc_flags |= alloc_flags_nofragment(sys, preferred_zone(sys, &ac), gfp);
	page = get_page_from_freelist(tsk, alloc_gfp, order, alloc_flags, &ac);
	if (unlikely(!page)) {
		alloc_gfp = gfp;
		ac.spread_dirty_pages = false;
		ac.nodemask = nodemask;
		page = alloc_pages_slowpath(tsk, gfp, order, &ac);
	}
	if (trace_enabled(sys))
		trace_alloc(sys, page, order, alloc_gfp, ac.migratetype);
	return page;
}

/* A CPU that the machine has not is found by prepare_alloc_pages(): here it stays in the table. */
static always_inline uint32_t task_node(const struct task *tsk)
{
	return tsk->sys->head->config.cpu_node[tsk->cpu % BUDDY_MAX_CPUS];
}

/*
 * What no pcp list serves at once. A plain request gets its page from the zone that comes first if
 * its watermark holds; when that zone has none, the general path asks it again, which changes
 * nothing.
 */
static long_path struct page *alloc_pages_cold(struct task *tsk, gfp_t gfp, uint32_t order)
{
	struct buddy_system *sys = tsk->sys;
	const struct place *place;
	uint32_t alloc_flags;
	struct zone *zone;
	struct page *page;

	if (unlikely(!request_is_plain(tsk, gfp)))
		goto general;
	place = request_place(tsk, gfp);
	zone = place_zone(sys, place);
	if (unlikely(!place->zone) || unlikely(order > MAX_PAGE_ORDER))
		goto general;
	alloc_flags = gfp_to_alloc_flags_cma(
		sys, gfp, ALLOC_WMARK_LOW | alloc_flags_nofragment(sys, zone, gfp));
	/* A second attempt would find the factor halved. */
	if (unlikely(read_shared(zone->flags)) || unlikely(place_pcp(sys, place)->free_factor) ||
	    unlikely(!hot_watermark_ok(sys, place, order)) ||
	    (!hot_zone_has_block(sys, zone, order, place->type) &&
	     unlikely(!zone_has_block(sys, zone, order, alloc_flags))))
		goto general;
	page = rmqueue(tsk, zone, order, gfp, alloc_flags, place->type);
	if (likely(page)) {
		prep_new_page(tsk, page, order, gfp, alloc_flags);
		return page;
	}
general:
	return alloc_pages_general(tsk, gfp, order, task_node(tsk), NULL);
}

/* Apart from single pages, which need fewer registers. */
static long_path struct page *alloc_block(struct task *tsk, gfp_t gfp, uint32_t order)
{
	struct page *page = NULL;

	if (likely(pcp_allowed_order(tsk->sys, order)))
		page = alloc_page_hot(tsk, gfp, order);
	return likely(page) ? page : alloc_pages_cold(tsk, gfp, order);
}

struct page *__alloc_pages(struct task *tsk, gfp_t gfp, uint32_t order, uint32_t nid,
			   const uint32_t *nodemask)
{
	return alloc_pages_general(tsk, gfp, order, nid, nodemask);
}

struct page *alloc_pages(struct task *tsk, gfp_t gfp, uint32_t order)
{
	struct page *page;

	if (unlikely(order))
		return alloc_block(tsk, gfp, order);
	page = alloc_page_hot(tsk, gfp, 0);
	return likely(page) ? page : alloc_pages_cold(tsk, gfp, 0);
}

struct page *alloc_pages_node(struct task *tsk, int nid, gfp_t gfp, uint32_t order)
{
	if (nid < 0 || (uint32_t)nid == task_node(tsk))
		return alloc_pages(tsk, gfp, order);
	return alloc_pages_general(tsk, gfp, order, (uint32_t)nid, NULL);
}

struct page *get_zeroed_page(struct task *tsk, gfp_t gfp)
{
	return alloc_pages(tsk, (gfp | __GFP_ZERO) & ~__GFP_HIGHMEM, 0);
}
