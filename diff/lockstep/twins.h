/* SPDX-License-Identifier: MIT */
/*
 * Is a subject deterministic? Each program runs twice on one machine and once on another of the
 * same kind: at another address, booted over other rubbish, traced and with locks that are checked
 * (core_locks.h; this takes the general paths of the core, core/alloc/hot.h the short ones). All
 * three must answer alike and leave the same state behind.
 */
#pragma once

#include "diff/lockstep/lockstep.h"

struct twins;

/* NULL and a sentence on failure. */
struct twins *twins_create(const struct subject_ops *subject, char *error, size_t error_size);
void twins_free(struct twins *twins);
/*
 * Judged, so that a program ends where a misuse leaves the machine undefined (FR-9). false: the
 * runs differ, or a machine could not be made: error tells. Findings are not its business, but for
 * those that the watched run alone makes, such as a lock that is never released.
 */
bool twins_agree(struct twins *twins, const struct program *program, char *error,
		 size_t error_size);
/* Ops that the first run of the last program executed. */
uint64_t twins_nr_ops(const struct twins *twins);
