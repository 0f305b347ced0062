/* SPDX-License-Identifier: MIT */
/*
 * Two threads that live as long as the program: an allocator that keeps memory by thread finds them
 * again in every slice. They begin together.
 */
#pragma once

#include "bench/clock.h"

/*
 * Rounds on both at once, thread i with calls[i] and states[i]; sample->ns is the mean of what each
 * measures for itself. false: no threads.
 */
bool workers_time_rounds(const struct bench_calls *calls, bench_round *round, void *const *states,
			 const struct bench_job *job, uint64_t nr_units,
			 struct bench_sample *sample);
