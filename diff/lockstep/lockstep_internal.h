/* SPDX-License-Identifier: MIT */
/*
 * Private to lockstep.c (op by op), lockstep_batch.c (subjects that take whole programs) and
 * lockstep_narrow.c (the op at fault).
 */
#pragma once

#include "diff/lockstep/lockstep.h"
#include "diff/lockstep/machine_cache.h"
#include "diff/report/report.h"
#include "oracle/ops/ops.h"

/* In a run: how the judge of one subject looks around instead (judge_watch()). */
struct watch {
	uint32_t subject;
	uint64_t first, every; /* every 0: as the options say */
};

/* One subject in the running program. */
struct side {
	const struct subject_ops *ops;
	uint32_t number; /* among the sides */
	void *self;
	struct judge *judge;
	const struct view *view;
	struct ledger *ledger;
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
	struct watch watch;
	struct lockstep_stats stats;
	uint64_t history;
	lockstep_observer observer;
	void *observer_context;
	struct lockstep_position *position,
		unwatched;   /* position: unwatched, or whose it was told */
	bool batching;       /* some side takes batches, and this run fills them */
	uint32_t *batch_ops; /* [nr_batch_calls] op of each call */
	size_t nr_batch_calls, batch_capacity;
	struct batch_result batch_result;
};

enum outcome { GO_ON, STOP, FOUND };

/* signature: the part before the op; words: as the cause wants them. */
void lockstep_set_finding(struct finding *finding, enum finding_cause cause, uint32_t subject,
			  const char *signature, const char *words, const struct program *program,
			  size_t op_index);
/* The last events of the reference and of side s do not go together. */
enum outcome lockstep_found_difference(struct lockstep *lockstep, uint32_t s, const char *what,
				       const struct program *program, size_t op_index,
				       struct finding *finding);
/* From the start again, nr_ops of them, unobserved; false: it did not come that far. */
bool lockstep_repeat(struct lockstep *lockstep, const struct program *program, size_t nr_ops,
		     bool batching);

/*
 * The whole program from the start again, without a change to observer and batches; finding: what
 * this run finds. story: who is told, or NULL. true: nothing was found.
 */
bool lockstep_again(struct lockstep *lockstep, const struct program *program, struct story *story,
		    struct finding *finding);

/* ---- lockstep_narrow.c ---- */

/*
 * finding was made by a walk of the last run, some ops late. It becomes the one of a walk after the
 * op at fault, which is left to be watched.
 */
void lockstep_narrow(struct lockstep *lockstep, const struct program *program,
		     struct finding *finding);

/* ---- lockstep_batch.c ---- */

void batch_begin(struct lockstep *lockstep);
/* After an op that the reference has executed. */
void batch_note(struct lockstep *lockstep, size_t op_index);
/* After the last op. FOUND or GO_ON. */
enum outcome batch_finish(struct lockstep *lockstep, const struct program *program,
			  struct finding *finding);
