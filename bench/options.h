/* SPDX-License-Identifier: MIT */
/* The command line. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_EXIT_BAD_USAGE 2
#define BENCH_EXIT_STOPPED 130
#define BENCH_ROUNDS 31u
#define BENCH_ROUNDS_QUICK 5u
#define BENCH_MAX_AGAINST 3
#define BENCH_MAX_NAMED 12

struct bench_options {
	uint32_t nr_rounds;
	bool quick, markdown, list;
	const char *filter;    /* part of a row's name, or NULL */
	const char *core_path; /* NULL: beside the program */
	const char *csv_path;
	const char *publish_path; /* folder */
	const char *against[BENCH_MAX_AGAINST];
	size_t nr_against;
	const char *subjects[BENCH_MAX_NAMED]; /* none: all */
	size_t nr_subjects;
};

/* Returns -1 to go on, else the exit status. */
int bench_parse_options(int argc, char **argv, struct bench_options *options);
/* Nothing left out, nothing shortened: what may stand for the committed figures. */
bool bench_options_complete(const struct bench_options *options);
