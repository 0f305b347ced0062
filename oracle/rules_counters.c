/* SPDX-License-Identifier: MIT */
/* Numbers that say how much is on the lists (BU-40, FB-50, MM-90), and watermarks among themselves.
 */
#include "oracle/rules.h"

static uint32_t nr_zones(const struct judge *judge)
{
	return judge->machine.nr_zones < MAX_ZONES ? judge->machine.nr_zones : MAX_ZONES;
}

void rule_nr_free_recount(struct judge *judge)
{
	for (uint32_t z = 0; z < nr_zones(judge); z++) {
		const struct zone_census *census = &judge->census.zones[z];
		struct zone_info zone;

		judge->view->zone(judge->view->self, z, &zone);
		for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
			if (zone.nr_free[order] != census->nr_free[order])
				judge_fail(judge, RULE_nr_free_recount, PFN_NONE,
					   "zone %u counts %u blocks of order %u, and its lists "
					   "hold %u.",
					   z, zone.nr_free[order], order, census->nr_free[order]);
	}
}

/* The shared counter and what the CPUs have not yet folded into it. */
static int64_t counter_total(const struct judge *judge, uint32_t z, bool cma, int64_t shared)
{
	for (uint32_t cpu = 0; cpu < judge->machine.nr_cpus && cpu < BUDDY_MAX_CPUS; cpu++) {
		struct pcp_info pcp;

		judge->view->pcp(judge->view->self, z, cpu, &pcp);
		shared += cma ? pcp.diff_cma : pcp.diff_free;
	}
	return shared;
}

void rule_free_pages_recount(struct judge *judge)
{
	for (uint32_t z = 0; z < nr_zones(judge); z++) {
		int64_t pages = (int64_t)judge->census.zones[z].free_pages, total;
		struct zone_info zone;

		judge->view->zone(judge->view->self, z, &zone);
		total = counter_total(judge, z, false, zone.nr_free_pages);
		if (total != pages)
			judge_fail(judge, RULE_free_pages_recount, PFN_NONE,
				   "zone %u counts %lld free pages (%lld shared, the rest per "
				   "CPU), and its "
				   "lists hold %lld.",
				   z, (long long)total, (long long)zone.nr_free_pages,
				   (long long)pages);
	}
}

void rule_cma_recount(struct judge *judge)
{
	/* BU-41: a CMA page that was found bad in a refill stays counted, in the kernel too. */
	if (judge->bad_pages_seen)
		return;
	for (uint32_t z = 0; z < nr_zones(judge); z++) {
		int64_t pages = (int64_t)judge->census.zones[z].cma_pages, total;
		struct zone_info zone;

		judge->view->zone(judge->view->self, z, &zone);
		total = counter_total(judge, z, true, zone.nr_free_cma_pages);
		if (total != pages)
			judge_fail(
				judge, RULE_cma_recount, PFN_NONE,
				"zone %u counts %lld free CMA pages, and its CMA lists hold %lld.",
				z, (long long)total, (long long)pages);
	}
}

/* MM-68. max is the highest boost that stealing can reach. */
static uint64_t boost_limit(const struct judge *judge, const struct zone_info *zone)
{
	uint64_t pageblock = 1ull << judge->machine.pageblock_order;
	uint64_t max = (uint64_t)zone->watermark[WMARK_HIGH] * judge->machine.boost_factor / 10000;

	return max > pageblock ? max : pageblock;
}

void rule_watermark_order(struct judge *judge)
{
	/* The factor and the marks can be written at run time; a boost outlives the factor. */
	judge->view->machine(judge->view->self, &judge->machine);
	for (uint32_t z = 0; z < nr_zones(judge); z++) {
		struct zone_info zone;
		const uint32_t *mark = zone.watermark;

		judge->view->zone(judge->view->self, z, &zone);
		if (mark[WMARK_MIN] > mark[WMARK_LOW] || mark[WMARK_LOW] > mark[WMARK_HIGH] ||
		    mark[WMARK_HIGH] > mark[WMARK_PROMO])
			judge_fail(judge, RULE_watermark_order, PFN_NONE,
				   "zone %u has min %u, low %u, high %u, promo %u.", z,
				   mark[WMARK_MIN], mark[WMARK_LOW], mark[WMARK_HIGH],
				   mark[WMARK_PROMO]);
		if (!judge->boost_written && zone.watermark_boost > boost_limit(judge, &zone))
			judge_fail(judge, RULE_watermark_order, PFN_NONE,
				   "zone %u is boosted by %u, more than %llu.", z,
				   zone.watermark_boost,
				   (unsigned long long)boost_limit(judge, &zone));
	}
}
