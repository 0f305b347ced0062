/* SPDX-License-Identifier: MIT */
/* What a program reaches: the same each time, more when it does more, and named where it has a
 * name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fuzz/reach/features.h"
#include "tests/fuzz/random_program.h"

#define MACHINE "machine profile=uml pages=1024 pageblock=5\n"
#define ALLOC "r0 = alloc_pages order=0 gfp=GFP_KERNEL\n"

static struct features *features;
static struct reach reach;
static struct finding finding;
static uint32_t ids[4096]; /* of the last run, kept over the next */
static size_t nr_ids;

static int start(void **state)
{
	char error[256];

	(void)state;
	features = features_create(error, sizeof(error));
	return features ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	features_free(features);
	return 0;
}

static void run(const char *text)
{
	struct program program;

	program_init(&program);
	parse_text(text, &program);
	if (!features_run(features, &program, &reach, &finding))
		fail_msg("%s", finding.text);
	assert_true(reach.nr_ids > 0 && reach.nr_ids <= 4096);
	for (size_t i = 0; i < reach.nr_ids; i++) {
		assert_true(reach.ids[i] < NR_FEATURES);
		assert_true(!i || reach.ids[i - 1] < reach.ids[i]);
	}
	program_free(&program);
}

static void run_and_keep(const char *text)
{
	run(text);
	memcpy(ids, reach.ids, reach.nr_ids * sizeof(*ids));
	nr_ids = reach.nr_ids;
}

static bool is_kept(uint32_t id)
{
	for (size_t i = 0; i < nr_ids; i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* Features of the last run that the kept one lacks. */
static size_t nr_new(void)
{
	size_t nr = 0;

	for (size_t i = 0; i < reach.nr_ids; i++)
		nr += !is_kept(reach.ids[i]);
	return nr;
}

static bool rule_reached(enum rule_id rule)
{
	return rule_set_has(&reach.rules, rule);
}

static void the_same_program_reaches_the_same(void **state)
{
	(void)state;
	run_and_keep(MACHINE ALLOC "free_pages r0\n");
	run("machine profile=debian pages=2048\n" ALLOC "drain_all_pages\n");
	run(MACHINE ALLOC "free_pages r0\n");
	assert_int_equal(reach.nr_ids, nr_ids);
	assert_memory_equal(reach.ids, ids, nr_ids * sizeof(*ids));
}

static void what_is_new_adds_features(void **state)
{
	static const char *const programs[] = {
		MACHINE ALLOC "free_pages r0\nr0 = alloc_pages order=5 gfp=GFP_KERNEL\n",
		MACHINE ALLOC "free_pages r0\nr0 = alloc_pages order=0 gfp=GFP_ATOMIC\n",
		MACHINE ALLOC "free_pages r0\ndrain_all_pages\n",
		MACHINE ALLOC "get_page r0\n",
		"machine profile=uml pages=1024 pageblock=6\n" ALLOC "free_pages r0\n",
		MACHINE ALLOC "free_pages r0\n! double_free r0\n",
	};

	(void)state;
	run_and_keep(MACHINE ALLOC "free_pages r0\n");
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		run(programs[i]);
		if (!nr_new())
			fail_msg("nothing new in\n%s", programs[i]);
	}
}

static void what_did_not_fit_adds_none(void **state)
{
	(void)state;
	run_and_keep(MACHINE ALLOC "free_pages r0\n");
	run(MACHINE ALLOC "free_pages r0\nfree_pages r7\nsplit_page r9\n");
	assert_int_equal(nr_new(), 0);
	assert_int_equal(reach.nr_executed, 2);
}

static void marks_and_rules_are_named(void **state)
{
	(void)state;
	run(MACHINE ALLOC);
	assert_true(reach.marks[MARK_pcp_refill] == 1 && reach.ended);
	assert_int_equal(reach.marks[MARK_slowpath], 0);
	assert_true(rule_reached(RULE_no_overlap) && rule_reached(RULE_end_all_free));
	assert_false(rule_reached(RULE_failure_justified) || rule_reached(RULE_zeroed));
	assert_false(rule_reached(RULE_alignment) || rule_reached(RULE_frag_bounds));
	run(MACHINE "r0 = alloc_pages order=3 gfp=GFP_KERNEL|__GFP_ZERO|__GFP_COMP\n"
		    "r1 = page_frag_alloc size=16 gfp=GFP_KERNEL\n"
		    "r2 = alloc_pages order=10 gfp=GFP_KERNEL\n");
	assert_true(rule_reached(RULE_zeroed) && rule_reached(RULE_compound_layout));
	assert_true(rule_reached(RULE_frag_bounds) && rule_reached(RULE_failure_justified));
	assert_true(rule_reached(RULE_alignment));
	assert_false(rule_reached(RULE_bulk_result) || rule_reached(RULE_misuse_detected));
}

static void a_misuse_cuts_a_run_short(void **state)
{
	(void)state;
	run("machine profile=uml pages=512 +debug_vm\n"
	    "r0 = alloc_pages order=2 gfp=GFP_KERNEL|__GFP_COMP\n! free_tail r0 page=1\n" ALLOC);
	assert_false(reach.ended);
	assert_true(rule_reached(RULE_misuse_detected));
	assert_false(rule_reached(RULE_end_all_free));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_program_reaches_the_same),
		cmocka_unit_test(what_is_new_adds_features),
		cmocka_unit_test(what_did_not_fit_adds_none),
		cmocka_unit_test(marks_and_rules_are_named),
		cmocka_unit_test(a_misuse_cuts_a_run_short),
	};

	return cmocka_run_group_tests_name("fuzz.features", tests, start, stop);
}
