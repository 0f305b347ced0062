/* SPDX-License-Identifier: MIT */
/* Programs for the tests of this folder: repeatable random ones on a small machine. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "diff/lockstep/lockstep.h"

/* A UML machine of nr_pages frames from frame 1024, so that no block begins at frame 0. */
void program_on(struct program *program, uint32_t nr_pages);
/* Allocations and frees of small blocks in 16 slots. */
void program_random(struct program *program, uint32_t nr_pages, uint32_t nr_ops, uint32_t seed);
void program_add_alloc(struct program *program, uint32_t slot, uint32_t order, gfp_t gfp);
void program_add(struct program *program, enum op_code code, uint32_t slot);

/* Fails the test when the lockstep cannot be made. */
struct lockstep *lockstep_of(const struct subject_ops *a, const struct subject_ops *b, bool judge);
