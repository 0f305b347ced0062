/* SPDX-License-Identifier: MIT */
/* What the mutator makes records from: a random stream, what is held where, weighted operands and
 * templates. */
#pragma once

#include "fuzz/input/input_layout.h"

struct mutation {
	uint8_t *data;  /* header, then records of the newest version */
	size_t nr, max; /* records */
	uint64_t random;
	const struct op_set *allowed; /* NULL: every code */
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

static inline uint8_t *record_at(const struct mutation *mutation, size_t index)
{
	return mutation->data + INPUT_HEADER_BYTES + index * INPUT_RECORD_BYTES;
}

static inline struct record get_record(const struct mutation *mutation, size_t index)
{
	return record_load(record_at(mutation, index));
}

static inline void set_record(struct mutation *mutation, size_t index, struct record record)
{
	record_store(record_at(mutation, index), record);
}

#define OTHER_MACHINE_ONCE_IN 16u /* of what can take one from elsewhere */

/* data has max_size bytes, at least a header; what it holds comes out in the newest version. */
struct mutation mutation_begin(uint8_t *data, size_t size, size_t max_size, uint64_t seed);
/* Returns the size of what is left once the records that are not allowed are dropped. */
size_t mutation_end(struct mutation *mutation);

static inline bool is_allowed(const struct mutation *mutation, uint8_t code)
{
	return !mutation->allowed || op_set_has(mutation->allowed, code);
}

/* Makes room for up to nr records before index; returns how many fit. Their bytes are not set. What
 * is then too much falls off the end. */
size_t open_records(struct mutation *mutation, size_t index, size_t nr);
void remove_records(struct mutation *mutation, size_t index, size_t nr);
/* Drops the records that are not allowed. */
void drop_declined(struct mutation *mutation);

/* Bit i: slot i probably holds something before record index. A guess: allocations count as
 * granted. */
uint64_t slots_held(const struct mutation *mutation, size_t index);

/* A likely code that is allowed, by the weights of op.def; OP_nop: there is none. */
uint8_t random_code(struct mutation *mutation);
/* A likely op that makes sense where these slots are held. */
struct record random_record(struct mutation *mutation, uint64_t held);
/* The same op with another value of one of its operands. */
struct record tweak_record(struct mutation *mutation, struct record record, uint64_t held);
uint32_t random_gfp(struct mutation *mutation);

#define TEMPLATE_MAX_OPS 12u
/* Writes a short sequence that belongs together; returns its length, at most TEMPLATE_MAX_OPS. */
size_t random_template(struct mutation *mutation, struct record *records);

/* Many allocations, then most of the frees: fills memory and drains it. records has room for max.
 */
size_t random_burst(struct mutation *mutation, struct record *records, size_t max);

/* Changes a few things about the machine, or all of it. */
void tweak_header(struct mutation *mutation);
void random_header(struct mutation *mutation);
