/* SPDX-License-Identifier: MIT */
/* Single pages until 1 GiB is taken, given back in order or in random order: what coalescing costs.
 */
#include <stdlib.h>

#include "bench/patterns.h"
#include "bench/random.h"

#define GIB_PAGES 262144u
#define QUICK_PAGES 32768u
#define MACHINE_PAGES (GIB_PAGES + GIB_PAGES / 4)

static void shuffle(void **blocks, uint64_t nr)
{
	uint64_t seed = BENCH_SEED;

	for (uint64_t i = nr - 1; i > 0; i--) {
		uint64_t j = bench_below((uint32_t)(bench_random(&seed) >> 32), i + 1);
		void *swap = blocks[i];

		blocks[i] = blocks[j];
		blocks[j] = swap;
	}
}

/* All pages once; returns the time. The shuffle is not timed. */
static uint64_t bulk_pass(const struct bench_calls *calls, void **blocks, uint64_t nr_pages,
			  bool random, uint64_t *nr_failed)
{
	uint64_t start = bench_now_ns(), taking;

	bench_take_pages(calls, blocks, nr_pages);
	taking = bench_now_ns() - start;
	if (random)
		shuffle(blocks, nr_pages);
	start = bench_now_ns();
	*nr_failed = bench_give_pages(calls, blocks, nr_pages);
	return taking + (bench_now_ns() - start);
}

/* The first pass touches everyone's memory, the second is timed. */
static bool run_bulk(struct bench_job *job, bool random, struct bench_sample *sample)
{
	const struct bench_calls *calls = &job->subject->calls[0];
	const uint64_t nr_pages = job->argument;
	void **blocks = malloc(nr_pages * sizeof(*blocks));

	if (!blocks) {
		job->problem = "out of memory";
		return false;
	}
	bulk_pass(calls, blocks, nr_pages, false, &sample->nr_failed);
	sample->ns = (double)bulk_pass(calls, blocks, nr_pages, random, &sample->nr_failed) /
		     (double)nr_pages;
	sample->nr_requests = nr_pages;
	free(blocks);
	return true;
}

static bool run_in_order(struct bench_job *job, struct bench_sample *sample)
{
	return run_bulk(job, false, sample);
}

static bool run_random(struct bench_job *job, struct bench_sample *sample)
{
	return run_bulk(job, true, sample);
}

#define ROW(title, function)                                                                \
	{                                                                                   \
		.name = title, .unit = "alloc + free", .scope = BENCH_CALLS,                \
		.wish = { .nr_pages = MACHINE_PAGES, .nr_cpus = 1 }, .argument = GIB_PAGES, \
		.argument_quick = QUICK_PAGES, .run = function                              \
	}

const struct bench_row *bench_bulk_rows(size_t *nr)
{
	static const struct bench_row rows[] = {
		ROW("bulk/1GiB-in-order", run_in_order),
		ROW("bulk/1GiB-random", run_random),
	};

	*nr = sizeof(rows) / sizeof(rows[0]);
	return rows;
}
