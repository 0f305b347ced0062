/* SPDX-License-Identifier: MIT */
/* How the allocator calls for kswapd: a mail that says the largest order and the highest zone that
 * anybody has asked for since it looked, and a knock at the pressure door. */
#pragma once

#include "alloc/pressure.h"

static inline void raise_mailbox(struct node_state *node, uint32_t order, uint32_t highest_zoneidx)
{
	uint32_t mailed = read_shared(node->kswapd_highest_zoneidx);

	if (mailed == MAX_NR_ZONES || mailed < highest_zoneidx)
		write_shared(node->kswapd_highest_zoneidx, (uint8_t)highest_zoneidx);
	if (read_shared(node->kswapd_order) < order)
		write_shared(node->kswapd_order, (uint8_t)order);
}

/*
 * SP-61: raises the mailbox of the zone's node and knocks at the pressure door. Nothing for a zone
 * without managed pages or one that the cpuset forbids. No lock is held.
 */
static inline void wakeup_kswapd(struct task *tsk, const struct zone *zone, gfp_t gfp,
				 uint32_t order, uint32_t highest_zoneidx)
{
	struct buddy_system *sys = tsk->sys;

	if (!zone->managed_pages)
		return;
	if (sys->hooks.cpuset_allowed &&
	    !sys->hooks.cpuset_allowed(sys->hooks.context, tsk, zone->node, gfp))
		return;
	raise_mailbox(&sys->head->nodes[zone->node], order, highest_zoneidx);
	if (pressure_wake_kswapd(tsk, zone, gfp, order, highest_zoneidx) &&
	    !(gfp & __GFP_DIRECT_RECLAIM))
		pressure_wake_kcompactd(tsk, zone->node, order, highest_zoneidx);
}
