/* SPDX-License-Identifier: MIT */
/* Failures of known shape come down to their known minimum, without running anything twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fuzz/shrink/shrink.h"
#include "oracle/lang/text.h"
#include "tests/fuzz/random_program.h"

struct oracle {
	bool (*fails)(const struct program *program);
	size_t nr_calls, nr_stop; /* progress says stop after nr_stop */
};

static bool test(void *context, const struct program *candidate)
{
	struct oracle *oracle = context;

	assert_null(buddy_config_error(&candidate->machine));
	oracle->nr_calls++;
	return oracle->fails(candidate);
}

static bool progress(void *context, size_t nr_ops, size_t nr_tests)
{
	struct oracle *oracle = context;

	(void)nr_ops;
	assert_int_equal(nr_tests, oracle->nr_calls);
	return !oracle->nr_stop || nr_tests < oracle->nr_stop;
}

/* A free of a block of order >= 2, and a drain after it. */
static bool fails_on_drain(const struct program *program)
{
	uint8_t order[1 << 16] = { 0 };
	bool freed = false;

	for (size_t i = 0; i < program->nr_ops; i++) {
		const struct op *op = &program->ops[i];

		if (op->code == OP_alloc_pages)
			order[op->slot] = op->order;
		if (op->code == OP_free_pages && order[op->slot] >= 2)
			freed = true;
		if (op->code == OP_drain_all_pages && freed)
			return true;
	}
	return false;
}

/* An atomic request on a machine of two CPUs and at least 256 pages. */
static bool fails_on_atomic(const struct program *program)
{
	const struct buddy_config *machine = &program->machine;

	if (machine->nr_cpus < 2 || machine->memory[0].end_pfn - machine->memory[0].start_pfn < 256)
		return false;
	for (size_t i = 0; i < program->nr_ops; i++)
		if (program->ops[i].gfp & __GFP_ATOMIC && program->ops[i].gfp & __GFP_ZERO)
			return true;
	return false;
}

/* Eight allocations at once held: no subset of them will do. */
static bool fails_on_eight_held(const struct program *program)
{
	uint64_t held = 0;

	for (size_t i = 0; i < program->nr_ops; i++) {
		const struct op *op = &program->ops[i];

		if (op->code == OP_alloc_pages)
			held |= UINT64_C(1) << (op->slot % 64);
		if (op->code == OP_free_pages)
			held &= ~(UINT64_C(1) << (op->slot % 64));
		if (__builtin_popcountll(held) == 8)
			return true;
	}
	return false;
}

static void random_failing(struct random *random, struct oracle *oracle, struct program *program)
{
	struct program part;

	program_init(&part);
	random_program(random, 64, program);
	while (!oracle->fails(program) || program->nr_ops < 500) {
		if (program->nr_ops > 5000) /* this machine never fails */
			random_program(random, 64, program);
		random_program(random, 64, &part);
		for (size_t j = 0; j < part.nr_ops; j++)
			if (part.ops[j].cpu == OP_CPU_CURRENT && part.ops[j].node == OP_NODE_LOCAL)
				assert_true(program_append(program, &part.ops[j]));
	}
	program_free(&part);
}

static void assert_shrinks_to(struct random *random, struct oracle *oracle, const char *expected)
{
	const struct shrink_options options = { .progress = progress };
	struct program program;
	size_t size;

	program_init(&program);
	random_failing(random, oracle, &program);
	oracle->nr_calls = 0;
	size_t nr_tests = shrink_program(&program, test, oracle, &options);

	assert_int_equal(nr_tests, oracle->nr_calls);
	char *text = print_program(&program, &size);

	assert_string_equal(text, expected);
	free(text);
	program_free(&program);
}

static void drain_comes_down_to_three_ops(void **state)
{
	struct oracle oracle = { .fails = fails_on_drain };
	struct random random = { 51 };

	(void)state;
	for (int i = 0; i < 20; i++)
		assert_shrinks_to(&random, &oracle,
				  "machine profile=uml pages=64\n"
				  "r0 = alloc_pages order=2 gfp=GFP_KERNEL\n"
				  "free_pages r0\n"
				  "drain_all_pages\n");
}

static void machine_comes_down_to_what_matters(void **state)
{
	struct oracle oracle = { .fails = fails_on_atomic };
	struct random random = { 52 };
	struct program program;

	(void)state;
	program_init(&program);
	for (int i = 0; i < 20; i++) {
		random_failing(&random, &oracle, &program);
		shrink_program(&program, test, &oracle, NULL);
		const struct buddy_config *machine = &program.machine;

		assert_int_equal(program.nr_ops, 1);
		assert_int_equal(program.ops[0].gfp, __GFP_ATOMIC | __GFP_ZERO);
		assert_int_equal(machine->memory[0].end_pfn - machine->memory[0].start_pfn, 256);
		assert_int_equal(machine->nr_reserved + machine->movablecore_pages, 0);
		assert_int_equal(program.start, START_FRESH);
	}
	program_free(&program);
}

static int nr_fresh_tests;

static bool fails_on_used_machine(const struct program *program)
{
	nr_fresh_tests += program->start == START_FRESH;
	return program->start == START_LOW && program->nr_ops;
}

/* It stays when the failure needs it, and while everything else goes. */
static void start_state_that_matters_stays(void **state)
{
	struct oracle oracle = { .fails = fails_on_used_machine };
	struct random random = { 56 };
	struct program program;

	(void)state;
	program_init(&program);
	random_failing(&random, &oracle, &program);
	nr_fresh_tests = 0;
	shrink_program(&program, test, &oracle, NULL);
	assert_int_equal(program.nr_ops, 1);
	assert_int_equal(program.start, START_LOW);
	assert_in_range(nr_fresh_tests, 1, 16); /* once a round */
	program_free(&program);
}

static void what_needs_eight_keeps_eight(void **state)
{
	struct oracle oracle = { .fails = fails_on_eight_held };
	struct random random = { 53 };

	(void)state;
	assert_shrinks_to(&random, &oracle,
			  "machine profile=uml pages=64\n"
			  "r0 = alloc_pages order=0 gfp=GFP_KERNEL\n"
			  "r1 = alloc_pages order=0 gfp=GFP_KERNEL\n"
			  "r2 = alloc_pages order=0 gfp=GFP_KERNEL\n"
			  "r3 = alloc_pages order=0 gfp=GFP_KERNEL\n"
			  "r4 = alloc_pages order=0 gfp=GFP_KERNEL\n"
			  "r5 = alloc_pages order=0 gfp=GFP_KERNEL\n"
			  "r6 = alloc_pages order=0 gfp=GFP_KERNEL\n"
			  "r7 = alloc_pages order=0 gfp=GFP_KERNEL\n");
}

/* Remembers every candidate by its text; a second time is a failure of the shrinker. */
static char *texts[100000];
static size_t nr_texts;

static bool fails_once_each(const struct program *program)
{
	size_t size;
	char *text = print_program(program, &size);

	for (size_t i = 0; i < nr_texts; i++)
		assert_string_not_equal(texts[i], text);
	assert_true(nr_texts < 100000);
	texts[nr_texts++] = text;
	return fails_on_drain(program);
}

static void no_candidate_runs_twice(void **state)
{
	struct oracle oracle = { .fails = fails_on_drain };
	struct random random = { 54 };
	struct program program;

	(void)state;
	program_init(&program);
	random_failing(&random, &oracle, &program);
	oracle.fails = fails_once_each;
	shrink_program(&program, test, &oracle, NULL);
	assert_int_equal(program.nr_ops, 3);
	for (size_t i = 0; i < nr_texts; i++)
		free(texts[i]);
	program_free(&program);
}

static void limits_are_obeyed(void **state)
{
	struct oracle oracle = { .fails = fails_on_drain };
	struct shrink_options options = { .max_tests = 7 };
	struct random random = { 55 };
	struct program program;

	(void)state;
	program_init(&program);
	random_failing(&random, &oracle, &program);
	oracle.nr_calls = 0;
	assert_int_equal(shrink_program(&program, test, &oracle, &options), 7);
	assert_int_equal(oracle.nr_calls, 7);
	assert_true(fails_on_drain(&program));
	options = (struct shrink_options){ .progress = progress };
	random_failing(&random, &oracle, &program);
	oracle.nr_calls = 0;
	oracle.nr_stop = 5;
	assert_int_equal(shrink_program(&program, test, &oracle, &options), 5);
	assert_true(fails_on_drain(&program));
	program_free(&program);
}

/* The last op frees a block of order 2. */
static bool fails_on_last_free(const struct program *program)
{
	uint32_t slot = program->nr_ops ? program->ops[program->nr_ops - 1].slot : 0;
	bool held = false;

	for (size_t i = 0; i < program->nr_ops; i++) {
		const struct op *op = &program->ops[i];

		if (op->slot != slot)
			continue;
		if (op->code == OP_alloc_pages)
			held = op->order == 2;
		else if (op->code == OP_free_pages && i + 1 == program->nr_ops)
			return held;
		else if (op->code == OP_free_pages)
			held = false;
	}
	return false;
}

static void append(struct program *program, enum op_code code, uint32_t slot, uint8_t order)
{
	struct op op = op_make(code);

	op.slot = slot;
	op.order = order;
	op.gfp = code == OP_alloc_pages ? GFP_KERNEL : 0;
	assert_true(program_append(program, &op));
}

/* A thousand ops on other slots and an earlier life of the one that matters, then a tail. */
static void make_crowd(struct program *program, bool (*fails)(const struct program *program))
{
	program_free(program);
	program_init(program);
	program->machine = buddy_config_uml(0, 64);
	for (uint32_t i = 0; i < 1000; i++) {
		append(program, i % 3 ? OP_alloc_pages : OP_free_pages, 1 + i % 40, i % 2);
		if (i == 100 || i == 600)
			append(program, OP_alloc_pages, 0, i == 600 ? 2 : 1);
		if (i == 300)
			append(program, OP_free_pages, 0, 0);
	}
	append(program, OP_free_pages, 0, 0);
	assert_true(fails(program));
}

static void unrelated_ops_go_in_one_step(void **state)
{
	struct oracle oracle = { .fails = fails_on_last_free };
	struct shrink_options options = { .max_tests = 11 }; /* 10 to find the end, by halving */
	struct program program;

	(void)state;
	program_init(&program);
	make_crowd(&program, fails_on_last_free);
	shrink_program(&program, test, &oracle, &options);
	assert_int_equal(program.nr_ops, 2);
	assert_int_equal(program.ops[0].order, 2);
	program_free(&program);
}

/* As before, but with ops behind the failure; where it showed is told. */
static bool fails_on_any_free(const struct program *program)
{
	struct program prefix = *program;

	for (; prefix.nr_ops; prefix.nr_ops--)
		if (fails_on_last_free(&prefix))
			return true;
	return false;
}

static void the_place_of_the_failure_saves_the_search(void **state)
{
	struct oracle oracle = { .fails = fails_on_any_free };
	struct shrink_options options = { .max_tests = 3 };
	struct program program;

	(void)state;
	program_init(&program);
	make_crowd(&program, fails_on_last_free);
	options.nr_needed = program.nr_ops;
	for (uint32_t i = 0; i < 500; i++)
		append(&program, OP_alloc_pages, 1 + i % 40, 1);
	shrink_program(&program, test, &oracle, &options);
	assert_int_equal(program.nr_ops, 2);
	program_free(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drain_comes_down_to_three_ops),
		cmocka_unit_test(machine_comes_down_to_what_matters),
		cmocka_unit_test(start_state_that_matters_stays),
		cmocka_unit_test(what_needs_eight_keeps_eight),
		cmocka_unit_test(no_candidate_runs_twice),
		cmocka_unit_test(limits_are_obeyed),
		cmocka_unit_test(unrelated_ops_go_in_one_step),
		cmocka_unit_test(the_place_of_the_failure_saves_the_search),
	};

	return cmocka_run_group_tests_name("fuzz.shrink", tests, NULL, NULL);
}
