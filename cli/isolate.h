/* SPDX-License-Identifier: MIT */
/*
 * Programs judged in a child process, one child for all of them: a subject that crashes, ends the
 * process or never comes back costs one program, and the next one gets a new child. Between the two
 * lies memory that both see: where the child is costs a store an op, not a system call.
 */
#pragma once

#include "cli/outcome.h"

struct isolate;

/* runner was begun and stays this process's; its position and stop are replaced. NULL: errno. */
struct isolate *isolate_begin(struct runner *runner);
/*
 * The outcome of files.paths[index], valid until the next call. After an interrupt the child has a
 * second to stop by itself.
 */
const struct outcome *isolate_run(struct isolate *isolate, size_t index);
/* Ends the child. false: it did not end well behind the last program, what tells how. Frees. */
bool isolate_end(struct isolate *isolate, char *what, size_t what_size);
