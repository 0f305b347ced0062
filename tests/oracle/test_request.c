/* SPDX-License-Identifier: MIT */
/* What a request may do (GF-13..18) and the watermark arithmetic (FP-20..24), by the tables of the
 * specification. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "oracle/judge/plain.h"
#include "tests/oracle/fake_view.h"

static struct fake fake;

static struct request request(gfp_t gfp, uint32_t order, uint32_t task)
{
	struct call call = { .code = OP_alloc_pages, .gfp = gfp, .order = (uint8_t)order };

	fake_init(&fake);
	return request_of(&fake.machine, &call, task);
}

static void test_slow_flags(void **state)
{
	static const struct {
		gfp_t gfp;
		uint32_t order, flags;
	} rows[] = {
		/* GF-15 */
		{ GFP_KERNEL, 0, 0 },
		{ GFP_HIGHUSER_MOVABLE, 0, ALLOC_CMA },
		{ GFP_NOWAIT, 0, ALLOC_NON_BLOCK },
		{ GFP_ATOMIC, 0, ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE },
		{ GFP_ATOMIC, 1, ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE | ALLOC_HIGHATOMIC },
		{ GFP_ATOMIC | __GFP_NOMEMALLOC, 1, ALLOC_MIN_RESERVE },
		{ GFP_KERNEL | __GFP_HIGH, 1, ALLOC_MIN_RESERVE },
		{ GFP_TRANSHUGE_LIGHT, 9, ALLOC_CMA },
		{ 0, 0, ALLOC_NON_BLOCK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(request(rows[i].gfp, rows[i].order, 0).slow_flags, rows[i].flags);
	assert_int_equal(request(GFP_KERNEL, 0, OP_TASK_RT).slow_flags, ALLOC_MIN_RESERVE);
	assert_int_equal(request(GFP_KERNEL, 0, OP_TASK_RT | OP_TASK_INTERRUPT).slow_flags, 0);
}

static void test_memalloc_flags(void **state)
{
	(void)state; /* GF-18, first match wins */
	assert_int_equal(request(GFP_KERNEL, 0, 0).memalloc_flags, 0);
	assert_int_equal(request(__GFP_MEMALLOC, 0, 0).memalloc_flags, ALLOC_NO_WATERMARKS);
	assert_int_equal(request(__GFP_MEMALLOC | __GFP_NOMEMALLOC, 0, 0).memalloc_flags, 0);
	assert_int_equal(request(0, 0, OP_TASK_MEMALLOC).memalloc_flags, ALLOC_NO_WATERMARKS);
	assert_int_equal(request(0, 0, OP_TASK_MEMALLOC | OP_TASK_INTERRUPT).memalloc_flags, 0);
	assert_int_equal(request(0, 0, OP_TASK_MEMALLOC | OP_TASK_INTERRUPT | OP_TASK_SOFTIRQ)
				 .memalloc_flags,
			 ALLOC_NO_WATERMARKS);
	assert_int_equal(request(0, 0, OP_TASK_OOM_VICTIM).memalloc_flags, ALLOC_OOM);
}

static void test_context(void **state)
{
	(void)state; /* GF-11 */
	assert_int_equal(request(GFP_KERNEL, 0, OP_TASK_NOIO).gfp & (__GFP_IO | __GFP_FS), 0);
	assert_int_equal(request(GFP_KERNEL, 0, OP_TASK_NOFS).gfp & (__GFP_IO | __GFP_FS),
			 __GFP_IO);
	assert_int_equal(request(GFP_HIGHUSER_MOVABLE, 0, 0).highest_zoneidx, ZONE_MOVABLE);
	assert_int_equal(request(GFP_HIGHUSER_MOVABLE, 0, OP_TASK_PIN).highest_zoneidx,
			 ZONE_NORMAL);
	assert_int_equal(request(GFP_HIGHUSER_MOVABLE, 0, OP_TASK_PIN).type, MIGRATE_UNMOVABLE);
}

static void test_legality(void **state)
{
	(void)state;
	assert_true(request(GFP_KERNEL, 10, 0).legal);
	assert_false(request(GFP_KERNEL, 11, 0).legal);
	assert_false(request(__GFP_DMA | __GFP_DMA32, 0, 0).legal);
	assert_false(request(__GFP_MOVABLE | __GFP_RECLAIMABLE, 0, 0).legal);
}

static void test_zonelist(void **state)
{
	(void)state;
	assert_int_equal(request(GFP_KERNEL, 0, 0).zonelist[2], 2);
	assert_int_equal(request(GFP_KERNEL | __GFP_THISNODE, 0, 0).zonelist[2], 0xff);
}

/* Does a zone with this many free pages and min = low = mark pass? */
static bool passes(int64_t free_pages, uint32_t mark, uint32_t order, uint32_t flags, gfp_t gfp)
{
	struct zone_info zone = { .nr_free_pages = free_pages, .watermark = { mark, mark } };
	struct zone_blocks blocks = { .orders[MIGRATE_UNMOVABLE] = 1u << 10 };

	return watermark_allows(&zone, &blocks, gfp, order, flags, ZONE_NORMAL, 0);
}

static void test_discounts(void **state)
{
	const uint32_t high = ALLOC_MIN_RESERVE, atomic = ALLOC_MIN_RESERVE | ALLOC_NON_BLOCK;

	(void)state; /* FP-22, mark 100: strictly more is needed */
	assert_true(passes(101, 100, 0, 0, 0));
	assert_false(passes(100, 100, 0, 0, 0));
	assert_true(passes(51, 100, 0, high, 0));
	assert_false(passes(50, 100, 0, high, 0));
	assert_true(passes(39, 100, 0, atomic, 0));
	assert_false(passes(38, 100, 0, atomic, 0));
	assert_true(passes(20, 100, 0, atomic | ALLOC_OOM, 0));
	assert_false(passes(19, 100, 0, atomic | ALLOC_OOM, 0));
	assert_false(passes(100, 100, 0, ALLOC_NON_BLOCK, 0));
	assert_false(passes(103, 100, 2, 0, 0)); /* 2^2 - 1 pages are unusable */
	assert_true(passes(104, 100, 2, 0, 0));
	assert_false(passes(-5, 0, 0, 0, 0));
}

static void test_reserve_and_cma(void **state)
{
	struct zone_info zone = {
		.nr_free_pages = 120,
		.nr_free_cma_pages = 15,
		.nr_reserved_highatomic = 10,
		.watermark = { 100, 100 },
	};
	struct zone_blocks none = { { 0 } };

	(void)state; /* FP-20 */
	assert_false(watermark_allows(&zone, &none, 0, 0, 0, 0, 0));
	assert_true(watermark_allows(&zone, &none, 0, 0, ALLOC_CMA, 0, 0));
	assert_true(watermark_allows(&zone, &none, 0, 0, ALLOC_NON_BLOCK, 0, 0));
	assert_false(watermark_allows(&zone, &none, 0, 0, ALLOC_NON_BLOCK, 0, 5)); /* FP-61.6 */
	zone.lowmem_reserve[ZONE_MOVABLE] = 10;
	assert_true(watermark_allows(&zone, &none, 0, 0, ALLOC_CMA, ZONE_NORMAL, 0));
	assert_false(watermark_allows(&zone, &none, 0, 0, ALLOC_CMA, ZONE_MOVABLE, 0));
}

static void test_boost_exception(void **state)
{
	struct zone_info zone = { .nr_free_pages = 60,
				  .watermark = { 50, 60 },
				  .watermark_boost = 40 };
	struct zone_blocks none = { { 0 } };

	(void)state; /* FP-24.4 */
	assert_false(watermark_allows(&zone, &none, 0, 0, 0, 0, 0));
	assert_true(watermark_allows(&zone, &none, __GFP_ATOMIC, 0, 0, 0, 0));
	assert_false(watermark_allows(&zone, &none, __GFP_ATOMIC, 0, ALLOC_WMARK_LOW, 0, 0));
}

static void test_blocks_by_type(void **state)
{
	struct zone_info zone = { .nr_free_pages = 1000 };
	struct zone_blocks blocks = { .orders = { [MIGRATE_HIGHATOMIC] = 1u << 4,
						  [MIGRATE_CMA] = 1u << 3,
						  [MIGRATE_ISOLATE] = 1u << 9,
						  [MIGRATE_RECLAIMABLE] = 1u << 1 } };

	(void)state; /* FP-21.5 */
	assert_true(watermark_allows(&zone, &blocks, 0, 1, 0, 0, 0));
	assert_false(watermark_allows(&zone, &blocks, 0, 2, 0, 0, 0));
	assert_true(watermark_allows(&zone, &blocks, 0, 3, ALLOC_CMA, 0, 0));
	assert_true(watermark_allows(&zone, &blocks, 0, 4, ALLOC_HIGHATOMIC, 0, 0));
	assert_true(watermark_allows(&zone, &blocks, 0, 4, ALLOC_OOM, 0, 0));
	assert_false(watermark_allows(&zone, &blocks, 0, 4, ALLOC_NON_BLOCK, 0, 0));
	assert_false(watermark_allows(&zone, &blocks, 0, 5, ALLOC_HIGHATOMIC | ALLOC_CMA, 0, 0));
}

static void test_who_can_serve(void **state)
{
	struct request req = request(GFP_HIGHUSER_MOVABLE, 0, 0);
	struct zone_blocks none = { { 0 } };
	struct zone_blocks last = { .orders[MIGRATE_HIGHATOMIC] = 1u << 2 };
	uint32_t cma = ALLOC_CMA;

	(void)state;
	assert_false(zone_can_serve(&fake.view, &fake.machine, 1, &none, &req, cma, 0));
	fake_add_pcp(&fake, 0, 1, 20, 0, MIGRATE_MOVABLE);
	assert_true(zone_can_serve(&fake.view, &fake.machine, 1, &none, &req, cma, 0));
	assert_false(zone_can_serve(&fake.view, &fake.machine, 1, &none, &req, cma, 1));
	assert_false(zone_can_serve(&fake.view, &fake.machine, 1, &none, &req, 0, 0)); /* FP-31 */
	assert_false(zone_can_serve(&fake.view, &fake.machine, 1, &last, &req, 0, 0));
	assert_true(zone_can_serve(&fake.view, &fake.machine, 1, &last, &req, ALLOC_NON_BLOCK, 0));
}

/* Of order 1, with a reserved block of order 2, a CMA one of 1 and an ordinary one of order 0. */
static void test_blocks_read(void **state)
{
	struct zone_info *zone = &fake.zones[1];
	struct zone_blocks blocks;

	(void)state;
	fake_init(&fake);
	fake_remove_free(&fake, 16);
	fake_remove_free(&fake, 32);
	fake_add_free(&fake, 16, 2, MIGRATE_HIGHATOMIC);
	fake_add_free(&fake, 24, 1, MIGRATE_CMA);
	fake_add_free(&fake, 32, 0, MIGRATE_MOVABLE);
	zone->nr_free_pages = 1000;
	zone_blocks_read(&fake.view, 1, 1, &blocks);
	assert_false(watermark_allows(zone, &blocks, 0, 1, 0, ZONE_NORMAL, 0));
	assert_true(watermark_allows(zone, &blocks, 0, 1, ALLOC_CMA, ZONE_NORMAL, 0));
	assert_true(watermark_allows(zone, &blocks, 0, 1, ALLOC_HIGHATOMIC, ZONE_NORMAL, 0));
	zone_blocks_read(&fake.view, 1, 2, &blocks);
	assert_false(watermark_allows(zone, &blocks, 0, 2, ALLOC_CMA, ZONE_NORMAL, 0));
	assert_true(watermark_allows(zone, &blocks, 0, 2, ALLOC_HIGHATOMIC, ZONE_NORMAL, 0));
	/* The ordinary block of a large order is found behind the reserved one of a smaller. */
	fake_add_free(&fake, 40, 3, MIGRATE_RECLAIMABLE);
	zone_blocks_read(&fake.view, 1, 2, &blocks);
	assert_true(watermark_allows(zone, &blocks, 0, 2, 0, ZONE_NORMAL, 0));
	zone_blocks_read(&fake.view, 1, 4, &blocks);
	assert_false(watermark_allows(zone, &blocks, 0, 4, ALLOC_HIGHATOMIC, ZONE_NORMAL, 0));
}

/* SP-35.5: neither the count nor the type of the reserve stops who may have it given up. */
static void test_reserve_given_up(void **state)
{
	struct zone_info zone = { .nr_free_pages = 120,
				  .nr_reserved_highatomic = 110,
				  .watermark = { 20, 20 } };
	struct zone_blocks reserved = { { [MIGRATE_HIGHATOMIC] = 1u << 3 } };
	struct request blocks = request(GFP_KERNEL, 1, 0), does_not = request(GFP_NOWAIT, 1, 0);
	struct zone_blocks any = zone_blocks_any();

	(void)state;
	assert_true(request_may_take(&blocks, &zone, &reserved));
	assert_false(request_may_take(&does_not, &zone, &reserved));
	assert_true(request_may_take(&does_not, &zone, &any)); /* ALLOC_NON_BLOCK, FP-20 */
	zone.nr_free_pages = 21;
	assert_false(request_may_take(&blocks, &zone, &reserved));
}

/* Whatever the marks, the flags and the lists: what the judge leaves out could not pass. */
static void test_too_few_pages_never_pass(void **state)
{
	struct zone_blocks any = zone_blocks_any();

	(void)state;
	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++) {
		struct zone_info zone = { .nr_free_pages = ((int64_t)1 << order) - 1 };

		assert_false(zone_has_pages(&zone, order));
		for (uint32_t flags = 0; flags < 1u << 10; flags++)
			assert_false(watermark_allows(&zone, &any, __GFP_ATOMIC, order, flags,
						      ZONE_NORMAL, 0));
		zone.nr_free_pages++;
		assert_true(zone_has_pages(&zone, order));
		assert_true(watermark_allows(&zone, &any, 0, order, 0, ZONE_NORMAL, 0));
	}
}

static uint32_t draw(uint32_t below)
{
	static uint64_t seed = 1;

	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(seed >> 33) % below;
}

static struct zone_info drawn_zone(void)
{
	uint32_t min = draw(30);

	return (struct zone_info){
		.nr_free_pages = (int64_t)draw(400) - 20,
		.nr_free_cma_pages = (int64_t)draw(40) - 20,
		.nr_reserved_highatomic = draw(2) * draw(50),
		.watermark = { min, min + draw(2) * draw(30) },
		.watermark_boost = draw(2) * draw(30),
		.lowmem_reserve = { draw(2) * draw(100), draw(100) },
	};
}

/* Whoever asks: far from the mark nobody is refused. One page less than far enough is not far. */
static void test_far_is_far_for_all(void **state)
{
	static const gfp_t gfps[] = { GFP_KERNEL, GFP_ATOMIC, GFP_NOWAIT, GFP_HIGHUSER_MOVABLE };
	uint32_t nr_far = 0, nr_at_the_edge = 0;

	(void)state;
	for (uint32_t i = 0; i < 20000; i++) {
		struct zone_info zone = drawn_zone();
		struct zone_blocks blocks = { { 0 } };
		struct request req = request(gfps[draw(4)], draw(4), 0);

		blocks.orders[draw(MIGRATE_TYPES)] = (uint16_t)(1u << draw(4));
		req.highest_zoneidx = draw(2);
		if (!plain_zone(&zone, &blocks, req.order, req.highest_zoneidx))
			continue;
		assert_true(request_may_take(&req, &zone, &blocks));
		nr_far++;
		zone.nr_free_pages--;
		nr_at_the_edge += !plain_zone(&zone, &blocks, req.order, req.highest_zoneidx) &&
				  !watermark_allows(&zone, &blocks, 0, req.order, ALLOC_WMARK_LOW,
						    req.highest_zoneidx, 0);
	}
	assert_true(nr_far > 1000);
	assert_true(nr_at_the_edge > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slow_flags),
		cmocka_unit_test(test_memalloc_flags),
		cmocka_unit_test(test_context),
		cmocka_unit_test(test_legality),
		cmocka_unit_test(test_zonelist),
		cmocka_unit_test(test_discounts),
		cmocka_unit_test(test_reserve_and_cma),
		cmocka_unit_test(test_boost_exception),
		cmocka_unit_test(test_blocks_by_type),
		cmocka_unit_test(test_who_can_serve),
		cmocka_unit_test(test_blocks_read),
		cmocka_unit_test(test_reserve_given_up),
		cmocka_unit_test(test_too_few_pages_never_pass),
		cmocka_unit_test(test_far_is_far_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
