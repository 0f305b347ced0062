/* SPDX-License-Identifier: MIT */
/* Two threads at once: two CPUs of one machine of ours, two threads of the process for a peer. */
#include "bench/patterns.h"
#include "bench/workers.h"

#define MACHINE_PAGES 65536u

static bool run_pair(struct bench_job *job, struct bench_sample *sample)
{
	void *const states[BENCH_THREADS] = { NULL, NULL };

	job->problem = "there are no threads";
	return workers_time_rounds(job->subject->calls, bench_pair_round, states, job,
				   BENCH_PAIR_UNITS, sample);
}

static bool run_burst(struct bench_job *job, struct bench_sample *sample)
{
	struct bench_burst bursts[BENCH_THREADS];
	void *const states[BENCH_THREADS] = { &bursts[0], &bursts[1] };

	job->problem = "there are no threads";
	return workers_time_rounds(job->subject->calls, bench_burst_round, states, job,
				   BENCH_BURST_UNITS, sample);
}

#define ROW(title, group, mode, function)                                                       \
	{                                                                                       \
		.name = "threads/" title, .unit = "alloc + free of one thread", .scope = group, \
		.wish = { .nr_pages = MACHINE_PAGES,                                            \
			  .nr_cpus = BENCH_THREADS,                                             \
			  .shared = true,                                                       \
			  .sharing = mode },                                                    \
		.run = function                                                                 \
	}

const struct bench_row *bench_thread_rows(size_t *nr)
{
	static const struct bench_row rows[] = {
		ROW("pair-order-0", BENCH_SHARED, BENCH_LOCKED, run_pair),
		ROW("pair-order-0-cpu-owned", BENCH_OWNED, BENCH_CPU_OWNED, run_pair),
		ROW("burst-256", BENCH_SHARED, BENCH_LOCKED, run_burst),
		ROW("burst-256-cpu-owned", BENCH_OWNED, BENCH_CPU_OWNED, run_burst),
	};

	*nr = sizeof(rows) / sizeof(rows[0]);
	return rows;
}
