/* SPDX-License-Identifier: MIT */
/* What a program holds. Both cores give the same, so one book is enough. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MAX_HELD 16384u

enum block_kind {
	BLOCK_PLAIN, /* 2^order pages, the reference is the first one's */
	BLOCK_COMPOUND,
	BLOCK_RANGE,   /* nr_pages single pages in a row */
	BLOCK_FRAGMENT /* a reference of the chunk that pfn is in */
};

struct block {
	uint32_t pfn, nr_pages;
	uint8_t kind, order;
	bool lru;
	uint8_t nr_refs;
};

struct held {
	uint32_t nr;
	struct block blocks[MAX_HELD];
};

static inline bool held_is_full(const struct held *held)
{
	return held->nr == MAX_HELD;
}

/* What does not fit any more stays allocated for good. */
static inline void held_add(struct held *held, struct block block)
{
	if (!held_is_full(held))
		held->blocks[held->nr++] = block;
}

/* The last one takes its place. */
static inline struct block held_remove(struct held *held, uint32_t index)
{
	struct block block = held->blocks[index];

	held->blocks[index] = held->blocks[--held->nr];
	return block;
}
