/* SPDX-License-Identifier: MIT */
/*
 * One program under the judge: runs it and writes down what became of it, as plain data without
 * pointers, so that it may be made in another process.
 */
#pragma once

#include "cli/results.h"
#include "cli/session.h"

#define OUTCOME_MESSAGE_MAX 1024
#define OUTCOME_STATE_MAX (256u << 10)

struct outcome {
	enum result_verdict verdict;
	char message[OUTCOME_MESSAGE_MAX]; /* of what is no pass and no finding */
	struct finding finding;            /* RESULT_FAIL */
	char operation[TEXT_OP_MAX];       /* that it is about, or "" */
	uint32_t line;                     /* of it in the file, from 1; 0: not known */
	struct lockstep_stats stats;
	double ops_per_s;              /* 0: too few to tell */
	char state[OUTCOME_STATE_MAX]; /* what the session's state wrote */
};

/* What runs them. position and stop may be shared with another process. */
struct runner {
	const struct session *session;
	session_state state;
	struct lockstep *lockstep;
	struct lockstep_position *position;
	const volatile sig_atomic_t *stop; /* becomes true: at the next op */
	void (*tick)(void *context, size_t op_index, size_t nr_ops); /* now and then; or NULL */
	void *tick_context;
};

/* false: subjects that do not go together, or no memory; error tells. */
bool runner_begin(struct runner *runner, char *error, size_t error_size);
void runner_run(struct runner *runner, const char *path, struct outcome *outcome);
void runner_end(struct runner *runner);

/*
 * What became of a program on which the process died: words tell how. Reads the file again.
 */
void outcome_of_death(const struct session *session, const char *path,
		      const struct lockstep_position *position, const char *words,
		      struct outcome *outcome);
/* The same for one that was stopped from outside. */
void outcome_of_stop(const struct session *session, const char *path,
		     const struct lockstep_position *position, struct outcome *outcome);
