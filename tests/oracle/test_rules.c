/* SPDX-License-Identifier: MIT */
/*
 * Every rule holds on an honest machine and fires on one forged defect. A scene is played twice,
 * the second time with its defect; it must end with that rule's verdict, and a rule without a scene
 * fails the last test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tests/oracle/rule_cases.h"

static void play_case(const struct rule_case *c, bool forged)
{
	static struct scene scene;
	const struct verdict *verdict;
	bool passed;

	scene_open(&scene, !c->blind);
	passed = c->play(&scene, forged);
	verdict = judge_verdict(scene.judge);
	if (passed == forged || verdict->broken != forged)
		print_error("%s, %s (%s): %s\n", rule_name(c->rule), c->defect,
			    forged ? "forged" : "honest", verdict->text);
	assert_int_equal(verdict->broken, forged);
	assert_int_equal(passed, !forged);
	if (forged) {
		if (verdict->rule != c->rule)
			print_error("%s, %s: %s\n", rule_name(c->rule), c->defect, verdict->text);
		assert_string_equal(rule_name(verdict->rule), rule_name(c->rule));
		assert_non_null(strstr(verdict->text, rule_sentence(c->rule)));
	}
	scene_close(&scene);
}

static void play_all(bool forged)
{
	for (size_t i = 0; i < nr_rule_cases_op; i++)
		play_case(&rule_cases_op[i], forged);
	for (size_t i = 0; i < nr_rule_cases_walk; i++)
		play_case(&rule_cases_walk[i], forged);
}

static void test_holds_on_honest(void **state)
{
	(void)state;
	play_all(false);
}

static void test_fires_on_forged(void **state)
{
	(void)state;
	play_all(true);
}

static void test_every_rule_has_a_case(void **state)
{
	bool seen[NR_RULES] = { false };

	(void)state;
	for (size_t i = 0; i < nr_rule_cases_op; i++)
		seen[rule_cases_op[i].rule] = true;
	for (size_t i = 0; i < nr_rule_cases_walk; i++)
		seen[rule_cases_walk[i].rule] = true;
	for (uint32_t rule = 0; rule < NR_RULES; rule++) {
		if (!seen[rule])
			print_error("rule %s has no scene\n", rule_name(rule));
		assert_true(seen[rule]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_holds_on_honest),
		cmocka_unit_test(test_fires_on_forged),
		cmocka_unit_test(test_every_rule_has_a_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
