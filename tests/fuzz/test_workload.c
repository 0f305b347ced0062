/* SPDX-License-Identifier: MIT */
/* Workloads: legal tables, the same program for the same options, within the limits asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "buddy/gfp.h"
#include "oracle/lang/text.h"
#include "fuzz/workload/workload_state.h"
#include "tests/fuzz/random_program.h"

static void build(const char *name, uint64_t seed, uint32_t nr_ops, uint32_t nr_slots,
		  struct program *program)
{
	struct workload_options options = { name, seed, nr_ops, nr_slots, NULL };
	const char *problem;

	program_init(program);
	if (!workload_build(&options, program, &problem))
		fail_msg("%s: %s", name, problem);
}

static void rows_are_legal_and_used(void **state)
{
	bool used[NR_MOVES] = {
		[ROW_graphics] = true,     [ROW_balloon] = true, [ROW_pgd] = true,
		[ROW_kernel_stack] = true, [ROW_mempool] = true, [ROW_gather_batch] = true,
		[ROW_copy_on_write] = true
	};

	(void)state;
	for (uint32_t i = 0; i < NR_ROWS; i++) {
		const struct workload_row *row = &workload_rows[i];

		assert_true(gfp_is_legal(row->gfp) && gfp_is_legal(row->next_gfp));
		assert_true(row->number <= 57 && row->run > 0);
		assert_true(row->order <= row->max_order && row->max_order <= MAX_PAGE_ORDER);
		/* A put of a block that is not compound would lose its tails. */
		if ((row->give == OP_put_page || row->give == OP_release_pages) && row->max_order)
			assert_true(row->gfp & __GFP_COMP);
		if (row->give == OP_release_pages)
			assert_int_equal(row->max_order, 0);
	}
	for (const struct workload_recipe *recipe = workload_recipes; recipe->name; recipe++)
		for (uint32_t k = 0; k < RECIPE_MAX_WEIGHTS && recipe->weights[k].weight; k++)
			used[recipe->weights[k].move] = true;
	for (uint32_t i = 0; i < NR_MOVES; i++)
		if (!used[i])
			fail_msg("no personality uses move %u", i);
}

static void names_are_known(void **state)
{
	size_t nr = 0;

	(void)state;
	for (const char *const *name = workload_names(); *name; name++) {
		assert_non_null(workload_title(*name));
		for (const char *const *other = workload_names(); other < name; other++)
			assert_string_not_equal(*name, *other);
		nr++;
	}
	assert_true(nr >= 14);
	assert_null(workload_title("nobody"));
}

static void same_options_same_program(void **state)
{
	struct program a, b, other;

	(void)state;
	for (const char *const *name = workload_names(); *name; name++) {
		build(*name, 7, 400, 64, &a);
		build(*name, 7, 400, 64, &b);
		build(*name, 8, 400, 64, &other);
		assert_same_program(&a, &b);
		assert_true(a.nr_ops != other.nr_ops ||
			    memcmp(a.ops, other.ops, a.nr_ops * sizeof(*a.ops)) != 0);
		program_free(&a);
		program_free(&b);
		program_free(&other);
	}
}

static void programs_keep_their_limits(void **state)
{
	static uint8_t bytes[INPUT_MAX_BYTES];
	struct program program, again;
	const char *reason = "";

	(void)state;
	program_init(&again);
	for (const char *const *name = workload_names(); *name; name++) {
		for (uint64_t seed = 0; seed < 20; seed++) {
			size_t size;

			build(*name, seed, 400, OP_FUZZ_SLOTS, &program);
			assert_in_range(program.nr_ops, 200, 400);
			assert_true(program.nr_slots <= OP_FUZZ_SLOTS);
			size = input_encode(&program, bytes, sizeof(bytes), &reason);
			if (!size)
				fail_msg("%s: %s", *name, reason);
			assert_true(input_decode(bytes, size, &again));
			assert_same_program(&program, &again);
			program_free(&program);
		}
		build(*name, 1, 5000, 2048, &program);
		assert_in_range(program.nr_ops, 4500, 5000);
		assert_true(program.nr_slots <= 2048);
		program_free(&program);
	}
	program_free(&again);
}

static void machine_is_the_callers(void **state)
{
	struct buddy_config machine = buddy_config_uml(1024, 4096);
	struct workload_options options = { "desktop", 1, 100, 64, &machine };
	struct program program;
	const char *problem;

	(void)state;
	program_init(&program);
	assert_true(workload_build(&options, &program, &problem));
	assert_memory_equal(&program.machine, &machine, sizeof(machine));
	machine.nr_cpus = 0;
	assert_false(workload_build(&options, &program, &problem));
	assert_non_null(strstr(problem, "cpu"));
	program_free(&program);
}

static void wrong_options_are_refused(void **state)
{
	static const struct workload_options wrong[] = {
		{ "nobody", 1, 100, 64, NULL },    { "desktop", 1, 31, 64, NULL },
		{ "desktop", 1, 100, 63, NULL },   { "desktop", 1, WORKLOAD_MAX_OPS + 1, 64, NULL },
		{ "desktop", 1, 100, 8193, NULL },
	};
	struct program program;

	(void)state;
	program_init(&program);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *problem = NULL;

		assert_false(workload_build(&wrong[i], &program, &problem));
		assert_non_null(problem);
	}
	program_free(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_legal_and_used),
		cmocka_unit_test(names_are_known),
		cmocka_unit_test(same_options_same_program),
		cmocka_unit_test(programs_keep_their_limits),
		cmocka_unit_test(machine_is_the_callers),
		cmocka_unit_test(wrong_options_are_refused),
	};

	return cmocka_run_group_tests_name("fuzz.workload", tests, NULL, NULL);
}
