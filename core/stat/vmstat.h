/* SPDX-License-Identifier: MIT */
/* Zone counters, in pages: exact on UP, per-CPU differences on SMP (MM-90, MM-91). Counter and
 * differences together are what is so. */
#pragma once

#include "base/image.h"

/* Written under the zone lock, read without. */
static always_inline void add_zone_stat(struct zone *zone, enum zone_stat item, int64_t delta)
{
	write_shared(zone->stat[item], zone->stat[item] + delta);
}

/* __mod_zone_page_state on behalf of cpu, under the zone lock. */
static always_inline void mod_zone_page_state(struct buddy_system *sys, struct zone *zone,
					      uint32_t cpu, enum zone_stat item, int64_t delta)
{
	struct pcp *pcp;
	int64_t sum;

	if (!has_feature(sys, BUDDY_SMP)) {
		add_zone_stat(zone, item, delta);
		return;
	}
	pcp = zone_pcp(sys, zone, cpu);
	sum = pcp->stat_diff[item] + delta;
	if (sum > (int64_t)pcp->stat_threshold || -sum > (int64_t)pcp->stat_threshold) {
		add_zone_stat(zone, item, sum);
		sum = 0;
	}
	write_shared(pcp->stat_diff[item], (int32_t)sum);
}

/* Ignores pending differences, never negative. */
static always_inline int64_t zone_page_state(const struct zone *zone, enum zone_stat item)
{
	int64_t pages = read_shared(zone->stat[item]);

	return pages < 0 ? 0 : pages;
}

/* With every CPU's difference, never negative. */
must_check int64_t zone_page_state_snapshot(const struct buddy_system *sys, const struct zone *zone,
					    enum zone_stat item);
/* One CPU's differences go into the zone's counters; was there any? The zone lock is held. */
must_check bool fold_zone_diffs(const struct buddy_system *sys, struct zone *zone, struct pcp *pcp);
