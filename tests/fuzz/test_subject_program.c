/* SPDX-License-Identifier: MIT */
/*
 * Whatever the input, a subject is asked nothing that it declines: neither by programs that were
 * made to fit nor by what the mutator draws.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "diff/lockstep/lockstep.h"
#include "fuzz/input/subject_program.h"
#include "fuzz/mutate/mutate.h"
#include "tests/fuzz/random_program.h"

#define NR_INPUTS 3000

static struct finding finding;

static const struct subject_ops *first_fit(void)
{
	char error[512] = "";
	const struct subject_ops *ops =
		subject_find(BUDDY_BINARY_DIR "/plugin_first_fit.so", error, sizeof(error));

	assert_string_equal(error, "");
	return ops;
}

static struct lockstep *lockstep_of(const struct subject_ops *ops)
{
	const struct lockstep_options options = { .judge = true, .free_at_end = true };
	char error[512] = "";
	struct lockstep *lockstep = lockstep_create(&ops, 1, &options, NULL, error, sizeof(error));

	assert_string_equal(error, "");
	return lockstep;
}

static void run(struct lockstep *lockstep, const struct program *program, uint64_t *nr_ops)
{
	const struct lockstep_stats *stats = lockstep_stats(lockstep);

	if (!lockstep_run(lockstep, program, NULL, &finding))
		fail_msg("%s", finding.text);
	assert_int_equal(stats->nr_declined, 0);
	*nr_ops += stats->nr_ops;
}

/* Any bytes, any machine: it runs, and is asked what it can do. */
static void any_program_fits(void **state)
{
	const struct subject_ops *ops = first_fit();
	struct lockstep *lockstep = lockstep_of(ops);
	struct random random = { 7 };
	struct program program;
	uint64_t nr_ops = 0;

	(void)state;
	program_init(&program);
	for (uint32_t i = 0; i < NR_INPUTS; i++) {
		random_program(&random, 64, &program);
		subject_program_fit(ops, &program, i % 16 == 0);
		run(lockstep, &program, &nr_ops);
	}
	assert_true(nr_ops > NR_INPUTS / 8);
	lockstep_free(lockstep);
	program_free(&program);
}

/* Of a fuzz run no op is wasted: the ones drawn are the ones it does. */
static void nothing_declined_is_drawn(void **state)
{
	static uint8_t data[INPUT_HEADER_BYTES + 128 * INPUT_RECORD_BYTES];
	const struct subject_ops *ops = first_fit();
	struct op_set allowed = subject_program_ops(ops);
	struct lockstep *lockstep = lockstep_of(ops);
	struct program program;
	uint64_t nr_ops = 0;
	size_t size = 0;

	(void)state;
	program_init(&program);
	mutate_allow(&allowed);
	for (uint32_t i = 0; i < NR_INPUTS; i++) {
		size = mutate_input(data, i % 100 ? size : 0, sizeof(data), i);
		assert_true(input_decode(data, size, &program));
		assert_true(program.nr_ops);
		for (size_t k = 0; k < program.nr_ops; k++)
			assert_true(op_set_has(&allowed, program.ops[k].code));
		subject_program_fit(ops, &program, false);
		run(lockstep, &program, &nr_ops);
	}
	mutate_allow(NULL);
	assert_true(nr_ops > NR_INPUTS * 8);
	lockstep_free(lockstep);
	program_free(&program);
}

/* The core declines nothing and tells everything apart. */
static void the_core_takes_all(void **state)
{
	struct random random = { 8 };
	struct program program, fitted;

	(void)state;
	program_init(&program);
	program_init(&fitted);
	for (uint32_t i = 0; i < 100; i++) {
		random_program(&random, 64, &program);
		assert_true(program_copy(&fitted, &program));
		subject_program_fit(subject_core(), &fitted, false);
		assert_same_program(&program, &fitted);
	}
	program_free(&program);
	program_free(&fitted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_program_fits),
		cmocka_unit_test(nothing_declined_is_drawn),
		cmocka_unit_test(the_core_takes_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
