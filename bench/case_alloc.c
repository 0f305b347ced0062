/* SPDX-License-Identifier: MIT */
/*
 * Allocation patterns, the same sequence of calls for every subject. Blocks are 4096 << order bytes
 * at a multiple of 4096, never written: this is the price of the allocator, not of memory.
 */
#include <stdlib.h>

#include "bench/bench.h"

#define BURST 256u
#define BULK 262144u /* 1 GiB */
#define BULK_QUICK 32768u
#define BULK_MACHINE (BULK + BULK / 4)
#define SLICE_NS 40000000u /* a time-driven sample lasts at least this long */
#define SEED 0x9e3779b97f4a7c15u

struct block {
	void *at;
	uint32_t order;
};

/* ---- pair and burst ---- */

static bool run_pair(const struct bench_case *what, uint64_t order, struct bench_subject *subject,
		     struct bench_sample *sample, const char **problem)
{
	const uint64_t start = bench_now_ns();
	uint64_t elapsed;

	(void)what;
	(void)problem;
	do {
		for (int i = 0; i < 1024; i++) {
			void *block = subject->alloc(subject, (uint32_t)order);

			if (block)
				subject->free(subject, block, (uint32_t)order);
			else
				sample->nr_failed++;
		}
		sample->nr_requests += 1024;
		elapsed = bench_now_ns() - start;
	} while (elapsed < SLICE_NS);
	sample->ns = (double)elapsed / (double)sample->nr_requests;
	return true;
}

/* Allocates all, frees in the order of allocation. */
static bool run_burst(const struct bench_case *what, uint64_t nr, struct bench_subject *subject,
		      struct bench_sample *sample, const char **problem)
{
	const uint64_t start = bench_now_ns();
	void *blocks[BURST];
	uint64_t elapsed;

	(void)what;
	(void)problem;
	do {
		for (uint64_t i = 0; i < nr; i++)
			blocks[i] = subject->alloc(subject, 0);
		for (uint64_t i = 0; i < nr; i++) {
			if (blocks[i])
				subject->free(subject, blocks[i], 0);
			else
				sample->nr_failed++;
		}
		sample->nr_requests += nr;
		elapsed = bench_now_ns() - start;
	} while (elapsed < SLICE_NS);
	sample->ns = (double)elapsed / (double)sample->nr_requests;
	return true;
}

/* ---- bulk ---- */

static void shuffle(void **blocks, uint64_t nr)
{
	uint64_t seed = SEED;

	for (uint64_t i = nr - 1; i > 0; i--) {
		uint64_t j = bench_random(&seed) % (i + 1);
		void *swap = blocks[i];

		blocks[i] = blocks[j];
		blocks[j] = swap;
	}
}

/* Takes and gives back nr_pages pages of order 0; returns the time. The shuffle is not timed. */
static uint64_t bulk_pass(void **blocks, uint64_t nr_pages, bool random,
			  struct bench_subject *subject, struct bench_sample *sample)
{
	uint64_t start = bench_now_ns(), elapsed;

	for (uint64_t i = 0; i < nr_pages; i++)
		blocks[i] = subject->alloc(subject, 0);
	elapsed = bench_now_ns() - start;
	if (random)
		shuffle(blocks, nr_pages);
	start = bench_now_ns();
	for (uint64_t i = 0; i < nr_pages; i++) {
		if (blocks[i])
			subject->free(subject, blocks[i], 0);
		else
			sample->nr_failed++;
	}
	return elapsed + (bench_now_ns() - start);
}

/* The first pass touches everyone's memory, the second is timed. */
static bool run_bulk(uint64_t nr_pages, bool random, struct bench_subject *subject,
		     struct bench_sample *sample, const char **problem)
{
	void **blocks = malloc(nr_pages * sizeof(*blocks));

	if (!blocks) {
		*problem = "out of memory";
		return false;
	}
	bulk_pass(blocks, nr_pages, false, subject, sample);
	*sample = (struct bench_sample){ .nr_requests = nr_pages };
	sample->ns =
		(double)bulk_pass(blocks, nr_pages, random, subject, sample) / (double)nr_pages;
	free(blocks);
	return true;
}

static bool run_bulk_in_order(const struct bench_case *what, uint64_t nr_pages,
			      struct bench_subject *subject, struct bench_sample *sample,
			      const char **problem)
{
	(void)what;
	return run_bulk(nr_pages, false, subject, sample, problem);
}

static bool run_bulk_random(const struct bench_case *what, uint64_t nr_pages,
			    struct bench_subject *subject, struct bench_sample *sample,
			    const char **problem)
{
	(void)what;
	return run_bulk(nr_pages, true, subject, sample, problem);
}

/* ---- mix ---- */

struct mix {
	struct bench_subject *subject;
	struct bench_sample *sample;
	struct block *blocks;
	uint64_t nr_blocks, nr_pages, target_pages, seed;
	bool full; /* the last request failed: free next */
};

/* 0: 1/2, 1: 1/4, 2: 1/8, 3 and 4: 1/16. */
static uint32_t mix_order(uint64_t random)
{
	static const uint8_t orders[16] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 4 };

	return orders[random & 15];
}

static void mix_alloc(struct mix *mix, uint32_t order)
{
	void *at = mix->subject->alloc(mix->subject, order);

	mix->sample->nr_requests++;
	mix->full = !at;
	if (!at) {
		mix->sample->nr_failed++;
		return;
	}
	mix->blocks[mix->nr_blocks++] = (struct block){ at, order };
	mix->nr_pages += 1u << order;
}

static void mix_free(struct mix *mix, uint64_t at)
{
	const struct block block = mix->blocks[at];

	mix->blocks[at] = mix->blocks[--mix->nr_blocks];
	mix->nr_pages -= 1u << block.order;
	mix->subject->free(mix->subject, block.at, block.order);
}

/* Fills up to the target; there, or after a failure, frees a random block: half of each. */
static void mix_step(struct mix *mix)
{
	uint64_t random = bench_random(&mix->seed);

	if ((mix->nr_pages >= mix->target_pages || mix->full) && mix->nr_blocks > 0) {
		mix->full = false;
		mix_free(mix, (random >> 8) % mix->nr_blocks);
	} else {
		mix_alloc(mix, mix_order(random));
	}
}

#define MIX_PAGES 65536u
#define MIX_FILL_STEPS (1u << 20)

/* argument: percent of 256 MiB that stay held. */
static bool run_mix(const struct bench_case *what, uint64_t percent, struct bench_subject *subject,
		    struct bench_sample *sample, const char **problem)
{
	struct mix mix = { .subject = subject, .sample = sample, .seed = SEED };
	uint64_t start, elapsed, nr_ops = 0;

	(void)what;
	mix.target_pages = MIX_PAGES * percent / 100;
	mix.blocks = malloc((MIX_PAGES + 1) * sizeof(*mix.blocks));
	if (!mix.blocks) {
		*problem = "out of memory";
		return false;
	}
	for (uint32_t i = 0; i < MIX_FILL_STEPS && mix.nr_pages < mix.target_pages; i++)
		mix_step(&mix);
	for (uint32_t i = 0; i < MIX_PAGES; i++)
		mix_step(&mix);
	*sample = (struct bench_sample){ 0 };
	start = bench_now_ns();
	do {
		for (int i = 0; i < 4096; i++)
			mix_step(&mix);
		nr_ops += 4096;
		elapsed = bench_now_ns() - start;
	} while (elapsed < SLICE_NS);
	sample->ns = (double)elapsed / (double)nr_ops;
	while (mix.nr_blocks > 0)
		mix_free(&mix, mix.nr_blocks - 1);
	free(mix.blocks);
	return true;
}

const struct bench_case *bench_alloc_cases(size_t *nr)
{
	static const struct bench_case cases[] = {
		{ "pair/order-0", "alloc + free", true, 65536, 0, 0, run_pair },
		{ "pair/order-3", "alloc + free", true, 65536, 3, 3, run_pair },
		{ "pair/order-9", "alloc + free", true, 65536, 9, 9, run_pair },
		{ "burst/256", "alloc + free", true, 65536, BURST, BURST, run_burst },
		{ "bulk/1GiB-in-order", "alloc + free", true, BULK_MACHINE, BULK, BULK_QUICK,
		  run_bulk_in_order },
		{ "bulk/1GiB-random", "alloc + free", true, BULK_MACHINE, BULK, BULK_QUICK,
		  run_bulk_random },
		{ "mix/50-percent", "alloc or free", true, MIX_PAGES, 50, 50, run_mix },
		{ "mix/90-percent", "alloc or free", true, MIX_PAGES, 90, 90, run_mix },
	};

	*nr = sizeof(cases) / sizeof(cases[0]);
	return cases;
}
