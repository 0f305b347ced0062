/* SPDX-License-Identifier: MIT */
/*
 * How late the judge sees what no op was about. A reference comes by itself to a page that was
 * touched once; then ops pass that have nothing to do with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "oracle/judge/rules.h"
#include "tests/oracle/scene.h"

#define TOUCHED 32u
#define EVERY 4u
#define PART 5u
#define PERIOD (EVERY * ((TOUCHED + PART - 1) / PART))

static struct scene s;

static const pfn_t first_pfns[] = { 16, 24, 32, 48 };

/* Blocks of 8 pages come and are split, so that each page has a count of its own. */
static void touch_pages(void)
{
	for (uint32_t i = 0; i < TOUCHED / 8; i++) {
		pfn_t pfn = first_pfns[i];

		scene_alloc(&s, GFP_KERNEL, 3, pfn);
		assert_true(scene_after(&s));
		scene_call(&s, OP_split_page)->pfn = pfn;
		s.call.order = 3;
		for (uint32_t page = 0; page < 8; page++)
			s.fake.pages[pfn + page].refcount = 1;
		scene_before(&s);
		assert_true(scene_after(&s));
	}
	assert_int_equal(s.judge->ledger->nr_touched, TOUCHED);
}

static void open_walking(uint32_t walk_every_ops)
{
	struct judge_options options = { .walk_every_ops = walk_every_ops };

	scene_open(&s, true);
	scene_reopen(&s, true, &options);
	touch_pages();
}

/* The paper machine is too small for parts: they are made smaller. */
static void open_rotating(void)
{
	open_walking(JUDGE_WALK_AUTO);
	s.judge->walks.every = EVERY;
	s.judge->walks.next = s.judge->walks.nr_ops + EVERY;
	s.judge->walks.part_pages = PART;
}

static bool pass(enum op_code code)
{
	scene_call(&s, code);
	scene_before(&s);
	return scene_after(&s);
}

static void pass_clean(uint32_t nr_ops)
{
	for (uint32_t i = 0; i < nr_ops; i++)
		assert_true(pass(OP_tick));
}

/* How many of these ops pass, with the one behind which the judge finds something. */
static uint32_t ops_until_found(enum op_code code)
{
	uint32_t nr_ops = 1;

	while (pass(code) && nr_ops < 1000)
		nr_ops++;
	return nr_ops;
}

static pfn_t touched_page(uint32_t i)
{
	return first_pfns[i / 8] + i % 8;
}

static void spoil(uint32_t i)
{
	s.fake.pages[touched_page(i)].refcount++;
}

static void assert_found(uint32_t i)
{
	assert_true(judge_verdict(s.judge)->broken);
	assert_int_equal(judge_verdict(s.judge)->rule, RULE_refcounts_at_rest);
	assert_int_equal(judge_verdict(s.judge)->pfn, touched_page(i));
}

static void test_rotation_reaches_every_page(void **state)
{
	uint32_t latest = 0;

	(void)state;
	for (uint32_t i = 0; i < TOUCHED; i++) {
		for (uint32_t phase = 0; phase < PERIOD; phase++) {
			uint32_t nr_ops;

			open_rotating();
			pass_clean(phase);
			spoil(i);
			nr_ops = ops_until_found(OP_tick);
			assert_found(i);
			assert_true(nr_ops <= PERIOD);
			latest = nr_ops > latest ? nr_ops : latest;
			scene_close(&s);
		}
	}
	assert_int_equal(latest, PERIOD); /* the promise is not better than what is kept */
}

/* While pages are touched between the walks, too, none is left out. */
static void test_rotation_goes_on_while_pages_come(void **state)
{
	uint32_t nr_ops;

	(void)state;
	open_rotating();
	pass_clean(2 * EVERY);
	scene_alloc(&s, GFP_KERNEL, 0, 40);
	assert_true(scene_after(&s));
	spoil(3); /* the rotation is past it */
	nr_ops = ops_until_found(OP_tick);
	assert_found(3);
	assert_true(nr_ops <= EVERY * ((TOUCHED + 1 + PART - 1) / PART));
	scene_close(&s);
}

/* The lists are looked at in every walk, also where no page is reread. */
static void test_lists_in_intervals(void **state)
{
	(void)state;
	open_rotating();
	s.fake.zones[0].nr_free[4]++;
	assert_int_equal(ops_until_found(OP_tick), EVERY);
	assert_int_equal(judge_verdict(s.judge)->rule, RULE_nr_free_recount);
	scene_close(&s);
}

/* ---- suspicious ops ---- */

/* As if a program of some length lay behind. */
static void trust_no_longer(void)
{
	s.judge->walks.next_suspect = 0;
}

static void make_nothing(void)
{
}

static void make_stalled(void)
{
	s.event.status = EVENT_STALLED;
}

static void make_drained(void)
{
	s.event.answers = ANSWER_DRAINED;
}

static void make_captured(void)
{
	s.event.answers = ANSWER_CAPTURED;
}

static void misuse(void)
{
	s.call.pfn = 0;
	s.event.result = -1;
}

static void report(void)
{
	s.event.nr_bad_pages = 1;
	s.event.bad_pages[0].pfn = 0;
}

static const struct suspect {
	enum op_code code;
	void (*make)(void);
	bool suspicious;
} suspects[] = {
	{ OP_tick, make_nothing, false },
	{ OP_cpu, make_nothing, false },
	{ OP_drain_all_pages, make_nothing, true },
	{ OP_drain_local_pages, make_nothing, true },
	{ OP_sysctl, make_nothing, true },
	{ OP_tick, make_stalled, true },
	{ OP_tick, make_drained, true },
	{ OP_tick, make_captured, true },
	{ OP_double_free, misuse, true },
	{ OP_tick, report, true },
};

/* A page may be called bad when it was misused before. */
static bool pass_suspect(const struct suspect *suspect)
{
	struct call *call = scene_call(&s, suspect->code);

	if (suspect->make == misuse)
		call->pfn = 0;
	scene_before(&s);
	suspect->make();
	if (suspect->make == report)
		ledger_taint(s.ledger, 0);
	return scene_after(&s);
}

static void test_suspects_are_followed_by_a_whole_walk(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(suspects) / sizeof(suspects[0]); i++) {
		open_rotating();
		trust_no_longer();
		spoil(TOUCHED - 1);
		assert_int_equal(pass_suspect(&suspects[i]), !suspects[i].suspicious);
		if (suspects[i].suspicious)
			assert_found(TOUCHED - 1);
		scene_close(&s);
	}
}

/* A request that gets nothing; the rule that asks why is content with one that is impossible. */
static void test_failures_are_suspects(void **state)
{
	(void)state;
	open_rotating();
	trust_no_longer();
	spoil(TOUCHED - 1);
	scene_alloc(&s, GFP_KERNEL, MAX_PAGE_ORDER, PFN_NONE);
	assert_false(scene_after(&s));
	assert_found(TOUCHED - 1);
	scene_close(&s);
}

static void test_suspects_in_a_row_are_not_all_followed(void **state)
{
	(void)state;
	open_walking(JUDGE_WALK_AUTO);
	s.judge->walks.next = UINT64_MAX;
	trust_no_longer();
	assert_true(pass(OP_drain_all_pages));
	spoil(0);
	assert_int_equal(ops_until_found(OP_drain_all_pages), 64);
	assert_found(0);
	scene_close(&s);
}

/* The end of a short program comes soon enough. */
static void test_first_suspects_wait(void **state)
{
	(void)state;
	open_walking(JUDGE_WALK_AUTO);
	s.judge->walks.next = UINT64_MAX;
	spoil(0);
	while (judge_nr_ops(s.judge) < 63)
		assert_true(pass(OP_drain_all_pages));
	assert_false(pass(OP_drain_all_pages));
	assert_found(0);
	scene_close(&s);
}

/* ---- the end, and by number ---- */

static void test_end_sees_everything(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < TOUCHED; i++) {
		open_rotating();
		s.judge->walks.next = UINT64_MAX;
		spoil(i);
		pass_clean(3);
		assert_true(judge_after_program(s.judge, 9, false)); /* it is a short one */
		assert_false(judge_end(s.judge, 9));
		assert_found(i);
		scene_close(&s);
	}
}

/* Nor is the end content with a walk that the last op was followed by, unless it saw everything. */
static void test_end_is_not_content_with_a_part(void **state)
{
	(void)state;
	open_rotating();
	spoil(TOUCHED - 1);
	pass_clean(EVERY);
	assert_false(judge_end(s.judge, EVERY));
	assert_found(TOUCHED - 1);
	scene_close(&s);
}

static void test_long_programs_are_seen_before_they_free(void **state)
{
	(void)state;
	open_rotating();
	s.judge->walks.next = UINT64_MAX;
	spoil(7);
	pass_clean(64);
	assert_false(judge_after_program(s.judge, 68, false));
	assert_found(7);
	scene_close(&s);
}

static void test_last_look_sees_everything(void **state)
{
	(void)state;
	open_rotating();
	spoil(7);
	assert_false(judge_after_program(s.judge, 4, true));
	assert_found(7);
	scene_close(&s);
}

static void test_by_number_everything_is_seen(void **state)
{
	(void)state;
	for (uint32_t every = 1; every <= 8; every++) {
		for (uint32_t i = 0; i < TOUCHED; i++) {
			uint32_t nr_ops, nr_before = 8; /* those that touched the pages */

			open_walking(every);
			spoil(i);
			nr_ops = ops_until_found(OP_drain_all_pages);
			assert_found(i);
			assert_int_equal((nr_before + nr_ops) % every, 0);
			assert_true(nr_ops <= every);
			scene_close(&s);
		}
	}
}

static void test_at_the_end_only(void **state)
{
	(void)state;
	open_walking(0);
	spoil(1);
	for (uint32_t i = 0; i < 1000; i++)
		assert_true(pass(OP_drain_all_pages));
	assert_false(judge_after_program(s.judge, 1008, false));
	assert_found(1);
	scene_close(&s);
}

static void test_watched(void **state)
{
	(void)state;
	open_walking(JUDGE_WALK_AUTO);
	judge_watch(s.judge, judge_nr_ops(s.judge) + 5, 3);
	pass_clean(4);
	assert_true(pass(OP_drain_all_pages)); /* here it looks */
	spoil(2);
	assert_true(pass(OP_drain_all_pages));
	pass_clean(1);
	assert_false(pass(OP_tick));
	assert_found(2);
	scene_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rotation_reaches_every_page),
		cmocka_unit_test(test_rotation_goes_on_while_pages_come),
		cmocka_unit_test(test_lists_in_intervals),
		cmocka_unit_test(test_suspects_are_followed_by_a_whole_walk),
		cmocka_unit_test(test_failures_are_suspects),
		cmocka_unit_test(test_suspects_in_a_row_are_not_all_followed),
		cmocka_unit_test(test_first_suspects_wait),
		cmocka_unit_test(test_end_sees_everything),
		cmocka_unit_test(test_end_is_not_content_with_a_part),
		cmocka_unit_test(test_long_programs_are_seen_before_they_free),
		cmocka_unit_test(test_last_look_sees_everything),
		cmocka_unit_test(test_by_number_everything_is_seen),
		cmocka_unit_test(test_at_the_end_only),
		cmocka_unit_test(test_watched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
