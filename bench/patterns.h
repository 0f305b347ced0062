/* SPDX-License-Identifier: MIT */
/* Rounds of calls that more than one group of rows uses. */
#pragma once

#include "bench/clock.h"

/* argument: the order. A block is taken and given back at once. */
#define BENCH_PAIR_UNITS 1024u
bench_round bench_pair_round;

/* 256 pages are taken, then given back in the same order. state: struct bench_burst. */
#define BENCH_BURST_UNITS 256u
struct bench_burst {
	void *blocks[BENCH_BURST_UNITS];
};
bench_round bench_burst_round;

/* Pages taken one by one into blocks[nr]. */
void bench_take_pages(const struct bench_calls *calls, void **blocks, uint64_t nr);
/* All given back, in this order; returns how many are NULL. */
uint64_t bench_give_pages(const struct bench_calls *calls, void **blocks, uint64_t nr);
