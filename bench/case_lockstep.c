/* SPDX-License-Identifier: MIT */
/*
 * The harness over the core: one long program, or 64 short ones in turn, where the reset between
 * them is a part of the price. Each core brings the harness of its own tree.
 */
#include "bench/clock.h"

#define NR_SHORT 64u
#define SHORT_OPS 16u
#define LONG_OPS 100000u
#define LONG_OPS_QUICK 20000u

struct shape {
	uint32_t nr_programs, nr_ops;
	bool judge;
};

/* Whole programs until the slice is over. Returns the time, 0 for a finding. */
static uint64_t run_programs(const struct bench_lockstep *lockstep, void *runner,
			     uint32_t nr_programs, uint64_t slice_ns, uint64_t *nr_runs)
{
	const uint64_t start = bench_now_ns();
	uint64_t elapsed;

	*nr_runs = 0;
	do {
		for (uint32_t i = 0; i < nr_programs; i++)
			if (!lockstep->run(runner, i))
				return 0;
		*nr_runs += nr_programs;
		elapsed = bench_now_ns() - start;
	} while (elapsed < slice_ns);
	return elapsed;
}

static bool run_lockstep(struct bench_job *job, const struct shape *shape, uint64_t nr_units,
			 struct bench_sample *sample)
{
	static char error[256];
	const struct bench_lockstep *lockstep = job->subject->core->lockstep;
	uint64_t elapsed, nr_runs;
	void *runner;

	job->problem = "its harness has not today's interface";
	if (!lockstep)
		return false;
	job->problem = error;
	runner = lockstep->open(shape->judge, shape->nr_programs, shape->nr_ops, error,
				sizeof(error));
	if (!runner)
		return false;
	elapsed = run_programs(lockstep, runner, shape->nr_programs, job->slice_ns, &nr_runs);
	sample->ns = (double)elapsed / (double)(nr_runs * nr_units);
	job->problem = "a program that was clean at first has a finding";
	lockstep->close(runner);
	return elapsed > 0;
}

static bool run_short(struct bench_job *job, bool judge, struct bench_sample *sample)
{
	const struct shape shape = { NR_SHORT, SHORT_OPS, judge };

	return run_lockstep(job, &shape, 1, sample);
}

static bool run_long(struct bench_job *job, bool judge, struct bench_sample *sample)
{
	const struct shape shape = { 1, (uint32_t)job->argument, judge };

	return run_lockstep(job, &shape, job->argument, sample);
}

static bool run_short_unjudged(struct bench_job *job, struct bench_sample *sample)
{
	return run_short(job, false, sample);
}

static bool run_short_judged(struct bench_job *job, struct bench_sample *sample)
{
	return run_short(job, true, sample);
}

static bool run_long_unjudged(struct bench_job *job, struct bench_sample *sample)
{
	return run_long(job, false, sample);
}

static bool run_long_judged(struct bench_job *job, struct bench_sample *sample)
{
	return run_long(job, true, sample);
}

#define ROW(title, what, ops, ops_quick, function)                                              \
	{                                                                                       \
		.name = "lockstep/" title, .unit = what, .scope = BENCH_CORES, .argument = ops, \
		.argument_quick = ops_quick, .run = function                                    \
	}
#define SHORT(title, function) \
	ROW("short-" title, "program of 16 operations", SHORT_OPS, SHORT_OPS, function)
#define LONG(title, function) ROW("long-" title, "operation", LONG_OPS, LONG_OPS_QUICK, function)

const struct bench_row *bench_lockstep_rows(size_t *nr)
{
	static const struct bench_row rows[] = {
		SHORT("unjudged", run_short_unjudged),
		SHORT("judged", run_short_judged),
		LONG("unjudged", run_long_unjudged),
		LONG("judged", run_long_judged),
	};

	*nr = sizeof(rows) / sizeof(rows[0]);
	return rows;
}
