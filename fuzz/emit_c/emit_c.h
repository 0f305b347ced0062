/* SPDX-License-Identifier: MIT */
/*
 * A program as one C file over the public headers: the calls that it means for the core, and what
 * the core answered to each when it was emitted. Or, with the rules: the calls, and the installed
 * judge that is told of each (buddyfuzz/judge.h). The file ends with status 0 or 1.
 */
#pragma once

#include <stdio.h>

#include "diff/lockstep/lockstep.h"
#include "oracle/lang/fuzz_assert.h"

/* The free blocks of a zone after the last op. */
struct emit_c_zone {
	uint32_t nr_free[NR_PAGE_ORDERS];
};

/* An op that was done, with copies of what calls and events only point to. */
struct emit_c_step {
	size_t op_index; /* nr_ops: it gives something back after the program */
	struct op op;
	struct call call;
	struct event event;
};

/* A run of the core under the judge. */
struct emit_c_recording {
	struct emit_c_step *steps;
	size_t nr_steps, capacity;
	struct emit_c_zone *zones; /* [nr_zones], or NULL: the run ended before the program did */
	uint32_t nr_zones;
	bool out_of_memory;
	struct finding finding; /* kind FINDING_NONE: clean */
};

/* false: it cannot be run; finding is of FINDING_ERROR and tells why. Free it in any case. */
FUZZ_MUST_CHECK bool emit_c_record(const struct program *program,
				   struct emit_c_recording *recording);
void emit_c_recording_free(struct emit_c_recording *recording);

/*
 * rules: ask the judge instead of insisting on the answers; what a finding wants. title names the
 * program in the file. false: write error, or memory is short.
 */
FUZZ_MUST_CHECK bool emit_c_print(const struct program *program, const char *title,
				  const struct emit_c_recording *recording, bool rules, FILE *out);
