/* SPDX-License-Identifier: MIT */
/*
 * Is a parsed snapshot a state that an allocator can be put into? Blocks lie inside their zone,
 * aligned, outside holes and on one list at most; counts equal the lists. So a recording that
 * passes can be imported safely.
 */
#include <stdlib.h>

#include "diff/recorded/recorded_scan.h"

struct check {
	struct recorded_parser *parser;
	const struct snapshot_zone *zone;
	uint64_t *taken; /* bit per frame of the zone */
};

static bool in_hole(const struct check *check, pfn_t pfn)
{
	uint32_t order = check->parser->recorded->header.pageblock_order;

	return check->zone->pageblocks[(pfn >> order) - (check->zone->info.start_pfn >> order)] ==
	       PAGEBLOCK_HOLE;
}

static bool inside(const struct check *check, pfn_t pfn, uint32_t nr_pages)
{
	const struct zone_info *info = &check->zone->info;

	return pfn >= info->start_pfn && nr_pages <= info->spanned_pages &&
	       pfn - info->start_pfn <= info->spanned_pages - nr_pages;
}

static bool take_pages(struct check *check, pfn_t pfn, uint32_t nr_pages, const char *where)
{
	struct scan *scan = &check->parser->scan;

	if (!nr_pages || !inside(check, pfn, nr_pages))
		return field_fail(scan, "frame %u (%s) is outside its zone", pfn, where);
	for (uint32_t i = pfn - check->zone->info.start_pfn, end = i + nr_pages; i < end; i++) {
		if (in_hole(check, check->zone->info.start_pfn + i))
			return field_fail(scan, "frame %u (%s) lies in a hole",
					  check->zone->info.start_pfn + i, where);
		if (check->taken[i / 64] >> i % 64 & 1)
			return field_fail(scan, "frame %u (%s) is listed twice",
					  check->zone->info.start_pfn + i, where);
		check->taken[i / 64] |= 1ull << i % 64;
	}
	return true;
}

static bool take_list(struct check *check, const struct pfn_list *list, uint32_t order,
		      const char *where)
{
	for (uint32_t i = 0; i < list->nr; i++) {
		if (list->pfns[i] & ((1u << order) - 1))
			return field_fail(&check->parser->scan,
					  "frame %u (%s) is not aligned to its order %u",
					  list->pfns[i], where, order);
		if (!take_pages(check, list->pfns[i], 1u << order, where))
			return false;
	}
	return true;
}

static bool check_free_lists(struct check *check)
{
	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++) {
		uint32_t nr = 0;

		for (uint32_t type = 0; type < MIGRATE_TYPES; type++) {
			const struct pfn_list *list = &check->zone->lists[order][type];

			if (!take_list(check, list, order, "free list"))
				return false;
			nr += list->nr;
		}
		if (nr != check->zone->info.nr_free[order])
			return field_fail(&check->parser->scan,
					  "order %u has nr_free %u but %u blocks on its lists",
					  order, check->zone->info.nr_free[order], nr);
	}
	return true;
}

static bool check_pcp(struct check *check, const struct snapshot_pcp *pcp)
{
	int64_t count = 0;

	for (uint32_t pindex = 0; pindex < NR_PCP_LISTS; pindex++) {
		uint32_t order =
			pcp_list_order(pindex, check->parser->recorded->header.pageblock_order);

		if (!take_list(check, &pcp->lists[pindex], order, "pcp list"))
			return false;
		count += (int64_t)pcp->lists[pindex].nr << order;
	}
	if (count != pcp->info.count)
		return field_fail(&check->parser->scan, "pcp count is %d but its lists hold %lld",
				  pcp->info.count, (long long)count);
	return true;
}

static bool check_zone(struct check *check)
{
	const struct pfn_list *lru = &check->zone->lru;
	bool ok = check_free_lists(check);

	for (uint32_t cpu = 0; ok && cpu < check->parser->recorded->header.nr_cpus; cpu++)
		ok = check_pcp(check, &check->zone->pcps[cpu]);
	for (uint32_t i = 0; ok && i + 1 < lru->nr; i += 2)
		ok = take_pages(check, lru->pfns[i], lru->pfns[i + 1], "movable pages");
	return ok;
}

bool recorded_check_snapshot(struct recorded_parser *parser, const struct snapshot *snapshot)
{
	struct check check = { .parser = parser };
	pfn_t end = 0;
	bool ok = snapshot->nr_zones || field_fail(&parser->scan, "the snapshot has no zone");

	for (uint32_t z = 0; ok && z < snapshot->nr_zones; z++) {
		const struct zone_info *info = &snapshot->zones[z].info;

		check.zone = &snapshot->zones[z];
		if (!check.zone->pageblocks)
			return field_fail(&parser->scan, "a zone has no 'pb' line");
		if (info->start_pfn < end)
			return field_fail(&parser->scan, "zones overlap or are not ascending");
		end = info->start_pfn + info->spanned_pages;
		if (end - snapshot->zones[0].info.start_pfn > RECORDED_MAX_SPAN)
			return field_fail(&parser->scan, "the machine spans more than %u pages",
					  RECORDED_MAX_SPAN);
		check.taken = calloc(info->spanned_pages / 64 + 1, sizeof(*check.taken));
		if (!check.taken)
			return field_fail(&parser->scan, "out of memory");
		ok = check_zone(&check);
		free(check.taken);
	}
	return ok;
}
