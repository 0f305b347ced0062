/* SPDX-License-Identifier: MIT */
/*
 * A program as one C file that needs nothing but the public headers and the core: the calls, whose
 * each page is, and the rules that inspect.h can answer (fuzz/emit_c/). It ends with 0, or with 1,
 * the id and the sentence of the rule that broke.
 */
#pragma once

#include <stdio.h>

#include "diff/lockstep/lockstep.h"

/* What a run of the core answered, for a file that insists on it. */
struct emit_c_answers {
	struct emit_c_answer {
		bool known; /* the run came so far */
		bool fits;
		int64_t answer; /* page frame, byte of a fragment, or result; -1: no memory */
		uint32_t nr_pfns;
		pfn_t *pfns; /* [nr_pfns] of a bulk request */
	} * of_ops;          /* [nr_ops] */
	size_t nr_ops;
};

/* Runs the program on the core under the judge. false: it fails, finding tells. */
bool emit_c_record(const struct program *program, struct emit_c_answers *answers,
		   struct finding *finding);
void emit_c_answers_free(struct emit_c_answers *answers);

/* answers may be NULL. title names the program in the file's head. false: write error. */
bool emit_c_print(const struct program *program, const char *title,
		  const struct emit_c_answers *answers, FILE *out);
/* Do emitted files ask this rule? rule may be a signature. */
bool emit_c_asks(const char *rule);
