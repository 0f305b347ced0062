/* SPDX-License-Identifier: MIT */
/*
 * What is measured (cases) on whom (subjects). Rounds are interleaved: every subject runs a case
 * once before any runs it again, so that a slow minute of the machine hits all alike. One sample is
 * one run of a case; median and minimum are over the rounds.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "buddy/types.h"

#define BENCH_MAX_SUBJECTS 8
#define BENCH_MAX_CASES 32
#define BENCH_MAX_ROUNDS 101

struct bench_subject {
	const char *name;
	const char *library; /* what is loaded for it, or NULL */
	/* On a machine of nr_pages pages, if it has one. false: not here; *problem tells why. */
	bool (*open)(struct bench_subject *subject, uint32_t nr_pages, const char **problem);
	void (*close)(struct bench_subject *subject);
	/* 2^order pages aligned to a page, or NULL. */
	void *(*alloc)(struct bench_subject *subject, uint32_t order);
	void (*free)(struct bench_subject *subject, void *block, uint32_t order);
	void *state;
	void *(*library_alloc)(size_t alignment, size_t size_bytes);
	void (*library_free)(void *block);
	bool absent; /* could not be opened; left out from then on */
};

struct bench_options {
	uint32_t nr_rounds;
	bool quick;
	const char *filter; /* part of a case's name, or NULL */
	const char *csv_path;
	bool markdown;
};

struct bench_sample {
	double ns; /* per unit of the case */
	uint64_t nr_failed, nr_requests;
};

struct bench_case {
	char name[40];
	const char *unit;       /* what one figure is the time of */
	bool peers;             /* for every subject; else for the core alone, subject is NULL */
	uint32_t machine_pages; /* of the machine that the core runs on */
	uint64_t argument, argument_quick; /* what the group's function makes of it */
	/* false: it cannot run; *problem tells why. */
	bool (*run)(const struct bench_case *what, uint64_t argument, struct bench_subject *subject,
		    struct bench_sample *sample, const char **problem);
};

struct bench_result {
	bool measured;
	double median_ns, min_ns;
	uint64_t nr_failed, nr_requests;
};

struct bench_table {
	const struct bench_case *cases;
	size_t nr_cases;
	const struct bench_subject *subjects; /* [0] is the core */
	size_t nr_subjects;
	uint32_t nr_rounds;
	struct bench_result results[BENCH_MAX_CASES][BENCH_MAX_SUBJECTS];
};

/* Each group returns its cases. */
const struct bench_case *bench_alloc_cases(size_t *nr);
const struct bench_case *bench_machine_cases(size_t *nr);
const struct bench_case *bench_lockstep_cases(size_t *nr);

/* subjects[BENCH_MAX_SUBJECTS] is filled, the core first; returns their number. */
size_t bench_subjects(struct bench_subject *subjects);

void bench_print_header(FILE *out, uint32_t nr_rounds);
void bench_print_case(FILE *out, const struct bench_table *table, size_t nr_case);
void bench_print_markdown(FILE *out, const struct bench_table *table);
bool bench_write_csv(const char *path, const struct bench_table *table);

uint64_t bench_now_ns(void);
/* xorshift64: the same numbers for every subject. *state must not be 0. */
static inline uint64_t bench_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}
