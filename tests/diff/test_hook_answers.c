/* SPDX-License-Identifier: MIT */
/* What the core's embedder answers: for how long, to whom, and that a reset forgets it. */
#include <string.h>

#include "tests/diff/programs.h"

#define NR_PAGES 256
#define MAX_SEEN 32

static struct finding finding;

struct seen {
	uint32_t nr;
	bool got[MAX_SEEN]; /* of each request: did it get memory? */
	uint32_t answers[MAX_SEEN];
};

static bool note_request(void *context, size_t op_index, const struct op *op,
			 const struct call *call, const struct event *event)
{
	struct seen *seen = context;

	(void)op_index;
	(void)call;
	if (!op || op->code != OP_alloc_pages || seen->nr == MAX_SEEN)
		return true;
	seen->got[seen->nr] = event->pfn != PFN_NONE;
	seen->answers[seen->nr++] = event->answers;
	return true;
}

static void run(const struct program *program, struct seen *seen)
{
	struct lockstep *lockstep = lockstep_of(subject_core(), NULL, true);

	memset(seen, 0, sizeof(*seen));
	lockstep_observe(lockstep, note_request, seen);
	if (!lockstep_run(lockstep, program, NULL, &finding))
		fail_msg("%s", finding.text);
	lockstep_free(lockstep);
}

static void add_answers(struct program *program, uint32_t value)
{
	struct op op = op_make(OP_hook_answers);

	op.value = value;
	assert_true(program_append(program, &op));
}

static void every_second_request_fails(void **state)
{
	struct program program;
	struct seen seen;

	(void)state;
	program_on(&program, NR_PAGES);
	add_answers(&program, 2u << 20);
	for (uint32_t i = 0; i < 4; i++)
		program_add_alloc(&program, i, 0, GFP_KERNEL);
	add_answers(&program, 0);
	for (uint32_t i = 4; i < 8; i++)
		program_add_alloc(&program, i, 0, GFP_KERNEL);
	run(&program, &seen);
	for (uint32_t i = 0; i < 8; i++) {
		bool refused = i < 4 && i % 2;

		assert_int_equal(seen.got[i], !refused);
		assert_int_equal(seen.answers[i], refused ? ANSWER_REFUSED : 0);
	}
	program_free(&program);
}

/* There is no block of order 9; the claims are used up by the first request for it. */
static void claims_are_counted(void **state)
{
	struct program program;
	struct seen seen;

	(void)state;
	program_on(&program, NR_PAGES);
	add_answers(&program, 2);
	program_add_alloc(&program, 0, 3, GFP_KERNEL);
	program_add_alloc(&program, 1, 9, GFP_KERNEL | __GFP_RETRY_MAYFAIL);
	program_add_alloc(&program, 2, 9, GFP_KERNEL | __GFP_RETRY_MAYFAIL);
	program_add_alloc(&program, 3, 9, GFP_KERNEL | __GFP_RETRY_MAYFAIL);
	run(&program, &seen);
	assert_int_equal(seen.answers[0], 0);
	assert_int_equal(seen.answers[1], ANSWER_DRAINED);
	assert_int_equal(seen.answers[3], 0);
	program_free(&program);
}

static void cpuset_keeps_off_what_may_fail(void **state)
{
	struct program program;
	struct seen seen;

	(void)state;
	program_on(&program, NR_PAGES);
	add_answers(&program, 1u << 13);
	program_add_alloc(&program, 0, 0, GFP_KERNEL);
	program_add_alloc(&program, 1, 0, GFP_ATOMIC);
	program_add_alloc(&program, 2, 0, GFP_KERNEL | __GFP_NOFAIL);
	add_answers(&program, 2u << 13); /* odd nodes only */
	program_add_alloc(&program, 3, 0, GFP_KERNEL);
	run(&program, &seen);
	assert_false(seen.got[0]);
	assert_true(seen.got[1]);
	assert_true(seen.got[2]);
	assert_true(seen.got[3]);
	program_free(&program);
}

/* The same machine again, whose last program left every request refused. */
static void reset_forgets(void **state)
{
	struct lockstep *lockstep = lockstep_of(subject_core(), NULL, true);
	struct seen seen = { .nr = 0 };
	struct program refused, plain;

	(void)state;
	program_on(&refused, NR_PAGES);
	add_answers(&refused, 1u << 20);
	program_on(&plain, NR_PAGES);
	program_add_alloc(&plain, 0, 0, GFP_KERNEL);
	assert_true(lockstep_run(lockstep, &refused, NULL, &finding));
	lockstep_observe(lockstep, note_request, &seen);
	assert_true(lockstep_run(lockstep, &plain, NULL, &finding));
	assert_int_equal(seen.nr, 1);
	assert_true(seen.got[0]);
	lockstep_free(lockstep);
	program_free(&refused);
	program_free(&plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_second_request_fails),
		cmocka_unit_test(claims_are_counted),
		cmocka_unit_test(cpuset_keeps_off_what_may_fail),
		cmocka_unit_test(reset_forgets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
