/* SPDX-License-Identifier: MIT */
/* The same numbers for every subject. */
#pragma once

#include <stdint.h>

#define BENCH_SEED UINT64_C(0x9e3779b97f4a7c15)

/* xorshift64; *state must not be 0. */
static inline uint64_t bench_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* A fraction of 2^32 becomes a number below limit: a multiplication where % would divide. */
static inline uint64_t bench_below(uint32_t fraction, uint64_t limit)
{
	return fraction * limit >> 32;
}
