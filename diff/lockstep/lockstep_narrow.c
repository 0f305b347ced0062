/* SPDX-License-Identifier: MIT */
/*
 * The op at fault behind what a walk saw. A walk sees everything at once and asks not who did it;
 * how late it comes is a matter of the schedule. So the program is run again, with a walk after
 * every op between the last at which all was well and the first at which it was not. So that a long
 * program on a large machine is not walked over at every op, a run looks at few places, and the
 * next one more closely between two of them. What is reported then, rule, op and signature, is no
 * longer a matter of the schedule.
 */
#include <stdlib.h>

#include "diff/lockstep/lockstep_internal.h"

#define WALKS_A_RUN 16u

/* Between from, where all was well or where nobody has looked, and to, where it was not. */
struct window {
	struct lockstep *lockstep;
	const struct program *program;
	uint32_t subject;
	uint64_t from, to; /* judged ops */
};

/* A run with a walk every so many ops; true: one of them, up to `to`, has found something. */
static bool look(struct window *window, uint64_t every, struct finding *again)
{
	struct lockstep *lockstep = window->lockstep;
	uint32_t subject = window->subject;

	lockstep->watch = (struct watch){ subject, window->from + every, every };
	if (lockstep_again(lockstep, window->program, NULL, again))
		return false;
	return again->kind == FINDING_RULE && again->subject == subject &&
	       judge_nr_ops(lockstep->sides[subject].judge) <= window->to;
}

static void close_in(struct window *window, uint64_t every, struct finding *again,
		     struct finding *finding)
{
	if (look(window, every, again)) {
		window->to = judge_nr_ops(window->lockstep->sides[window->subject].judge);
		if (window->to > window->from + every) /* else it was the first one */
			window->from = window->to - every;
		*finding = *again;
	} else {
		window->from += (window->to - 1 - window->from) / every * every;
	}
}

void lockstep_narrow(struct lockstep *lockstep, const struct program *program,
		     struct finding *finding)
{
	struct window window = { lockstep, program, .subject = finding->subject };
	struct finding *again = malloc(sizeof(*again));
	size_t seen_at = finding->op_index;
	uint64_t every = 1;

	window.to = judge_nr_ops(lockstep->sides[finding->subject].judge);
	while (every * WALKS_A_RUN < window.to)
		every *= WALKS_A_RUN;
	for (; again && window.to && every; every /= WALKS_A_RUN)
		close_in(&window, every, again, finding);
	free(again);
	finding->seen_at = seen_at;
	lockstep->watch = (struct watch){ finding->subject, window.to, 1 };
}
