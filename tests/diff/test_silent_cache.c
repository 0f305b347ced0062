/* SPDX-License-Identifier: MIT */
/*
 * The core with a cache of fragments that tells nothing of its chunks: the judge has only answers
 * and the view to see which chunk went back. Programs at which it was wrong once, and random ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "diff/lockstep/lockstep.h"
#include "fuzz/input/program_file.h"

#define FOLDER BUDDY_SOURCE_DIR "/corpus/regressions/safety/"

static uint32_t nr_told; /* effects of all calls */

static void count_apply(void *self, const struct call *call, struct event *event)
{
	subject_core()->apply(self, call, event);
	nr_told += event->nr_effects;
}

static void silent_apply(void *self, const struct call *call, struct event *event)
{
	count_apply(self, call, event);
	event->nr_effects = 0;
}

static void run_on(struct program *program,
		   void (*apply)(void *self, const struct call *call, struct event *event))
{
	const struct lockstep_options options = { .judge = true,
						  .walk_every_ops = 1,
						  .free_at_end = true };
	struct subject_ops subject = *subject_core();
	const struct subject_ops *subjects[] = { &subject };
	static struct finding finding;
	struct lockstep *lockstep;
	char error[256];

	subject.apply = apply;
	lockstep = lockstep_create(subjects, 1, &options, NULL, error, sizeof(error));
	assert_non_null(lockstep);
	if (!lockstep_run(lockstep, program, NULL, &finding))
		fail_msg("%s", finding.text);
	lockstep_free(lockstep);
}

static void check_chunks(const char *path)
{
	struct program program;
	char error[256];

	program_init(&program);
	assert_true(text_read_program(path, &program, error, sizeof(error)));
	nr_told = 0;
	run_on(&program, count_apply);
	assert_int_not_equal(nr_told, 0);
	run_on(&program, silent_apply);
	program_free(&program);
}

/* The next chunk begins where the last one did, in a larger order. */
static void test_regrown(void **state)
{
	(void)state;
	check_chunks(FOLDER "0002-fragment-chunk-regrown.ops");
}

/* The next chunk begins before the last one: who lets the last one go after it holds the next gives
 * part of it back.
 */
static void test_merged(void **state)
{
	(void)state;
	check_chunks(FOLDER "0004-fragment-chunk-merged.ops");
}

static uint32_t draw(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 16) % below;
}

/* Fragments come and go on a machine that is full, with and without the reserves. */
static void make_random(struct program *program, uint32_t seed)
{
	static const uint8_t codes[] = {
		OP_page_frag_alloc,       OP_page_frag_alloc, OP_page_frag_free,
		OP_alloc_pages,           OP_free_pages,      OP_task,
		OP_page_frag_cache_drain, OP_drain_all_pages
	};

	for (uint32_t i = 0; i < 400; i++) {
		struct op op = op_make((enum op_code)codes[draw(&seed, sizeof(codes))]);

		op.slot = draw(&seed, 64);
		op.gfp = GFP_KERNEL;
		op.count = op.code == OP_page_frag_alloc ? 1 + draw(&seed, 9000) : 0;
		op.value = draw(&seed, 2) ? OP_TASK_MEMALLOC : 0;
		assert_true(program_append(program, &op));
	}
}

static void test_random(void **state)
{
	struct program program;
	char error[256];

	(void)state;
	for (uint32_t seed = 0; seed < 60; seed++) {
		program_init(&program);
		assert_true(text_read_program(FOLDER "0004-fragment-chunk-merged.ops", &program,
					      error, sizeof(error)));
		program.nr_ops = 0;
		make_random(&program, seed);
		run_on(&program, count_apply);
		run_on(&program, silent_apply);
		program_free(&program);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_regrown),
		cmocka_unit_test(test_merged),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
