/* SPDX-License-Identifier: MIT */
/* The judge beyond single rules: misuse ends or taints, reset forgets, pages are counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "oracle/judge/rules.h"
#include "tests/oracle/scene.h"

static struct scene s;

static int setup(void **state)
{
	(void)state;
	scene_open(&s, true);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scene_close(&s);
	return 0;
}

static void play(enum op_code code, pfn_t pfn, uint32_t order, int64_t result)
{
	scene_call(&s, code)->pfn = pfn;
	s.call.order = (uint8_t)order;
	scene_before(&s)->result = result;
	assert_true(scene_after(&s));
}

static void test_counts_pages(void **state)
{
	(void)state;
	scene_alloc(&s, GFP_KERNEL, 2, 16);
	assert_true(scene_after(&s));
	assert_int_equal(judge_pages_held(s.judge), 4);
	scene_alloc(&s, GFP_KERNEL, 0, 20);
	assert_true(scene_after(&s));
	scene_free(&s, 16, 2);
	assert_true(scene_after(&s));
	assert_int_equal(judge_pages_held(s.judge), 1);
	assert_int_equal(judge_peak_pages_held(s.judge), 5);
}

static void test_reset_forgets(void **state)
{
	(void)state;
	scene_alloc(&s, GFP_KERNEL, 2, 16);
	assert_true(scene_after(&s));
	scene_alloc(&s, GFP_KERNEL, 0, 21)->pfn = 16;
	assert_false(scene_after(&s));
	assert_true(judge_verdict(s.judge)->broken);
	assert_int_equal(judge_verdict(s.judge)->op_index, 1);
	assert_int_equal(judge_verdict(s.judge)->pfn, 16);
	assert_false(judge_walk(s.judge, 9)); /* the first verdict stands */
	assert_int_equal(judge_verdict(s.judge)->op_index, 1);
	fake_init(&s.fake);
	ledger_reset(s.ledger, SCENE_SLOTS);
	judge_reset(s.judge);
	assert_false(judge_verdict(s.judge)->broken);
	assert_int_equal(judge_pages_held(s.judge), 0);
	scene_alloc(&s, GFP_KERNEL, 2, 16);
	assert_true(scene_after(&s));
	assert_true(judge_walk(s.judge, 1));
}

static void test_pages_taken_before_are_nobodys(void **state)
{
	(void)state;
	fake_take(&s.fake, 16, 0, false);
	scene_reopen(&s, true, NULL);
	assert_true(judge_walk(s.judge, 0));
	scene_alloc(&s, GFP_KERNEL, 0, 17)->pfn = 16;
	assert_false(scene_after(&s));
	assert_int_equal(judge_verdict(s.judge)->rule, RULE_in_range);
}

/* FR-16: a page freed twice waits on a list with refcount -1; its next life heals it. */
static void test_double_free_taints(void **state)
{
	(void)state;
	scene_call(&s, OP_double_free)->pfn = 16;
	scene_before(&s)->result = -1;
	s.fake.pages[16].refcount = -1;
	assert_true(scene_after(&s));
	assert_true(judge_walk(s.judge, 1));
	scene_alloc(&s, GFP_KERNEL, 0, 16);
	assert_true(scene_after(&s));
	s.fake.pages[16].refcount = 2; /* now it is judged again */
	assert_false(judge_walk(s.judge, 2));
	assert_int_equal(judge_verdict(s.judge)->rule, RULE_refcounts_at_rest);
}

static void test_report_of_a_tainted_page(void **state)
{
	struct event *event;

	(void)state;
	scene_call(&s, OP_double_free)->pfn = 16;
	scene_before(&s)->result = -1;
	s.fake.pages[16].refcount = -1;
	assert_true(scene_after(&s));
	event = scene_alloc(&s, GFP_KERNEL, 0, 20);
	event->nr_bad_pages = 1;
	event->bad_pages[0].pfn = 16;
	event->bad_pages[0].reason = BAD_PAGE_REFCOUNT;
	fake_take(&s.fake, 16, 0, false); /* withheld for ever */
	s.fake.pages[16].refcount = -1;
	assert_true(scene_after(&s));
	assert_true(judge_walk(s.judge, 1));
	event = scene_alloc(&s, GFP_KERNEL, 0, 21);
	event->nr_bad_pages = 1;
	event->bad_pages[0].pfn = 30; /* which nobody misused */
	assert_false(scene_after(&s));
	assert_int_equal(judge_verdict(s.judge)->rule, RULE_bad_page_only_after_misuse);
}

/* FR-9: order 2 freed as order 0: three pages leak, and that is all. */
static void test_too_small_an_order_leaks(void **state)
{
	(void)state;
	scene_alloc(&s, GFP_KERNEL, 2, 16);
	assert_true(scene_after(&s));
	fake_drop(&s.fake, 16, 2);
	fake_add_free(&s.fake, 16, 0, MIGRATE_MOVABLE);
	play(OP_free_wrong_order, 16, 0, 0);
	assert_true(judge_walk(s.judge, 2));
	assert_true(judge_end(s.judge, 2));
	assert_int_equal(judge_pages_held(s.judge), 0);
}

static void test_freeing_a_neighbour_ends_the_run(void **state)
{
	(void)state;
	scene_alloc(&s, GFP_KERNEL, 0, 16);
	assert_true(scene_after(&s));
	fake_take(&s.fake, 17, 0, false); /* refcount 0 and no mark: nobody can see it */
	s.fake.pages[17].refcount = 0;
	scene_call(&s, OP_free_wrong_order)->pfn = 16;
	s.call.order = 1;
	scene_before(&s);
	assert_false(scene_after(&s));
	assert_true(judge_verdict(s.judge)->over);
	assert_false(judge_verdict(s.judge)->broken);
	assert_false(scene_after(&s));
}

/* A tail that was freed by itself makes the free of its block bad: that must be seen (FR-12.4). */
static void test_tainted_tail_is_seen_at_the_free(void **state)
{
	(void)state;
	scene_alloc(&s, GFP_KERNEL, 1, 16);
	assert_true(scene_after(&s));
	scene_call(&s, OP_free_tail)->pfn = 17;
	scene_before(&s)->result = -1;
	s.fake.pages[17].refcount = -1;
	assert_true(scene_after(&s));
	scene_call(&s, OP_free_pages)->pfn = 16;
	s.call.order = 1;
	scene_before(&s);
	s.fake.pages[16].refcount = 0;
	assert_false(scene_after(&s));
	assert_int_equal(judge_verdict(s.judge)->rule, RULE_misuse_detected);
}

static void test_trap_after_misuse_is_no_finding(void **state)
{
	(void)state;
	scene_call(&s, OP_double_free)->pfn = 16;
	scene_before(&s)->result = -1;
	assert_true(scene_after(&s));
	scene_alloc(&s, GFP_KERNEL, 0, 20)->status = EVENT_TRAPPED;
	assert_false(scene_after(&s));
	assert_true(judge_verdict(s.judge)->over);
	assert_false(judge_verdict(s.judge)->broken);
}

static void test_declined_ops_are_not_judged(void **state)
{
	(void)state;
	scene_alloc(&s, GFP_KERNEL, 0, PFN_NONE)->status = EVENT_UNSUPPORTED;
	assert_true(scene_after(&s));
	assert_false(judge_verdict(s.judge)->broken);
}

/* FR-5: the head outlives its tails. */
static void test_partial_free(void **state)
{
	(void)state;
	scene_alloc(&s, GFP_KERNEL, 2, 16);
	assert_true(scene_after(&s));
	s.fake.pages[16].refcount = 2;
	play(OP_get_page, 16, 0, 2);
	s.fake.pages[16].refcount = 1;
	fake_add_free(&s.fake, 17, 0, MIGRATE_MOVABLE);
	fake_add_free(&s.fake, 18, 1, MIGRATE_MOVABLE);
	play(OP_free_pages, 16, 2, 1);
	assert_int_equal(judge_pages_held(s.judge), 1);
	assert_true(judge_walk(s.judge, 3));
}

static void test_walks_every_n_ops(void **state)
{
	struct judge_options options = { .walk_every_ops = 2 };

	(void)state;
	scene_reopen(&s, true, &options);
	s.fake.zones[0].nr_free[4]++;
	scene_call(&s, OP_tick);
	scene_before(&s);
	assert_true(scene_after(&s));
	assert_false(scene_after(&s));
	assert_int_equal(judge_verdict(s.judge)->rule, RULE_nr_free_recount);
}

static void test_fragments_come_home(void **state)
{
	struct call *call = scene_call(&s, OP_page_frag_alloc);

	(void)state;
	call->gfp = GFP_KERNEL;
	call->count = 100;
	scene_before(&s)->pfn = 16;
	s.event.offset_bytes = 32668;
	fake_take(&s.fake, 16, 3, true);
	s.fake.pages[16].refcount = 32769;
	assert_true(scene_after(&s));
	assert_int_equal(judge_pages_held(s.judge), 8);
	s.fake.pages[16].refcount = 1; /* drained: one fragment lives */
	play(OP_page_frag_cache_drain, PFN_NONE, 0, 1);
	assert_true(judge_walk(s.judge, 2));
	fake_drop(&s.fake, 16, 3);
	fake_remove_free(&s.fake, 24);
	fake_add_free(&s.fake, 16, 4, MIGRATE_MOVABLE);
	call = scene_call(&s, OP_page_frag_free);
	call->pfn = 16;
	call->value = 32668;
	call->count = 100;
	scene_before(&s);
	assert_true(scene_after(&s));
	assert_int_equal(judge_pages_held(s.judge), 0);
	assert_true(judge_end(s.judge, 3));
}

static uint32_t draw(uint32_t below)
{
	static uint64_t seed = 1;

	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(seed >> 33) % below;
}

static void assert_same_request(const struct request *a, const struct request *b)
{
	assert_int_equal(a->legal, b->legal);
	assert_int_equal(a->gfp, b->gfp);
	assert_int_equal(a->order, b->order);
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->highest_zoneidx, b->highest_zoneidx);
	assert_ptr_equal(a->zonelist, b->zonelist);
	assert_int_equal(a->fast_flags, b->fast_flags);
	assert_int_equal(a->slow_flags, b->slow_flags);
	assert_int_equal(a->memalloc_flags, b->memalloc_flags);
	assert_int_equal(a->never_fails, b->never_fails);
	assert_int_equal(a->slow_cpuset, b->slow_cpuset);
	assert_int_equal(a->unreserves, b->unreserves);
}

/* The judge keeps what it worked out of a call; nothing that a request depends on is forgotten. */
static void test_requests_are_told_apart(void **state)
{
	static const gfp_t gfps[] = { GFP_KERNEL,   GFP_ATOMIC,
				      GFP_DMA,      GFP_KERNEL | __GFP_THISNODE,
				      GFP_NOWAIT,   __GFP_NOFAIL | GFP_KERNEL,
				      __GFP_MOVABLE };
	static const uint8_t codes[] = { OP_alloc_pages, OP_get_zeroed_page, OP_alloc_pages_exact,
					 OP_alloc_pages_bulk_list };
	static const uint32_t tasks[] = { 0, OP_TASK_MEMALLOC, OP_TASK_NOIO, OP_TASK_PIN };
	uint64_t zones_seen = 0;

	(void)state;
	for (uint32_t i = 0; i < 20000; i++) {
		struct call *call = scene_call(&s, (enum op_code)codes[draw(4)]);
		struct request expected;

		call->gfp = gfps[draw(7)];
		call->order = (uint8_t)draw(12);
		call->node = (uint8_t)draw(2);
		call->cpu = (uint8_t)draw(FAKE_CPUS);
		s.judge->ledger->task[call->cpu] = tasks[draw(4)];
		judge_before(s.judge, call);
		expected = request_of(&s.judge->machine, call, s.judge->ledger->task[call->cpu]);
		assert_same_request(s.judge->request, &expected);
		assert_int_equal(s.judge->asked->fit & ~s.judge->asked->zones, 0);
		if (expected.legal && call->gfp & __GFP_THISNODE && !op_is_bulk(call->code))
			assert_int_equal(s.judge->asked->fit, call->node ? 1u << 2 : 3u);
		zones_seen |= 1ull << s.judge->asked->zones;
	}
	/* None, or DMA, or both of node 0, or node 1 alone, or all. */
	assert_int_equal(zones_seen, 1ull << 0 | 1ull << 1 | 1ull << 3 | 1ull << 4 | 1ull << 7);
}

#define JUDGE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		JUDGE_TEST(test_counts_pages),
		JUDGE_TEST(test_reset_forgets),
		JUDGE_TEST(test_pages_taken_before_are_nobodys),
		JUDGE_TEST(test_double_free_taints),
		JUDGE_TEST(test_report_of_a_tainted_page),
		JUDGE_TEST(test_too_small_an_order_leaks),
		JUDGE_TEST(test_freeing_a_neighbour_ends_the_run),
		JUDGE_TEST(test_tainted_tail_is_seen_at_the_free),
		JUDGE_TEST(test_trap_after_misuse_is_no_finding),
		JUDGE_TEST(test_declined_ops_are_not_judged),
		JUDGE_TEST(test_partial_free),
		JUDGE_TEST(test_walks_every_n_ops),
		JUDGE_TEST(test_fragments_come_home),
		JUDGE_TEST(test_requests_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
