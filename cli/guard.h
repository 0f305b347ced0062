/* SPDX-License-Identifier: MIT */
/*
 * While code of others may run in this process: a crash, or a call of exit() in it, ends the
 * process with a sentence about what was going on and a status that is not 0.
 */
#pragma once

#include "diff/lockstep/lockstep.h"

struct guard {
	const char *command;                       /* run, diff, ... */
	const char *path;                          /* what is worked on */
	const char *doing;                         /* "loading it", where there is no position */
	const struct lockstep_position *position;  /* NULL: none */
	const struct subject_ops *const *subjects; /* by number, where there is a position */
	int status;                                /* of the process */
};

/* guard and what it points to must live until guard_leave(); an earlier one is replaced. */
void guard_enter(const struct guard *guard);
void guard_leave(void);
