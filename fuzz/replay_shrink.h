/* SPDX-License-Identifier: MIT */
/* Shrinks a failing file for replay_main.c: every candidate runs in a process of its own. */
#pragma once

#include "fuzz/target.h"

/*
 * Reads path, finds the smallest program with the same signature and writes it to out as text.
 * Returns the exit status: 0 done, 1 the input does not fail, 2 files. A process that dies has the
 * signature "crash", one that does not end "hang".
 */
int replay_shrink(const struct target *target, const char *path, const char *out);
