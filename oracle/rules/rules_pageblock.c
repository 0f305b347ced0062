/* SPDX-License-Identifier: MIT */
/* Pageblock types (FB-1, MM-17, FB-30) and the high-order atomic reserve (FB-40..47). */
#include <string.h>

#include "oracle/judge/rules.h"

/* FB-41: the first whole number of pageblocks that is not below one percent and a pageblock. */
static uint64_t reserve_limit(const struct judge *judge, const struct zone_info *zone)
{
	uint64_t pageblock = 1ull << judge->machine.pageblock_order;
	uint64_t limit = zone->managed_pages / 100 + pageblock;

	return (limit + pageblock - 1) / pageblock * pageblock;
}

void rule_highatomic_reserve(struct judge *judge)
{
	uint32_t pageblock = 1u << judge->machine.pageblock_order;

	for (uint32_t z = 0; z < judge->census.nr_zones; z++) {
		const struct zone_info *zone = &judge->census.zones[z].info;

		if (zone->nr_reserved_highatomic)
			rule_reached(judge, RULE_highatomic_reserve);
		if (zone->nr_reserved_highatomic % pageblock == 0 &&
		    zone->nr_reserved_highatomic <= reserve_limit(judge, zone))
			continue;
		judge_fail(judge, RULE_highatomic_reserve, PFN_NONE,
			   "zone %u reserves %u pages; a pageblock has %u and the limit is %llu.",
			   z, zone->nr_reserved_highatomic, pageblock,
			   (unsigned long long)reserve_limit(judge, zone));
	}
}

static bool is_fixed(uint8_t type)
{
	return type == MIGRATE_CMA || type == MIGRATE_ISOLATE;
}

void rule_pageblock_types(struct judge *judge)
{
	bool cma = judge->machine.features & BUDDY_CMA;

	rule_reached(judge, RULE_pageblock_types);
	pageblocks_read(judge);
	if (!memcmp(judge->pageblock_now, judge->pageblock_type, judge->nr_pageblocks))
		return;
	for (uint32_t block = 0; block < judge->nr_pageblocks; block++) {
		uint8_t now = judge->pageblock_now[block], was = judge->pageblock_type[block];
		uint32_t order = judge->machine.pageblock_order;
		pfn_t pfn = ((judge->ledger->base_pfn >> order) + block) << order;

		if (now == was)
			continue;
		if (now >= MIGRATE_TYPES || (now == MIGRATE_CMA && !cma))
			judge_fail(judge, RULE_pageblock_types, pfn,
				   "the pageblock at page frame %u has type %u.", pfn, now);
		else if (is_fixed(was) || is_fixed(now))
			judge_fail(
				judge, RULE_pageblock_types, pfn,
				"the pageblock at page frame %u went from type %u to %u by itself.",
				pfn, was, now);
	}
}
