/* SPDX-License-Identifier: MIT */
/* Splitting, merging and where blocks land in their lists (03). */
#include <string.h>

#include "alloc/free_area.h"
#include "world.h"

static struct world world;

static void free_block(pfn_t pfn, uint32_t order, enum migratetype type, uint32_t fpi)
{
	struct page *page = pfn_page(&world.sys, pfn);

	memset(page, 0, sizeof(*page) << order);
	__free_one_page(&world.tsk, world_zone(&world, 0), page, order, type, fpi);
}

/* BU-18: the lowest pages go to the caller, upper halves to the heads of their lists. */
static void test_expand(void **state)
{
	struct page *page;

	(void)state;
	world_empty(&world, 4096, 10, 12, 3);
	world_add_free(&world, 1024, 3, MIGRATE_MOVABLE);
	world_add_free(&world, 2048, 10, MIGRATE_MOVABLE);
	page = __rmqueue_smallest(&world.sys, world_zone(&world, 0), 1, MIGRATE_MOVABLE);
	assert_int_equal(page_to_pfn(&world.sys, page), 1024);
	assert_int_equal(page->index, MIGRATE_MOVABLE);
	assert_free_list(&world, 1, MIGRATE_MOVABLE, 1026, PFN_NONE);
	assert_free_list(&world, 2, MIGRATE_MOVABLE, 1028, PFN_NONE);
	assert_free_list(&world, 3, MIGRATE_MOVABLE, PFN_NONE);
	page = __rmqueue_smallest(&world.sys, world_zone(&world, 0), 3, MIGRATE_MOVABLE);
	assert_int_equal(page_to_pfn(&world.sys, page), 2048);
	assert_free_list(&world, 9, MIGRATE_MOVABLE, 2048 + 512, PFN_NONE);
	assert_free_list(&world, 3, MIGRATE_MOVABLE, 2048 + 8, PFN_NONE);
	assert_null(__rmqueue_smallest(&world.sys, world_zone(&world, 0), 0, MIGRATE_UNMOVABLE));
	world_free(&world);
}

/* BU-21: a block climbs while its buddy is free; the result is on the list of the type passed in
 * (BU-23). */
static void test_merge(void **state)
{
	(void)state;
	world_empty(&world, 4096, 10, 12, 3);
	world_add_free(&world, 1, 0, MIGRATE_MOVABLE);
	world_add_free(&world, 2, 1, MIGRATE_UNMOVABLE);
	world_add_free(&world, 4, 2, MIGRATE_MOVABLE);
	free_block(0, 0, MIGRATE_RECLAIMABLE, FPI_NONE);
	assert_free_list(&world, 3, MIGRATE_RECLAIMABLE, 0, PFN_NONE);
	assert_free_list(&world, 0, MIGRATE_MOVABLE, PFN_NONE);
	assert_free_list(&world, 1, MIGRATE_UNMOVABLE, PFN_NONE);
	assert_int_equal(world_free_pages(&world), 8);
	world_free(&world);
}

/* BU-24, BU-25: to the tail when the pair's own buddy is free. */
static void test_merge_likely(void **state)
{
	(void)state;
	world_empty(&world, 4096, 10, 12, 3);
	world_add_free(&world, 100, 0, MIGRATE_MOVABLE);
	world_add_free(&world, 10, 1, MIGRATE_MOVABLE);
	free_block(8, 0, MIGRATE_MOVABLE, FPI_NONE);
	assert_free_list(&world, 0, MIGRATE_MOVABLE, 100, 8, PFN_NONE);
	free_block(200, 0, MIGRATE_MOVABLE, FPI_NONE);
	assert_free_list(&world, 0, MIGRATE_MOVABLE, 200, 100, 8, PFN_NONE);
	free_block(300, 0, MIGRATE_MOVABLE, FPI_TO_TAIL);
	assert_free_list(&world, 0, MIGRATE_MOVABLE, 200, 100, 8, 300, PFN_NONE);
	world_free(&world);
}

/* BU-24: never at order 9 and above, where the pair would be the largest block. */
static void test_merge_likely_limit(void **state)
{
	(void)state;
	world_empty(&world, 4096, 10, 12, 3);
	world_add_free(&world, 2048, 9, MIGRATE_MOVABLE);
	world_add_free(&world, 1024, 10, MIGRATE_MOVABLE);
	free_block(0, 9, MIGRATE_MOVABLE, FPI_NONE);
	assert_free_list(&world, 9, MIGRATE_MOVABLE, 0, 2048, PFN_NONE);
	world_free(&world);
}

/* BU-21.3c: across a pageblock boundary like joins like, and ordinary types join each other. */
static void test_merge_across_pageblocks(void **state)
{
	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	buddy_import_pageblock(&world.sys, 512, MIGRATE_CMA);
	world_add_free(&world, 512, 9, MIGRATE_CMA);
	free_block(0, 9, MIGRATE_MOVABLE, FPI_NONE);
	assert_free_list(&world, 9, MIGRATE_MOVABLE, 0, PFN_NONE);
	assert_int_equal(world.marks[MARK_merge_refused_type], 1);

	buddy_import_pageblock(&world.sys, 1024, MIGRATE_CMA);
	buddy_import_pageblock(&world.sys, 1536, MIGRATE_CMA);
	world_add_free(&world, 1024, 9, MIGRATE_CMA);
	free_block(1536, 9, MIGRATE_CMA, FPI_NONE);
	assert_free_list(&world, 10, MIGRATE_CMA, 1024, PFN_NONE);

	buddy_import_pageblock(&world.sys, 2048, MIGRATE_UNMOVABLE);
	world_add_free(&world, 2048, 9, MIGRATE_UNMOVABLE);
	free_block(2560, 9, MIGRATE_MOVABLE, FPI_NONE);
	assert_free_list(&world, 10, MIGRATE_MOVABLE, 2048, PFN_NONE);
	world_free(&world);
}

/* BU-40: isolated frames count nowhere, CMA frames twice. */
static void test_counters(void **state)
{
	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	free_block(0, 4, MIGRATE_ISOLATE, FPI_NONE);
	assert_int_equal(world_free_pages(&world), 0);
	free_block(512, 4, MIGRATE_CMA, FPI_NONE);
	assert_int_equal(world_free_pages(&world), 16);
	assert_int_equal(world_zone(&world, 0)->stat[NR_FREE_CMA_PAGES], 16);
	world_free(&world);
}

/* BU-45..47: ascending to the tails; pages on the LRU are counted; a cut block does not move. */
static void test_move_freepages(void **state)
{
	struct zone *zone;
	uint32_t nr_movable;

	(void)state;
	world_empty(&world, 1024 + 256, 9, 12, 3);
	zone = world_zone(&world, 0);
	world_add_free(&world, 768, 8, MIGRATE_MOVABLE);
	world_add_free(&world, 513, 0, MIGRATE_MOVABLE);
	world_add_free(&world, 2, 0, MIGRATE_UNMOVABLE);
	buddy_import_lru(&world.sys, 514, 3);
	assert_int_equal(move_freepages_block(&world.sys, zone, pfn_page(&world.sys, 700),
					      MIGRATE_UNMOVABLE, &nr_movable),
			 257);
	assert_int_equal(nr_movable, 3);
	assert_free_list(&world, 0, MIGRATE_UNMOVABLE, 2, 513, PFN_NONE);
	assert_free_list(&world, 8, MIGRATE_UNMOVABLE, 768, PFN_NONE);

	world_add_free(&world, 1024, 4, MIGRATE_MOVABLE);
	assert_int_equal(move_freepages_block(&world.sys, zone, pfn_page(&world.sys, 1024),
					      MIGRATE_UNMOVABLE, NULL),
			 0);
	assert_free_list(&world, 4, MIGRATE_MOVABLE, 1024, PFN_NONE);
	world_free(&world);
}

/* BU-20 in strict mode. */
static void test_strict(void **state)
{
	struct buddy_config config = buddy_config_uml(0, 2048);

	(void)state;
	config.features |= BUDDY_DEBUG_VM;
	world_boot(&world, &config, true);
	pfn_page(&world.sys, 8)->refcount = 0;
	assert_trap(&world, "BIT(order) - 1",
		    __free_one_page(&world.tsk, world_zone(&world, 0), pfn_page(&world.sys, 8), 4,
				    MIGRATE_MOVABLE, FPI_NONE));
	pfn_page(&world.sys, 8)->refcount = 1;
	assert_trap(&world, "refcount != 0",
		    __free_one_page(&world.tsk, world_zone(&world, 0), pfn_page(&world.sys, 8), 0,
				    MIGRATE_MOVABLE, FPI_NONE));
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expand),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_merge_likely),
		cmocka_unit_test(test_merge_likely_limit),
		cmocka_unit_test(test_merge_across_pageblocks),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_move_freepages),
		cmocka_unit_test(test_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
