/* SPDX-License-Identifier: MIT */
/* The image as a whole: copied to another address and attached there, remembered and rewound. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shim_core.h"

#define ALIGN_BYTES 64u
#define DIRT 0x5a

void *shim_memory(size_t size, bool dirty)
{
	size_t rounded = (size + ALIGN_BYTES - 1) & ~(size_t)(ALIGN_BYTES - 1);
	void *memory = aligned_alloc(ALIGN_BYTES, rounded ? rounded : ALIGN_BYTES);

	if (!memory) {
		perror("against");
		exit(2);
	}
	return memset(memory, dirty ? DIRT : 0, rounded);
}

/* Frames of the caches' chunks; afterwards pages again, which are elsewhere then. */
static void frags_unbind(const struct shim *shim, uint32_t *pfns)
{
	for (uint32_t i = 0; i < SHIM_NR_FRAG_CACHES; i++)
		pfns[i] = shim->frags[i].page ? page_to_pfn(&shim->sys, shim->frags[i].page)
					      : PFN_NONE;
}

static void frags_bind(struct shim *shim, const uint32_t *pfns)
{
	for (uint32_t i = 0; i < SHIM_NR_FRAG_CACHES; i++)
		shim->frags[i].page = pfns[i] == PFN_NONE ? NULL : pfn_to_page(&shim->sys, pfns[i]);
}

uint64_t shim_move(struct shim *shim)
{
	void *memory = shim_memory(shim->size, true);
	uint64_t hash = buddy_hash(&shim->sys);
	uint32_t pfns[SHIM_NR_FRAG_CACHES];
	int error;

	frags_unbind(shim, pfns);
	memcpy(memory, shim->memory, shim->size);
	memset(shim->memory, DIRT, shim->size);
	free(shim->memory);
	shim->memory = memory;
	error = buddy_attach(&shim->sys, memory, shim->size, &shim->hooks);
	if (error)
		return 1;
	frags_bind(shim, pfns);
#ifdef SHIM_CAN_REWIND
	shim->sys.taken = shim->taken;
#endif
	return buddy_hash(&shim->sys) != hash;
}

void shim_forget(struct shim *shim)
{
#ifdef SHIM_CAN_REWIND
	shim->sys.taken = NULL;
#endif
	free(shim->copy);
	free(shim->listed);
	free(shim->taken);
	shim->copy = NULL;
	shim->listed = shim->taken = NULL;
}

#ifdef SHIM_CAN_REWIND
uint64_t shim_remember(struct shim *shim)
{
	size_t map_bytes = buddy_map_words(&shim->sys) * sizeof(uint64_t);

	shim_forget(shim);
	shim->copy = shim_memory(shim->size, true);
	shim->listed = shim_memory(map_bytes, false);
	shim->taken = shim_memory(map_bytes, false);
	memcpy(shim->copy, shim->memory, shim->size);
	buddy_map_lists(&shim->sys, shim->listed);
	memcpy(shim->taken, shim->listed, map_bytes);
	shim->sys.taken = shim->taken;
	shim->copy_hash = buddy_hash(&shim->sys);
	return 0;
}

/* No cache has a chunk at the beginning, which the image might have left behind by moving. */
uint64_t shim_rewind(struct shim *shim)
{
	buddy_rewind(&shim->sys, shim->copy, shim->listed);
	memset(shim->frags, 0, sizeof(shim->frags));
	return buddy_hash(&shim->sys) != shim->copy_hash;
}
#else
uint64_t shim_remember(struct shim *shim)
{
	(void)shim;
	return 0;
}

uint64_t shim_rewind(struct shim *shim)
{
	(void)shim;
	return 0;
}
#endif
