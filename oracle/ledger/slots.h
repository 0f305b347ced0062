/* SPDX-License-Identifier: MIT */
/*
 * The slots of a running program, one table per subject: they turn an op into a call and remember
 * what came back. Which ops fit a slot is decided here alone, so every subject and the judge see
 * the same program.
 */
#pragma once

#include "oracle/lang/event.h"

#define SLOTS_MAX_NAMED 2048u

enum slot_kind {
	SLOT_EMPTY,
	SLOT_BLOCK, /* 2^order pages, freed as a whole */
	SLOT_SPLIT, /* single pages: split_page or alloc_pages_exact */
	SLOT_FRAG   /* one fragment of a page_frag chunk */
};

struct slot {
	uint8_t kind;
	uint8_t order;
	bool compound;
	bool lru;
	bool exact; /* SPLIT by alloc_pages_exact: free_pages_exact fits while no page is gone */
	uint32_t nr_pages; /* SPLIT: pages at allocation */
	uint32_t nr_left;  /* SPLIT: pages still held */
	uint32_t refs;     /* BLOCK: references the program holds on the head */
	pfn_t pfn;
	pfn_t last_pfn; /* what the slot held last, or PFN_NONE; survives the free */
	uint8_t last_order;
	uint64_t *freed; /* SPLIT: bitmap of pages that are gone; NULL until needed, then kept for
			    reuse */
	uint32_t *extra_refs;  /* SPLIT: extra references per page; likewise */
	uint32_t offset_bytes; /* FRAG: where the fragment begins */
	uint32_t size_bytes;   /* FRAG */
};

struct slots {
	struct slot *table;
	uint32_t nr_slots;
	uint32_t cpu;                  /* current */
	uint32_t task[BUDDY_MAX_CPUS]; /* OP_TASK_* mask */
	struct buddy_config machine;
	pfn_t *pfns;     /* [CALL_MAX_PFNS], backing of call.pfns */
	uint64_t *held;  /* bitmap of slots that are not empty */
	uint64_t *used;  /* and of those that were not, ever since the reset */
	uint32_t *owner; /* [span_pages] by first page: 1 + slot, 0 nobody, UINT32_MAX: keep off */
	pfn_t base_pfn;
	uint32_t span_pages, owner_capacity;
	uint32_t *
		named; /* [SLOTS_MAX_NAMED] which entries of owner were set: a reset clears these */
	uint32_t nr_named; /* beyond the maximum: too many to list */
	bool frag_cached;  /* the subject's page_frag cache may hold a page */
	bool frag_hidden;  /* ... of which we were never told, because its fragment did not fit */
};

bool slots_init(struct slots *slots, const struct buddy_config *machine, uint32_t nr_slots);
void slots_reset(struct slots *slots, const struct buddy_config *machine, uint32_t nr_slots);
void slots_free(struct slots *slots);

/*
 * Resolves op. false: it does not fit (slot empty, order too small, ...): skip it, nothing changes.
 *
 * Fitting rules worth knowing: alloc into a held slot is skipped; free_pages of a non-compound
 * block with refs > 1 leaves the head page in the slot as an order-0 block with refs - 1 (FR-5);
 * put_page that would drop the last reference of a non-compound block of order > 0 is skipped (the
 * tails would leak); split_page needs order > 0, not compound, not LRU; LRU blocks are unmarked by
 * the free; set_lru needs refs == 1. Split blocks go by free_page or free_pages_exact. A cpu or
 * node beyond the machine is reduced modulo; a run of slots is cut at the end of the table; any
 * held slot counts as populated for a bulk array. Misuse whose outcome nobody could judge (a frame
 * that another slot holds, a block beyond its memory range) does not fit.
 */
bool slots_resolve(struct slots *slots, const struct op *op, struct call *call);
/* Takes the answer in. Call it after every resolved op, whatever the status. */
void slots_update(struct slots *slots, const struct op *op, const struct call *call,
		  const struct event *event);
/*
 * The next op that gives back something still held, or false when nothing is: repeated calls, each
 * resolved, applied and updated, empty every slot.
 */
bool slots_next_release(const struct slots *slots, struct op *op);
