/* SPDX-License-Identifier: MIT */
/*
 * The slow path (07): reserves, then compaction, reclaim and OOM, each behind
 * the pressure door. One struct carries the state from label to label; every loop is bounded by the
 * rules, and a request that may not fail asks hooks.nofail_wait each round.
 */
#include "alloc/slowpath.h"

#include "alloc/highatomic.h"
#include "alloc/kswapd.h"
#include "alloc/page_alloc.h"
#include "alloc/pressure.h"
#include "alloc/prep.h"
#include "alloc/trace.h"
#include "alloc/watermark.h"
#include "base/check.h"
#include "base/marks.h"

#define MAX_RECLAIM_RETRIES 16u
#define MAX_COMPACT_RETRIES 16u

/* gfp, order, can_*: fixed for the whole call (SP-2). The rest moves as SP-10..12 say. */
struct slowpath {
	struct task *tsk;
	struct alloc_context *ac;
	gfp_t gfp;
	uint32_t order;
	bool can_direct_reclaim, can_compact, costly;
	uint32_t alloc_flags;
	enum compact_priority compact_priority;
	enum compact_result compact_result;
	uint32_t compaction_retries, no_progress_loops;
	uint32_t did_some_progress;
	bool abandoned; /* the embedder gave a NOFAIL request up */
};

enum verdict { GIVE_UP, TRY_AGAIN };

/* GF-13 */
static uint32_t gfp_to_alloc_flags(const struct task *tsk, gfp_t gfp, uint32_t order)
{
	uint32_t flags =
		ALLOC_WMARK_MIN | ALLOC_CPUSET | (gfp & (__GFP_HIGH | __GFP_KSWAPD_RECLAIM));

	if (!(gfp & __GFP_DIRECT_RECLAIM)) {
		if (!(gfp & __GFP_NOMEMALLOC)) {
			flags |= ALLOC_NON_BLOCK;
			if (order > 0 && (flags & ALLOC_MIN_RESERVE))
				flags |= ALLOC_HIGHATOMIC;
		}
		if (flags & ALLOC_MIN_RESERVE)
			flags &= ~ALLOC_CPUSET;
	} else if (tsk->rt && !tsk->in_interrupt) {
		flags |= ALLOC_MIN_RESERVE;
	}
	return gfp_to_alloc_flags_cma(tsk->sys, gfp, flags);
}

/* GF-18 */
static uint32_t gfp_pfmemalloc_flags(const struct task *tsk, gfp_t gfp)
{
	if (gfp & __GFP_NOMEMALLOC)
		return 0;
	if (gfp & __GFP_MEMALLOC)
		return ALLOC_NO_WATERMARKS;
	if (tsk->in_softirq && (tsk->flags & PF_MEMALLOC))
		return ALLOC_NO_WATERMARKS;
	if (!tsk->in_interrupt) {
		if (tsk->flags & PF_MEMALLOC)
			return ALLOC_NO_WATERMARKS;
		if (tsk->oom_victim)
			return ALLOC_OOM;
	}
	return 0;
}

/* SP-60: once per run of zones of the same node. */
static void wake_all_kswapds(struct slowpath *sp)
{
	const struct alloc_context *ac = sp->ac;
	struct buddy_system *sys = sp->tsk->sys;
	const struct zoneref *ref;
	int last_node = -1;

	for_each_zoneref (ref, ac->zonelist, ac->highest_zoneidx, ac->nodemask) {
		const struct zone *zone = &sys->zones[ref->zone];

		if (last_node == (int)ref->node || !zone->managed_pages)
			continue;
		wakeup_kswapd(sp->tsk, zone, sp->gfp, sp->order, ac->highest_zoneidx);
		last_node = ref->node;
	}
}

static struct page *try_freelists(struct slowpath *sp)
{
	return get_page_from_freelist(sp->tsk, sp->gfp, sp->order, sp->alloc_flags, sp->ac);
}

static struct pressure_request request_of(const struct slowpath *sp)
{
	return (struct pressure_request){
		.ac = sp->ac,
		.gfp = sp->gfp,
		.order = sp->order,
		.alloc_flags = sp->alloc_flags,
	};
}

/* Runs an engine with PF_MEMALLOC set (SP-65); the caller restores what it returns. */
static uint32_t memalloc_save(struct task *tsk)
{
	uint32_t old = tsk->flags & PF_MEMALLOC;

	tsk->flags |= PF_MEMALLOC;
	return old;
}

static void memalloc_restore(struct task *tsk, uint32_t old)
{
	tsk->flags = (tsk->flags & ~PF_MEMALLOC) | old;
}

/* SP-21: what compaction kept for the request, or what the free lists have. */
static struct page *take_compacted(struct slowpath *sp, struct page *captured)
{
	struct buddy_system *sys = sp->tsk->sys;
	struct page *page;

	if (captured) {
		MARK(sys, slowpath_captured);
		prep_new_page(sp->tsk, captured, sp->order, sp->gfp, sp->alloc_flags);
		return captured;
	}
	page = try_freelists(sp);
	if (page)
		MARK(sys, slowpath_compacted);
	return page;
}

/* SP-20 */
static struct page *direct_compact(struct slowpath *sp)
{
	struct pressure_request request = request_of(sp);
	struct page *captured, *page;
	uint32_t old;

	if (!sp->order)
		return NULL;
	sp->compact_result = COMPACT_SKIPPED;
	if (!has_feature(sp->tsk->sys, BUDDY_COMPACTION))
		return NULL;
	old = memalloc_save(sp->tsk);
	sp->compact_result = pressure_compact(sp->tsk, &request, sp->compact_priority, &captured);
	memalloc_restore(sp->tsk, old);
	VM_BUG_ON(sp->tsk->sys, sp->compact_result > COMPACT_SUCCESS, PFN_NONE);
	if (sp->compact_result == COMPACT_SKIPPED)
		return NULL;
	page = take_compacted(sp, captured);
	pressure_compact_end(sp->tsk, &request, page);
	return page;
}

/* SP-30: only reclaim that freed something is followed by another look, and once by a drain. */
static struct page *direct_reclaim(struct slowpath *sp)
{
	struct buddy_system *sys = sp->tsk->sys;
	struct pressure_request request = request_of(sp);
	struct page *page;
	uint32_t old;

	old = memalloc_save(sp->tsk);
	sp->did_some_progress = pressure_reclaim(sp->tsk, &request);
	memalloc_restore(sp->tsk, old);
	if (!sp->did_some_progress)
		return NULL;
	page = try_freelists(sp);
	if (!page) {
		unreserve_highatomic_pageblock(sys, sp->ac, false);
		drain_all_pages(sp->tsk);
		page = try_freelists(sp);
	}
	if (page)
		MARK(sys, slowpath_reclaimed);
	return page;
}

/* SP-37; nr_free where nobody tells. */
static int64_t zone_reclaimable_pages(const struct buddy_system *sys, const struct zone *zone,
				      int64_t nr_free)
{
	uint64_t nr = pressure_reclaimable(sys, zone);

	return nr ? (int64_t)nr : nr_free;
}

/* SP-35.3: would some zone do if everything reclaimable were free? */
static bool reclaim_could_help(const struct slowpath *sp)
{
	const struct buddy_system *sys = sp->tsk->sys;
	const struct alloc_context *ac = sp->ac;
	const struct zoneref *ref;

	for_each_zoneref (ref, ac->zonelist, ac->highest_zoneidx, ac->nodemask) {
		const struct zone *zone = &sys->zones[ref->zone];
		int64_t nr_free = zone_page_state_snapshot(sys, zone, NR_FREE_PAGES);
		int64_t available = zone_reclaimable_pages(sys, zone, nr_free) + nr_free;

		if (zone_watermark_ok_free(sys, zone, sp->order, wmark_pages(zone, WMARK_MIN),
					   ac->highest_zoneidx, sp->alloc_flags, available))
			return true;
	}
	return false;
}

/* SP-35 */
static bool should_reclaim_retry(struct slowpath *sp)
{
	if (sp->did_some_progress && !sp->costly)
		sp->no_progress_loops = 0;
	else
		sp->no_progress_loops++;
	if (sp->no_progress_loops <= MAX_RECLAIM_RETRIES && reclaim_could_help(sp))
		return true;
	return unreserve_highatomic_pageblock(sp->tsk->sys, sp->ac, true);
}

/* SP-42 for one zone: compaction is short of free pages only. */
static bool zone_suits_compaction(const struct slowpath *sp, const struct zone *zone)
{
	const struct buddy_system *sys = sp->tsk->sys;
	uint32_t idx = sp->ac->highest_zoneidx;
	int64_t nr_free = zone_page_state_snapshot(sys, zone, NR_FREE_PAGES);
	int64_t target = zone_reclaimable_pages(sys, zone, nr_free) / (int64_t)sp->order + nr_free;
	uint64_t mark = wmark_pages(zone, sp->costly ? WMARK_LOW : WMARK_MIN) + (2ull << sp->order);

	if (zone_watermark_ok(sys, zone, sp->order,
			      wmark_pages(zone, sp->alloc_flags & ALLOC_WMARK_MASK), idx,
			      sp->alloc_flags))
		return false;
	return zone_watermark_ok_free(sys, zone, 0, mark, idx, ALLOC_CMA, target);
}

static bool compaction_zonelist_suitable(const struct slowpath *sp)
{
	const struct alloc_context *ac = sp->ac;
	const struct zoneref *ref;

	for_each_zoneref (ref, ac->zonelist, ac->highest_zoneidx, ac->nodemask)
		if (zone_suits_compaction(sp, &sp->tsk->sys->zones[ref->zone]))
			return true;
	return false;
}

static bool compaction_withdrawn(enum compact_result result)
{
	return result == COMPACT_DEFERRED || result == COMPACT_CONTENDED ||
	       result == COMPACT_PARTIAL_SKIPPED;
}

/* SP-40 */
static bool should_compact_retry(struct slowpath *sp)
{
	uint32_t max_retries = sp->costly ? MAX_COMPACT_RETRIES / 4 : MAX_COMPACT_RETRIES;
	enum compact_priority floor = sp->costly ? COMPACT_PRIO_SYNC_LIGHT : COMPACT_PRIO_SYNC_FULL;

	if (!sp->order)
		return false;
	if (sp->compact_result == COMPACT_SUCCESS)
		sp->compaction_retries++;
	if (sp->compact_result == COMPACT_SKIPPED)
		return compaction_zonelist_suitable(sp);
	if (sp->compact_result != COMPACT_COMPLETE && !compaction_withdrawn(sp->compact_result) &&
	    sp->compaction_retries <= max_retries)
		return true;
	if (sp->compact_priority > floor) {
		sp->compact_priority--;
		sp->compaction_retries = 0;
		return true;
	}
	return false;
}

/* SP-53: first with the cpuset, then without. */
static struct page *cpuset_fallback(struct slowpath *sp, uint32_t alloc_flags)
{
	struct page *page;

	page = get_page_from_freelist(sp->tsk, sp->gfp, sp->order, alloc_flags | ALLOC_CPUSET,
				      sp->ac);
	if (!page)
		page = get_page_from_freelist(sp->tsk, sp->gfp, sp->order, alloc_flags, sp->ac);
	return page;
}

/* The embedder may end what the kernel would repeat for ever. */
static void nofail_wait(struct slowpath *sp)
{
	struct buddy_system *sys = sp->tsk->sys;

	MARK(sys, nofail_loop);
	if (!sys->hooks.nofail_wait)
		buddy_bug(sys, "deadlocked on memory", PFN_NONE);
	sp->abandoned = !sys->hooks.nofail_wait(sys->hooks.context, sp->tsk, sp->gfp, sp->order);
}

/* SP-50.3: requests for which nobody is killed. */
static bool oom_would_not_help(const struct slowpath *sp)
{
	return (sp->tsk->flags & PF_DUMPCORE) || sp->costly ||
	       (sp->gfp & (__GFP_RETRY_MAYFAIL | __GFP_THISNODE)) ||
	       sp->ac->highest_zoneidx < ZONE_NORMAL;
}

/* SP-50 */
static struct page *may_oom(struct slowpath *sp)
{
	struct pressure_request request = request_of(sp);
	gfp_t probe_gfp = (sp->gfp | __GFP_HARDWALL) & ~__GFP_DIRECT_RECLAIM;
	struct page *page;
	bool done;

	sp->did_some_progress = 0;
	page = get_page_from_freelist(sp->tsk, probe_gfp, sp->order,
				      ALLOC_WMARK_HIGH | ALLOC_CPUSET, sp->ac);
	if (page || oom_would_not_help(sp))
		return page;
	MARK(sp->tsk->sys, slowpath_oom);
	done = pressure_out_of_memory(sp->tsk, &request);
	if (!done && !(sp->gfp & __GFP_NOFAIL))
		return NULL;
	sp->did_some_progress = 1;
	if (!(sp->gfp & __GFP_NOFAIL))
		return NULL;
	page = cpuset_fallback(sp, ALLOC_NO_WATERMARKS);
	if (!page)
		nofail_wait(sp);
	return page;
}

/* SP-10.7: compaction before reclaim, where fragmentation is the likelier reason. */
static struct page *early_compaction(struct slowpath *sp, enum verdict *verdict)
{
	bool no_thp_reclaim = sp->costly && (sp->gfp & __GFP_NORETRY);
	struct page *page;

	*verdict = TRY_AGAIN;
	if (!sp->can_direct_reclaim || !sp->can_compact ||
	    !(sp->costly || (sp->order > 0 && sp->ac->migratetype != MIGRATE_MOVABLE)) ||
	    gfp_pfmemalloc_flags(sp->tsk, sp->gfp))
		return NULL;
	sp->compact_priority = COMPACT_PRIO_ASYNC;
	page = direct_compact(sp);
	sp->compact_priority = COMPACT_PRIO_SYNC_LIGHT;
	if (page || !no_thp_reclaim)
		return page;
	if (sp->compact_result == COMPACT_SKIPPED || sp->compact_result == COMPACT_DEFERRED ||
	    (sp->gfp & __GFP_THISNODE))
		*verdict = GIVE_UP;
	sp->compact_priority = COMPACT_PRIO_ASYNC;
	return NULL;
}

/* SP-11.3..5: with the strongest flags the request is entitled to. */
static struct page *retry_with_reserves(struct slowpath *sp)
{
	struct alloc_context *ac = sp->ac;
	uint32_t reserve_flags = gfp_pfmemalloc_flags(sp->tsk, sp->gfp);

	if (sp->gfp & __GFP_KSWAPD_RECLAIM)
		wake_all_kswapds(sp);
	if (reserve_flags) {
		MARK(sp->tsk->sys, slowpath_reserves);
		sp->alloc_flags = gfp_to_alloc_flags_cma(sp->tsk->sys, sp->gfp, reserve_flags) |
				  (sp->alloc_flags & ALLOC_KSWAPD);
	}
	if (!(sp->alloc_flags & ALLOC_CPUSET) || reserve_flags) {
		ac->nodemask = NULL;
		ac->preferred = next_zoneref(ac->zonelist, ac->highest_zoneidx, NULL);
	}
	return try_freelists(sp);
}

/* SP-11.10..17: after fruitless reclaim and compaction. May still find a page through OOM. */
static struct page *decide_retry(struct slowpath *sp, enum verdict *verdict)
{
	struct page *page;

	*verdict = GIVE_UP;
	if (sp->gfp & __GFP_NORETRY)
		return NULL;
	if (sp->costly && (!sp->can_compact || !(sp->gfp & __GFP_RETRY_MAYFAIL)))
		return NULL;
	*verdict = TRY_AGAIN;
	if (should_reclaim_retry(sp))
		return NULL;
	if (sp->did_some_progress > 0 && sp->can_compact && should_compact_retry(sp))
		return NULL;
	page = may_oom(sp);
	if (page)
		return page;
	if (sp->abandoned)
		*verdict = GIVE_UP;
	else if (sp->tsk->oom_victim &&
		 ((sp->alloc_flags & ALLOC_OOM) || (sp->gfp & __GFP_NOMEMALLOC)))
		*verdict = GIVE_UP;
	else if (sp->did_some_progress)
		sp->no_progress_loops = 0;
	else
		*verdict = GIVE_UP;
	return NULL;
}

/* SP-11, one round. */
static struct page *retry_round(struct slowpath *sp, enum verdict *verdict)
{
	struct page *page = retry_with_reserves(sp);

	*verdict = GIVE_UP;
	if (page || !sp->can_direct_reclaim || (sp->tsk->flags & PF_MEMALLOC))
		return page;
	page = direct_reclaim(sp);
	if (!page)
		page = direct_compact(sp);
	if (!page)
		page = decide_retry(sp, verdict);
	return page;
}

/* SP-12.2: a request that must not fail; another RETRY follows unless it is abandoned. */
static struct page *nofail_round(struct slowpath *sp)
{
	struct buddy_system *sys = sp->tsk->sys;
	struct page *page;

	if (sp->tsk->flags & PF_MEMALLOC)
		trace_warning(sys, WARN_NOFAIL_MEMALLOC, sp->gfp, sp->order);
	if (sp->costly)
		trace_warning(sys, WARN_NOFAIL_COSTLY, sp->gfp, sp->order);
	page = cpuset_fallback(sp, ALLOC_MIN_RESERVE);
	if (!page)
		nofail_wait(sp);
	return page;
}

static void slowpath_init(struct slowpath *sp)
{
	sp->can_direct_reclaim = sp->gfp & __GFP_DIRECT_RECLAIM;
	sp->can_compact = has_feature(sp->tsk->sys, BUDDY_COMPACTION) && (sp->gfp & __GFP_IO);
	sp->costly = sp->order > PAGE_ALLOC_COSTLY_ORDER;
	if ((sp->gfp & __GFP_ATOMIC) && sp->can_direct_reclaim) {
		trace_warning(sp->tsk->sys, WARN_ATOMIC_MAY_SLEEP, sp->gfp, sp->order);
		sp->gfp &= ~__GFP_ATOMIC;
	}
	sp->compact_priority = COMPACT_PRIO_SYNC_LIGHT;
	sp->compact_result = COMPACT_SKIPPED;
	sp->alloc_flags = gfp_to_alloc_flags(sp->tsk, sp->gfp, sp->order);
}

/* SP-10 up to the first RETRY. */
static struct page *restart(struct slowpath *sp, enum verdict *verdict)
{
	struct alloc_context *ac = sp->ac;
	struct page *page;

	ac->preferred = next_zoneref(ac->zonelist, ac->highest_zoneidx, ac->nodemask);
	*verdict = GIVE_UP;
	if (zoneref_is_end(ac->preferred))
		return NULL;
	if (sp->gfp & __GFP_KSWAPD_RECLAIM)
		wake_all_kswapds(sp);
	page = try_freelists(sp);
	return page ? page : early_compaction(sp, verdict);
}

struct page *alloc_pages_slowpath(struct task *tsk, gfp_t gfp, uint32_t order,
				  struct alloc_context *ac)
{
	struct slowpath sp = { .tsk = tsk, .ac = ac, .gfp = gfp, .order = order };
	enum verdict verdict;
	struct page *page;

	MARK(tsk->sys, slowpath);
	slowpath_init(&sp);
	page = restart(&sp, &verdict);
	for (;;) {
		while (!page && verdict == TRY_AGAIN)
			page = retry_round(&sp, &verdict);
		if (page)
			return page;
		if (!(gfp & __GFP_NOFAIL) || sp.abandoned)
			break;
		if (!sp.can_direct_reclaim) {
			trace_warning(tsk->sys, WARN_NOFAIL_NO_RECLAIM, sp.gfp, order);
			break;
		}
		page = nofail_round(&sp);
		if (sp.abandoned)
			break;
		verdict = TRY_AGAIN;
	}
	trace_request(tsk->sys, TRACE_ALLOC_FAILURE, sp.gfp, order, 0, 0);
	return NULL;
}
