/* SPDX-License-Identifier: MIT */
/* Stealing, boost, CMA and the highatomic reserve (05). */
#include <string.h>

#include "alloc/fallback.h"
#include "alloc/highatomic.h"
#include "world.h"

static struct world world;

static pfn_t take(uint32_t order, enum migratetype type, uint32_t alloc_flags)
{
	struct page *page = __rmqueue(&world.sys, world_zone(&world, 0), order, type, alloc_flags);

	return page ? page_to_pfn(&world.sys, page) : PFN_NONE;
}

static enum migratetype block_type(pfn_t pfn)
{
	return inspect_pageblock(&world.sys, pfn);
}

/* FB-26: all free parts of the block move; the smallest sufficient one is returned, not the one
 * found. */
static void test_unmovable_claims_movable_block(void **state)
{
	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	world_add_free(&world, 768, 8, MIGRATE_MOVABLE);
	world_add_free(&world, 513, 0, MIGRATE_MOVABLE);
	assert_int_equal(take(0, MIGRATE_UNMOVABLE, 0), 513);
	assert_int_equal(block_type(513), MIGRATE_UNMOVABLE);
	assert_int_equal(take(0, MIGRATE_UNMOVABLE, 0), 768);
	assert_int_equal(world.nr_traces[TRACE_MM_PAGE_ALLOC_EXTFRAG], 1);
	world_free(&world);
}

/* FB-22.2: pageblock-sized blocks change type and move alone; no boost. */
static void test_whole_pageblocks(void **state)
{
	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	world_add_free(&world, 1024, 10, MIGRATE_MOVABLE);
	assert_int_equal(take(9, MIGRATE_RECLAIMABLE, 0), 1024);
	assert_int_equal(block_type(1024), MIGRATE_RECLAIMABLE);
	assert_int_equal(block_type(1536), MIGRATE_RECLAIMABLE);
	assert_int_equal(world_zone(&world, 0)->watermark_boost, 0);
	world_free(&world);
}

/* FB-11, FB-12, FB-20: MOVABLE takes the smallest foreign block when the largest is small. */
static void test_movable_smallest_first(void **state)
{
	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	for (pfn_t pfn = 0; pfn < 4096; pfn += 512)
		buddy_import_pageblock(&world.sys, pfn, MIGRATE_UNMOVABLE);
	world_add_free(&world, 512 + 8, 3, MIGRATE_UNMOVABLE);
	world_add_free(&world, 1024 + 2, 1, MIGRATE_UNMOVABLE);
	assert_int_equal(take(0, MIGRATE_MOVABLE, 0), 1026);
	assert_int_equal(block_type(1026), MIGRATE_UNMOVABLE);
	assert_int_equal(world.marks[MARK_fallback_smallest_first], 1);
	assert_free_list(&world, 0, MIGRATE_MOVABLE, 1027, PFN_NONE);
	world_free(&world);
}

/* FB-22.6, FB-22.8: MOVABLE claims a block only when at least half of it is free or movable. */
static void test_movable_claims_half(void **state)
{
	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	buddy_import_pageblock(&world.sys, 512, MIGRATE_UNMOVABLE);
	buddy_import_pageblock(&world.sys, 1024, MIGRATE_UNMOVABLE);
	world_add_free(&world, 512, 7, MIGRATE_UNMOVABLE);
	buddy_import_lru(&world.sys, 640, 128);
	assert_int_equal(take(7, MIGRATE_MOVABLE, 0), 512);
	assert_int_equal(block_type(512), MIGRATE_MOVABLE);

	world_add_free(&world, 1024, 7, MIGRATE_UNMOVABLE);
	buddy_import_lru(&world.sys, 1152, 127);
	assert_int_equal(take(7, MIGRATE_MOVABLE, 0), 1024);
	assert_int_equal(block_type(1024), MIGRATE_UNMOVABLE);
	world_free(&world);
}

/* FB-22.7: a pageblock cut by the zone's end is not moved; the one block is. */
static void test_cut_block(void **state)
{
	(void)state;
	world_empty(&world, 1024 + 256, 9, 12, 3);
	world_add_free(&world, 1024, 5, MIGRATE_MOVABLE);
	world_add_free(&world, 1088, 4, MIGRATE_MOVABLE);
	assert_int_equal(take(4, MIGRATE_UNMOVABLE, 0), 1024);
	assert_free_list(&world, 4, MIGRATE_MOVABLE, 1088, PFN_NONE);
	assert_int_equal(block_type(1024), MIGRATE_MOVABLE);
	world_free(&world);
}

/* FB-10: NOFRAGMENT steals nothing smaller than a pageblock. */
static void test_nofragment(void **state)
{
	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	world_add_free(&world, 768, 8, MIGRATE_MOVABLE);
	assert_int_equal(take(0, MIGRATE_UNMOVABLE, ALLOC_NOFRAGMENT), PFN_NONE);
	assert_int_equal(take(0, MIGRATE_UNMOVABLE, 0), 768);
	world_free(&world);
}

/* MM-68, FB-22.3: stealing parts of a block boosts; the flag needs a request that may wake kswapd.
 */
static void test_boost(void **state)
{
	struct zone *zone;

	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	zone = world_zone(&world, 0);
	zone->watermark[WMARK_HIGH] = 600;
	world_add_free(&world, 520, 1, MIGRATE_MOVABLE);
	world_add_free(&world, 1032, 1, MIGRATE_MOVABLE);
	world_add_free(&world, 2056, 1, MIGRATE_MOVABLE);
	assert_int_not_equal(take(1, MIGRATE_UNMOVABLE, 0), PFN_NONE);
	assert_int_equal(zone->watermark_boost, 512);
	assert_int_equal(zone->flags, 0);
	assert_int_not_equal(take(1, MIGRATE_UNMOVABLE, ALLOC_KSWAPD), PFN_NONE);
	assert_int_equal(zone->watermark_boost, 900);
	assert_int_equal(zone->flags, ZONE_BOOSTED_WATERMARK);
	world.sys.head->sysctl.watermark_boost_factor = 0;
	assert_int_not_equal(take(1, MIGRATE_UNMOVABLE, ALLOC_KSWAPD), PFN_NONE);
	assert_int_equal(zone->watermark_boost, 900);
	world_free(&world);
}

static void test_boost_needs_four_pageblocks(void **state)
{
	(void)state;
	world_empty(&world, 2047, 9, 12, 3);
	world_zone(&world, 0)->watermark[WMARK_HIGH] = 600;
	world_add_free(&world, 520, 1, MIGRATE_MOVABLE);
	assert_int_not_equal(take(1, MIGRATE_UNMOVABLE, ALLOC_KSWAPD), PFN_NONE);
	assert_int_equal(world_zone(&world, 0)->watermark_boost, 0);
	world_free(&world);
}

/* FB-5, FB-6: CMA serves MOVABLE with ALLOC_CMA; first when it is more than half of what is free.
 */
static void test_cma(void **state)
{
	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	buddy_import_pageblock(&world.sys, 512, MIGRATE_CMA);
	world_add_free(&world, 512, 4, MIGRATE_CMA);
	world_add_free(&world, 1024, 4, MIGRATE_MOVABLE);
	assert_int_equal(take(0, MIGRATE_MOVABLE, ALLOC_CMA),
			 1024); /* exactly half stays regular */
	world_zone(&world, 0)->stat[NR_FREE_CMA_PAGES] = 17;
	assert_int_equal(take(0, MIGRATE_MOVABLE, ALLOC_CMA), 512);
	assert_int_equal(world.marks[MARK_cma_balance], 1);
	world_zone(&world, 0)->stat[NR_FREE_CMA_PAGES] = 0;
	assert_int_equal(take(3, MIGRATE_MOVABLE, ALLOC_CMA), 1032);
	assert_int_equal(take(3, MIGRATE_MOVABLE, ALLOC_CMA), 520);
	assert_int_equal(world.marks[MARK_cma_fallback], 1);
	assert_int_equal(take(3, MIGRATE_UNMOVABLE, 0), PFN_NONE);
	world_free(&world);
}

/* FB-40, FB-41 */
static void test_highatomic_reserve(void **state)
{
	struct zone *zone;

	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	zone = world_zone(&world, 0);
	world_add_free(&world, 1024, 8, MIGRATE_MOVABLE);
	buddy_import_pageblock(&world.sys, 512, MIGRATE_CMA);
	reserve_highatomic_pageblock(&world.sys, zone, pfn_page(&world.sys, 600));
	assert_int_equal(zone->nr_reserved_highatomic, 0); /* CMA blocks are never reserved */
	reserve_highatomic_pageblock(&world.sys, zone, pfn_page(&world.sys, 1300));
	assert_int_equal(zone->nr_reserved_highatomic, 512);
	assert_int_equal(block_type(1024), MIGRATE_HIGHATOMIC);
	assert_free_list(&world, 8, MIGRATE_HIGHATOMIC, 1024, PFN_NONE);
	assert_int_equal(world_free_pages(&world), 256);
	reserve_highatomic_pageblock(&world.sys, zone, pfn_page(&world.sys, 2048));
	assert_int_equal(zone->nr_reserved_highatomic, 1024); /* 512 < limit 552 */
	reserve_highatomic_pageblock(&world.sys, zone, pfn_page(&world.sys, 2560));
	assert_int_equal(zone->nr_reserved_highatomic, 1024);
	world_free(&world);
}

/* FB-45, FB-46 */
static void test_highatomic_unreserve(void **state)
{
	struct alloc_context ac = { .highest_zoneidx = ZONE_NORMAL,
				    .migratetype = MIGRATE_UNMOVABLE };
	struct zone *zone;

	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	zone = world_zone(&world, 0);
	ac.zonelist = world.sys.head->zonelists[0][ZONELIST_FALLBACK];
	assert_false(unreserve_highatomic_pageblock(&world.sys, &ac, true));
	world_add_free(&world, 1024, 3, MIGRATE_MOVABLE);
	reserve_highatomic_pageblock(&world.sys, zone, pfn_page(&world.sys, 1024));
	assert_false(unreserve_highatomic_pageblock(&world.sys, &ac, false)); /* one block stays */
	assert_true(unreserve_highatomic_pageblock(&world.sys, &ac, true));
	assert_int_equal(zone->nr_reserved_highatomic, 0);
	assert_int_equal(block_type(1024), MIGRATE_UNMOVABLE);
	assert_free_list(&world, 3, MIGRATE_UNMOVABLE, 1024, PFN_NONE);
	world_free(&world);
}

/* MM-17, FB-19: with grouping off everything is stolen and typed UNMOVABLE. */
static void test_mobility_disabled(void **state)
{
	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	buddy_import_mobility(&world.sys, true);
	world_add_free(&world, 516, 1, MIGRATE_MOVABLE);
	assert_int_equal(take(0, MIGRATE_UNMOVABLE, 0), 516);
	assert_int_equal(block_type(512), MIGRATE_UNMOVABLE);
	set_pageblock_migratetype(&world.sys, 512, MIGRATE_MOVABLE);
	assert_int_equal(block_type(512), MIGRATE_UNMOVABLE);
	set_pageblock_migratetype(&world.sys, 512, MIGRATE_CMA);
	assert_int_equal(block_type(512), MIGRATE_CMA);
	world_free(&world);
}

/* FB-18: compaction asks for stealable types only. */
static void test_only_stealable(void **state)
{
	bool can_steal = true;
	struct free_area *area;

	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	world_add_free(&world, 8, 2, MIGRATE_UNMOVABLE);
	area = &world_zone(&world, 0)->areas[2];
	assert_int_equal(
		find_suitable_fallback(&world.sys, area, 2, MIGRATE_MOVABLE, true, &can_steal), -1);
	assert_false(can_steal);
	assert_int_equal(
		find_suitable_fallback(&world.sys, area, 2, MIGRATE_MOVABLE, false, &can_steal),
		MIGRATE_UNMOVABLE);
	assert_int_equal(
		find_suitable_fallback(&world.sys, area, 2, MIGRATE_RECLAIMABLE, true, &can_steal),
		MIGRATE_UNMOVABLE);
	assert_true(can_steal);
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unmovable_claims_movable_block),
		cmocka_unit_test(test_whole_pageblocks),
		cmocka_unit_test(test_movable_smallest_first),
		cmocka_unit_test(test_movable_claims_half),
		cmocka_unit_test(test_cut_block),
		cmocka_unit_test(test_nofragment),
		cmocka_unit_test(test_boost),
		cmocka_unit_test(test_boost_needs_four_pageblocks),
		cmocka_unit_test(test_cma),
		cmocka_unit_test(test_highatomic_reserve),
		cmocka_unit_test(test_highatomic_unreserve),
		cmocka_unit_test(test_mobility_disabled),
		cmocka_unit_test(test_only_stealable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
