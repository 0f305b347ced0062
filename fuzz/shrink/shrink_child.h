/* SPDX-License-Identifier: MIT */
/*
 * One program in a process of its own, so that traps, sanitizer aborts and endless loops are
 * answers like any other: a process that dies has the signature "crash", one that does not end
 * "hang".
 */
#pragma once

#include <signal.h>

#include "diff/lockstep/lockstep.h"

/* Runs a program; true when nothing was found. */
typedef bool (*program_runner)(void *context, const struct program *program,
			       struct finding *finding);

/*
 * Calls run in a child for at most limit_s. Ends it early, with the signature "error/interrupted",
 * when *interrupted becomes true. What the child prints is dropped.
 */
bool child_run(program_runner run, void *context, const struct program *program, uint32_t limit_s,
	       const volatile sig_atomic_t *interrupted, struct finding *finding);
