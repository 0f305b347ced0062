/* SPDX-License-Identifier: MIT */
/* Time, and slices that are made of rounds of calls. */
#pragma once

#include "bench/bench.h"

#define BENCH_SLICE_NS UINT64_C(8000000)
#define BENCH_SLICE_QUICK_NS UINT64_C(2000000)

uint64_t bench_now_ns(void);
/* What two readings of the clock in a row differ by, at best. */
double bench_clock_ns(void);

/* Some hundred calls or more. Counts failures. */
typedef void bench_round(const struct bench_calls *calls, void *state, uint64_t argument,
			 struct bench_sample *sample);

/*
 * An eighth of a slice untimed, for caches and for the memory that is touched first, then rounds of
 * nr_units units each until the slice is over.
 */
void bench_time_rounds(const struct bench_calls *calls, bench_round *round, void *state,
		       const struct bench_job *job, uint64_t nr_units, struct bench_sample *sample);
