/* SPDX-License-Identifier: MIT */
/*
 * The lockstep against subjects that are wrong on purpose: each fault is found, at its op, under
 * its name. A toy with switches stands for them all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/diff/programs.h"

/* How the toy misbehaves; set before a run. */
static struct faults {
	enum claim claim;    /* what it claims for allocating and freeing */
	uint32_t shift_at;   /* the n-th allocation (from 1) comes out one block higher */
	uint32_t fail_at;    /* the n-th allocation fails */
	uint32_t trap_at;    /* the n-th allocation traps */
	uint32_t overlap_at; /* the n-th allocation repeats the one before it */
	int64_t extra_free;  /* added to the free pages it reports */
	bool no_drain;       /* declines drain_all_pages */
} faults;
static uint32_t nr_created, nr_reset, nr_created_used;

struct toy {
	pfn_t start_pfn, next_pfn, last_pfn;
	uint32_t nr_pages, nr_allocs, nr_held;
};

static enum claim toy_claims(const struct subject_ops *ops, uint8_t code)
{
	(void)ops;
	if (code == OP_alloc_pages || code == OP_free_pages)
		return faults.claim;
	if (code == OP_drain_all_pages && faults.no_drain)
		return CLAIM_NONE;
	return code == OP_drain_all_pages || code == OP_cpu ? CLAIM_EXACT : CLAIM_NONE;
}

static enum claim honest_claims(const struct subject_ops *ops, uint8_t code)
{
	(void)ops;
	return code == OP_alloc_pages || code == OP_free_pages || code == OP_drain_all_pages
		       ? CLAIM_EXACT
		       : CLAIM_NONE;
}

static void *toy_create(const struct buddy_config *config, const struct snapshot *initial,
			const struct env *env, char *error, size_t error_size)
{
	struct toy *toy = calloc(1, sizeof(*toy));

	(void)env, (void)error, (void)error_size;
	assert_non_null(toy);
	toy->start_pfn = toy->next_pfn = config->memory[0].start_pfn;
	toy->nr_pages = config->memory[0].end_pfn - toy->start_pfn;
	nr_created++;
	nr_created_used += initial != NULL;
	return toy;
}

static void toy_reset(void *self)
{
	struct toy *toy = self;

	toy->next_pfn = toy->start_pfn;
	toy->nr_allocs = 0;
	toy->nr_held = 0;
	nr_reset++;
}

/* Blocks of 16 pages, one after the other, never used again. */
static void honest_apply(void *self, const struct call *call, struct event *event)
{
	struct toy *toy = self;

	event->status = EVENT_DONE;
	if (call->code == OP_free_pages)
		toy->nr_held--;
	if (call->code != OP_alloc_pages)
		return;
	assert_true(toy->next_pfn + 16 <= toy->start_pfn + toy->nr_pages);
	toy->nr_allocs++;
	toy->nr_held++;
	toy->last_pfn = toy->next_pfn;
	event->pfn = toy->next_pfn;
	toy->next_pfn += 16;
}

static void faulty_apply(void *self, const struct call *call, struct event *event)
{
	struct toy *toy = self;
	pfn_t before = toy->last_pfn;

	honest_apply(self, call, event);
	if (call->code != OP_alloc_pages)
		return;
	if (toy->nr_allocs == faults.shift_at)
		event->pfn += 4096;
	if (toy->nr_allocs == faults.fail_at) {
		event->pfn = PFN_NONE;
		toy->nr_held--;
	}
	if (toy->nr_allocs == faults.overlap_at)
		event->pfn = before;
	if (toy->nr_allocs == faults.trap_at) {
		event->status = EVENT_TRAPPED;
		event->bug_condition = "planted";
	}
}

static bool honest_counts(void *self, uint32_t zone, uint32_t cpu, int64_t *free_pages,
			  int64_t *pcp_pages)
{
	struct toy *toy = self;

	(void)cpu;
	*free_pages = (int64_t)toy->nr_pages - toy->nr_held;
	*pcp_pages = 0;
	return zone == 0;
}

static bool faulty_counts(void *self, uint32_t zone, uint32_t cpu, int64_t *free_pages,
			  int64_t *pcp_pages)
{
	bool known = honest_counts(self, zone, cpu, free_pages, pcp_pages);

	*free_pages += faults.extra_free;
	return known;
}

static const struct subject_ops honest = {
	.name = "honest",
	.claims = honest_claims,
	.create = toy_create,
	.destroy = free,
	.reset = toy_reset,
	.apply = honest_apply,
	.counts = honest_counts,
};

static const struct subject_ops faulty = {
	.name = "faulty",
	.claims = toy_claims,
	.create = toy_create,
	.destroy = free,
	.reset = toy_reset,
	.apply = faulty_apply,
	.counts = faulty_counts,
};

static struct finding finding;

static void make_program(struct program *program)
{
	program_on(program, 8192);
	program_add_alloc(program, 0, 0, GFP_KERNEL);
	program_add(program, OP_drain_all_pages, 0);
	program_add_alloc(program, 1, 2, GFP_KERNEL);
	program_add(program, OP_free_pages, 0);
	program_add_alloc(program, 2, 0, GFP_KERNEL);
	program_add(program, OP_free_pages, 2);
}

/* Runs the honest toy beside one with these faults. */
static bool run_faulty(struct faults planted)
{
	struct lockstep *lockstep;
	struct program program;
	bool clean;

	faults = planted;
	lockstep = lockstep_of(&honest, &faulty, false);
	make_program(&program);
	clean = lockstep_run(lockstep, &program, NULL, &finding);
	lockstep_free(lockstep);
	program_free(&program);
	return clean;
}

static void assert_finding(enum finding_kind kind, const char *signature, size_t op_index)
{
	assert_int_equal(finding.kind, kind);
	assert_string_equal(finding.signature, signature);
	assert_int_equal(finding.op_index, op_index);
	assert_int_equal(finding.subject, 1);
	assert_non_null(strstr(finding.text, "faulty"));
}

static void test_equal_subjects(void **state)
{
	(void)state;
	assert_true(run_faulty((struct faults){ .claim = CLAIM_EXACT }));
	assert_int_equal(finding.kind, FINDING_NONE);
}

static void test_other_frame(void **state)
{
	(void)state;
	assert_false(run_faulty((struct faults){ .claim = CLAIM_EXACT, .shift_at = 2 }));
	assert_finding(FINDING_DIFFERENCE, "difference/alloc_pages", 2);
	assert_non_null(strstr(finding.text, "page frame 5136"));
	assert_non_null(strstr(finding.text, ">      2  r1 = alloc_pages order=2 gfp=GFP_KERNEL"));
}

static void test_weaker_claim_forgives_frames(void **state)
{
	(void)state;
	assert_true(run_faulty((struct faults){ .claim = CLAIM_COUNTS, .shift_at = 2 }));
}

static void test_failure_differs_in_counts(void **state)
{
	(void)state;
	assert_false(run_faulty((struct faults){ .claim = CLAIM_COUNTS, .fail_at = 3 }));
	assert_finding(FINDING_DIFFERENCE, "difference/alloc_pages", 4);
	assert_true(run_faulty((struct faults){ .claim = CLAIM_SAFE, .fail_at = 3 }));
}

static void test_counters(void **state)
{
	(void)state;
	assert_false(run_faulty((struct faults){ .claim = CLAIM_COUNTS, .extra_free = -1 }));
	assert_finding(FINDING_DIFFERENCE, "difference/alloc_pages", 0);
	assert_non_null(strstr(finding.text, "8191 free"));
	assert_true(run_faulty((struct faults){ .claim = CLAIM_SAFE, .extra_free = -1 }));
}

/* What was declined may have parted the subjects: later frames need not agree. */
static void test_declined_op_lowers_claims(void **state)
{
	struct faults planted = { .claim = CLAIM_EXACT, .shift_at = 2, .no_drain = true };

	(void)state;
	assert_true(run_faulty(planted));
	planted.shift_at = 1;
	assert_false(run_faulty(planted));
	assert_finding(FINDING_DIFFERENCE, "difference/alloc_pages", 0);
}

static void test_trap(void **state)
{
	(void)state;
	assert_false(run_faulty((struct faults){ .claim = CLAIM_SAFE, .trap_at = 3 }));
	assert_finding(FINDING_DIFFERENCE, "trap/alloc_pages", 4);
	assert_non_null(strstr(finding.text, "planted"));
}

static bool run_judged(struct faults planted)
{
	struct lockstep *lockstep;
	struct program program;
	bool clean;

	faults = planted;
	lockstep = lockstep_of(&honest, &faulty, true);
	make_program(&program);
	clean = lockstep_run(lockstep, &program, NULL, &finding);
	lockstep_free(lockstep);
	program_free(&program);
	return clean;
}

static void test_judge_catches_overlap(void **state)
{
	(void)state;
	assert_true(run_judged((struct faults){ .claim = CLAIM_SAFE }));
	assert_false(run_judged((struct faults){ .claim = CLAIM_SAFE, .overlap_at = 2 }));
	assert_finding(FINDING_RULE, "no_overlap/alloc_pages", 2);
	assert_int_equal(finding.verdict.rule, RULE_no_overlap);
	assert_non_null(strstr(finding.text, "life of page frame 1024 in faulty"));
	assert_non_null(
		strstr(finding.text, "0  r0 = alloc_pages order=0 gfp=GFP_KERNEL: got 1024"));
}

static void test_judge_catches_trap(void **state)
{
	(void)state;
	assert_false(run_judged((struct faults){ .claim = CLAIM_SAFE, .trap_at = 1 }));
	assert_finding(FINDING_RULE, "no_trap/alloc_pages", 0);
}

/* The same machine again is reset, another one is created, and the first is still there afterwards.
 */
static void test_machines_are_cached(void **state)
{
	struct lockstep *lockstep = lockstep_of(&honest, NULL, false);
	struct program small, large;

	(void)state;
	make_program(&small);
	make_program(&large);
	large.machine = buddy_config_uml(1024, 16384);
	nr_created = nr_reset = 0;
	for (int i = 0; i < 3; i++) {
		assert_true(lockstep_run(lockstep, &small, NULL, &finding));
		assert_true(lockstep_run(lockstep, &large, NULL, &finding));
	}
	assert_int_equal(nr_created, 2);
	assert_int_equal(nr_reset, 4);
	for (uint32_t i = 1; i <= 20; i++) {
		large.machine = buddy_config_uml(1024, 8192 + 1024 * i);
		assert_true(lockstep_run(lockstep, &large, NULL, &finding));
	}
	assert_true(nr_created > 20);
	lockstep_free(lockstep);
	program_free(&small);
	program_free(&large);
}

/* Config and start make the key: each state is made once, the booted machine is another. */
static void test_start_states_are_cached(void **state)
{
	struct lockstep *lockstep = lockstep_of(&honest, NULL, false);
	struct program program;

	(void)state;
	make_program(&program);
	nr_created = nr_reset = nr_created_used = 0;
	for (uint32_t i = 0; i < 3 * NR_PROGRAM_STARTS; i++) {
		program.start = (uint8_t)(i % NR_PROGRAM_STARTS);
		assert_true(lockstep_run(lockstep, &program, NULL, &finding));
	}
	assert_int_equal(nr_created, NR_PROGRAM_STARTS);
	assert_int_equal(nr_created_used, NR_PROGRAM_STARTS - 1);
	assert_int_equal(nr_reset, 2 * NR_PROGRAM_STARTS);
	lockstep_free(lockstep);
	program_free(&program);
}

/* Without a view the judge knows the used frames all the same: a subject that ignores the start is
 * found. */
static void test_start_state_ignored(void **state)
{
	struct lockstep *lockstep = lockstep_of(&honest, NULL, true);
	struct program program;

	(void)state;
	make_program(&program);
	program.start = START_LOW;
	assert_false(lockstep_run(lockstep, &program, NULL, &finding));
	assert_int_equal(finding.kind, FINDING_RULE);
	assert_string_equal(finding.signature, "in_range/alloc_pages");
	lockstep_free(lockstep);
	program_free(&program);
}

static void test_stats_and_history(void **state)
{
	struct lockstep *lockstep = lockstep_of(&honest, NULL, false);
	struct program program;
	uint64_t history;

	(void)state;
	make_program(&program);
	program_add(&program, OP_free_pages, 9);
	assert_true(lockstep_run(lockstep, &program, NULL, &finding));
	history = lockstep_history_hash(lockstep);
	assert_int_equal(lockstep_stats(lockstep)->nr_ops, 6);
	assert_int_equal(lockstep_stats(lockstep)->nr_skipped, 1);
	assert_int_equal(lockstep_stats(lockstep)->nr_allocs, 3);
	assert_int_equal(lockstep_stats(lockstep)->nr_failed_allocs, 0);
	assert_true(lockstep_run(lockstep, &program, NULL, &finding));
	assert_true(history == lockstep_history_hash(lockstep));
	program.nr_ops -= 3;
	assert_true(lockstep_run(lockstep, &program, NULL, &finding));
	assert_true(history != lockstep_history_hash(lockstep));
	lockstep_free(lockstep);
	program_free(&program);
}

struct observed {
	size_t nr_calls, nr_ends, stop_at;
};

static bool observe(void *context, size_t op_index, const struct op *op, const struct call *call,
		    const struct event *event)
{
	struct observed *observed = context;

	assert_int_equal(!op, !call);
	assert_int_equal(!op, !event);
	if (op)
		observed->nr_calls++;
	else
		observed->nr_ends++;
	return op_index != observed->stop_at;
}

static void test_observer(void **state)
{
	struct lockstep *lockstep = lockstep_of(&honest, NULL, false);
	struct observed observed = { .stop_at = 99 };
	struct program program;

	(void)state;
	make_program(&program);
	lockstep_observe(lockstep, observe, &observed);
	assert_true(lockstep_run(lockstep, &program, NULL, &finding));
	assert_int_equal(observed.nr_calls, 6);
	assert_int_equal(observed.nr_ends, 1);
	observed = (struct observed){ .stop_at = 2 };
	assert_true(lockstep_run(lockstep, &program, NULL, &finding));
	assert_int_equal(observed.nr_calls, 3);
	assert_int_equal(observed.nr_ends, 0);
	lockstep_free(lockstep);
	program_free(&program);
}

static void test_bad_subjects(void **state)
{
	const struct subject_ops *many[LOCKSTEP_MAX_SUBJECTS + 1] = { &honest };
	struct lockstep_options options = { .judge = false };
	struct subject_ops bad = honest;
	const struct subject_ops *one[] = { &bad };
	char error[256];

	(void)state;
	assert_null(lockstep_create(many, LOCKSTEP_MAX_SUBJECTS + 1, &options, NULL, error,
				    sizeof(error)));
	assert_null(lockstep_create(many, 0, &options, NULL, error, sizeof(error)));
	bad.apply = NULL;
	assert_null(lockstep_create(one, 1, &options, NULL, error, sizeof(error)));
	assert_non_null(strstr(error, "honest lacks"));
}

static void test_impossible_machine(void **state)
{
	struct lockstep *lockstep = lockstep_of(subject_core(), NULL, false);
	struct program program;

	(void)state;
	make_program(&program);
	program.machine.nr_cpus = 0;
	assert_false(lockstep_run(lockstep, &program, NULL, &finding));
	assert_int_equal(finding.kind, FINDING_ERROR);
	assert_string_equal(finding.signature, "error/create");
	assert_non_null(strstr(finding.text, "no such machine"));
	lockstep_free(lockstep);
	program_free(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_subjects),
		cmocka_unit_test(test_other_frame),
		cmocka_unit_test(test_weaker_claim_forgives_frames),
		cmocka_unit_test(test_failure_differs_in_counts),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_declined_op_lowers_claims),
		cmocka_unit_test(test_trap),
		cmocka_unit_test(test_judge_catches_overlap),
		cmocka_unit_test(test_judge_catches_trap),
		cmocka_unit_test(test_machines_are_cached),
		cmocka_unit_test(test_start_states_are_cached),
		cmocka_unit_test(test_start_state_ignored),
		cmocka_unit_test(test_stats_and_history),
		cmocka_unit_test(test_observer),
		cmocka_unit_test(test_bad_subjects),
		cmocka_unit_test(test_impossible_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
