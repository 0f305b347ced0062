/* SPDX-License-Identifier: MIT */
/* What the mutator makes records from: a random stream, what is held where, weighted operands and
 * templates. */
#pragma once

#include "fuzz/input/input_layout.h"

struct mutation {
	uint8_t *data;  /* header, then records */
	size_t nr, max; /* records */
	uint64_t random;
};

/* 0..limit-1; limit > 0. */
static inline uint32_t random_below(struct mutation *mutation, uint32_t limit)
{
	uint64_t mixed = mutation->random += 0x9e3779b97f4a7c15u;

	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)((mixed >> 32) * limit >> 32);
}

/* True once in n. */
static inline bool random_once_in(struct mutation *mutation, uint32_t n)
{
	return random_below(mutation, n) == 0;
}

static inline uint64_t get_record(const struct mutation *mutation, size_t index)
{
	return record_load(mutation->data + INPUT_HEADER_BYTES + index * OP_RECORD_BYTES);
}

static inline void set_record(struct mutation *mutation, size_t index, uint64_t record)
{
	record_store(mutation->data + INPUT_HEADER_BYTES + index * OP_RECORD_BYTES, record);
}

/* Makes room for up to nr records before index; returns how many fit. Their bytes are not set. What
 * is then too much falls off the end. */
size_t open_records(struct mutation *mutation, size_t index, size_t nr);
void remove_records(struct mutation *mutation, size_t index, size_t nr);

/* Bit i: slot i probably holds something before record index. A guess: allocations count as
 * granted. */
uint64_t slots_held(const struct mutation *mutation, size_t index);

/* mutate_allow() */
extern struct op_set mutate_allowed;
/* A likely op that makes sense where these slots are held. */
uint64_t random_record(struct mutation *mutation, uint64_t held);
/* The same op with another value of one of its operands. */
uint64_t tweak_record(struct mutation *mutation, uint64_t record, uint64_t held);
uint32_t random_gfp(struct mutation *mutation);

#define TEMPLATE_MAX_OPS 12u
/* Writes a short sequence that belongs together; returns its length, at most TEMPLATE_MAX_OPS. */
size_t random_template(struct mutation *mutation, uint64_t *records);

/* Many allocations, then most of the frees: fills memory and drains it. records has room for max.
 */
size_t random_burst(struct mutation *mutation, uint64_t *records, size_t max);

/* Changes a few things about the machine, or all of it. */
void tweak_header(struct mutation *mutation);
void random_header(struct mutation *mutation);
