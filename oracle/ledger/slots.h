/* SPDX-License-Identifier: MIT */
/*
 * The slots of a running program: which block each of them names. How many references a slot has on
 * its pages stands with the pages (holdings.h), where a slot is one holder among others.
 */
#pragma once

#include "oracle/lang/effect.h"
#include "oracle/lang/event.h"

struct ledger;

enum slot_kind {
	SLOT_EMPTY,
	SLOT_BLOCK, /* 2^order pages, freed as a whole */
	SLOT_SPLIT, /* single pages: split_page or alloc_pages_exact */
	SLOT_FRAG   /* one fragment of a page_frag chunk */
};

struct slot {
	uint8_t kind;
	bool exact; /* SPLIT by alloc_pages_exact: free_pages_exact fits while no page is gone */
	uint8_t last_order;
	pfn_t pfn;
	pfn_t last_pfn;        /* what the slot held last, or PFN_NONE; survives the free */
	uint32_t nr_pages;     /* SPLIT: pages at allocation */
	uint32_t nr_left;      /* SPLIT: pages still held */
	uint32_t first_left;   /* SPLIT: the lowest of these */
	uint32_t offset_bytes; /* FRAG: where the fragment begins */
	uint32_t size_bytes;   /* FRAG */
};

/* All empty, nothing remembered. false: out of memory, and there are none. */
bool slots_reset(struct ledger *ledger, uint32_t nr_slots);
/* An empty slot is filled; its pages are held already. */
void slots_fill(struct ledger *ledger, uint32_t index, enum slot_kind kind, pfn_t pfn,
		uint32_t order);
/* Pages pfn..pfn + nr_pages - 1 live for themselves from here on. */
void slots_fill_split(struct ledger *ledger, uint32_t index, pfn_t pfn, uint32_t nr_pages);
/* last_pfn stays. */
void slots_empty(struct ledger *ledger, uint32_t index);
/* Is it a SPLIT slot that has this page of the block still? */
bool slot_has_page(const struct ledger *ledger, uint32_t index, uint32_t page);
/* The slot has no reference on one of the pages of its split block any more. */
void slots_lose_page(struct ledger *ledger, uint32_t index);
