/* SPDX-License-Identifier: MIT */
/* Two machines, one of each core, that get the same calls; and where they first differ. */
#pragma once

#include <stdio.h>

#include "shim.h"

enum pair_side { OLD, NEW, NR_SIDES };

#define DIFFERENCE_MAX 512u

struct pair {
	const struct shim_ops *ops[NR_SIDES];
	struct shim *shims[NR_SIDES];
	struct shim_answer answers[NR_SIDES];
	uint32_t start_pfn, end_pfn;
	uint64_t nr_ops;
	bool thorough; /* the whole state after every operation */
	bool trapped;  /* both: there is nothing more to compare */
	bool different;
	char difference[DIFFERENCE_MAX]; /* a sentence with both values */
};

/* 0, or 2 with a sentence on stderr when an object cannot be used. */
int pair_load(struct pair *pair, enum pair_side side, const char *path);
bool pair_can_rewind(const struct pair *pair);
/* false: neither has such a machine, or only one has (then different). */
bool pair_create(struct pair *pair, const struct shim_machine *machine);
void pair_destroy(struct pair *pair);
/* One operation on both. The answer of both, or NULL when they differ or have trapped. */
const struct shim_answer *pair_apply(struct pair *pair, const struct shim_op *op);
bool pair_same_state(struct pair *pair, enum shim_depth depth);

/* report.c */
void op_print(FILE *out, const struct shim_op *op);
void machine_print(FILE *out, const struct shim_machine *machine);
/* A sentence of the first word in which the states differ. */
void difference_of_states(struct pair *pair, enum shim_depth depth);
void difference_of_answers(struct pair *pair);
