/* SPDX-License-Identifier: MIT */
/* Watermark arithmetic (FP-20..24). */
#include <string.h>

#include "alloc/watermark.h"
#include "world.h"

static struct world world;

static bool ok(uint32_t order, uint64_t mark, uint32_t alloc_flags, int64_t free_pages)
{
	return zone_watermark_ok_free(&world.sys, world_zone(&world, 0), order, mark, ZONE_NORMAL,
				      alloc_flags, free_pages);
}

/* FP-22: what remains of a mark of 100 for each right to reserves. */
static void test_reserves(void **state)
{
	static const struct {
		uint32_t alloc_flags;
		int64_t min;
	} rows[] = {
		{ 0, 100 },
		{ ALLOC_NON_BLOCK, 100 },
		{ ALLOC_MIN_RESERVE, 50 },
		{ ALLOC_MIN_RESERVE | ALLOC_NON_BLOCK, 38 },
		{ ALLOC_MIN_RESERVE | ALLOC_NON_BLOCK | ALLOC_OOM, 19 },
		{ ALLOC_OOM, 50 },
		{ ALLOC_HIGHATOMIC, 100 },
	};

	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_false(ok(0, 100, rows[i].alloc_flags, rows[i].min));
		assert_true(ok(0, 100, rows[i].alloc_flags, rows[i].min + 1));
	}
	world_free(&world);
}

/* FP-20: who may count on the highatomic reserve and on CMA; FP-21.3: the lowmem reserve. */
static void test_unusable(void **state)
{
	struct zone *zone;

	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	zone = world_zone(&world, 0);
	zone->nr_reserved_highatomic = 512;
	zone->stat[NR_FREE_CMA_PAGES] = 64;
	assert_false(ok(0, 10, 0, 10 + 512 + 64));
	assert_true(ok(0, 10, 0, 11 + 512 + 64));
	assert_true(ok(0, 10, ALLOC_NON_BLOCK, 11 + 64));
	assert_true(ok(0, 10, ALLOC_NON_BLOCK | ALLOC_CMA, 11));
	zone->lowmem_reserve[ZONE_NORMAL] = 5;
	assert_false(ok(0, 10, ALLOC_NON_BLOCK | ALLOC_CMA, 15));
	assert_true(ok(0, 10, ALLOC_NON_BLOCK | ALLOC_CMA, 16));
	world_free(&world);
}

/* FP-21.5: a block of the order must be on a list that the request may take from. */
static void test_suitable_block(void **state)
{
	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	world_add_free(&world, 512, 3, MIGRATE_ISOLATE);
	assert_false(ok(3, 0, 0, 1000));
	world_add_free(&world, 1024, 4, MIGRATE_CMA);
	assert_false(ok(3, 0, 0, 1000));
	assert_true(ok(3, 0, ALLOC_CMA, 1000));
	assert_false(ok(5, 0, ALLOC_CMA, 1000));
	world_add_free(&world, 1536, 5, MIGRATE_HIGHATOMIC);
	assert_false(ok(5, 0, ALLOC_NON_BLOCK, 1000));
	assert_true(ok(5, 0, ALLOC_HIGHATOMIC, 1000));
	assert_true(ok(5, 0, ALLOC_OOM, 1000));
	world_add_free(&world, 2048, 6, MIGRATE_RECLAIMABLE);
	assert_true(ok(5, 0, 0, 1000));
	assert_false(ok(5, 0, 0, 31 + 16)); /* 16 of them are CMA */
	assert_true(ok(5, 0, 0, 32 + 16));
	world_free(&world);
}

/* FP-24.4: only an atomic order-0 request at MIN looks below a boost. */
static void test_boost_exception(void **state)
{
	struct zone *zone;

	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	zone = world_zone(&world, 0);
	world_add_free(&world, 0, 6, MIGRATE_MOVABLE);
	zone->watermark[WMARK_MIN] = 50;
	zone->watermark_boost = 512;
	assert_false(zone_watermark_fast(&world.sys, zone, 0, 562, ZONE_NORMAL, ALLOC_WMARK_MIN,
					 GFP_KERNEL));
	assert_true(zone_watermark_fast(&world.sys, zone, 0, 562, ZONE_NORMAL, ALLOC_WMARK_MIN,
					GFP_ATOMIC));
	assert_false(zone_watermark_fast(&world.sys, zone, 0, 562, ZONE_NORMAL, ALLOC_WMARK_LOW,
					 GFP_ATOMIC));
	assert_false(zone_watermark_fast(&world.sys, zone, 1, 562, ZONE_NORMAL, ALLOC_WMARK_MIN,
					 GFP_ATOMIC));
	assert_int_equal(world.marks[MARK_watermark_boost_exception], 1);
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reserves),
		cmocka_unit_test(test_unusable),
		cmocka_unit_test(test_suitable_block),
		cmocka_unit_test(test_boost_exception),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
