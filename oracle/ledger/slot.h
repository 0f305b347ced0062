/* SPDX-License-Identifier: MIT */
/* A slot of a running program: which block it names, and what it held last. */
#pragma once

#include <stdbool.h>

#include "buddy/types.h"

enum slot_kind {
	SLOT_EMPTY,
	SLOT_BLOCK, /* 2^order pages, freed as a whole */
	SLOT_SPLIT, /* single pages: split_page or alloc_pages_exact */
	SLOT_FRAG   /* one fragment of a page_frag chunk */
};

/* All bytes 0: empty ever since, so that memory of slots that nobody uses is never touched. */
struct slot {
	uint8_t kind;
	bool exact; /* SPLIT by alloc_pages_exact: free_pages_exact fits while no page is gone */
	uint8_t last_order;
	pfn_t pfn;
	pfn_t behind_last;     /* one behind slot_last_pfn() */
	uint32_t nr_pages;     /* SPLIT: pages at allocation; survives the free */
	uint32_t nr_left;      /* SPLIT: pages still held */
	uint32_t first_left;   /* SPLIT: the lowest of these */
	uint32_t offset_bytes; /* FRAG: where the fragment begins */
	uint32_t size_bytes;   /* FRAG */
};

/* The first frame of what the slot held last, or PFN_NONE; survives the free. */
static inline pfn_t slot_last_pfn(const struct slot *slot)
{
	return slot->behind_last - 1; /* of 0: PFN_NONE */
}

static inline void slot_remember(struct slot *slot, pfn_t pfn)
{
	slot->behind_last = pfn + 1;
}
_Static_assert(PFN_NONE + 1u == 0, "a slot without a past is all zero");
