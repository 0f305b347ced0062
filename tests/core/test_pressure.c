/* SPDX-License-Identifier: MIT */
/* The pressure door: what engines are told, and that one that is not there has done nothing. */
#include <string.h>

#include "alloc/hot.h"
#include "alloc/kswapd.h"
#include "alloc/pressure.h"
#include "world.h"

static struct world world;

/* What the engines of these tests were told, and what they answer. */
static struct {
	struct pressure_request request; /* of the last that had one */
	enum compact_priority priorities[8];
	uint32_t nr_compactions, nr_ends, nr_reclaims, nr_reclaimable, nr_ooms;
	uint32_t nr_kswapds, nr_kcompactds, nr_node_reclaims;
	const struct page *ended_with;
	uint32_t node, order, highest_zoneidx;
	gfp_t gfp;
	enum compact_result compact_answer;
	struct page *captured;
	uint32_t reclaim_answer;
	bool kswapd_declines, node_reclaim_on;
} told;

static enum compact_result tell_compact(struct task *tsk, const struct pressure_request *request,
					enum compact_priority priority, struct page **captured)
{
	assert_true(tsk->flags & PF_MEMALLOC);
	assert_null(*captured);
	told.request = *request;
	told.priorities[told.nr_compactions++ % 8] = priority;
	*captured = told.captured;
	return told.compact_answer;
}

static void tell_compact_end(struct task *tsk, const struct pressure_request *request,
			     const struct page *page)
{
	assert_false(tsk->flags & PF_MEMALLOC);
	assert_int_equal(request->order, told.request.order);
	told.ended_with = page;
	told.nr_ends++;
}

static uint32_t tell_reclaim(struct task *tsk, const struct pressure_request *request)
{
	assert_true(tsk->flags & PF_MEMALLOC);
	told.request = *request;
	told.nr_reclaims++;
	return told.reclaim_answer;
}

static uint64_t tell_reclaimable(const struct buddy_system *sys, const struct zone *zone)
{
	assert_ptr_equal(zone, &sys->zones[0]);
	told.nr_reclaimable++;
	return 0;
}

static bool tell_out_of_memory(struct task *tsk, const struct pressure_request *request)
{
	(void)tsk;
	told.request = *request;
	told.nr_ooms++;
	return false;
}

static bool tell_wake_kswapd(struct task *tsk, const struct zone *zone, gfp_t gfp, uint32_t order,
			     uint32_t highest_zoneidx)
{
	(void)tsk;
	told.nr_kswapds++;
	told.node = zone->node;
	told.gfp = gfp;
	told.order = order;
	told.highest_zoneidx = highest_zoneidx;
	return told.kswapd_declines;
}

static void tell_wake_kcompactd(struct task *tsk, uint32_t node, uint32_t order,
				uint32_t highest_zoneidx)
{
	(void)tsk;
	assert_int_equal(node, told.node);
	assert_int_equal(order, told.order);
	assert_int_equal(highest_zoneidx, told.highest_zoneidx);
	told.nr_kcompactds++;
}

static bool tell_node_reclaim_enabled(const struct buddy_system *sys)
{
	(void)sys;
	return told.node_reclaim_on;
}

static int tell_node_reclaim(struct task *tsk, uint32_t node, gfp_t gfp, uint32_t order)
{
	(void)tsk;
	told.node = node;
	told.gfp = gfp;
	told.order = order;
	told.nr_node_reclaims++;
	return NODE_RECLAIM_FULL;
}

static const struct pressure_engines telling = {
	.compact = tell_compact,
	.compact_end = tell_compact_end,
	.reclaim = tell_reclaim,
	.reclaimable = tell_reclaimable,
	.out_of_memory = tell_out_of_memory,
	.wake_kswapd = tell_wake_kswapd,
	.wake_kcompactd = tell_wake_kcompactd,
	.node_reclaim_enabled = tell_node_reclaim_enabled,
	.node_reclaim = tell_node_reclaim,
};

/* Nothing free, all marks 100: every request comes to its slow path. */
static void setup(const struct pressure_engines *engines)
{
	world_empty(&world, 4096, 10, 100, 1);
	for (uint32_t mark = 0; mark < NR_WMARK; mark++)
		world_zone(&world, 0)->watermark[mark] = 100;
	memset(&told, 0, sizeof(told));
	told.compact_answer = COMPACT_COMPLETE;
	set_pressure_engines(&world.sys, engines);
}

static void test_engines_see_the_request(void **state)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_RECLAIMABLE | __GFP_HIGH;

	(void)state;
	setup(&telling);
	told.reclaim_answer = 0;
	assert_null(alloc_pages(&world.tsk, gfp, 2));
	assert_int_equal(told.request.gfp, gfp);
	assert_int_equal(told.request.order, 2);
	assert_true(told.request.alloc_flags & ALLOC_MIN_RESERVE);
	assert_int_equal(told.nr_compactions, 2);
	assert_int_equal(told.priorities[0], COMPACT_PRIO_ASYNC);
	assert_int_equal(told.priorities[1], COMPACT_PRIO_SYNC_LIGHT);
	assert_int_equal(told.nr_ends, 2);
	assert_null(told.ended_with);
	assert_int_equal(told.nr_reclaims, 1);
	assert_int_equal(told.nr_reclaimable, 1);
	assert_int_equal(told.nr_ooms, 1);
	/* The hooks, which are all there, are asked by the scripted engines only. */
	assert_int_equal(world.nr_compactions + world.nr_reclaims + world.nr_ooms, 0);
	assert_int_equal(world.nr_traces[TRACE_WAKEUP_KSWAPD], 0);
	world_free(&world);
}

static void test_engines_see_the_context(void **state)
{
	static const uint32_t nodemask = 1;

	(void)state;
	setup(&telling);
	told.captured = world.sys.mem_map + 8;
	told.captured->refcount = 0;
	told.compact_answer = COMPACT_SUCCESS;
	assert_ptr_equal(__alloc_pages(&world.tsk, GFP_KERNEL, 3, 0, &nodemask), told.captured);
	assert_ptr_equal(told.ended_with, told.captured);
	assert_int_equal(told.captured->refcount, 1);
	assert_int_equal(told.nr_compactions, 1);
	assert_int_equal(told.nr_reclaims, 0);
	world_free(&world);
}

/* SP-20: nothing was compacted, so nothing has ended. */
static void test_a_skipped_compaction_has_no_end(void **state)
{
	(void)state;
	setup(&telling);
	told.compact_answer = COMPACT_SKIPPED;
	assert_null(alloc_pages(&world.tsk, GFP_KERNEL | __GFP_NORETRY, 2));
	assert_int_equal(told.nr_compactions, 2);
	assert_int_equal(told.nr_ends, 0);
	world_free(&world);
}

static void test_no_engine_has_done_nothing(void **state)
{
	static const struct pressure_engines none = { .compact = NULL };

	(void)state;
	setup(&none);
	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
		assert_null(alloc_pages(&world.tsk, GFP_KERNEL, order));
	wakeup_kswapd(&world.tsk, world_zone(&world, 0), 0, 3, ZONE_NORMAL);
	assert_int_equal(world.sys.head->nodes[0].kswapd_order, 10);
	assert_int_equal(world.nr_compactions + world.nr_reclaims + world.nr_ooms, 0);
	assert_int_equal(world.nr_traces[TRACE_WAKEUP_KSWAPD], 0);
	world_free(&world);
}

/* SP-61: kcompactd's turn comes where kswapd has nothing to do and the caller cannot reclaim. */
static void test_kcompactd_is_next(void **state)
{
	struct zone *zone;

	(void)state;
	setup(&telling);
	zone = world_zone(&world, 0);
	wakeup_kswapd(&world.tsk, zone, GFP_NOWAIT, 4, ZONE_NORMAL);
	assert_int_equal(told.nr_kswapds, 1);
	assert_int_equal(told.nr_kcompactds, 0);
	told.kswapd_declines = true;
	wakeup_kswapd(&world.tsk, zone, GFP_KERNEL, 4, ZONE_NORMAL);
	assert_int_equal(told.nr_kcompactds, 0);
	wakeup_kswapd(&world.tsk, zone, GFP_NOWAIT, 5, ZONE_NORMAL);
	assert_int_equal(told.nr_kcompactds, 1);
	assert_int_equal(world.sys.head->nodes[0].kswapd_order, 5);
	zone->managed_pages = 0;
	wakeup_kswapd(&world.tsk, zone, GFP_NOWAIT, 6, ZONE_NORMAL);
	assert_int_equal(told.nr_kswapds, 3);
	assert_int_equal(world.sys.head->nodes[0].kswapd_order, 5);
	world_free(&world);
}

/* FP-11.4: asked for a zone below its mark while it is on, which update_general_gfp() asks. */
static void test_node_reclaim_is_on_or_off(void **state)
{
	(void)state;
	setup(&telling);
	assert_null(alloc_pages(&world.tsk, GFP_NOWAIT, 1));
	assert_int_equal(told.nr_node_reclaims, 0);
	told.node_reclaim_on = true;
	set_pressure_engines(&world.sys, &telling);
	assert_true(node_reclaim_enabled(&world.sys));
	assert_null(alloc_pages(&world.tsk, GFP_NOWAIT, 1));
	assert_true(told.nr_node_reclaims > 0);
	assert_int_equal(told.gfp, GFP_NOWAIT);
	assert_int_equal(told.order, 1);
	set_pressure_engines(&world.sys, &scripted_engines);
	assert_false(node_reclaim_enabled(&world.sys));
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_engines_see_the_request),
		cmocka_unit_test(test_engines_see_the_context),
		cmocka_unit_test(test_a_skipped_compaction_has_no_end),
		cmocka_unit_test(test_no_engine_has_done_nothing),
		cmocka_unit_test(test_kcompactd_is_next),
		cmocka_unit_test(test_node_reclaim_is_on_or_off),
	};

	return cmocka_run_group_tests_name("core.pressure", tests, NULL, NULL);
}
