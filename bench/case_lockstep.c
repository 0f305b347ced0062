/* SPDX-License-Identifier: MIT */
/* What judging costs: one fixed random program through lockstep, with every rule and with none. */
#include <stdlib.h>

#include "bench/bench.h"
#include "diff/lockstep.h"

#define PROGRAM_SLOTS 1024u
#define PROGRAM_PAGES 16384u
#define WALK_EVERY_OPS 64u
#define JUDGED 1u /* bit of a case's argument; the rest is the number of ops */

/* Three requests to two frees: the slots fill. Orders 0..4, two CPUs, four kinds of request. */
static struct op random_op(uint64_t *seed)
{
	static const gfp_t kinds[] = { GFP_KERNEL, GFP_HIGHUSER_MOVABLE, GFP_ATOMIC,
				       GFP_KERNEL | __GFP_RECLAIMABLE };
	uint64_t random = bench_random(seed);
	bool request = random % 5 < 3;
	struct op op = op_make(request ? OP_alloc_pages : OP_free_pages);

	random /= 5;
	op.slot = (uint32_t)(random % PROGRAM_SLOTS);
	op.cpu = (uint8_t)(random >> 20 & 1);
	if (request) {
		op.order = (uint8_t)((random >> 24) % 5);
		op.gfp = kinds[random >> 30 & 3];
	}
	return op;
}

static bool make_program(struct program *program, uint64_t nr_ops)
{
	uint64_t seed = 0x9e3779b97f4a7c15u;

	program_init(program);
	program->machine = buddy_config_debian(0, PROGRAM_PAGES);
	program->machine.nr_cpus = 2;
	for (uint64_t i = 0; i < nr_ops; i++) {
		struct op op = random_op(&seed);

		if (!program_append(program, &op))
			return false;
	}
	return true;
}

static bool time_program(struct lockstep *lockstep, const struct program *program,
			 struct bench_sample *sample, const char **problem)
{
	struct finding *finding = malloc(sizeof(*finding));
	uint64_t start;
	bool clean;

	if (!finding)
		return false;
	clean = lockstep_run(lockstep, program, NULL, finding); /* makes the machine */
	start = bench_now_ns();
	clean = clean && lockstep_run(lockstep, program, NULL, finding);
	sample->ns = (double)(bench_now_ns() - start) / (double)program->nr_ops;
	if (!clean)
		*problem = "the program has a finding";
	free(finding);
	return clean;
}

static bool run_lockstep(const struct bench_case *what, uint64_t argument,
			 struct bench_subject *subject, struct bench_sample *sample,
			 const char **problem)
{
	static char error[256];
	const struct subject_ops *core = subject_core();
	const struct lockstep_options options = {
		.judge = argument & JUDGED,
		.walk_every_ops = argument & JUDGED ? WALK_EVERY_OPS : 0,
	};
	struct program program;
	struct lockstep *lockstep;
	bool ok = false;

	(void)what;
	(void)subject;
	lockstep = lockstep_create(&core, 1, &options, NULL, error, sizeof(error));
	*problem = error;
	if (!lockstep)
		return false;
	if (make_program(&program, argument & ~(uint64_t)JUDGED))
		ok = time_program(lockstep, &program, sample, problem);
	else
		*problem = "out of memory";
	program_free(&program);
	lockstep_free(lockstep);
	return ok;
}

const struct bench_case *bench_lockstep_cases(size_t *nr)
{
	static const struct bench_case cases[] = {
		{ "lockstep/unjudged", "operation", false, 0, 200000, 20000, run_lockstep },
		{ "lockstep/judged", "operation", false, 0, 20000 | JUDGED, 4000 | JUDGED,
		  run_lockstep },
	};

	*nr = sizeof(cases) / sizeof(cases[0]);
	return cases;
}
