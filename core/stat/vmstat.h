/* SPDX-License-Identifier: MIT */
/* Zone counters: exact on UP, per-CPU differences on SMP (MM-90, MM-91). */
#pragma once

#include "base/image.h"

/* __mod_zone_page_state on behalf of cpu. */
static always_inline void mod_zone_page_state(struct buddy_system *sys, struct zone *zone,
					      uint32_t cpu, enum zone_stat item, int64_t delta)
{
	struct pcp *pcp;
	int64_t sum;

	if (!has_feature(sys, BUDDY_SMP)) {
		zone->stat[item] += delta;
		return;
	}
	pcp = zone_pcp(sys, zone, cpu);
	sum = pcp->stat_diff[item] + delta;
	if (sum > (int64_t)pcp->stat_threshold || -sum > (int64_t)pcp->stat_threshold) {
		zone->stat[item] += sum;
		sum = 0;
	}
	pcp->stat_diff[item] = (int32_t)sum;
}

/* Ignores pending differences, never negative. */
static always_inline int64_t zone_page_state(const struct zone *zone, enum zone_stat item)
{
	return zone->stat[item] < 0 ? 0 : zone->stat[item];
}

/* With every CPU's difference, never negative. */
int64_t zone_page_state_snapshot(const struct buddy_system *sys, const struct zone *zone,
				 enum zone_stat item);
