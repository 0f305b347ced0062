/* SPDX-License-Identifier: MIT */
/* From flags to what a request may do. */
#include "oracle/judge/request.h"

#include "oracle/ops/ops.h"

#define ILLEGAL_ZONE_NIBBLES 0xe8e8u /* GF-5 */

/* GF-11; the bulk loop does not look at the task, but its single fallback does. */
static gfp_t gfp_in_context(gfp_t gfp, uint32_t task)
{
	gfp &= __GFP_BITS_MASK;
	if (task & OP_TASK_NOIO)
		gfp &= ~(__GFP_IO | __GFP_FS);
	else if (task & OP_TASK_NOFS)
		gfp &= ~__GFP_FS;
	if (task & OP_TASK_PIN)
		gfp &= ~__GFP_MOVABLE;
	return gfp;
}

static bool gfp_is_defined(gfp_t gfp)
{
	gfp_t both = __GFP_MOVABLE | __GFP_RECLAIMABLE;

	return !(ILLEGAL_ZONE_NIBBLES >> (gfp & GFP_ZONEMASK) & 1u) && (gfp & both) != both;
}

/* GF-8 */
static uint32_t type_of(const struct machine_info *machine, gfp_t gfp)
{
	if (machine->mobility_disabled)
		return MIGRATE_UNMOVABLE;
	return gfp & __GFP_MOVABLE       ? MIGRATE_MOVABLE
	       : gfp & __GFP_RECLAIMABLE ? MIGRATE_RECLAIMABLE
					 : MIGRATE_UNMOVABLE;
}

/* GF-13 */
static uint32_t slow_flags_of(gfp_t gfp, uint32_t order, uint32_t task)
{
	uint32_t flags = gfp & __GFP_HIGH ? ALLOC_MIN_RESERVE : 0;
	bool interrupt = task & (OP_TASK_INTERRUPT | OP_TASK_SOFTIRQ);

	if (gfp & __GFP_DIRECT_RECLAIM)
		return flags | (task & OP_TASK_RT && !interrupt ? ALLOC_MIN_RESERVE : 0);
	if (gfp & __GFP_NOMEMALLOC)
		return flags;
	if (order && flags & ALLOC_MIN_RESERVE)
		flags |= ALLOC_HIGHATOMIC;
	return flags | ALLOC_NON_BLOCK;
}

/* GF-18 */
static uint32_t memalloc_flags_of(gfp_t gfp, uint32_t task)
{
	bool interrupt = task & (OP_TASK_INTERRUPT | OP_TASK_SOFTIRQ);

	if (gfp & __GFP_NOMEMALLOC)
		return 0;
	if (gfp & __GFP_MEMALLOC)
		return ALLOC_NO_WATERMARKS;
	if (task & OP_TASK_MEMALLOC && (task & OP_TASK_SOFTIRQ || !interrupt))
		return ALLOC_NO_WATERMARKS;
	return task & OP_TASK_OOM_VICTIM && !interrupt ? ALLOC_OOM : 0;
}

/* SP-11, SP-35: blocking, allowed to loop, and not stopped before the last look at the reserve. */
static bool reaches_unreserve(const struct machine_info *machine, gfp_t gfp, uint32_t order,
			      uint32_t task)
{
	bool can_compact = machine->features & BUDDY_COMPACTION && gfp & __GFP_IO;
	bool costly = order > PAGE_ALLOC_COSTLY_ORDER;

	if (!(gfp & __GFP_DIRECT_RECLAIM) || gfp & __GFP_NORETRY || task & OP_TASK_MEMALLOC)
		return false;
	return !costly || (can_compact && gfp & __GFP_RETRY_MAYFAIL);
}

struct request request_of(const struct machine_info *machine, const struct call *call,
			  uint32_t task)
{
	gfp_t asked = ops_gfp(call), gfp = gfp_in_context(asked, task);
	uint32_t nofallback = gfp & __GFP_THISNODE && machine->features & BUDDY_NUMA;
	uint32_t cma, order = call->order;
	struct request request = {
		.legal = gfp_is_defined(gfp) && gfp_is_defined(asked) && order <= MAX_PAGE_ORDER,
		.gfp = gfp,
		.order = order,
		.type = type_of(machine, gfp),
		.highest_zoneidx = machine->gfp_zone[gfp & GFP_ZONEMASK],
		.zonelist = machine->zonelist[call->node % BUDDY_MAX_NODES][nofallback],
		.memalloc_flags = memalloc_flags_of(gfp, task),
		.never_fails = gfp & __GFP_NOFAIL && gfp & __GFP_DIRECT_RECLAIM,
		.slow_cpuset = gfp & __GFP_DIRECT_RECLAIM || !(gfp & __GFP_HIGH),
		.unreserves = reaches_unreserve(machine, gfp, order, task),
	};

	cma = machine->features & BUDDY_CMA && request.type == MIGRATE_MOVABLE ? ALLOC_CMA : 0;
	request.fast_flags = ALLOC_WMARK_LOW | cma;
	request.slow_flags = slow_flags_of(gfp, order, task) | cma;
	if (request.memalloc_flags)
		request.memalloc_flags |= cma;
	return request;
}

uint8_t request_pindex(const struct machine_info *machine, const struct request *request)
{
	if (request->order <= PAGE_ALLOC_COSTLY_ORDER)
		return (uint8_t)(request->order * MIGRATE_PCPTYPES + request->type);
	if (machine->features & BUDDY_THP && request->order == machine->pageblock_order)
		return (uint8_t)(NR_PCP_LOW_LISTS + (request->type == MIGRATE_MOVABLE));
	return 0xff;
}
