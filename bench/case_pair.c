/* SPDX-License-Identifier: MIT */
/* A block taken and given back at once, and 256 pages taken before all go back. */
#include "bench/patterns.h"

#define MACHINE_PAGES 65536u

bench_inline uint64_t pair_loop(struct bench_calls calls, enum bench_kind kind, uint32_t order)
{
	const size_t request = bench_request(kind, order);
	uint64_t nr_failed = 0;

	for (uint32_t i = 0; i < BENCH_PAIR_UNITS; i++) {
		void *block = bench_take(&calls, kind, request);

		if (block)
			bench_give(&calls, kind, block, request);
		else
			nr_failed++;
	}
	return nr_failed;
}

void bench_pair_round(const struct bench_calls *calls, void *state, uint64_t order,
		      struct bench_sample *sample)
{
	(void)state;
	sample->nr_requests += BENCH_PAIR_UNITS;
	sample->nr_failed += calls->kind == BENCH_PAGES
				     ? pair_loop(*calls, BENCH_PAGES, (uint32_t)order)
				     : pair_loop(*calls, BENCH_BYTES, (uint32_t)order);
}

bench_inline void take_loop(struct bench_calls calls, enum bench_kind kind, void **blocks,
			    uint64_t nr)
{
	const size_t request = bench_request(kind, 0);

	for (uint64_t i = 0; i < nr; i++)
		blocks[i] = bench_take(&calls, kind, request);
}

void bench_take_pages(const struct bench_calls *calls, void **blocks, uint64_t nr)
{
	if (calls->kind == BENCH_PAGES)
		take_loop(*calls, BENCH_PAGES, blocks, nr);
	else
		take_loop(*calls, BENCH_BYTES, blocks, nr);
}

bench_inline uint64_t give_loop(struct bench_calls calls, enum bench_kind kind, void **blocks,
				uint64_t nr)
{
	const size_t request = bench_request(kind, 0);
	uint64_t nr_failed = 0;

	for (uint64_t i = 0; i < nr; i++) {
		if (blocks[i])
			bench_give(&calls, kind, blocks[i], request);
		else
			nr_failed++;
	}
	return nr_failed;
}

uint64_t bench_give_pages(const struct bench_calls *calls, void **blocks, uint64_t nr)
{
	return calls->kind == BENCH_PAGES ? give_loop(*calls, BENCH_PAGES, blocks, nr)
					  : give_loop(*calls, BENCH_BYTES, blocks, nr);
}

void bench_burst_round(const struct bench_calls *calls, void *state, uint64_t argument,
		       struct bench_sample *sample)
{
	struct bench_burst *burst = state;

	(void)argument;
	bench_take_pages(calls, burst->blocks, BENCH_BURST_UNITS);
	sample->nr_failed += bench_give_pages(calls, burst->blocks, BENCH_BURST_UNITS);
	sample->nr_requests += BENCH_BURST_UNITS;
}

static bool run_pair(struct bench_job *job, struct bench_sample *sample)
{
	bench_time_rounds(&job->subject->calls[0], bench_pair_round, NULL, job, BENCH_PAIR_UNITS,
			  sample);
	return true;
}

static bool run_burst(struct bench_job *job, struct bench_sample *sample)
{
	struct bench_burst burst;

	bench_time_rounds(&job->subject->calls[0], bench_burst_round, &burst, job,
			  BENCH_BURST_UNITS, sample);
	return true;
}

#define ROW(title, order, function)                                                     \
	{                                                                               \
		.name = title, .unit = "alloc + free", .scope = BENCH_CALLS,            \
		.wish = { .nr_pages = MACHINE_PAGES, .nr_cpus = 1 }, .argument = order, \
		.argument_quick = order, .run = function                                \
	}

const struct bench_row *bench_pair_rows(size_t *nr)
{
	static const struct bench_row rows[] = {
		ROW("pair/order-0", 0, run_pair), ROW("pair/order-3", 3, run_pair),
		ROW("pair/order-4", 4, run_pair), ROW("pair/order-9", 9, run_pair),
		ROW("burst/256", 0, run_burst),
	};

	*nr = sizeof(rows) / sizeof(rows[0]);
	return rows;
}
