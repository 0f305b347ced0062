/* SPDX-License-Identifier: MIT */
/*
 * Delta debugging over ops: the smallest program that still fails with the same signature. Drops
 * the suffix, drops ops unrelated by slots, ddmin, then simplifies operands and the machine.
 */
#pragma once

#include "oracle/lang/op.h"

/* Runs a candidate; true when it fails with the signature wanted. */
typedef bool (*shrink_test)(void *context, const struct program *candidate);
/* Tells how far it is; false: stop now and keep the best so far. */
typedef bool (*shrink_progress)(void *context, size_t nr_ops, size_t nr_tests);

struct shrink_options {
	size_t max_tests;         /* 0: no limit */
	shrink_progress progress; /* may be NULL */
	size_t nr_needed;         /* ops up to the one at fault, as far as is known; 0: unknown */
};

/* program must fail; it is replaced by the smallest found. Returns the number of candidates run. */
size_t shrink_program(struct program *program, shrink_test test, void *context,
		      const struct shrink_options *options);
