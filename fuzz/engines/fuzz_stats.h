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

struct fuzz_totals {
	uint64_t nr_executions;
	uint64_t nr_checked_ops;  /* ops executed by a subject under the judge */
	uint64_t nr_declined_ops; /* ops that a subject could not do */
	uint64_t nr_findings;
	uint32_t nr_workers; /* alive */
};

/* Opens or creates the file and takes a line of it. false: cannot be opened, or all lines are
 * taken. */
bool fuzz_stats_open(const char *path);
void fuzz_stats_close(void);
/* No-ops while nothing is open. */
void fuzz_stats_add_execution(void);
void fuzz_stats_add_checked_ops(uint64_t nr_ops);
void fuzz_stats_add_declined_ops(uint64_t nr_ops);
void fuzz_stats_add_finding(void);

/* Sums over all lines; all 0 and false when there is no such file. */
bool fuzz_stats_read(const char *path, struct fuzz_totals *totals);
