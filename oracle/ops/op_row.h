/* SPDX-License-Identifier: MIT */
/*
 * The row of an operation, and what its functions share. A missing row does not link; what an op
 * need not answer is NULL.
 */
#pragma once

#include "oracle/ledger/holdings.h"
#include "oracle/ops/ops.h"

struct page_info;

struct op_row {
	/* Does it fit its slot? Completes the call: frames, order. NULL: never. */
	bool (*fits)(struct ledger *ledger, const struct op *op, struct call *call);
	/* What the kernel would make of it. NULL: it is used rightly, whatever happened before. */
	struct foresight (*foresee)(const struct ledger *ledger, const struct call *call);
	/* What it makes of slots and frames. NULL: nothing. */
	void (*take)(struct ledger *ledger, const struct op *op, const struct call *call,
		     const struct event *event, struct taken *taken);
	/* It gives its slots back. */
	bool gives;
};

#define OP(code, name, ...) extern const struct op_row op_row_##name;
#include "oracle/lang/op.def"

static inline struct slot *slot_of(const struct ledger *ledger, const struct op *op)
{
	return &ledger->slots[op->slot];
}

/* The first page of the block that the slot names, or NULL: it names none. */
static inline struct ledger_page *slot_block(const struct ledger *ledger, const struct op *op)
{
	const struct slot *slot = slot_of(ledger, op);

	return slot->kind == SLOT_BLOCK ? ledger_held_head(ledger, slot->pfn) : NULL;
}

/* How many slots an op on a run of them names: as many as the table has. */
static inline uint32_t slots_run(const struct ledger *ledger, const struct op *op)
{
	uint32_t room = ledger->nr_slots - op->slot;
	uint32_t nr = op->count < room ? op->count : room;

	return nr < CALL_MAX_PFNS ? nr : CALL_MAX_PFNS;
}

static inline uint32_t pages_of_bytes(uint32_t bytes)
{
	return (uint32_t)(((uint64_t)bytes + BUDDY_PAGE_SIZE - 1) / BUDDY_PAGE_SIZE);
}

/* ops.c: fits wherever it stands. */
bool fits_always(struct ledger *ledger, const struct op *op, struct call *call);

bool fits_free_page(struct ledger *ledger, const struct op *op, struct call *call);
void take_free_page(struct ledger *ledger, const struct op *op, const struct call *call,
		    const struct event *event, struct taken *taken);
struct foresight foresee_tainted_free(const struct ledger *ledger, const struct call *call);
/* alloc.c. true when the pages may be given to the program; else the witness is noted. */
bool may_take(const struct ledger *ledger, pfn_t pfn, uint32_t nr_pages, struct taken *taken);
/* free.c. The block is bad and withheld when a report named a page of it (FR-12.8). */
void give_back(struct ledger *ledger, const struct event *event, pfn_t pfn, uint32_t nr_pages);
/* The slot's reference on a block is one less; the last reference of all gives it back, the last
 * of the slot empties it. */
void drop_block_ref(struct ledger *ledger, uint32_t index, const struct event *event,
		    struct taken *taken);
/* The same of page `page` of a split block. */
void drop_split_ref(struct ledger *ledger, uint32_t index, uint32_t page, const struct event *event,
		    struct taken *taken);
/* Notes whether the answer tells so many references. */
void expect_refs(const struct event *event, int32_t refs, struct taken *taken);

#define OWNER_NOBODY UINT32_MAX
#define OWNER_KEEP_OFF (UINT32_MAX - 1) /* also outside the machine */

/* misuse.c. The slot that has the frame: no misuse and no speculation on what is to be kept off. */
uint32_t owner_of(const struct ledger *ledger, pfn_t pfn);
/* What the view shows of a page; false: there is no view, or no such page. */
bool read_page(const struct ledger *ledger, pfn_t pfn, struct page_info *info);
