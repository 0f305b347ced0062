/* SPDX-License-Identifier: MIT */
/*
 * Which frames of the recorded machine are held, and where: first frame -> holding. Open addressing
 * with linear probing and backward-shift removal. Frame 0 is never allocated and marks an
 * empty cell.
 */
#pragma once

#include <stddef.h>

#include "buddy/types.h"

/* A whole block, or one page of a block that is given back in pieces. */
struct holding {
	uint64_t pfn;
	uint32_t slot;
	uint16_t page; /* pieces: offset into the block */
	uint8_t order; /* whole blocks; pieces: 0 */
	bool piece;
};

struct import_map {
	struct holding *cells;
	size_t capacity; /* a power of two, or 0 */
	size_t nr_used;
};

void import_map_free(struct import_map *map);
/* The frame must not be in the map. false: out of memory. */
bool import_map_insert(struct import_map *map, const struct holding *holding);
/* NULL: not held. The pointer is good until the next insert or remove. */
const struct holding *import_map_find(const struct import_map *map, uint64_t pfn);
/* The frame must be in the map. */
void import_map_remove(struct import_map *map, uint64_t pfn);
