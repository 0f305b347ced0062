/* SPDX-License-Identifier: MIT */
/*
 * The vmstat worker, one round: every CPU's differences come home. On NUMA it lets the pcp lists of
 * remote nodes grow old and gives their pages back (MM-93).
 */
#include "alloc/pcp.h"
#include "base/argument_check.h"
#include "base/check.h"
#include "base/marks.h"
#include "stat/vmstat.h"

#define PCP_EXPIRE_TICKS 3

/* A pcp of the CPU's own node is never drained by age. worker: of the CPU whose pcp it is. */
static void age_pcp(struct task *worker, struct zone *zone)
{
	struct buddy_system *sys = worker->sys;
	struct pcp *pcp = zone_pcp(sys, zone, worker->cpu);
	int32_t count;

	if (!pcp->expire)
		return;
	lock_pcp(sys, zone, worker->cpu);
	count = pcp->count;
	unlock_pcp(sys, zone, worker->cpu);
	if (!count)
		return;
	if (zone->node == sys->head->config.cpu_node[worker->cpu]) {
		pcp->expire = 0;
		return;
	}
	if (--pcp->expire == 0) {
		MARK(sys, remote_pcp_aged);
		drain_zone_pages(worker, zone);
	}
}

/* One CPU's round over one zone. may_drain: its lists may be touched (hooks.h, cpu_owned). */
static void refresh_zone(struct task *worker, struct zone *zone, bool may_drain)
{
	struct buddy_system *sys = worker->sys;
	struct pcp *pcp = zone_pcp(sys, zone, worker->cpu);

	lock_zone(sys, zone);
	if (fold_zone_diffs(sys, zone, pcp) && has_feature(sys, BUDDY_NUMA))
		pcp->expire = PCP_EXPIRE_TICKS;
	unlock_zone(sys, zone);
	if (has_feature(sys, BUDDY_NUMA) && may_drain)
		age_pcp(worker, zone);
}

void buddy_tick(struct task *tsk)
{
	struct buddy_system *sys = tsk->sys;

	VM_CHECK(sys, check_task(tsk));
	for (uint32_t cpu = 0; cpu < sys->head->nr_cpus; cpu++) {
		struct task worker = { .sys = sys, .cpu = cpu, .flags = PF_KTHREAD };

		for (uint32_t i = 0; i < sys->head->nr_zones; i++)
			refresh_zone(&worker, &sys->zones[i], may_drain_cpu(tsk, cpu));
	}
}
