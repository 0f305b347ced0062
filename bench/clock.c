/* SPDX-License-Identifier: MIT */
#include "bench/clock.h"

#include <time.h>

#define WARM_UP_PART 8
#define CLOCK_TRIES 1000

uint64_t bench_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

double bench_clock_ns(void)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < CLOCK_TRIES; i++) {
		uint64_t start = bench_now_ns(), elapsed;

		for (int k = 0; k < 16; k++)
			bench_now_ns();
		elapsed = bench_now_ns() - start;
		if (elapsed < best)
			best = elapsed;
	}
	return (double)best / 17;
}

static uint64_t run_rounds(const struct bench_calls *calls, bench_round *round, void *state,
			   const struct bench_job *job, uint64_t enough_ns,
			   struct bench_sample *sample, uint64_t *nr_rounds)
{
	const uint64_t start = bench_now_ns();
	uint64_t elapsed;

	*nr_rounds = 0;
	do {
		round(calls, state, job->argument, sample);
		++*nr_rounds;
		elapsed = bench_now_ns() - start;
	} while (elapsed < enough_ns);
	return elapsed;
}

void bench_time_rounds(const struct bench_calls *calls, bench_round *round, void *state,
		       const struct bench_job *job, uint64_t nr_units, struct bench_sample *sample)
{
	uint64_t nr_rounds, elapsed;

	run_rounds(calls, round, state, job, job->slice_ns / WARM_UP_PART, sample, &nr_rounds);
	*sample = (struct bench_sample){ 0 };
	elapsed = run_rounds(calls, round, state, job, job->slice_ns, sample, &nr_rounds);
	sample->ns = (double)elapsed / (double)(nr_rounds * nr_units);
}
