/* SPDX-License-Identifier: MIT */
/*
 * Op-aware mutation and crossover over the binary form, engine-neutral: the two glues (libFuzzer,
 * AFL++) are thin. Reads every version, writes the newest. Deterministic in (input, seed, allowed).
 */
#pragma once

#include "oracle/lang/fuzz_assert.h"
#include "oracle/lang/op.h"

/* Mutates in place; returns the new size, at most max_size. */
FUZZ_MUST_CHECK size_t mutate_input(uint8_t *data, size_t size, size_t max_size, uint64_t seed);
/* Header of one, ops spliced from both; returns the size of out. */
FUZZ_MUST_CHECK size_t mutate_crossover(const uint8_t *a, size_t a_size, const uint8_t *b,
					size_t b_size, uint8_t *out, size_t max_size,
					uint64_t seed);

/*
 * From here on only these operations are drawn, and mutation and crossover drop all others: what a
 * subject declines costs no execution. NULL: every one. The set stays the caller's and is not
 * copied; the caller is what drives the engine (fuzz/engines).
 */
void mutate_allow(const struct op_set *allowed);
/* For bytes that another mutator has changed: the same input in the newest version without the
 * operations that are not allowed. Returns the new size, at most max_size. */
FUZZ_MUST_CHECK size_t mutate_tidy(uint8_t *data, size_t size, size_t max_size);

/* Whether the bytes look like text: records say nothing about it, the engine mutates it better. */
bool mutate_is_text(const uint8_t *data, size_t size);
