/* SPDX-License-Identifier: MIT */
/* Samples become figures; figures become text, Markdown and CSV. */
#pragma once

#include <stdio.h>

#include "bench/bench.h"

/* Of the ratios of one subject's slice to the core's slice of the same round. */
struct bench_ratio {
	double median, quartile_low, quartile_high, min, max;
};

struct bench_result {
	uint32_t nr_slices; /* 0: not measured */
	double median_ns, min_ns;
	bool compared;
	struct bench_ratio ratio;
	uint64_t nr_failed, nr_requests;
};

/* One row's slices; a round that a subject did not run holds NAN. */
struct bench_slices {
	double ns[BENCH_MAX_SUBJECTS][BENCH_MAX_ROUNDS];
	uint32_t nr_rounds;
};

struct bench_table {
	const struct bench_row *rows[BENCH_MAX_ROWS];
	size_t nr_rows;
	struct bench_subject subjects[BENCH_MAX_SUBJECTS]; /* [0] is today's core */
	size_t nr_subjects;
	uint32_t nr_rounds;
	struct bench_result results[BENCH_MAX_ROWS][BENCH_MAX_SUBJECTS];
};

/* Median, minimum and ratio of every subject; the counts of requests are the caller's. */
void bench_evaluate(const struct bench_slices *slices, size_t nr_subjects,
		    struct bench_result *results);

/* Date, CPU and what of the host the figures depend on, in one line without its end. */
void bench_print_header(FILE *out, uint32_t nr_rounds);
/* Three figures and a unit: "12.3 ns". Returns text. */
const char *bench_format_ns(double ns, char *text, size_t size);
void bench_print_row(FILE *out, const struct bench_table *table, size_t nr_row);
void bench_print_markdown(FILE *out, const struct bench_table *table);
void bench_print_csv(FILE *out, const struct bench_table *table);
