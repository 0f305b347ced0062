/* SPDX-License-Identifier: MIT */
/*
 * Engines that do nothing themselves: each asks the hook of the embedder (hooks.h), and where there
 * is none has done nothing. kswapd is only told of, and never there to be balanced (SP-61).
 */
#include "alloc/pressure.h"

#include "alloc/trace.h"

static enum compact_result scripted_compact(struct task *tsk,
					    const struct pressure_request *request,
					    enum compact_priority priority, struct page **captured)
{
	const struct buddy_hooks *hooks = &tsk->sys->hooks;
	enum compact_result result;
	pfn_t pfn = PFN_NONE;

	if (!hooks->compact)
		return COMPACT_SKIPPED;
	result = hooks->compact(hooks->context, tsk, request->gfp, request->order, priority, &pfn);
	if (pfn != PFN_NONE)
		*captured = pfn_page(tsk->sys, pfn);
	return result;
}

static uint32_t scripted_reclaim(struct task *tsk, const struct pressure_request *request)
{
	const struct buddy_hooks *hooks = &tsk->sys->hooks;

	return hooks->reclaim ? hooks->reclaim(hooks->context, tsk, request->gfp, request->order)
			      : 0;
}

static uint64_t scripted_reclaimable(const struct buddy_system *sys, const struct zone *zone)
{
	const struct buddy_hooks *hooks = &sys->hooks;

	return hooks->reclaimable ? hooks->reclaimable(hooks->context, zone->number) : 0;
}

static bool scripted_out_of_memory(struct task *tsk, const struct pressure_request *request)
{
	const struct buddy_hooks *hooks = &tsk->sys->hooks;

	return hooks->out_of_memory &&
	       hooks->out_of_memory(hooks->context, tsk, request->gfp, request->order);
}

static bool scripted_wake_kswapd(struct task *tsk, const struct zone *zone, gfp_t gfp,
				 uint32_t order, uint32_t highest_zoneidx)
{
	trace_request(tsk->sys, TRACE_WAKEUP_KSWAPD, gfp, order, zone->number, highest_zoneidx);
	return false;
}

static bool scripted_node_reclaim_enabled(const struct buddy_system *sys)
{
	return sys->hooks.node_reclaim;
}

static int scripted_node_reclaim(struct task *tsk, uint32_t node, gfp_t gfp, uint32_t order)
{
	const struct buddy_hooks *hooks = &tsk->sys->hooks;

	return hooks->node_reclaim(hooks->context, node, gfp, order);
}

const struct pressure_engines scripted_engines = {
	.compact = scripted_compact,
	.reclaim = scripted_reclaim,
	.reclaimable = scripted_reclaimable,
	.out_of_memory = scripted_out_of_memory,
	.wake_kswapd = scripted_wake_kswapd,
	.node_reclaim_enabled = scripted_node_reclaim_enabled,
	.node_reclaim = scripted_node_reclaim,
};
