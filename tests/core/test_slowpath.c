/* SPDX-License-Identifier: MIT */
/* The slow path's state machine, seen through its hooks (07). */
#include <string.h>

#include "alloc/alloc_context.h"
#include "world.h"

static struct world world;

/* min 100, low 125, high 150; free pages as told, all order 0 unless said otherwise. */
static void setup(uint32_t nr_free)
{
	struct zone *zone;

	world_empty(&world, 4096, 10, 100, 1);
	zone = world_zone(&world, 0);
	zone->watermark[WMARK_MIN] = 100;
	zone->watermark[WMARK_LOW] = 125;
	zone->watermark[WMARK_HIGH] = 150;
	for (uint32_t i = 0; i < nr_free; i++)
		world_add_free(&world, 2 * i, 0, MIGRATE_MOVABLE);
}

static bool request(gfp_t gfp, uint32_t order)
{
	return alloc_pages(&world.tsk, gfp, order) != NULL;
}

static void expect_asked(uint32_t nr_compactions, uint32_t nr_reclaims, uint32_t nr_ooms)
{
	assert_int_equal(world.nr_compactions, nr_compactions);
	assert_int_equal(world.nr_reclaims, nr_reclaims);
	assert_int_equal(world.nr_ooms, nr_ooms);
}

/* Below low but above min: the slow path's first look succeeds, and kswapd was woken. */
static void test_below_low(void **state)
{
	(void)state;
	setup(110);
	assert_true(request(GFP_USER | __GFP_MOVABLE, 0));
	expect_asked(0, 0, 0);
	assert_int_equal(world.nr_traces[TRACE_WAKEUP_KSWAPD], 1);
	assert_int_equal(world.sys.head->nodes[0].kswapd_highest_zoneidx, ZONE_NORMAL);
	world_free(&world);
}

/* FP-22, GF-15: how deep each class of request may dig. */
static void test_reserves(void **state)
{
	static const struct {
		gfp_t gfp;
		uint32_t pf;
		bool oom_victim, rt;
		uint32_t floor;
	} rows[] = {
		{ GFP_NOWAIT, 0, false, false, 100 },
		{ GFP_ATOMIC, 0, false, false, 38 },
		{ GFP_ATOMIC | __GFP_NOMEMALLOC, 0, false, false, 50 },
		{ GFP_KERNEL | __GFP_HIGH | __GFP_NORETRY, 0, false, false, 50 },
		{ GFP_KERNEL | __GFP_NORETRY, 0, false, true, 50 },
		{ GFP_KERNEL | __GFP_NORETRY, 0, true, false, 50 },
		{ GFP_KERNEL | __GFP_NORETRY, PF_MEMALLOC, false, false, 0 },
		{ GFP_KERNEL | __GFP_NORETRY | __GFP_NOMEMALLOC, PF_MEMALLOC, false, false, 100 },
		{ GFP_NOWAIT | __GFP_MEMALLOC, 0, false, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setup(rows[i].floor ? rows[i].floor : 1);
		world.tsk.flags = rows[i].pf;
		world.tsk.oom_victim = rows[i].oom_victim;
		world.tsk.rt = rows[i].rt;
		if (rows[i].floor) {
			assert_false(request(rows[i].gfp, 0));
			world_add_free(&world, 3000, 0, MIGRATE_MOVABLE);
		}
		assert_true(request(rows[i].gfp, 0));
		world_free(&world);
	}
}

/* FP-50, SP-65: a page from beyond the watermarks says so. */
static void test_pfmemalloc_mark(void **state)
{
	struct page_info info;
	struct page *page;

	(void)state;
	setup(1);
	world.tsk.in_interrupt = world.tsk.in_softirq = true;
	world.tsk.flags = PF_MEMALLOC;
	page = alloc_pages(&world.tsk, GFP_NOWAIT, 0);
	assert_non_null(page);
	inspect_page(&world.sys, page_to_pfn(&world.sys, page), &info);
	assert_true(info.pfmemalloc);
	assert_int_equal(world.marks[MARK_slowpath_reserves], 1);
	world_free(&world);
}

/* SP-16, by class of request, with hooks that do nothing. */
static void test_classes(void **state)
{
	static const struct {
		gfp_t gfp;
		uint32_t order, nr_compactions, nr_reclaims, nr_ooms;
	} rows[] = {
		{ GFP_NOWAIT, 0, 0, 0, 0 },
		{ GFP_KERNEL, 0, 0, 1, 1 },
		{ GFP_KERNEL, 2, 2, 1, 1 },
		{ GFP_HIGHUSER_MOVABLE, 2, 1, 1, 1 },
		{ GFP_KERNEL, 4, 2, 1, 0 },
		{ GFP_KERNEL | __GFP_RETRY_MAYFAIL, 0, 0, 1, 0 },
		{ GFP_KERNEL | __GFP_RETRY_MAYFAIL, 4, 2, 1, 0 },
		{ GFP_NOIO | __GFP_RETRY_MAYFAIL, 4, 1, 1, 0 },
		{ GFP_KERNEL | __GFP_NORETRY, 0, 0, 1, 0 },
		{ GFP_KERNEL | __GFP_NORETRY, 4, 1, 0, 0 },
		{ GFP_KERNEL | __GFP_THISNODE, 0, 0, 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setup(20);
		assert_false(request(rows[i].gfp, rows[i].order));
		expect_asked(rows[i].nr_compactions, rows[i].nr_reclaims, rows[i].nr_ooms);
		assert_int_equal(world.nr_traces[TRACE_ALLOC_FAILURE], 1);
		world_free(&world);
	}
}

/* SP-11.7: no recursion into reclaim. SP-50.3: a dumping task is not helped. */
static void test_task_flags(void **state)
{
	(void)state;
	setup(0);
	world.tsk.flags = PF_MEMALLOC;
	assert_false(request(GFP_KERNEL | __GFP_NOMEMALLOC, 0));
	expect_asked(0, 0, 0);
	world.tsk.flags = PF_DUMPCORE;
	assert_false(request(GFP_KERNEL, 0));
	expect_asked(0, 1, 0);
	world_free(&world);
}

/* SP-35, SP-37: reclaimable memory makes it try again, 16 fruitless rounds at most. */
static uint64_t plenty(void *context, uint32_t zone)
{
	(void)context;
	(void)zone;
	return 1000;
}

static void test_fruitless_rounds(void **state)
{
	(void)state;
	setup(20);
	world_set_hook(&world, reclaimable, plenty);
	assert_false(request(GFP_KERNEL, 0));
	expect_asked(0, 17, 1);
	world_free(&world);
}

/* SP-37: with nothing reclaimable the free pages count twice. */
static void test_free_counts_twice(void **state)
{
	(void)state;
	setup(51);
	assert_false(request(GFP_KERNEL, 0));
	expect_asked(0, 17, 1);
	world_free(&world);
}

static void relieve(struct world *w)
{
	if (w->relief_page)
		__free_pages(&w->tsk, w->relief_page, w->relief_order);
	w->relief_page = NULL;
}

/* A machine whose only free memory comes back when a hook frees the page it holds. */
static void setup_relief(uint32_t order)
{
	setup(0);
	world.relief = relieve;
	world.relief_order = order;
	world.relief_page = pfn_page(&world.sys, 2048);
	for (uint32_t i = 1; i < 1u << order; i++)
		world.relief_page[i].refcount = 0;
}

/* SP-30 */
static void test_reclaim_helps(void **state)
{
	(void)state;
	setup_relief(8);
	world.reclaim_answer = 256;
	assert_true(request(GFP_KERNEL, 0));
	expect_asked(0, 1, 0);
	assert_int_equal(world.marks[MARK_slowpath_reclaimed], 1);
	world_free(&world);
}

/* SP-30, SP-31: what reclaim freed sits on a pcp list; the second look drains it. */
static void test_reclaim_drains(void **state)
{
	struct zone *zone;

	(void)state;
	setup_relief(3);
	zone = world_zone(&world, 0);
	zone->watermark[WMARK_MIN] = 2;
	world.reclaim_answer = 8;
	assert_true(request(GFP_KERNEL, 2));
	assert_int_equal(world.marks[MARK_pcp_drained], 1);
	world_free(&world);
}

/* SP-20: compaction made a block. */
static void test_compaction_helps(void **state)
{
	(void)state;
	setup_relief(8);
	world.compact_answer = COMPACT_SUCCESS;
	assert_true(request(GFP_KERNEL, 4));
	expect_asked(1, 0, 0);
	assert_int_equal(world.last_priority, COMPACT_PRIO_ASYNC);
	assert_int_equal(world.marks[MARK_slowpath_compacted], 1);
	world_free(&world);
}

/* SP-20, SP-21: a captured block is prepared and returned as it is. */
static void test_captured(void **state)
{
	struct page *page;

	(void)state;
	setup(0);
	for (pfn_t pfn = 2048; pfn < 2064; pfn++)
		pfn_page(&world.sys, pfn)->refcount = 0;
	world.compact_answer = COMPACT_SUCCESS;
	world.compact_capture = 2048;
	page = alloc_pages(&world.tsk, GFP_KERNEL | __GFP_COMP, 4);
	assert_int_equal(page_to_pfn(&world.sys, page), 2048);
	assert_int_equal(page_ref_count(page), 1);
	assert_true(page_is_head(page));
	world_free(&world);
}

/* SP-10.7b: a THP that may not retry stops after asynchronous compaction. */
static void test_thp(void **state)
{
	gfp_t gfp = (GFP_TRANSHUGE | __GFP_NORETRY) & ~__GFP_NOMEMALLOC;

	(void)state;
	setup(0);
	world.compact_answer = COMPACT_DEFERRED;
	assert_false(request(gfp, 9));
	expect_asked(1, 0, 0);
	world.compact_answer = COMPACT_COMPLETE;
	assert_false(request(gfp | __GFP_THISNODE, 9));
	expect_asked(2, 0, 0);
	assert_false(request(gfp, 9));
	expect_asked(4, 1, 0);
	assert_int_equal(world.last_priority, COMPACT_PRIO_ASYNC);
	world_free(&world);
}

/* SP-41: COMPLETE raises the effort step by step while reclaim makes progress. */
static void test_compaction_effort(void **state)
{
	(void)state;
	setup(0);
	world.reclaim_answer = 1;
	world.compact_answer = COMPACT_COMPLETE;
	assert_false(request(GFP_KERNEL, 2));
	assert_int_equal(world.last_priority, COMPACT_PRIO_SYNC_FULL);
	expect_asked(3, 2, 1);
	world_free(&world);
}

/* SP-40.7: successes without a page are counted, 16 of them; costly orders 4. */
static void test_compaction_retries(void **state)
{
	(void)state;
	setup(0);
	world.reclaim_answer = 1;
	world.compact_answer = COMPACT_SUCCESS;
	assert_false(request(GFP_KERNEL | __GFP_RETRY_MAYFAIL, 4));
	assert_in_range(world.nr_reclaims, 5, 12);
	world_free(&world);
}

/* SP-40.5, SP-42: skipped for lack of free pages: worth another round while reclaim supplies some.
 */
static void progress_once(struct world *w)
{
	w->reclaim_answer = w->nr_reclaims < 2;
}

static void test_compaction_skipped(void **state)
{
	(void)state;
	setup(90);
	world.relief = progress_once;
	assert_false(request(GFP_KERNEL, 2));
	expect_asked(3, 2, 1);
	world_free(&world);
	setup(50);
	world.relief = progress_once;
	assert_false(request(GFP_KERNEL, 2));
	expect_asked(2, 1, 1);
	world_free(&world);
}

static void relieve_at_oom(struct world *w)
{
	if (w->nr_ooms)
		relieve(w);
}

/* SP-50.4, SP-52 */
static void test_oom(void **state)
{
	(void)state;
	setup_relief(8);
	world.relief = relieve_at_oom;
	world.oom_answer = true;
	assert_true(request(GFP_KERNEL, 0));
	expect_asked(0, 1, 1);
	world_free(&world);
}

/* SP-11.16: a victim that may use its reserve and still finds nothing gives up. */
static void test_oom_victim(void **state)
{
	(void)state;
	setup(0);
	world.tsk.oom_victim = true;
	world.oom_answer = true;
	assert_false(request(GFP_KERNEL, 0));
	expect_asked(0, 1, 1);
	world_free(&world);
}

/* SP-50.2: the probe looks at HIGH without CMA. */
static void test_oom_probe(void **state)
{
	(void)state;
	setup_relief(8);
	world.reclaim_answer = 0;
	world_zone(&world, 0)->watermark[WMARK_HIGH] = 0;
	world_set_hook(&world, reclaimable, NULL);
	world_add_free(&world, 64, 0, MIGRATE_MOVABLE);
	assert_true(request(GFP_KERNEL, 0));
	expect_asked(0, 1, 0);
	world_free(&world);
}

/* SP-12.2, SP-50.4: NOFAIL ignores watermarks, then waits; without DIRECT_RECLAIM it fails. */
static void test_nofail(void **state)
{
	(void)state;
	setup(1);
	assert_true(request(GFP_KERNEL | __GFP_NOFAIL, 0));
	assert_int_equal(world.nr_nofail_waits, 0);
	world.nofail_rounds = 3;
	assert_false(request(GFP_KERNEL | __GFP_NOFAIL, 0));
	assert_int_equal(world.nr_nofail_waits, 3);
	world_free(&world);
}

static void test_nofail_without_reclaim(void **state)
{
	(void)state;
	setup(0);
	assert_false(request(GFP_NOWAIT | __GFP_NOFAIL, 0));
	assert_int_equal(world.nr_traces[TRACE_WARN_ON_ONCE], 1);
	world_free(&world);
}

static void test_nofail_costly_and_memalloc(void **state)
{
	(void)state;
	setup(0);
	world.tsk.flags = PF_MEMALLOC;
	world.nofail_rounds = 2;
	assert_false(request(GFP_KERNEL | __GFP_NOFAIL, 4));
	assert_int_equal(world.nr_nofail_waits, 2);
	assert_int_equal(world.marks[MARK_nofail_loop], 2);
	world_set_hook(&world, nofail_wait, NULL);
	assert_trap(&world, "deadlocked", request(GFP_KERNEL | __GFP_NOFAIL, 4));
	world_free(&world);
}

/* SP-3, SP-10.3 */
static void test_odd_requests(void **state)
{
	uint32_t no_node = 0;

	(void)state;
	setup(20);
	assert_false(request(GFP_ATOMIC | __GFP_DIRECT_RECLAIM | __GFP_NORETRY, 0) &&
		     world.nr_traces[TRACE_WARN_ON_ONCE] == 0);
	assert_null(__alloc_pages(&world.tsk, GFP_KERNEL, 0, 0, &no_node));
	assert_int_equal(world.nr_ooms, 0);
	world_free(&world);
}

/* Without any hook the slow path still ends. */
static void test_no_hooks(void **state)
{
	(void)state;
	setup(0);
	buddy_set_hooks(&world.sys, NULL);
	assert_false(request(GFP_KERNEL, 0));
	assert_false(request(GFP_KERNEL, 4));
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_below_low),
		cmocka_unit_test(test_reserves),
		cmocka_unit_test(test_pfmemalloc_mark),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_task_flags),
		cmocka_unit_test(test_fruitless_rounds),
		cmocka_unit_test(test_free_counts_twice),
		cmocka_unit_test(test_reclaim_helps),
		cmocka_unit_test(test_reclaim_drains),
		cmocka_unit_test(test_compaction_helps),
		cmocka_unit_test(test_captured),
		cmocka_unit_test(test_thp),
		cmocka_unit_test(test_compaction_effort),
		cmocka_unit_test(test_compaction_retries),
		cmocka_unit_test(test_compaction_skipped),
		cmocka_unit_test(test_oom),
		cmocka_unit_test(test_oom_victim),
		cmocka_unit_test(test_oom_probe),
		cmocka_unit_test(test_nofail),
		cmocka_unit_test(test_nofail_without_reclaim),
		cmocka_unit_test(test_nofail_costly_and_memalloc),
		cmocka_unit_test(test_odd_requests),
		cmocka_unit_test(test_no_hooks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
