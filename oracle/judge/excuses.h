/* SPDX-License-Identifier: MIT */
/*
 * Excuses: what an earlier op explains, each as narrow as it can be. Rules ask for them by name; a
 * mutant in tests/mutants shows for each that no more is excused.
 */
#pragma once

#include "oracle/eyes/view.h"

struct judge;

struct excuses {
	/* Now, and the highest since the marks were set last: boosts outlive it (MM-66). */
	uint32_t boost_factor, highest_boost_factor;
	/* [zone number]: at most so many pages are counted as free CMA pages and lost (BU-41). */
	uint64_t cma_lost_pages[BUDDY_MAX_NODES * MAX_NR_ZONES];
	bool any_cma_lost;
};

/* The chunk that the page_frag cache took without naming it in an answer (FR-76, FR-77). */
struct chunk {
	pfn_t pfn; /* PFN_NONE: there is none */
	uint32_t nr_pages;
	int32_t refs;
};

void excuses_reset(struct judge *judge);
/* A sysctl was written, or refused. */
void excuses_take_sysctl(struct judge *judge);
/* The op at hand called pages bad. */
void excuses_take_reports(struct judge *judge);
/* Does the page, as the view shows it, begin what may be a chunk: in use, of order 3 at most? */
bool page_heads_chunk(const struct judge *judge, pfn_t pfn, struct chunk *chunk);
/* Of the pages that the census misses, when there may be such a chunk at all. */
struct chunk find_hidden_chunk(const struct judge *judge);
