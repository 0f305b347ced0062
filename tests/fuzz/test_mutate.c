/* SPDX-License-Identifier: MIT */
/* The mutator: deterministic, inside its bounds, never at a standstill, and it reaches the whole
 * language. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fuzz/input.h"
#include "fuzz/mutate.h"
#include "tests/fuzz/random_program.h"

#define GUARD 0xa5

static void same_seed_same_mutation(void **state)
{
	uint8_t a[2048], b[2048], c[2048];
	struct random random = { 41 };
	int nr_different = 0;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		size_t size = random_u32(&random) % 512;
		uint64_t seed = random_u32(&random);

		random_bytes(&random, a, size);
		memcpy(b, a, size);
		memcpy(c, a, size);
		size_t a_size = mutate_input(a, size, sizeof(a), seed);
		size_t b_size = mutate_input(b, size, sizeof(b), seed);
		size_t c_size = mutate_input(c, size, sizeof(c), seed + 1);

		assert_int_equal(a_size, b_size);
		assert_memory_equal(a, b, a_size);
		nr_different += a_size != c_size || memcmp(a, c, a_size);
	}
	assert_true(nr_different > 1900);
}

/* Small and odd limits, bytes behind the limit are not touched. */
static void mutations_stay_in_bounds(void **state)
{
	uint8_t data[1024 + 8];
	struct random random = { 42 };

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t max_size = random_u32(&random) % 1024,
		       size = random_u32(&random) % (max_size + 1);

		random_bytes(&random, data, size);
		memset(data + max_size, GUARD, sizeof(data) - max_size);
		size_t got = mutate_input(data, size, max_size, random_u32(&random));

		assert_true(got <= max_size);
		for (size_t j = max_size; j < sizeof(data); j++)
			assert_int_equal(data[j], GUARD);
	}
}

static void crossover_stays_in_bounds(void **state)
{
	uint8_t a[600], b[600], out[1024 + 8], again[1024];
	struct random random = { 43 };
	int nr_mixed = 0;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		size_t a_size = random_u32(&random) % sizeof(a),
		       b_size = random_u32(&random) % sizeof(b);
		size_t max_size = random_u32(&random) % 1024;
		uint64_t seed = random_u32(&random);

		memset(a, 0x11, sizeof(a));
		memset(b, 0x22, sizeof(b));
		memset(out, GUARD, sizeof(out));
		size_t got = mutate_crossover(a, a_size, b, b_size, out, max_size, seed);

		assert_true(got <= max_size);
		for (size_t j = max_size; j < sizeof(out); j++)
			assert_int_equal(out[j], GUARD);
		assert_int_equal(mutate_crossover(a, a_size, b, b_size, again, max_size, seed),
				 got);
		assert_memory_equal(out, again, got);
		nr_mixed += got > 40 && memchr(out + 16, 0x11, got - 16) &&
			    memchr(out + 16, 0x22, got - 16);
	}
	assert_true(nr_mixed > 1000);
}

/* From an empty input, mutation after mutation: every op, every order, both kinds of growth. */
static void language_is_reached(void **state)
{
	static uint8_t data[4096];
	uint64_t codes = 0;
	uint32_t orders = 0, starts = 0;
	size_t size = 0, largest = 0;
	struct random random = { 44 };
	struct program program;

	(void)state;
	program_init(&program);
	for (int i = 0; i < 5000; i++) {
		size = mutate_input(data, size, sizeof(data), random_u32(&random));
		assert_true(input_decode(data, size, &program));
		assert_true(program.nr_ops > 0);
		starts |= 1u << program.start;
		for (size_t j = 0; j < program.nr_ops; j++) {
			codes |= UINT64_C(1) << program.ops[j].code;
			orders |= 1u << program.ops[j].order;
		}
		largest = size > largest ? size : largest;
		if (random_u32(&random) % 64 == 0)
			size = 0;
	}
	for (int code = 1; code < NR_OP_CODES; code++)
		assert_int_equal(codes >> code & 1, op_table[code].name != NULL);
	assert_int_equal(orders & 0x7ff, 0x7ff);
	assert_int_equal(starts, (1u << NR_PROGRAM_STARTS) - 1);
	assert_true(largest > 1000);
	program_free(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_seed_same_mutation),
		cmocka_unit_test(mutations_stay_in_bounds),
		cmocka_unit_test(crossover_stays_in_bounds),
		cmocka_unit_test(language_is_reached),
	};

	return cmocka_run_group_tests_name("fuzz.mutate", tests, NULL, NULL);
}
