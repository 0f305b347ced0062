/* SPDX-License-Identifier: MIT */
/*
 * Of the ratios those within a round are taken, not the ratio of two medians: what slows the host
 * down for a moment slows both of a pair, and drops out.
 */
#include <math.h>
#include <stdlib.h>

#include "bench/table.h"

static int compare_doubles(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of sorted values, between the two nearest; part from 0 to 1. */
static double quantile(const double *values, uint32_t nr, double part)
{
	const double at = part * (nr - 1);
	const uint32_t below = (uint32_t)at;
	const double rest = at - below;

	return below + 1 < nr ? values[below] * (1 - rest) + values[below + 1] * rest
			      : values[nr - 1];
}

static uint32_t gather(const double *slices, uint32_t nr_rounds, double *values)
{
	uint32_t nr = 0;

	for (uint32_t round = 0; round < nr_rounds; round++)
		if (!isnan(slices[round]))
			values[nr++] = slices[round];
	qsort(values, nr, sizeof(*values), compare_doubles);
	return nr;
}

static uint32_t gather_ratios(const double *slices, const double *core, uint32_t nr_rounds,
			      double *values)
{
	uint32_t nr = 0;

	for (uint32_t round = 0; round < nr_rounds; round++)
		if (!isnan(slices[round]) && core[round] > 0)
			values[nr++] = slices[round] / core[round];
	qsort(values, nr, sizeof(*values), compare_doubles);
	return nr;
}

static void evaluate_ratios(const double *values, uint32_t nr, struct bench_result *result)
{
	result->compared = nr > 0;
	if (!nr)
		return;
	result->ratio = (struct bench_ratio){
		.median = quantile(values, nr, 0.5),
		.quartile_low = quantile(values, nr, 0.25),
		.quartile_high = quantile(values, nr, 0.75),
		.min = values[0],
		.max = values[nr - 1],
	};
}

void bench_evaluate(const struct bench_slices *slices, size_t nr_subjects,
		    struct bench_result *results)
{
	static double values[BENCH_MAX_ROUNDS];

	for (size_t i = 0; i < nr_subjects; i++) {
		struct bench_result *result = &results[i];
		uint32_t nr = gather(slices->ns[i], slices->nr_rounds, values);

		result->nr_slices = nr;
		if (!nr)
			continue;
		result->median_ns = quantile(values, nr, 0.5);
		result->min_ns = values[0];
		nr = gather_ratios(slices->ns[i], slices->ns[0], slices->nr_rounds, values);
		evaluate_ratios(values, nr, result);
	}
}
