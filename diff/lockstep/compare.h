/* SPDX-License-Identifier: MIT */
/*
 * Must two subjects agree here? Asked with the weaker of both claims; no more is compared than was
 * claimed.
 */
#pragma once

#include "diff/subjects/subject.h"

/*
 * NULL when the answers agree far enough; else what differs, a few words. status SKIPPED stands for
 * "did not fit".
 */
const char *compare_events(enum claim claim, const struct call *call, const struct event *a,
			   const struct event *b);

struct count_pair {
	uint32_t zone, cpu;
	int64_t free_pages[2], pcp_pages[2]; /* of a and of b */
};

/*
 * Counters of every zone as far as both subjects tell them. CLAIM_COUNTS asks for the pages that
 * are free in total, CLAIM_EXACT for each counter. false: they differ, *pair tells where.
 */
bool compare_counts(enum claim claim, const struct subject_ops *a_ops, void *a,
		    const struct subject_ops *b_ops, void *b, uint32_t nr_zones, uint32_t cpu,
		    uint32_t nr_cpus, struct count_pair *pair);
