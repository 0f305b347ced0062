/* SPDX-License-Identifier: MIT */
/*
 * The pressure door: the only way from the allocator to what makes room when memory is short,
 * compaction, reclaim and the OOM killer. Behind it stands a table of engines, which buddy_system
 * points at and the image does not know: equal images go on alike only with equal engines.
 *
 * An engine that is not there has done nothing: the door answers 0, false or COMPACT_SKIPPED
 * (SP-22, SP-54). The scripted engines ask the hooks of the embedder (hooks.h); they are in force
 * until set_pressure_engines() says otherwise. Real ones include the allocator's headers, never the
 * other way round, so the allocator links without them.
 *
 * No lock of the core is held where an engine is called. What it frees is the allocator's again
 * when it returns. PF_MEMALLOC is set around compact and reclaim (SP-65), not around the others.
 */
#pragma once

#include "alloc/alloc_context.h"

/* Who is short of what: a request on its slow path. The context stays as it is. */
struct pressure_request {
	const struct alloc_context *ac; /* zonelist, nodemask, highest_zoneidx, migratetype */
	gfp_t gfp;
	uint32_t order;
	uint32_t alloc_flags; /* ALLOC_*, of the next look at the free lists */
};

/* What node_reclaim answers (FP-11.4); anything else: pages came back, perhaps enough. */
enum { NODE_RECLAIM_NOSCAN = -2, NODE_RECLAIM_FULL = -1, NODE_RECLAIM_SOME, NODE_RECLAIM_SUCCESS };

struct pressure_engines {
	/*
	 * try_to_compact_pages (SP-20); order is not 0. *captured, NULL before: a block of that
	 * order on no list and not PageBuddy, which is no longer counted as free (SP-21).
	 */
	enum compact_result (*compact)(struct task *tsk, const struct pressure_request *request,
				       enum compact_priority priority, struct page **captured);
	/*
	 * SP-20, behind a compaction that was not skipped: the page it ended with, prepared, or
	 * NULL. Defers the zone or ends its deferral, and counts.
	 */
	void (*compact_end)(struct task *tsk, const struct pressure_request *request,
			    const struct page *page);
	/* try_to_free_pages (SP-30): pages freed. */
	uint32_t (*reclaim)(struct task *tsk, const struct pressure_request *request);
	/* zone_reclaimable_pages (SP-37) before its own look at free pages: 0 where nothing is. */
	uint64_t (*reclaimable)(const struct buddy_system *sys, const struct zone *zone);
	/* out_of_memory (SP-52): was something done about it? */
	bool (*out_of_memory)(struct task *tsk, const struct pressure_request *request);
	/*
	 * SP-61, after the node's mailbox was raised: wakes the kswapd of the zone's node. True:
	 * the node is balanced, or kswapd has given up, so that it is kcompactd's turn.
	 */
	bool (*wake_kswapd)(struct task *tsk, const struct zone *zone, gfp_t gfp, uint32_t order,
			    uint32_t highest_zoneidx);
	void (*wake_kcompactd)(struct task *tsk, uint32_t node, uint32_t order,
			       uint32_t highest_zoneidx);
	/* Is node reclaim on? Asked by update_general_gfp(), which its sysctl has to call. */
	bool (*node_reclaim_enabled)(const struct buddy_system *sys);
	/* node_reclaim (FP-15): NODE_RECLAIM_*; only while it is on. */
	int (*node_reclaim)(struct task *tsk, uint32_t node, gfp_t gfp, uint32_t order);
};

/* They ask the hooks. */
extern const struct pressure_engines scripted_engines;

/* From now on these, which stay the caller's and live as long. No call is under way. */
void set_pressure_engines(struct buddy_system *sys, const struct pressure_engines *engines);

static inline enum compact_result pressure_compact(struct task *tsk,
						   const struct pressure_request *request,
						   enum compact_priority priority,
						   struct page **captured)
{
	const struct pressure_engines *engines = tsk->sys->engines;

	*captured = NULL;
	return engines->compact ? engines->compact(tsk, request, priority, captured)
				: COMPACT_SKIPPED;
}

static inline void pressure_compact_end(struct task *tsk, const struct pressure_request *request,
					const struct page *page)
{
	if (tsk->sys->engines->compact_end)
		tsk->sys->engines->compact_end(tsk, request, page);
}

static inline uint32_t pressure_reclaim(struct task *tsk, const struct pressure_request *request)
{
	const struct pressure_engines *engines = tsk->sys->engines;

	return engines->reclaim ? engines->reclaim(tsk, request) : 0;
}

static inline uint64_t pressure_reclaimable(const struct buddy_system *sys, const struct zone *zone)
{
	return sys->engines->reclaimable ? sys->engines->reclaimable(sys, zone) : 0;
}

static inline bool pressure_out_of_memory(struct task *tsk, const struct pressure_request *request)
{
	const struct pressure_engines *engines = tsk->sys->engines;

	return engines->out_of_memory && engines->out_of_memory(tsk, request);
}

static inline bool pressure_wake_kswapd(struct task *tsk, const struct zone *zone, gfp_t gfp,
					uint32_t order, uint32_t highest_zoneidx)
{
	const struct pressure_engines *engines = tsk->sys->engines;

	return engines->wake_kswapd && engines->wake_kswapd(tsk, zone, gfp, order, highest_zoneidx);
}

static inline void pressure_wake_kcompactd(struct task *tsk, uint32_t node, uint32_t order,
					   uint32_t highest_zoneidx)
{
	if (tsk->sys->engines->wake_kcompactd)
		tsk->sys->engines->wake_kcompactd(tsk, node, order, highest_zoneidx);
}

/* For update_general_gfp(); who walks zones asks node_reclaim_enabled() (hot.h). */
static inline bool pressure_node_reclaim_enabled(const struct buddy_system *sys)
{
	const struct pressure_engines *engines = sys->engines;

	return engines->node_reclaim && engines->node_reclaim_enabled &&
	       engines->node_reclaim_enabled(sys);
}

static inline int pressure_node_reclaim(struct task *tsk, uint32_t node, gfp_t gfp, uint32_t order)
{
	return tsk->sys->engines->node_reclaim(tsk, node, gfp, order);
}
