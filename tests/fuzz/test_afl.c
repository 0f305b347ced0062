/* SPDX-License-Identifier: MIT */
/* The AFL++ mutator as afl-fuzz calls it. Its file is no part of the library, so it is included
 * here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fuzz/engines/glue_afl.c"
#include "tests/fuzz/random_program.h"

static void mutations_are_programs_within_the_limit(void **state)
{
	static uint8_t input[4000], other[4000];
	void *mutator = afl_custom_init(NULL, 7);
	struct random random = { 61 };

	(void)state;
	assert_non_null(mutator);
	for (int i = 0; i < 3000; i++) {
		size_t size = random_u32(&random) % sizeof(input),
		       max_size = random_u32(&random) % 5000;
		uint8_t *out = NULL;

		random_bytes(&random, input, size);
		random_bytes(&random, other, sizeof(other));
		size_t got =
			afl_custom_fuzz(mutator, input, size, &out, other, sizeof(other), max_size);

		assert_non_null(out);
		assert_true(got <= max_size);
	}
	afl_custom_deinit(mutator);
}

static bool has_code(const uint8_t *data, size_t size, uint8_t code)
{
	struct program program;
	bool found = false;

	program_init(&program);
	assert_true(input_decode(data, size, &program));
	for (size_t i = 0; i < program.nr_ops; i++)
		found = found || program.ops[i].code == code;
	program_free(&program);
	return found;
}

/* As afl-fuzz drives it; what matters is one tick among 100 records. */
static void trimming_keeps_what_matters(void **state)
{
	uint8_t input[INPUT_HEADER_BYTES + 100 * INPUT_RECORD_BYTES] = { INPUT_VERSION };
	void *mutator = afl_custom_init(NULL, 7);
	size_t size = sizeof(input);

	(void)state;
	assert_non_null(mutator);
	for (size_t i = 0; i < 100; i++)
		input[INPUT_HEADER_BYTES + i * INPUT_RECORD_BYTES] =
			i == 63 ? OP_tick : OP_drain_all_pages;
	int32_t steps = afl_custom_init_trim(mutator, input, size), step = 0, nr = 0;

	while (step < steps) {
		uint8_t *out;
		size_t shorter = afl_custom_trim(mutator, &out);
		bool keeps = has_code(out, shorter, OP_tick);

		assert_true(shorter <= size);
		size = keeps ? shorter : size;
		step = afl_custom_post_trim(mutator, keeps);
		assert_true(++nr < 1000);
	}
	assert_int_equal(size, INPUT_HEADER_BYTES + INPUT_RECORD_BYTES);
	assert_int_equal(afl_custom_init_trim(mutator, input, 3), 0);
	afl_custom_deinit(mutator);
}

/* Of an old input whole records of 8 bytes, and never a longer one: afl-fuzz ends at that. */
static void old_inputs_are_trimmed_as_they_are(void **state)
{
	uint8_t input[INPUT_HEADER_BYTES + 40 * 8] = { 1 }, *out;
	void *mutator = afl_custom_init(NULL, 7);

	(void)state;
	assert_non_null(mutator);
	for (size_t i = 0; i < 40; i++)
		input[INPUT_HEADER_BYTES + i * 8] = OP_tick;
	assert_true(afl_custom_init_trim(mutator, input, sizeof(input)) > 0);
	assert_int_equal(afl_custom_trim(mutator, &out), INPUT_HEADER_BYTES + 20 * 8);
	assert_true(has_code(out, INPUT_HEADER_BYTES + 20 * 8, OP_tick));
	afl_custom_deinit(mutator);
}

static void the_environment_names_what_is_drawn(void **state)
{
	uint8_t input[512], *out;
	struct random random = { 62 };
	struct program program;

	(void)state;
	program_init(&program);
	setenv(FUZZ_OPS_ENV, "alloc_pages,set_mars", 1);
	assert_null(afl_custom_init(NULL, 7));
	setenv(FUZZ_OPS_ENV, "split_page,tick", 1);
	void *mutator = afl_custom_init(NULL, 7);

	assert_non_null(mutator);
	for (int i = 0; i < 500; i++) {
		random_bytes(&random, input, sizeof(input));
		size_t size = afl_custom_fuzz(mutator, input, sizeof(input), &out, NULL, 0, 4000);

		assert_true(input_decode(out, size, &program));
		for (size_t j = 0; j < program.nr_ops; j++)
			assert_true(program.ops[j].code == OP_split_page ||
				    program.ops[j].code == OP_tick);
	}
	unsetenv(FUZZ_OPS_ENV);
	mutate_allow(NULL);
	afl_custom_deinit(mutator);
	program_free(&program);
}

/* 0 bytes: afl-fuzz skips
 the execution and mutates by itself. */
static void text_is_left_to_the_engine(void **state)
{
	static const char text[] = "machine profile=uml\n";
	uint8_t input[64], *out = NULL;
	void *mutator = afl_custom_init(NULL, 7);

	(void)state;
	assert_non_null(mutator);
	memcpy(input, text, sizeof(text));
	assert_int_equal(afl_custom_fuzz(mutator, input, sizeof(text), &out, NULL, 0, 64), 0);
	assert_non_null(out);
	input[0] = INPUT_VERSION;
	assert_int_not_equal(afl_custom_fuzz(mutator, input, sizeof(text), &out, NULL, 0, 64), 0);
	input[0] = 'm';
	input[3] = '\0';
	assert_false(mutate_is_text(input, sizeof(text)));
	assert_false(mutate_is_text(input, 0));
	assert_true(mutate_is_text(input, 3));
	afl_custom_deinit(mutator);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mutations_are_programs_within_the_limit),
		cmocka_unit_test(trimming_keeps_what_matters),
		cmocka_unit_test(old_inputs_are_trimmed_as_they_are),
		cmocka_unit_test(the_environment_names_what_is_drawn),
		cmocka_unit_test(text_is_left_to_the_engine),
	};

	return cmocka_run_group_tests_name("fuzz.afl", tests, NULL, NULL);
}
