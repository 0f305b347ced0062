/* SPDX-License-Identifier: MIT */
/* The mutator: deterministic, inside its bounds, never at a standstill, and it reaches the whole
 * language. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fuzz/input/input.h"
#include "fuzz/mutate/mutate.h"
#include "fuzz/mutate/mutate_records.h"
#include "oracle/ops/ops.h"
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
	struct op_set codes = { { 0 } };
	uint32_t orders = 0, starts = 0;
	size_t size = 0, largest = 0;
	struct random random = { 44 };
	struct program program;

	(void)state;
	program_init(&program);
	for (int i = 0; i < 20000; i++) {
		size = mutate_input(data, size, sizeof(data), random_u32(&random));
		assert_true(input_decode(data, size, &program));
		assert_true(program.nr_ops > 0);
		starts |= 1u << program.start;
		for (size_t j = 0; j < program.nr_ops; j++) {
			op_set_add(&codes, program.ops[j].code);
			orders |= 1u << program.ops[j].order;
		}
		largest = size > largest ? size : largest;
		if (random_u32(&random) % 64 == 0)
			size = 0;
	}
	for (int code = 1; code < NR_OP_CODES; code++)
		assert_int_equal(op_set_has(&codes, (uint8_t)code), op_table[code].name != NULL);
	assert_int_equal(orders & 0x7ff, 0x7ff);
	assert_int_equal(starts, (1u << NR_PROGRAM_STARTS) - 1);
	assert_true(largest > 1000);
	program_free(&program);
}

/* A header and records that fill it up. */
static void full_input(struct random *random, uint8_t *data, size_t size)
{
	random_bytes(random, data, size);
	data[0] = INPUT_VERSION;
	for (size_t i = INPUT_HEADER_BYTES; i < size; i += INPUT_RECORD_BYTES) {
		while (!op_table[data[i]].name)
			data[i] = (uint8_t)random_u32(random);
		if (random_u32(random) % 2)
			memset(data + i + 12, 0, 4); /* short runs */
		data[i + 12] &= 15;
	}
}

/* A new machine has to boot: one child in 40 to 130 gets one. */
static void machines_change_seldom(void **state)
{
	uint8_t parent[272], child[272];
	struct random random = { 45 };
	int nr_changed = 0;

	(void)state;
	for (int i = 0; i < 40000; i++) {
		full_input(&random, parent, sizeof(parent));
		memcpy(child, parent, sizeof(parent));
		assert_true(mutate_input(child, sizeof(child), sizeof(child),
					 random_u32(&random)) <= sizeof(child));
		nr_changed += memcmp(parent, child, INPUT_HEADER_BYTES) != 0;
	}
	assert_in_range(nr_changed, 40000 / 130, 40000 / 40);
}

static int count_of_second(const uint8_t *a, const uint8_t *b, int nr)
{
	uint8_t out[64];
	int nr_second = 0;

	for (int i = 0; i < nr; i++) {
		assert_true(mutate_crossover(a, 64, b, 64, out, sizeof(out), (uint64_t)i) >= 16);
		nr_second += !memcmp(out, b, INPUT_HEADER_BYTES);
		assert_true(!memcmp(out, a, INPUT_HEADER_BYTES) ||
			    !memcmp(out, b, INPUT_HEADER_BYTES));
	}
	return nr_second;
}

static void crossover_prefers_small_machines(void **state)
{
	uint8_t small[64] = { INPUT_VERSION }, large[64] = { INPUT_VERSION }, out[64];

	(void)state;
	small[HEADER_PAGES_HIGH] = 0xc0;
	large[HEADER_PAGES_HIGH] = 0xc0;
	large[HEADER_PAGES] = 5;
	assert_true(input_decode_pages(small) < input_decode_pages(large));
	assert_in_range(count_of_second(large, small, 4000), 1800, 2200);
	assert_in_range(count_of_second(small, large, 4000), 150, 350);
	/* The one that there is. */
	assert_true(mutate_crossover(small, 3, large, 64, out, sizeof(out), 1) >= 16);
	assert_memory_equal(out, large, INPUT_HEADER_BYTES);
	assert_true(mutate_crossover(large, 64, small, 3, out, sizeof(out), 1) >= 16);
	assert_memory_equal(out, large, INPUT_HEADER_BYTES);
}

/* Of the sizes that are drawn: half up to 128 pages, a quarter up to 512, an eighth up to 1024. */
static void machines_are_small_mostly(void **state)
{
	uint8_t header[INPUT_HEADER_BYTES];
	struct mutation mutation = { .data = header, .random = 46 };
	int nr = 0, nr_128 = 0, nr_512 = 0, nr_1024 = 0, nr_large = 0;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		memset(header, 0, sizeof(header));
		header[HEADER_PAGES_HIGH] = 0xff; /* no size that is drawn */
		header[HEADER_PAGES] = 0xff;
		tweak_header(&mutation);
		if (header[HEADER_PAGES] == 0xff && header[HEADER_PAGES_HIGH] == 0xff)
			continue;
		uint32_t pages = input_decode_pages(header);

		nr++;
		nr_128 += pages <= 128;
		nr_512 += pages <= 512;
		nr_1024 += pages <= 1024;
		nr_large += pages > 8192;
	}
	assert_in_range(nr, 20000, 27000);
	assert_in_range(100 * nr_128 / nr, 48, 65);
	assert_in_range(100 * nr_512 / nr, 75, 85);
	assert_in_range(100 * nr_1024 / nr, 87, 93);
	assert_in_range(1000 * nr_large / nr, 5, 60);
}

/* Each bit of the header that means something is set and cleared. */
static void every_machine_is_reached(void **state)
{
	static const uint8_t used[INPUT_HEADER_BYTES] = {
		[HEADER_PROFILE] = 0x7f, [HEADER_START] = 0xff,      [HEADER_PAGEBLOCK] = 0xff,
		[HEADER_PAGES] = 0xff,   [HEADER_PAGES_HIGH] = 0xff, [HEADER_ZONES] = 0xff,
		[HEADER_HOLE] = 0xff,    [HEADER_RESERVED] = 0xff,   [HEADER_RESERVE] = 0xff,
		[HEADER_PCP] = 0xff,     [HEADER_FEATURES] = 0x3f,   [HEADER_NODES] = 0xff,
		[HEADER_CORE] = 0x3f,
	};
	uint8_t header[INPUT_HEADER_BYTES] = { INPUT_VERSION }, set[16] = { 0 }, clear[16] = { 0 };
	struct mutation mutation = { .data = header, .random = 47 };

	(void)state;
	for (int i = 0; i < 40000; i++) {
		tweak_header(&mutation);
		for (int j = 0; j < 16; j++) {
			set[j] |= header[j];
			clear[j] |= (uint8_t)~header[j];
		}
	}
	for (int j = 0; j < 16; j++) {
		assert_int_equal(set[j] & used[j], used[j]);
		assert_int_equal(clear[j] & used[j], used[j]);
	}
}

/* A program as long as it may be makes room for what is put in. */
static void full_programs_change(void **state)
{
	uint8_t parent[272], child[272];
	struct random random = { 48 };
	int nr_same = 0, nr_shorter = 0;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		full_input(&random, parent, sizeof(parent));
		memcpy(child, parent, sizeof(parent));
		size_t size =
			mutate_input(child, sizeof(child), sizeof(child), random_u32(&random));

		nr_same += size == sizeof(child) && !memcmp(parent, child, sizeof(child));
		nr_shorter += size < sizeof(child);
	}
	assert_true(nr_same < 10000 / 20);
	assert_true(nr_shorter > 500);
}

static uint64_t held_after(uint64_t held, const struct record *record)
{
	uint32_t slot = register_slot(record->slot), count = 1;

	if (op_table[record->code].operands & OPERAND_COUNT)
		count = record->count;
	for (uint32_t i = slot; i - slot < count && i < OP_FUZZ_SLOTS; i++) {
		if (op_table[record->code].operands & OPERAND_DEST)
			held |= UINT64_C(1) << i;
		else if (op_gives_slot(record->code))
			held &= ~(UINT64_C(1) << i);
	}
	return held;
}

static void held_slots_follow_the_language(void **state)
{
	uint8_t data[INPUT_HEADER_BYTES + 64 * INPUT_RECORD_BYTES];
	struct mutation mutation = { .data = data, .nr = 64, .max = 64 };
	struct random random = { 49 };

	(void)state;
	assert_true(op_gives_slot(OP_free_pages) && op_gives_slot(OP_free_pages_exact));
	assert_true(op_gives_slot(OP_release_pages) && op_gives_slot(OP_page_frag_free));
	assert_false(op_gives_slot(OP_free_page) || op_gives_slot(OP_put_page));
	assert_false(op_gives_slot(OP_get_page) || op_gives_slot(OP_split_page));
	for (int i = 0; i < 500; i++) {
		uint64_t held = 0;

		full_input(&random, data, sizeof(data));
		for (size_t j = 0; j < 64; j++) {
			struct record record = get_record(&mutation, j);

			assert_true(slots_held(&mutation, j) == held);
			held = held_after(held, &record);
		}
		assert_true(slots_held(&mutation, 64) == held);
	}
}

/* ---- what is allowed ---- */

static const uint8_t allowed_codes[] = { OP_alloc_pages, OP_free_pages, OP_tick };

static struct op_set some_allowed(void)
{
	struct op_set set = { { 0 } };

	for (size_t i = 0; i < sizeof(allowed_codes); i++)
		op_set_add(&set, allowed_codes[i]);
	return set;
}

static struct op_set codes_of(const uint8_t *data, size_t size, struct program *program)
{
	struct op_set codes = { { 0 } };

	assert_true(input_decode(data, size, program));
	for (size_t i = 0; i < program->nr_ops; i++)
		op_set_add(&codes, program->ops[i].code);
	return codes;
}

/* Neither drawn nor kept, whatever the parents have; all of the others are drawn. */
static void declined_operations_do_not_come(void **state)
{
	static uint8_t data[2064], other[2064], out[2064];
	struct op_set allowed = some_allowed(), seen = { { 0 } };
	struct random random = { 50 };
	struct program program;

	(void)state;
	program_init(&program);
	mutate_allow(&allowed);
	for (int i = 0; i < 6000; i++) {
		size_t size = random_u32(&random) % 2000, got;

		random_bytes(&random, data, size);
		full_input(&random, other, sizeof(other));
		data[0] = (uint8_t)(i % 3);
		if (i % 4 == 0)
			got = mutate_crossover(data, size, other, sizeof(other), out, sizeof(out),
					       random_u32(&random));
		else if (i % 4 == 1)
			got = mutate_tidy(memcpy(out, other, sizeof(out)), sizeof(other),
					  sizeof(out));
		else
			got = mutate_input(memcpy(out, data, sizeof(out)), size, sizeof(out),
					   random_u32(&random));
		struct op_set codes = codes_of(out, got, &program);

		for (int word = 0; word < 4; word++) {
			assert_true(!(codes.words[word] & ~allowed.words[word]));
			seen.words[word] |= codes.words[word];
		}
	}
	assert_memory_equal(&seen, &allowed, sizeof(seen));
	mutate_allow(NULL);
	program_free(&program);
}

/* Even where nothing is allowed, or nothing that is ever drawn. */
static void nothing_allowed_is_an_empty_program(void **state)
{
	struct op_set none = { { 0 } };
	struct random random = { 51 };
	uint8_t data[528];

	(void)state;
	mutate_allow(&none);
	for (int i = 0; i < 1000; i++) {
		full_input(&random, data, sizeof(data));
		assert_int_equal(mutate_input(data, sizeof(data), sizeof(data), (uint64_t)i),
				 INPUT_HEADER_BYTES);
	}
	mutate_allow(NULL);
}

/* ---- version 1 ---- */

static void old_inputs_are_mutated_as_new_ones(void **state)
{
	uint8_t old[1300], new[1300];
	struct random random = { 52 };

	(void)state;
	for (int i = 0; i < 5000; i++) {
		size_t size = 16 + random_u32(&random) % 600, new_size;
		uint64_t seed = random_u32(&random);

		random_bytes(&random, old, sizeof(old));
		old[0] = 1;
		memcpy(new, old, sizeof(new));
		new_size = input_upgrade(new, size, sizeof(new));
		if (i % 2) {
			size = mutate_tidy(old, size, sizeof(old));
		} else {
			size = mutate_input(old, size, sizeof(old), seed);
			new_size = mutate_input(new, new_size, sizeof(new), seed);
		}
		assert_int_equal(size, new_size);
		assert_int_equal(old[0], INPUT_VERSION);
		assert_memory_equal(old, new, size);
	}
}

static void crossover_reads_both_versions(void **state)
{
	uint8_t old[16 + 8 * 20], new[16 + 16 * 20], other[16 + 16 * 20];
	uint8_t out[800], again[800];
	struct random random = { 53 };

	(void)state;
	for (int i = 0; i < 2000; i++) {
		random_bytes(&random, old, sizeof(old));
		full_input(&random, other, sizeof(other));
		old[0] = 1;
		memcpy(new, old, sizeof(old));
		assert_int_equal(input_upgrade(new, sizeof(old), sizeof(new)), sizeof(new));
		const uint8_t *a = i % 2 ? old : other, *b = i % 2 ? other : old;
		size_t size = mutate_crossover(a, i % 2 ? sizeof(old) : sizeof(other), b,
					       i % 2 ? sizeof(other) : sizeof(old), out,
					       sizeof(out), (uint64_t)i);

		assert_int_equal(mutate_crossover(a == old ? new : a, sizeof(new),
						  b == old ? new : b, sizeof(new), again,
						  sizeof(again), (uint64_t)i),
				 size);
		assert_int_equal(out[0], INPUT_VERSION);
		assert_memory_equal(out, again, size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_seed_same_mutation),
		cmocka_unit_test(mutations_stay_in_bounds),
		cmocka_unit_test(crossover_stays_in_bounds),
		cmocka_unit_test(language_is_reached),
		cmocka_unit_test(machines_change_seldom),
		cmocka_unit_test(crossover_prefers_small_machines),
		cmocka_unit_test(machines_are_small_mostly),
		cmocka_unit_test(every_machine_is_reached),
		cmocka_unit_test(full_programs_change),
		cmocka_unit_test(held_slots_follow_the_language),
		cmocka_unit_test(declined_operations_do_not_come),
		cmocka_unit_test(nothing_allowed_is_an_empty_program),
		cmocka_unit_test(old_inputs_are_mutated_as_new_ones),
		cmocka_unit_test(crossover_reads_both_versions),
	};

	return cmocka_run_group_tests_name("fuzz.mutate", tests, NULL, NULL);
}
