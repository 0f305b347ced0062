/* SPDX-License-Identifier: MIT */
/*
 * The same program, from whatever start state, gives the same history and the same image: at
 * another address, a second time after a reset, and whether or not somebody traces (tracing takes
 * the general paths, core/alloc/hot.h the short ones).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "diff/start_state.h"
#include "diff/subject.h"
#include "fuzz/file_walk.h"
#include "fuzz/mutate.h"
#include "fuzz/text.h"
#include "oracle/slots.h"
#include "tests/fuzz/random_program.h"

struct outcome {
	uint64_t history, image;
	size_t nr_applied;
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * 0x100000001b3u;
}

/* What the caller can see; trace counts are the one thing that may differ. */
static uint64_t hash_event(uint64_t hash, const struct event *event)
{
	hash = mix(hash, (uint64_t)event->status);
	hash = mix(hash, event->pfn);
	hash = mix(hash, (uint64_t)event->result);
	hash = mix(hash, event->nr_bad_pages);
	for (uint32_t i = 0; i < event->nr_pfns; i++)
		hash = mix(hash, event->pfns[i]);
	return hash;
}

static void apply_all(void *self, const struct program *program, struct outcome *outcome)
{
	static pfn_t pfns[CALL_MAX_PFNS];
	struct event event = { .pfns = pfns };
	struct slots slots;
	struct call call;

	assert_true(slots_init(&slots, &program->machine, program->nr_slots));
	*outcome = (struct outcome){ .history = 14695981039346656037u };
	for (size_t i = 0; i < program->nr_ops; i++) {
		if (op_table[program->ops[i].code].misuse ||
		    !slots_resolve(&slots, &program->ops[i], &call))
			continue;
		event_clear(&event);
		subject_core()->apply(self, &call, &event);
		slots_update(&slots, &program->ops[i], &call, &event);
		outcome->history = hash_event(outcome->history, &event);
		outcome->nr_applied++;
		if (event.status == EVENT_TRAPPED)
			break;
	}
	outcome->image = subject_core()->hash(self);
	slots_free(&slots);
}

static void *create(const struct program *program, bool trace)
{
	struct env env = { .trace = trace };
	struct snapshot *start = NULL;
	char error[256];
	void *self;

	if (program->start != START_FRESH) {
		start = calloc(1, sizeof(*start));
		assert_non_null(start);
		if (!start_state_make(&program->machine, (enum program_start)program->start, start,
				      error, sizeof(error)))
			fail_msg("%s", error);
	}
	self = subject_core()->create(&program->machine, start, &env, error, sizeof(error));
	if (!self)
		fail_msg("%s", error);
	if (start)
		snapshot_free(start);
	free(start);
	return self;
}

static void assert_same(const struct outcome *a, const struct outcome *b, const char *what,
			const struct program *program)
{
	size_t size;

	if (a->history == b->history && a->image == b->image)
		return;
	fail_msg("%s differs in its %s:\n%s", what, a->history != b->history ? "history" : "image",
		 print_program(program, &size));
}

/* Returns the ops that were applied. */
static size_t check_program(const struct program *program)
{
	void *plain = create(program, false), *traced = create(program, true);
	struct outcome first, again, other;

	apply_all(plain, program, &first);
	subject_core()->reset(plain);
	apply_all(plain, program, &again);
	apply_all(traced, program, &other);
	assert_same(&first, &again, "the second run", program);
	assert_same(&first, &other, "the traced run at another address", program);
	subject_core()->destroy(plain);
	subject_core()->destroy(traced);
	return first.nr_applied;
}

static void test_corpus(void **state)
{
	static const char *const folders[] = { "corpus/seeds/safety", "corpus/seeds/diff",
					       "corpus/regressions/safety", "tests/mutants" };
	struct program program;
	size_t nr_files = 0;

	(void)state;
	program_init(&program);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		struct file_walk walk;
		const char *path;
		char error[1024];

		assert_true(file_walk_begin(&walk, folders[i]));
		while ((path = file_walk_next(&walk)) != NULL) {
			if (!strstr(path, ".ops"))
				continue;
			if (!text_read_program(path, &program, error, sizeof(error)))
				fail_msg("%s", error);
			check_program(&program);
			nr_files++;
		}
		file_walk_end(&walk);
	}
	program_free(&program);
	assert_true(nr_files > 90);
}

/* Mutants of an empty input reach every kind of machine. */
static void test_mutated(void **state)
{
	static uint8_t bytes[4096];
	struct program program;
	size_t size = 0, nr_applied = 0;

	(void)state;
	program_init(&program);
	for (uint64_t seed = 1; seed <= 1500; seed++) {
		if (seed % 50 == 0)
			size = 0;
		size = mutate_input(bytes, size, sizeof(bytes), seed);
		assert_true(input_decode(bytes, size, &program));
		nr_applied += check_program(&program);
	}
	program_free(&program);
	assert_true(nr_applied > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_corpus),
		cmocka_unit_test(test_mutated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
