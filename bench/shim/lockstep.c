/* SPDX-License-Identifier: MIT */
/*
 * Fixed random programs through this core's own harness, judged as the target safety judges, or
 * with no rule at all.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench/shim/machine.h"
#include "diff/lockstep/lockstep.h"

#define PROGRAM_SLOTS 1024u
#define PROGRAM_PAGES 16384u
/* As the harness does on a machine of this size; older ones have to be told. */
#ifndef LOCKSTEP_WALK_AUTO
#define LOCKSTEP_WALK_AUTO (PROGRAM_PAGES / 16)
#endif
#define SEED UINT64_C(0x9e3779b97f4a7c15)

struct runner {
	struct lockstep *lockstep;
	struct program *programs;
	uint32_t nr_programs;
	struct finding finding;
};

/* xorshift64 */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/*
 * A request for an empty slot, a free of a full one: nothing is skipped, and half of the slots are
 * full in the end. Orders 0..4, two CPUs, four kinds of request.
 */
static struct op random_op(uint64_t *seed, uint32_t nr_slots, bool *held)
{
	static const gfp_t kinds[] = { GFP_KERNEL, GFP_HIGHUSER_MOVABLE, GFP_ATOMIC,
				       GFP_KERNEL | __GFP_RECLAIMABLE };
	uint64_t random = next_random(seed);
	uint32_t slot = (uint32_t)(random % nr_slots);
	bool request = !held[slot];
	struct op op = op_make(request ? OP_alloc_pages : OP_free_pages);

	held[slot] = request;
	op.slot = slot;
	op.cpu = (uint8_t)(random >> 20 & 1);
	if (request) {
		op.order = (uint8_t)((random >> 24) % 5);
		op.gfp = kinds[random >> 30 & 3];
	}
	return op;
}

/* A short program has few slots, or it would free nothing. */
static bool make_program(struct program *program, uint32_t nr_ops, uint64_t *seed)
{
	const uint32_t nr_slots = nr_ops / 2 < PROGRAM_SLOTS ? nr_ops / 2 : PROGRAM_SLOTS;
	bool held[PROGRAM_SLOTS] = { false };

	program_init(program);
	program->machine = buddy_config_debian(0, PROGRAM_PAGES);
	program->machine.nr_cpus = 2;
	for (uint32_t i = 0; i < nr_ops; i++) {
		struct op op = random_op(seed, nr_slots, held);

		if (!program_append(program, &op))
			return false;
	}
	return true;
}

static bool make_programs(struct runner *runner, uint32_t nr_programs, uint32_t nr_ops)
{
	uint64_t seed = SEED;

	runner->programs = calloc(nr_programs, sizeof(*runner->programs));
	if (!runner->programs)
		return false;
	while (runner->nr_programs < nr_programs) {
		struct program *program = &runner->programs[runner->nr_programs++];

		if (!make_program(program, nr_ops, &seed))
			return false;
	}
	return true;
}

static void runner_close(void *self)
{
	struct runner *runner = self;

	for (uint32_t i = 0; i < runner->nr_programs; i++)
		program_free(&runner->programs[i]);
	free(runner->programs);
	if (runner->lockstep)
		lockstep_free(runner->lockstep);
	free(runner);
}

static bool runner_run(void *self, uint32_t nr)
{
	struct runner *runner = self;

	return lockstep_run(runner->lockstep, &runner->programs[nr], NULL, &runner->finding);
}

/* The first run of each makes the machine, and touches everything. */
static bool runner_prepare(struct runner *runner, uint32_t nr_programs, uint32_t nr_ops,
			   char *error, size_t error_size)
{
	snprintf(error, error_size, "out of memory");
	if (!make_programs(runner, nr_programs, nr_ops))
		return false;
	for (uint32_t i = 0; i < nr_programs; i++) {
		if (runner_run(runner, i))
			continue;
		snprintf(error, error_size, "program %u has a finding: %s", i,
			 runner->finding.signature);
		return false;
	}
	return true;
}

static void *runner_open(bool judge, uint32_t nr_programs, uint32_t nr_ops, char *error,
			 size_t error_size)
{
	const struct lockstep_options options = {
		.judge = judge,
		.walk_every_ops = judge ? LOCKSTEP_WALK_AUTO : 0,
		.free_at_end = true, /* the same operations, judged or not */
	};
	const struct subject_ops *core = subject_core();
	struct runner *runner = calloc(1, sizeof(*runner));

	if (!runner) {
		snprintf(error, error_size, "out of memory");
		return NULL;
	}
	runner->lockstep = lockstep_create(&core, 1, &options, NULL, error, error_size);
	if (runner->lockstep && runner_prepare(runner, nr_programs, nr_ops, error, error_size))
		return runner;
	runner_close(runner);
	return NULL;
}

const struct bench_lockstep shim_lockstep = {
	.open = runner_open,
	.run = runner_run,
	.close = runner_close,
};
