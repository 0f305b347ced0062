/* SPDX-License-Identifier: MIT */
/*
 * Programs as real users of a kernel would write them: a personality is a mix of callers, each with
 * its order, its gfp mask and its lifetime (workload_rows.def). Nothing is executed here: what a
 * failed request would change, an operation that then does not fit expresses. The same options
 * give the same program, on every machine and for ever.
 */
#pragma once

#include "oracle/lang/op.h"

#define WORKLOAD_MIN_SLOTS OP_FUZZ_SLOTS
#define WORKLOAD_MAX_SLOTS 8192u
#define WORKLOAD_MIN_OPS 32u
#define WORKLOAD_MAX_OPS (1u << 20)

struct workload_options {
	const char *name; /* one of workload_names() */
	uint64_t seed;
	uint32_t nr_ops;
	uint32_t nr_slots;                  /* OP_FUZZ_SLOTS for programs with a binary form */
	const struct buddy_config *machine; /* NULL: the personality's own */
};

/* NULL comes last. */
const char *const *workload_names(void);
/* What a personality does, in one sentence. NULL: there is no such. */
const char *workload_title(const char *name);
/* program is replaced. false: *problem tells. */
bool workload_build(const struct workload_options *options, struct program *program,
		    const char **problem);
