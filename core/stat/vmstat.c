/* SPDX-License-Identifier: MIT */
/* Per-CPU differences: exact reads, and how they come home (MM-90..93). */
#include "stat/vmstat.h"

#include "base/check.h"
#include "base/marks.h"

int64_t zone_page_state_snapshot(const struct buddy_system *sys, const struct zone *zone,
				 enum zone_stat item)
{
	const struct pcp *pcp = zone_pcp(sys, zone, 0);
	const struct pcp *end = pcp + sys->head->nr_cpus * sys->head->nr_zones;
	int64_t pages = read_shared(zone->stat[item]);

	for (; pcp < end; pcp += sys->head->nr_zones)
		pages += read_shared(pcp->stat_diff[item]);
	return pages < 0 ? 0 : pages;
}

bool fold_zone_diffs(const struct buddy_system *sys, struct zone *zone, struct pcp *pcp)
{
	bool any = false;

	for (uint32_t item = 0; item < NR_ZONE_STATS; item++) {
		if (!pcp->stat_diff[item])
			continue;
		VM_BUG_ON(sys, pcp->stat_diff[item] < INT8_MIN || pcp->stat_diff[item] > INT8_MAX,
			  PFN_NONE);
		MARK(sys, stat_folded);
		add_zone_stat(zone, item, pcp->stat_diff[item]);
		write_shared(pcp->stat_diff[item], 0);
		any = true;
	}
	return any;
}
