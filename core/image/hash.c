/* SPDX-License-Identifier: MIT */
/*
 * Hash of the whole image: the image has no addresses and no clock, so nothing is left out. Four
 * lanes keep the multiplier busy; a step is a bijection of its lane, so one changed word always
 * changes the hash.
 */
#include <string.h>

#include "base/check.h"

#define NR_LANES 4u
#define HASH_MULTIPLIER UINT64_C(0x9e3779b97f4a7c15)

static uint64_t mix(uint64_t lane, uint64_t word)
{
	lane = (lane ^ word) * HASH_MULTIPLIER;
	return lane ^ lane >> 32;
}

uint64_t buddy_hash(const struct buddy_system *sys)
{
	uint64_t lanes[NR_LANES] = { 1, 2, 3, 4 };
	uint64_t words[NR_LANES];
	uint64_t hash = sys->head->size;

	VM_BUG_ON(sys, sys->head->size % sizeof(words), PFN_NONE);
	/* The size is a multiple of IMAGE_ALIGN, hence of a round. */
	for (uint64_t offset = 0; offset < sys->head->size; offset += sizeof(words)) {
		memcpy(words, sys->image + offset, sizeof(words));
		for (uint32_t i = 0; i < NR_LANES; i++)
			lanes[i] = mix(lanes[i], words[i]);
	}
	for (uint32_t i = 0; i < NR_LANES; i++)
		hash = mix(hash, lanes[i]);
	return hash;
}
