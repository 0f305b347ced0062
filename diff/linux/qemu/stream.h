/* SPDX-License-Identifier: MIT */
/*
 * Streams of requests for buddy_recorder, in the letters of corpus/linux/README.md. A profile is a
 * row of odds: who asks, for which orders, in which rhythm.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buddy/types.h"

enum kind { UNMOVABLE, MOVABLE, RECLAIMABLE, ATOMIC, USER, BLOCKING, RESERVES, PATIENT, NR_KINDS };

enum step {
	STEP_JUMP,
	STEP_DRAIN,
	STEP_DRAIN_ALL,
	STEP_BULK,
	STEP_RELEASE,
	STEP_GET,
	STEP_PUT,
	STEP_SPLIT,
	STEP_LRU,
	STEP_RETYPE,
	NR_STEPS
};

struct profile {
	const char *name, *what;
	uint8_t kinds[NR_KINDS];        /* weights */
	uint8_t orders[NR_PAGE_ORDERS]; /* weights */
	uint16_t odds[NR_STEPS];        /* per mille; the rest allocates or frees */
	uint8_t percent[4];             /* of allocations: one is drawn for each phase */
	uint8_t fill_percent;           /* of the node, taken in large blocks at the start */
};

extern const struct profile stream_profiles[];
extern const size_t nr_stream_profiles;
/* NULL when there is none. */
const struct profile *stream_profile_find(const char *name);

#define STREAM_MAX_OPS 60000u

struct stream_request {
	const struct profile *profile;
	uint64_t seed;
	uint32_t nr_ops;   /* at most STREAM_MAX_OPS; a few more may come */
	uint32_t nr_pages; /* of the recorded node */
	uint32_t nr_cpus;
};

/* Writes the stream to stdout: the same request, the same stream. False: out of memory. */
bool stream_make(const struct stream_request *request);
