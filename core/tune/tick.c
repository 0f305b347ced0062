/* SPDX-License-Identifier: MIT */
/*
 * The vmstat worker, one round: every CPU's differences come home. On NUMA it lets the pcp lists of
 * remote nodes grow old and gives their pages back (MM-93).
 */
#include "alloc/pcp.h"
#include "base/marks.h"
#include "stat/vmstat.h"

#define PCP_EXPIRE_TICKS 3

/* A pcp of the CPU's own node is never drained by age. */
static void age_pcp(struct buddy_system *sys, struct zone *zone, uint32_t cpu)
{
	struct pcp *pcp = zone_pcp(sys, zone, cpu);
	int32_t count;

	if (!pcp->expire)
		return;
	lock_pcp(sys, zone, cpu);
	count = pcp->count;
	unlock_pcp(sys, zone, cpu);
	if (!count)
		return;
	if (zone->node == sys->head->config.cpu_node[cpu]) {
		pcp->expire = 0;
		return;
	}
	if (--pcp->expire == 0) {
		MARK(sys, remote_pcp_aged);
		drain_zone_pages(sys, zone, cpu);
	}
}

void buddy_tick(struct task *tsk)
{
	struct buddy_system *sys = tsk->sys;

	for (uint32_t cpu = 0; cpu < sys->head->nr_cpus; cpu++) {
		for (uint32_t i = 0; i < sys->head->nr_zones; i++) {
			struct zone *zone = &sys->zones[i];

			lock_zone(sys, zone);
			if (fold_zone_diffs(sys, zone, zone_pcp(sys, zone, cpu)) &&
			    has_feature(sys, BUDDY_NUMA))
				zone_pcp(sys, zone, cpu)->expire = PCP_EXPIRE_TICKS;
			unlock_zone(sys, zone);
			if (has_feature(sys, BUDDY_NUMA) && may_drain_cpu(tsk, cpu))
				age_pcp(sys, zone, cpu);
		}
	}
}
