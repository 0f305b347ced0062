/* SPDX-License-Identifier: MIT */
/*
 * Counters of running workers in a shared file, read live by whoever drives them. The environment
 * variable BUDDY_FUZZ_STATS names the file; without it nothing is counted. Each process has a cache
 * line of its own; the lines of dead processes are taken over with their counts, so that sums never
 * fall.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define FUZZ_STATS_ENV "BUDDY_FUZZ_STATS"
#define FUZZ_STATS_SLOTS 256u

enum fuzz_counter {
	FUZZ_EXECUTIONS,
	FUZZ_CHECKED_OPS,  /* executed by a subject under the judge */
	FUZZ_DECLINED_OPS, /* that a subject could not do */
	FUZZ_FINDINGS,
	NR_FUZZ_COUNTERS
};

struct fuzz_totals {
	uint64_t counts[NR_FUZZ_COUNTERS];
	uint32_t nr_workers; /* alive */
};

/* Opens or creates the file and takes a line of it. false: cannot be opened, or all lines are
 * taken. */
bool fuzz_stats_open(const char *path);
void fuzz_stats_close(void);
/* Nothing while nothing is open. */
void fuzz_stats_add(enum fuzz_counter counter, uint64_t nr);

/* Sums over all lines; all 0 and false when there is no such file. */
bool fuzz_stats_read(const char *path, struct fuzz_totals *totals);
