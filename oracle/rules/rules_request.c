/* SPDX-License-Identifier: MIT */
/*
 * Was this success allowed, was this failure needed? Success is judged by the state before the op,
 * with the weakest test the request is entitled to. Failure is judged by the state after it: the
 * last attempts of the slow path saw the same, since a request that fails takes nothing.
 */
#include "oracle/judge/rules.h"

/* FP-61.6: the bulk loop looks at the preferred zone's index, not the request's highest. */
static bool bulk_may_take(const struct judge *judge, uint32_t zone)
{
	struct request request = request_of(&judge->machine, judge->call, 0);
	struct zone_blocks none = { { 0 } };
	uint32_t preferred = request.highest_zoneidx;

	for (const uint8_t *z = request.zonelist; *z < judge->machine.nr_zones; z++) {
		if (judge->zones_before[*z].index > request.highest_zoneidx)
			continue;
		preferred = judge->zones_before[*z].index;
		break;
	}
	return watermark_allows(&judge->zones_before[zone], &none, request.gfp, 0,
				request.fast_flags, preferred, judge->call->count);
}

/* The bulk loop has its own mark; only a single page can come from the fallback (FP-61, FP-62). */
static bool may_take_from(const struct judge *judge, uint32_t z)
{
	bool bulk = op_is_bulk(judge->call->code);

	if (bulk && bulk_may_take(judge, z))
		return true;
	if (bulk && judge->nr_gained > 1)
		return false;
	return request_may_take(judge->request, &judge->zones_before[z],
				&judge->blocks_before[z]) ||
	       (judge->event->answers & ANSWER_DRAINED && judge->zones_allowed_drained >> z & 1u);
}

void rule_watermark_decision(struct judge *judge)
{
	const struct request *request = judge->request;
	const struct touched *page = judge->touched;
	const struct zone_info *zone;

	if (op_carves(judge->call->code) || !request->legal ||
	    judge->event->answers & ANSWER_CAPTURED)
		return;
	rule_reached(judge, RULE_watermark_decision);
	if (page->info.zone >= MAX_ZONES || may_take_from(judge, page->info.zone))
		return;
	zone = &judge->zones_before[page->info.zone];
	judge_fail(judge, RULE_watermark_decision, page->pfn,
		   "%s (gfp %#x, order %u, zone kind limit %u) took page frame %u from zone %u, "
		   "which had "
		   "%lld free pages (%lld CMA, %u reserved for high-order atomic requests) against "
		   "min %u, "
		   "low %u, boost %u and a reserve of %u.",
		   op_table[judge->call->code].name, judge->call->gfp, request->order,
		   request->highest_zoneidx, page->pfn, page->info.zone,
		   (long long)zone->nr_free_pages, (long long)zone->nr_free_cma_pages,
		   zone->nr_reserved_highatomic, zone->watermark[WMARK_MIN],
		   zone->watermark[WMARK_LOW], zone->watermark_boost,
		   zone->lowmem_reserve[request->highest_zoneidx]);
}

/*
 * Does the cpuset keep the slow path off this zone? What must not fail looks beyond it in the end,
 * but not with every flag (SP-53).
 */
static bool zone_is_barred(const struct judge *judge, uint32_t z)
{
	return judge->request->slow_cpuset &&
	       op_hooks_bars(judge->ledger->hook_answers, judge->zones_before[z].node);
}

/*
 * Would an attempt with these flags find a block in this zone? Most stop at the counters: the lists
 * are read only where those would let it pass.
 */
static bool attempt_succeeds(const struct judge *judge, uint32_t z, const struct zone_info *zone,
			     uint32_t flags)
{
	const struct request *request = judge->request;
	uint32_t order = request->order, index = request->highest_zoneidx;
	struct zone_blocks blocks;
	gfp_t gfp = request->gfp;

	if (!(flags & ALLOC_NO_WATERMARKS) && !zone_has_pages(zone, order))
		return false;
	if (gfp & __GFP_DIRECT_RECLAIM)
		gfp &= ~__GFP_ATOMIC; /* SP-3 */
	blocks = zone_blocks_any();
	if (!(flags & ALLOC_NO_WATERMARKS) &&
	    !watermark_allows(zone, &blocks, gfp, order, flags, index, 0))
		return false;
	zone_blocks_read(judge->view, z, order, &blocks);
	return (flags & ALLOC_NO_WATERMARKS ||
		watermark_allows(zone, &blocks, gfp, order, flags, index, 0)) &&
	       zone_can_serve(judge->view, &judge->machine, z, &blocks, request, flags,
			      judge->call->cpu);
}

/* ... or any attempt of the slow path, as the zone is now? */
static bool some_attempt_succeeds(const struct judge *judge, uint32_t z)
{
	const struct zone_info *before = &judge->zones_before[z];
	const struct request *request = judge->request;
	struct zone_info zone;

	if (before->index > request->highest_zoneidx)
		return false;
	judge->view->zone(judge->view->self, z, &zone);
	/* A reserve was given up on the way: the last attempt may have seen it still counted
	 * (FB-45). */
	if (zone.nr_reserved_highatomic != before->nr_reserved_highatomic)
		return false;
	if (!zone_is_barred(judge, z) && attempt_succeeds(judge, z, &zone, request->slow_flags))
		return true;
	return request->memalloc_flags &&
	       attempt_succeeds(judge, z, &zone, request->memalloc_flags);
}

static void check_failure(struct judge *judge, const struct request *request)
{
	for (const uint8_t *z = request->zonelist; *z < judge->machine.nr_zones; z++) {
		const struct zone_info *zone = &judge->zones_before[*z];

		if (!some_attempt_succeeds(judge, *z))
			continue;
		judge_fail(judge, RULE_failure_justified, PFN_NONE,
			   "%s (gfp %#x, order %u, node %u) failed although zone %u could serve "
			   "it: it had "
			   "%lld free pages against min %u, low %u, boost %u.",
			   op_table[judge->call->code].name, judge->call->gfp, request->order,
			   judge->call->node, *z, (long long)zone->nr_free_pages,
			   zone->watermark[WMARK_MIN], zone->watermark[WMARK_LOW],
			   zone->watermark_boost);
	}
}

/* First free frame of a pageblock that unreserve_highatomic_pageblock() could still give back
 * (FB-45). */
static pfn_t reserved_block(const struct judge *judge, uint32_t z)
{
	const struct view *view = judge->view;
	struct zone_info zone;

	view->zone(view->self, z, &zone);
	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++) {
		pfn_t pfn, block_end;

		if (!zone.nr_free[order])
			continue;
		pfn = view_free_first(view, z, order, MIGRATE_HIGHATOMIC);
		block_end = (pfn | ((1u << judge->machine.pageblock_order) - 1)) + 1;
		if (pfn != PFN_NONE && block_end <= zone.start_pfn + zone.spanned_pages)
			return pfn;
	}
	return PFN_NONE;
}

/* A request that blocks does not give up while the highatomic reserve could be broken up for it
 * (SP-35). */
static void check_reserve_given_up(struct judge *judge, const struct request *request)
{
	for (const uint8_t *z = request->zonelist; *z < judge->machine.nr_zones; z++) {
		pfn_t pfn;

		if (judge->zones_before[*z].index > request->highest_zoneidx)
			continue;
		pfn = reserved_block(judge, *z);
		if (pfn != PFN_NONE)
			judge_fail(judge, RULE_failure_justified, pfn,
				   "%s (gfp %#x, order %u) failed although page frame %u of zone "
				   "%u is free in "
				   "the highatomic reserve, which is given up first.",
				   op_table[judge->call->code].name, judge->call->gfp,
				   request->order, pfn, *z);
	}
}

/* Did the op fail in a way that only a lack of memory explains? */
static bool failed_for_memory(const struct judge *judge)
{
	const struct event *event = judge->event;
	const struct call *call = judge->call;

	switch (op_table[call->code].result) {
	case RESULT_LIST:
		return !event->nr_pfns;
	case RESULT_ARRAY:
		for (uint32_t i = 0; i < call->count; i++)
			if (call->pfns[i] == PFN_NONE)
				return i < event->nr_pfns && event->pfns[i] == PFN_NONE;
		return false;
	case RESULT_FRAGMENT: /* a larger fragment may not fit the single page it got (FR-77) */
		return event->pfn == PFN_NONE && call->count <= BUDDY_PAGE_SIZE;
	default:
		return event->pfn == PFN_NONE;
	}
}

void rule_failure_justified(struct judge *judge)
{
	const struct request *request = judge->request;
	bool stalled = judge->event->status == EVENT_STALLED;

	if (!request->legal)
		return;
	if (stalled && !request->never_fails)
		judge_fail(judge, RULE_failure_justified, PFN_NONE,
			   "%s (gfp %#x) waited for memory, which only a request with __GFP_NOFAIL "
			   "and "
			   "__GFP_DIRECT_RECLAIM does.",
			   op_table[judge->call->code].name, judge->call->gfp);
	/* A block that was called bad is thrown away and not replaced everywhere (FP-43). */
	if (!failed_for_memory(judge) || judge->event->nr_bad_pages)
		return;
	if (op_carves(judge->call->code) && judge->ledger->cached_chunk != PFN_NONE)
		return; /* its own chunk, for which it needs no memory, is judged by its answers */
	/* Refused before any zone was looked at (FP-7), or kept off a pcp list by its lock. */
	if (judge->event->answers & (ANSWER_REFUSED | ANSWER_BUSY))
		return;
	if (!judge->view)
		return;
	rule_reached(judge, RULE_failure_justified);
	if (!stalled && request->never_fails)
		judge_fail(judge, RULE_failure_justified, PFN_NONE,
			   "%s with __GFP_NOFAIL (gfp %#x, order %u) came back without memory.",
			   op_table[judge->call->code].name, judge->call->gfp, request->order);
	else
		check_failure(judge, request);
	if (!stalled && request->unreserves && op_table[judge->call->code].result == RESULT_BLOCK)
		check_reserve_given_up(judge, request);
}
