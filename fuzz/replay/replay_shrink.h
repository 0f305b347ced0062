/* SPDX-License-Identifier: MIT */
/* Shrinks a failing file for replay_main.c: every candidate runs in a process of its own. */
#pragma once

#include "fuzz/targets/target.h"

/* From path to out, as shrink_file() does it; returns its exit status. */
int replay_shrink(const struct target *target, const char *path, const char *out);
