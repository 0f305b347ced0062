/* SPDX-License-Identifier: MIT */
/* Whatever a child does, it is an answer; and which answers mean the same failure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "fuzz/targets/harness.h"
#include "fuzz/shrink/shrink_child.h"
#include "fuzz/shrink/signature.h"

static volatile sig_atomic_t interrupted;
static struct finding finding;
static struct program program;

static bool passes(void *context, const struct program *candidate, struct finding *found)
{
	(void)candidate;
	(void)found;
	(*(int *)context)++; /* in the child alone */
	return true;
}

static bool finds(void *context, const struct program *candidate, struct finding *found)
{
	(void)context;
	(void)candidate;
	finding_set(found, FINDING_RULE, "no_overlap/alloc_pages", "told");
	found->op_index = 7;
	return false;
}

static bool dies(void *context, const struct program *candidate, struct finding *found)
{
	(void)context;
	(void)candidate;
	(void)found;
	signal(SIGABRT, SIG_DFL);
	abort();
}

static bool exits(void *context, const struct program *candidate, struct finding *found)
{
	(void)context;
	(void)candidate;
	(void)found;
	_exit(4);
}

static bool sleeps(void *context, const struct program *candidate, struct finding *found)
{
	(void)context;
	(void)candidate;
	(void)found;
	while (sleep(60))
		;
	return true;
}

static void answers_come_back(void **state)
{
	int nr_calls = 0;

	(void)state;
	assert_true(child_run(passes, &nr_calls, &program, 20, &interrupted, &finding));
	assert_int_equal(nr_calls, 0);
	assert_string_equal(finding.signature, "");
	assert_false(child_run(finds, NULL, &program, 20, &interrupted, &finding));
	assert_int_equal(finding.kind, FINDING_RULE);
	assert_string_equal(finding.signature, "no_overlap/alloc_pages");
	assert_string_equal(finding.text, "told");
	assert_int_equal(finding.op_index, 7);
}

static void death_is_an_answer(void **state)
{
	(void)state;
	assert_false(child_run(dies, NULL, &program, 20, &interrupted, &finding));
	assert_string_equal(finding.signature, "crash");
	assert_non_null(strstr(finding.text, "signal 6"));
	assert_false(child_run(exits, NULL, &program, 20, &interrupted, &finding));
	assert_string_equal(finding.signature, "crash");
	assert_non_null(strstr(finding.text, "status 4"));
	assert_false(child_run(sleeps, NULL, &program, 1, &interrupted, &finding));
	assert_string_equal(finding.signature, "hang");
}

static void interruption_ends_the_child(void **state)
{
	time_t start = time(NULL);

	(void)state;
	interrupted = 1;
	assert_false(child_run(sleeps, NULL, &program, 20, &interrupted, &finding));
	assert_true(signature_is_error(finding.signature));
	assert_true(time(NULL) - start < 10);
	interrupted = 0;
}

static void rules_are_compared(void **state)
{
	(void)state;
	assert_true(signature_same_rule("no_trap/tick", "no_trap/free_pages"));
	assert_true(signature_same_rule("no_trap/tick", "no_trap"));
	assert_false(signature_same_rule("no_trap_at_all/tick", "no_trap/tick"));
	assert_false(signature_same_rule("no_tra/tick", "no_trap/tick"));
	assert_false(signature_same_rule("", "no_trap/tick"));
	assert_false(signature_same_rule("", ""));
	assert_true(signature_same_rule("crash", "crash"));
	/* A difference has no rule but its op. */
	assert_true(signature_same_rule("difference/tick", "difference/tick"));
	assert_false(signature_same_rule("difference/tick", "difference/cpu"));
	assert_true(signature_same_rule("difference/tick", "difference"));
	assert_false(signature_is_error("difference/tick"));
	assert_true(signature_is_error("error/create"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_come_back),
		cmocka_unit_test(death_is_an_answer),
		cmocka_unit_test(interruption_ends_the_child),
		cmocka_unit_test(rules_are_compared),
	};

	program_init(&program);
	return cmocka_run_group_tests_name("fuzz.shrink_child", tests, NULL, NULL);
}
