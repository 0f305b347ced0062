/* SPDX-License-Identifier: MIT */
/* Numbers that say how much is on the lists (BU-40, FB-50, MM-90), and watermarks among themselves.
 */
#include <string.h>

#include "oracle/judge/rules.h"

void rule_nr_free_recount(struct judge *judge)
{
	rule_reached(judge, RULE_nr_free_recount);
	for (uint32_t z = 0; z < judge->census.nr_zones; z++) {
		const struct zone_census *census = &judge->census.zones[z];
		const uint32_t *nr_free = census->info.nr_free;

		if (!memcmp(nr_free, census->nr_free, sizeof(census->nr_free)))
			continue;
		for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
			if (nr_free[order] != census->nr_free[order])
				judge_fail(judge, RULE_nr_free_recount, PFN_NONE,
					   "zone %u counts %u blocks of order %u, and its lists "
					   "hold %u.",
					   z, nr_free[order], order, census->nr_free[order]);
	}
}

/* The shared counter and what the CPUs have not yet folded into it. */
static int64_t counter_total(const struct judge *judge, uint32_t z, bool cma, int64_t shared)
{
	for (uint32_t cpu = 0; cpu < judge->census.nr_cpus; cpu++) {
		const struct pcp_info *pcp = &census_pcp(&judge->census, z, cpu)->info;

		shared += cma ? pcp->diff_cma : pcp->diff_free;
	}
	return shared;
}

void rule_free_pages_recount(struct judge *judge)
{
	rule_reached(judge, RULE_free_pages_recount);
	for (uint32_t z = 0; z < judge->census.nr_zones; z++) {
		const struct zone_census *census = &judge->census.zones[z];
		int64_t pages = (int64_t)census->free_pages, shared = census->info.nr_free_pages;
		int64_t total = counter_total(judge, z, false, shared);

		if (total != pages)
			judge_fail(judge, RULE_free_pages_recount, PFN_NONE,
				   "zone %u counts %lld free pages (%lld shared, the rest per "
				   "CPU), and its "
				   "lists hold %lld.",
				   z, (long long)total, (long long)shared, (long long)pages);
	}
}

void rule_cma_recount(struct judge *judge)
{
	for (uint32_t z = 0; z < judge->census.nr_zones; z++) {
		const struct zone_census *census = &judge->census.zones[z];
		int64_t pages = (int64_t)census->cma_pages;
		int64_t lost = (int64_t)judge->excuses.cma_lost_pages[z];
		int64_t total = counter_total(judge, z, true, census->info.nr_free_cma_pages);

		if (total || pages)
			rule_reached(judge, RULE_cma_recount);
		if (total < pages || total > pages + lost)
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
	uint64_t max =
		(uint64_t)zone->watermark[WMARK_HIGH] * judge->excuses.highest_boost_factor / 10000;

	return max > pageblock ? max : pageblock;
}

static void check_boost(struct judge *judge, uint32_t z)
{
	const struct zone_info *zone = &judge->census.zones[z].info;

	if (zone->watermark_boost > boost_limit(judge, zone))
		judge_fail(judge, RULE_watermark_order, PFN_NONE,
			   "zone %u is boosted by %u, more than %llu.", z, zone->watermark_boost,
			   (unsigned long long)boost_limit(judge, zone));
}

void rule_watermark_order(struct judge *judge)
{
	rule_reached(judge, RULE_watermark_order);
	for (uint32_t z = 0; z < judge->census.nr_zones; z++) {
		const uint32_t *mark = judge->census.zones[z].info.watermark;

		if (mark[WMARK_MIN] > mark[WMARK_LOW] || mark[WMARK_LOW] > mark[WMARK_HIGH] ||
		    mark[WMARK_HIGH] > mark[WMARK_PROMO])
			judge_fail(judge, RULE_watermark_order, PFN_NONE,
				   "zone %u has min %u, low %u, high %u, promo %u.", z,
				   mark[WMARK_MIN], mark[WMARK_LOW], mark[WMARK_HIGH],
				   mark[WMARK_PROMO]);
		check_boost(judge, z);
	}
}
