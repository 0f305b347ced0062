/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU differences come home: exact reads, and the worker that folds them once a round. On NUMA
 * the same worker lets the pcp lists of remote nodes grow old and gives their pages back (MM-93).
 */
#include "stat/vmstat.h"

#include "alloc/pcp.h"
#include "base/marks.h"

#define PCP_EXPIRE_TICKS 3

int64_t zone_page_state_snapshot(const struct buddy_system *sys, const struct zone *zone,
				 enum zone_stat item)
{
	int64_t pages = read_shared(zone->stat[item]);

	for (uint32_t cpu = 0; cpu < sys->head->nr_cpus; cpu++)
		pages += read_shared(zone_pcp(sys, zone, cpu)->stat_diff[item]);
	return pages < 0 ? 0 : pages;
}

/* The zone lock is held: every change of a difference is made under it. */
static void fold_diffs(const struct buddy_system *sys, struct zone *zone, struct pcp *pcp)
{
	for (uint32_t item = 0; item < NR_ZONE_STATS; item++) {
		if (!pcp->stat_diff[item])
			continue;
		MARK(sys, stat_folded);
		add_zone_stat(zone, item, pcp->stat_diff[item]);
		write_shared(pcp->stat_diff[item], 0);
		if (has_feature(sys, BUDDY_NUMA))
			pcp->expire = PCP_EXPIRE_TICKS;
	}
}

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
			fold_diffs(sys, zone, zone_pcp(sys, zone, cpu));
			unlock_zone(sys, zone);
			if (has_feature(sys, BUDDY_NUMA) && may_drain_cpu(tsk, cpu))
				age_pcp(sys, zone, cpu);
		}
	}
}
