/* SPDX-License-Identifier: MIT */
/* The highatomic reserve: pageblocks kept for atomic requests of order > 0 (05 sections 7, 8). */
#include "alloc/highatomic.h"

#include "alloc/block_check.h"
#include "alloc/free_area.h"
#include "alloc/pageblock.h"
#include "base/check.h"
#include "base/marks.h"
#include "base/sync.h"

void reserve_highatomic_pageblock(struct buddy_system *sys, struct zone *zone, struct page *page)
{
	uint32_t limit = zone->managed_pages / 100 + pageblock_nr_pages(sys);
	uint32_t type;

	VM_BUG_ON(sys, page_zone(sys, page) != zone, page_pfn(sys, page));
	if (read_shared(zone->nr_reserved_highatomic) >= limit)
		return;
	lock_zone(sys, zone);
	type = get_pageblock_migratetype(sys, page);
	if (zone->nr_reserved_highatomic < limit && migratetype_is_mergeable(type)) {
		MARK(sys, highatomic_reserved);
		write_shared(zone->nr_reserved_highatomic,
			     zone->nr_reserved_highatomic + pageblock_nr_pages(sys));
		store_pageblock_migratetype(sys, page, MIGRATE_HIGHATOMIC);
		move_freepages_block(sys, zone, page, MIGRATE_HIGHATOMIC, NULL);
	}
	unlock_zone(sys, zone);
}

/* One order of one zone (FB-45); true when pages moved. */
static bool unreserve_from_area(struct buddy_system *sys, struct zone *zone, uint32_t order,
				uint32_t type)
{
	struct page *page = get_page_from_free_area(sys, &zone->areas[order], MIGRATE_HIGHATOMIC);
	uint32_t nr_pages = pageblock_nr_pages(sys);

	if (!page)
		return false;
	VM_CHECK(sys, check_listed_block(sys, zone, page, order));
	/* A block of a page that was freed before its pageblock changed type does not count. */
	if (get_pageblock_migratetype(sys, page) == MIGRATE_HIGHATOMIC)
		write_shared(zone->nr_reserved_highatomic,
			     zone->nr_reserved_highatomic > nr_pages
				     ? zone->nr_reserved_highatomic - nr_pages
				     : 0);
	store_pageblock_migratetype(sys, page, type);
	return move_freepages_block(sys, zone, page, type, NULL) != 0;
}

bool unreserve_highatomic_pageblock(struct buddy_system *sys, const struct alloc_context *ac,
				    bool force)
{
	const struct zoneref *ref;

	for_each_zoneref (ref, ac->zonelist, ac->highest_zoneidx, ac->nodemask) {
		struct zone *zone = &sys->zones[ref->zone];
		bool moved = false;

		if (!force && read_shared(zone->nr_reserved_highatomic) <= pageblock_nr_pages(sys))
			continue;
		lock_zone(sys, zone);
		for (uint32_t order = 0; order < NR_PAGE_ORDERS && !moved; order++)
			moved = zone->areas[order].nr_free &&
				unreserve_from_area(sys, zone, order, ac->migratetype);
		unlock_zone(sys, zone);
		if (moved) {
			MARK(sys, highatomic_unreserved);
			return true;
		}
	}
	return false;
}
