/* SPDX-License-Identifier: MIT */
/*
 * Which operations a campaign is about. The set is the process's, as its engine is: the mutator
 * only borrows it (mutate_allow). A target that finds out by itself what its subject declines calls
 * mutate_allow() with a set of its own; AFL++'s mutator lives in another process and is told here.
 */
#pragma once

#include "oracle/lang/fuzz_assert.h"

#include <stdbool.h>

#define FUZZ_OPS_ENV \
	"BUDDY_FUZZ_OPS" /* names of op.def with commas or blanks between; empty: every one */

/* Reads the environment. false: a name is none; it was told on standard error. */
FUZZ_MUST_CHECK bool engine_ops_start(void);
