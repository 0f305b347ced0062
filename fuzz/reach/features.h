/* SPDX-License-Identifier: MIT */
/*
 * What a program reaches, as the harness itself sees it, without an engine: rare paths of the core
 * (buddy/marks.def), alone, in turn and by operation; answers by operation, order, mobility and
 * place; pairs of operations; rules that had something to judge; kinds of machines. Each is hashed
 * into one number, so what a program reaches is a set of numbers that depends on nothing but the
 * program and the core.
 */
#pragma once

#include "buddy/marks.h"
#include "diff/lockstep/lockstep.h"

#define NR_FEATURES (1u << 20) /* ids are below */

/* Of one program. */
struct reach {
	const uint32_t *ids; /* sorted, each once; valid until the next run */
	size_t nr_ids;
	uint32_t marks[NR_MARKS]; /* how often */
	struct rule_set rules;    /* that had something to judge */
	uint64_t nr_executed;     /* ops that fitted their slots */
	bool ended; /* not cut short by a finding or by a misuse that leaves no order (FR-9) */
};

struct features;

/* NULL and a sentence on failure. */
struct features *features_create(char *error, size_t error_size);
void features_free(struct features *features);
/* Runs the program on the core, judged. true: nothing was found. reach is filled either way. */
bool features_run(struct features *features, const struct program *program, struct reach *reach,
		  struct finding *finding);
