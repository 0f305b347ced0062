/* SPDX-License-Identifier: MIT */
/*
 * The subjects that come with the house, and the plug-in example, under the judge and beside the
 * core.
 */
#include <stdio.h>
#include <string.h>

#include "tests/diff/programs.h"

#define NR_PROGRAMS 40
#define NR_OPS 300

static struct finding finding;

static void run_many(const struct subject_ops *a, const struct subject_ops *b)
{
	struct lockstep *lockstep = lockstep_of(a, b, true);
	uint64_t nr_allocs = 0;

	for (uint32_t seed = 1; seed <= NR_PROGRAMS; seed++) {
		struct program program;

		program_random(&program, seed % 2 ? 2048 : 4096, NR_OPS, seed);
		if (!lockstep_run(lockstep, &program, NULL, &finding))
			fail_msg("seed %u: %s", seed, finding.text);
		nr_allocs += lockstep_stats(lockstep)->nr_allocs;
		program_free(&program);
	}
	assert_true(nr_allocs > NR_PROGRAMS * NR_OPS / 8);
	lockstep_free(lockstep);
}

static void test_alone(void **state)
{
	(void)state;
	run_many(subject_core(), NULL);
	run_many(subject_bitmap(), NULL);
}

static void test_beside_the_core(void **state)
{
	(void)state;
	run_many(subject_core(), subject_bitmap());
}

/* Two machines of the core agree in everything, counters and frames. */
static void test_core_beside_itself(void **state)
{
	(void)state;
	run_many(subject_core(), subject_core());
}

/* Another way to give pages back, which no recording has. */
static bool may_decline(const struct op_info *op)
{
	return op->misuse ||
	       (op->result == RESULT_DONE && op->operands & OPERAND_SLOT && !op->letter);
}

/* Every op but these, on the bitmap. */
static void test_bitmap_knows_the_language(void **state)
{
	enum claim weakest = CLAIM_EXACT;

	(void)state;
	for (uint32_t code = 1; code < NR_OP_CODES; code++)
		if (op_table[code].name && !may_decline(&op_table[code]) &&
		    subject_bitmap()->claims(subject_bitmap(), (uint8_t)code) < weakest)
			weakest = subject_bitmap()->claims(subject_bitmap(), (uint8_t)code);
	assert_int_equal(weakest, CLAIM_SAFE);
}

static void add_count_op(struct program *program, enum op_code code, uint32_t slot, uint32_t count)
{
	struct op op = op_make(code);

	op.slot = slot;
	op.count = count;
	op.gfp = op_table[code].operands & OPERAND_GFP ? GFP_KERNEL : 0;
	assert_true(program_append(program, &op));
}

/* Bulk, exact, fragments, split and references, against the core as far as they can agree. */
static void test_wider_language(void **state)
{
	struct lockstep *lockstep = lockstep_of(subject_core(), subject_bitmap(), true);
	struct program program;

	(void)state;
	program_on(&program, 4096);
	add_count_op(&program, OP_alloc_pages_bulk_array, 0, 8);
	add_count_op(&program, OP_alloc_pages_bulk_list, 8, 5);
	add_count_op(&program, OP_alloc_pages_exact, 20, 5 * 4096);
	add_count_op(&program, OP_page_frag_alloc, 21, 700);
	add_count_op(&program, OP_page_frag_alloc, 22, 3000);
	program_add_alloc(&program, 23, 3, GFP_KERNEL);
	program_add(&program, OP_split_page, 23);
	add_count_op(&program, OP_free_page, 23, 3);
	program_add_alloc(&program, 24, 2, GFP_KERNEL | __GFP_COMP | __GFP_ZERO);
	add_count_op(&program, OP_get_page, 24, 3);
	program_add(&program, OP_free_pages, 24);
	program_add(&program, OP_put_page, 24);
	program_add_alloc(&program, 25, 2, GFP_KERNEL);
	program_add(&program, OP_get_page, 25);
	program_add(&program, OP_free_pages, 25);
	program_add(&program, OP_get_page_unless_zero, 25);
	program_add(&program, OP_put_page, 25);
	program_add(&program, OP_page_frag_free, 21);
	add_count_op(&program, OP_release_pages, 0, 8);
	program_add(&program, OP_free_pages_exact, 20);
	if (!lockstep_run(lockstep, &program, NULL, &finding))
		fail_msg("%s", finding.text);
	assert_int_equal(lockstep_stats(lockstep)->nr_skipped, 0);
	lockstep_free(lockstep);
	program_free(&program);
}

static void test_plugin(void **state)
{
	char error[512] = "";
	const struct subject_ops *plugin =
		subject_find(BUDDY_BINARY_DIR "/plugin_first_fit.so", error, sizeof(error));

	(void)state;
	assert_string_equal(error, "");
	assert_non_null(plugin);
	assert_string_equal(plugin->name, "first_fit");
	assert_ptr_equal(plugin, subject_find(BUDDY_BINARY_DIR "/plugin_first_fit.so", error,
					      sizeof(error)));
	run_many(plugin, NULL);
	run_many(subject_core(), plugin);
	run_many(plugin, subject_bitmap());
}

static void test_find(void **state)
{
	char error[512];

	(void)state;
	assert_ptr_equal(subject_find("core", error, sizeof(error)), subject_core());
	assert_ptr_equal(subject_find("bitmap", error, sizeof(error)), subject_bitmap());
	assert_ptr_equal(subject_find("linux", error, sizeof(error)), subject_linux());
	assert_null(subject_find("windows", error, sizeof(error)));
	assert_non_null(strstr(error, "no subject 'windows'"));
	assert_null(subject_find("./missing.so", error, sizeof(error)));
	assert_non_null(strstr(error, "cannot load"));
	assert_null(subject_find("libz.so.1.so", error, sizeof(error)));
	assert_non_null(strstr(error, "cannot load"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_beside_the_core),
		cmocka_unit_test(test_core_beside_itself),
		cmocka_unit_test(test_bitmap_knows_the_language),
		cmocka_unit_test(test_wider_language),
		cmocka_unit_test(test_plugin),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
