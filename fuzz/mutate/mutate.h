/* SPDX-License-Identifier: MIT */
/*
 * Op-aware mutation and crossover over the binary form, engine-neutral: the two glues (libFuzzer,
 * AFL++) are thin. Deterministic in (input, seed).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oracle/lang/op.h"

/*
 * From here on draws only operations of these codes, and takes out the others that an input holds;
 * NULL: all of them. Copied.
 */
void mutate_allow(const struct op_set *allowed);
/* Their names, with blanks between, for a mutator that is not in the target's process. */
#define MUTATE_OPS_ENV "BUDDY_OPS"
/* Mutates in place; returns the new size, at most max_size. */
size_t mutate_input(uint8_t *data, size_t size, size_t max_size, uint64_t seed);
/* Header of one, ops spliced from both; returns the size of out. */
size_t mutate_crossover(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
			uint8_t *out, size_t max_size, uint64_t seed);

/* Whether the bytes look like text: records say nothing about it, the engine mutates it better. */
bool mutate_is_text(const uint8_t *data, size_t size);
