/* SPDX-License-Identifier: MIT */
/* The shrinker's state: the best program so far, the candidate being made, and what was tried
 * already. */
#pragma once

#include "fuzz/shrink/shrink.h"

struct shrink {
	struct program *best;
	struct program candidate;
	shrink_test test;
	void *context;
	const struct shrink_options *options;
	size_t nr_tests;
	bool stopped; /* no more tests: limit, progress said so, or out of memory */
	bool *keep;   /* [nr_ops]: which ops of the best the candidate shall have */
	void *seen;   /* a tree of hashes (tsearch) */
};

/* Sets the candidate to the best, false: out of memory; or to its machine without ops. */
bool candidate_copy(struct shrink *shrink);
void candidate_clear(struct shrink *shrink);
void candidate_append(struct shrink *shrink, const struct op *op);
/* Runs the candidate unless it was tried before. True: it fails as well and is the best now. */
bool candidate_try(struct shrink *shrink);

/* shrink_drop.c: true when ops were dropped. */
bool drop_ops(struct shrink *shrink);

/* shrink_simplify.c: true when something became simpler. */
bool simplify_operands(struct shrink *shrink);
bool simplify_slots(struct shrink *shrink);
bool simplify_machine(struct shrink *shrink);

/* First slot and number of slots that op names; 0: none. */
uint32_t op_slots(const struct op *op, uint32_t *first);
