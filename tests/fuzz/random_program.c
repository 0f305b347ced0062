/* SPDX-License-Identifier: MIT */
/* splitmix64, and what several tests need to compare programs. */
#include "tests/fuzz/random_program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "oracle/lang/text.h"

uint32_t random_u32(struct random *random)
{
	uint64_t mixed = random->state += 0x9e3779b97f4a7c15u;

	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)(mixed >> 32);
}

void random_bytes(struct random *random, uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)random_u32(random);
}

void random_program(struct random *random, size_t max_ops, struct program *program)
{
	uint8_t bytes[INPUT_HEADER_BYTES + 64 * INPUT_RECORD_BYTES];
	size_t nr_ops = random_u32(random) % (max_ops + 1);

	assert_true(max_ops <= 64);
	random_bytes(random, bytes, sizeof(bytes));
	bytes[0] = INPUT_VERSION;
	/* Most of the 256 codes are free. */
	for (size_t i = INPUT_HEADER_BYTES; i < sizeof(bytes); i += INPUT_RECORD_BYTES)
		while (!op_table[bytes[i]].name)
			bytes[i] = (uint8_t)random_u32(random);
	assert_true(input_decode(bytes, INPUT_HEADER_BYTES + nr_ops * INPUT_RECORD_BYTES, program));
}

void assert_same_program(const struct program *a, const struct program *b)
{
	assert_memory_equal(&a->machine, &b->machine, sizeof(a->machine));
	assert_int_equal(a->start, b->start);
	assert_int_equal(a->nr_ops, b->nr_ops);
	assert_int_equal(a->nr_slots, b->nr_slots);
	if (a->nr_ops)
		assert_memory_equal(a->ops, b->ops, a->nr_ops * sizeof(*a->ops));
}

char *print_program(const struct program *program, size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);

	assert_non_null(out);
	assert_true(text_print(program, out));
	assert_int_equal(fclose(out), 0);
	return text;
}

void parse_text(const char *text, struct program *program)
{
	struct text_error error;

	if (!text_parse(text, strlen(text), program, &error))
		fail_msg("%u:%u: %s", error.line, error.column, error.message);
}
