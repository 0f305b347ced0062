/* SPDX-License-Identifier: MIT */
/* Private to lockstep.c (op by op) and lockstep_batch.c (subjects that take whole programs). */
#pragma once

#include "diff/lockstep.h"
#include "diff/machine_cache.h"

/* One subject in the running program. */
struct side {
	const struct subject_ops *ops;
	void *self;
	struct judge *judge;
	const struct view *view;
	struct slots slots;
	bool slots_ready;
	uint8_t claims[NR_OP_CODES];
	enum claim claim; /* the least so far */
	bool fits;        /* the current op was resolved */
	bool executed;    /* and done by the subject */
	struct call call;
	struct event event;
	const struct subject_batch *batch; /* gets the reference's calls instead of the ops */
	bool batch_open;                   /* and takes more of them */
};

struct lockstep {
	struct lockstep_options options;
	uint32_t nr_sides;
	const struct subject_ops *subjects[LOCKSTEP_MAX_SUBJECTS];
	struct side sides[LOCKSTEP_MAX_SUBJECTS];
	struct machine_cache cache;
	struct machine *machine;
	struct lockstep_stats stats;
	uint64_t history;
	lockstep_observer observer;
	void *observer_context;
	bool batching;       /* some side takes batches, and this run fills them */
	uint32_t *batch_ops; /* [nr_batch_calls] op of each call */
	size_t nr_batch_calls, batch_capacity;
	struct batch_result batch_result;
};

enum outcome { GO_ON, STOP, FOUND };

void lockstep_set_finding(struct finding *finding, enum finding_kind kind, uint32_t subject,
			  const char *what, const struct program *program, size_t op_index);
/* The last events of the reference and of side s do not go together. */
enum outcome lockstep_found_difference(struct lockstep *lockstep, uint32_t s, const char *what,
				       const struct program *program, size_t op_index,
				       struct finding *finding);
/* From the start again, nr_ops of them, unobserved; false: it did not come that far. */
bool lockstep_repeat(struct lockstep *lockstep, const struct program *program, size_t nr_ops,
		     bool batching);

/* ---- lockstep_batch.c ---- */

void batch_begin(struct lockstep *lockstep);
/* After an op that the reference has executed. */
void batch_note(struct lockstep *lockstep, size_t op_index);
/* After the last op. FOUND or GO_ON. */
enum outcome batch_finish(struct lockstep *lockstep, const struct program *program,
			  struct finding *finding);
