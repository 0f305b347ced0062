/* SPDX-License-Identifier: MIT */
/*
 * Random requests at a steady occupancy. The driver's own work a step is a draw that was made
 * before the clock ran, a multiplication, and a table of what is held.
 */
#include <stdlib.h>

#include "bench/clock.h"
#include "bench/random.h"

#define MIX_PAGES 65536u
#define MIX_STEPS 4096u /* a round */
#define MIX_DRAWS 8192u /* then they come again, to another occupancy */
#define FILL_ROUNDS_MAX 256u
#define SETTLE_ROUNDS 16u

struct draw {
	uint32_t fraction; /* which block is given back */
	uint32_t nr_pages;
	size_t request;
};

struct held {
	void *at;
	uint32_t nr_pages;
	uint32_t request;
};

struct mix {
	struct held *blocks;
	uint64_t nr_blocks, nr_pages, target_pages;
	uint32_t next_draw;
	bool full; /* the last request failed: give back next */
	struct draw draws[MIX_DRAWS];
};

/* Orders 0: 1/2, 1: 1/4, 2: 1/8, 3 and 4: 1/16. */
static void draws_make(struct mix *mix, enum bench_kind kind)
{
	static const uint8_t orders[16] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 4 };
	uint64_t seed = BENCH_SEED;

	for (uint32_t i = 0; i < MIX_DRAWS; i++) {
		uint64_t random = bench_random(&seed);
		uint32_t order = orders[random & 15];

		mix->draws[i] = (struct draw){ (uint32_t)(random >> 32), 1u << order,
					       bench_request(kind, order) };
	}
}

bench_inline void mix_give(struct mix *mix, const struct bench_calls *calls, enum bench_kind kind,
			   uint64_t at)
{
	const struct held block = mix->blocks[at];

	mix->blocks[at] = mix->blocks[--mix->nr_blocks];
	mix->nr_pages -= block.nr_pages;
	bench_give(calls, kind, block.at, block.request);
}

/* Returns whether it failed. */
bench_inline bool mix_take(struct mix *mix, const struct bench_calls *calls, enum bench_kind kind,
			   const struct draw *draw)
{
	void *at = bench_take(calls, kind, draw->request);

	if (!at)
		return true;
	mix->blocks[mix->nr_blocks++] =
		(struct held){ at, draw->nr_pages, (uint32_t)draw->request };
	mix->nr_pages += draw->nr_pages;
	return false;
}

/* Fills up to the target; there, or after a failure, gives a random block back: half of each. */
bench_inline void mix_loop(struct mix *mix, struct bench_calls calls, enum bench_kind kind,
			   struct bench_sample *sample)
{
	for (uint32_t i = 0; i < MIX_STEPS; i++) {
		const struct draw *draw = &mix->draws[mix->next_draw++ % MIX_DRAWS];

		if ((mix->nr_pages >= mix->target_pages || mix->full) && mix->nr_blocks > 0) {
			mix->full = false;
			mix_give(mix, &calls, kind, bench_below(draw->fraction, mix->nr_blocks));
		} else {
			mix->full = mix_take(mix, &calls, kind, draw);
			sample->nr_failed += mix->full;
			sample->nr_requests++;
		}
	}
}

static void mix_round(const struct bench_calls *calls, void *state, uint64_t percent,
		      struct bench_sample *sample)
{
	(void)percent;
	if (calls->kind == BENCH_PAGES)
		mix_loop(state, *calls, BENCH_PAGES, sample);
	else
		mix_loop(state, *calls, BENCH_BYTES, sample);
}

static void mix_fill(struct mix *mix, const struct bench_calls *calls, struct bench_sample *sample)
{
	for (uint32_t i = 0; i < FILL_ROUNDS_MAX && mix->nr_pages < mix->target_pages; i++)
		mix_round(calls, mix, 0, sample);
	for (uint32_t i = 0; i < SETTLE_ROUNDS; i++)
		mix_round(calls, mix, 0, sample);
}

/* argument: percent of 256 MiB that stay held. */
static bool run_mix(struct bench_job *job, struct bench_sample *sample)
{
	const struct bench_calls *calls = &job->subject->calls[0];
	struct mix *mix = calloc(1, sizeof(*mix));

	if (mix)
		mix->blocks = malloc((MIX_PAGES + 1) * sizeof(*mix->blocks));
	if (!mix || !mix->blocks) {
		free(mix);
		job->problem = "out of memory";
		return false;
	}
	draws_make(mix, calls->kind);
	mix->target_pages = MIX_PAGES * job->argument / 100;
	mix_fill(mix, calls, sample);
	bench_time_rounds(calls, mix_round, mix, job, MIX_STEPS, sample);
	while (mix->nr_blocks > 0)
		mix_give(mix, calls, calls->kind, mix->nr_blocks - 1);
	free(mix->blocks);
	free(mix);
	return true;
}

#define ROW(title, percent)                                                           \
	{                                                                             \
		.name = title, .unit = "alloc or free", .scope = BENCH_CALLS,         \
		.wish = { .nr_pages = MIX_PAGES, .nr_cpus = 1 }, .argument = percent, \
		.argument_quick = percent, .run = run_mix                             \
	}

const struct bench_row *bench_mix_rows(size_t *nr)
{
	static const struct bench_row rows[] = {
		ROW("mix/50-percent", 50),
		ROW("mix/90-percent", 90),
	};

	*nr = sizeof(rows) / sizeof(rows[0]);
	return rows;
}
