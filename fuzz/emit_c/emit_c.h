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

/*
 * Runs the program on the core under the judge and writes it as C. rules: ask the judge instead of
 * insisting on the answers; so does a program of which finding tells that it breaks something here.
 * title names the program in the file. false: it cannot be run, out cannot be written or memory is
 * short; finding is of FINDING_ERROR and tells why.
 */
FUZZ_MUST_CHECK bool emit_c_print(const struct program *program, const char *title, bool rules,
				  FILE *out, struct finding *finding);
