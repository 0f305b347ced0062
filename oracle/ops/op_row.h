/* SPDX-License-Identifier: MIT */
/*
 * The row of an operation, and what its functions share. A missing row does not link; what an op
 * need not answer is NULL.
 */
#pragma once

#include "oracle/ledger/holdings.h"
#include "oracle/ledger/slots.h"
#include "oracle/ops/ops.h"

struct page_info;

/* What a subject answered to an op, and where that is to be taken in. */
struct taking {
	struct ledger *ledger;
	const struct op *op;
	const struct call *call;
	const struct event *event;
	struct taken *taken; /* NULL: nobody judges */
};

struct op_row {
	/* Does it fit its slot? Completes the call: frames, order. */
	bool (*fits)(struct ledger *ledger, const struct op *op, struct call *call);
	/* What the kernel would make of it. NULL: it is used rightly, whatever happened before. */
	struct foresight (*foresee)(const struct ledger *ledger, const struct call *call);
	/* What it makes of slots and frames. NULL: nothing. */
	void (*take)(const struct taking *taking);
	/* The gfp that it asks for pages with, other than that of its op. */
	gfp_t gfp_added, gfp_removed;
	/* It gives its slots back. */
	bool gives;
};

#define OP(code, name, ...) extern const struct op_row op_row_##name;
#include "oracle/lang/op.def"

/* Of a frame that is covered; its tails need not be written. */
static inline struct ledger_page *entry_of(const struct ledger *ledger, pfn_t pfn)
{
	return &ledger->pages[pfn - ledger->base_pfn];
}

static inline struct slot *slot_of(const struct ledger *ledger, const struct op *op)
{
	return &ledger->slots[op->slot];
}

/* The first page of the block that the slot names, or NULL: it names none. */
static inline struct ledger_page *slot_block(const struct ledger *ledger, const struct op *op)
{
	const struct slot *slot = slot_of(ledger, op);
	struct ledger_page *head;

	if (slot->kind != SLOT_BLOCK)
		return NULL;
	head = entry_of(ledger, slot->pfn);
	return head->state == LEDGER_HELD ? head : NULL;
}

/* The same; the call is about the whole block. */
static inline struct ledger_page *call_block(const struct ledger *ledger, const struct op *op,
					     struct call *call)
{
	struct ledger_page *head = slot_block(ledger, op);

	if (head) {
		call->pfn = head->head;
		call->order = head->order;
	}
	return head;
}

/* How many slots an op on a run of them names: as many as the table has. */
static inline uint32_t slots_run(const struct ledger *ledger, const struct op *op)
{
	uint32_t room = ledger->nr_slots - op->slot;
	uint32_t nr = op->count < room ? op->count : room;

	return nr < CALL_MAX_PFNS ? nr : CALL_MAX_PFNS;
}

/* ops.c: fits wherever it stands. */
bool fits_always(struct ledger *ledger, const struct op *op, struct call *call);

bool fits_free_page(struct ledger *ledger, const struct op *op, struct call *call);
bool fits_get_page(struct ledger *ledger, const struct op *op, struct call *call);
struct foresight foresee_tainted_free(const struct ledger *ledger, const struct call *call);
/* alloc.c: why the pages may not be given. */
__attribute__((cold)) void note_clash(const struct taking *taking, pfn_t pfn, uint32_t nr_pages);

/* true when the pages may be given to the program; else the witness is noted. */
static inline bool may_take(const struct taking *taking, pfn_t pfn, uint32_t nr_pages)
{
	const struct ledger *ledger = taking->ledger;

	if (ledger_covers(ledger, pfn, nr_pages) &&
	    (!ledger->judged || ledger_all_free(ledger, pfn, nr_pages)))
		return true;
	note_clash(taking, pfn, nr_pages);
	return false;
}

/* free.c. The block is bad and withheld when a report named a page of it (FR-12.8). */
__attribute__((cold)) bool is_withheld(const struct event *event, pfn_t pfn, uint32_t nr_pages);
static inline void give_back(const struct taking *taking, pfn_t pfn, uint32_t nr_pages)
{
	if (taking->event->nr_bad_pages && is_withheld(taking->event, pfn, nr_pages))
		ledger_lose(taking->ledger, pfn, nr_pages);
	else
		ledger_release(taking->ledger, pfn, nr_pages);
}

/* Notes whether the answer tells so many references. */
static inline void expect_refs(const struct taking *taking, int32_t refs)
{
	if (!taking->taken)
		return;
	taking->taken->expected_refs = refs;
	if (taking->event->result != refs)
		taken_note(taking->taken, TAKEN_ANSWER);
}

#define OWNER_NOBODY UINT32_MAX
#define OWNER_KEEP_OFF (UINT32_MAX - 1) /* also outside the machine */

/* misuse.c. The slot that has the frame: no misuse and no speculation on what is to be kept off. */
uint32_t owner_of(const struct ledger *ledger, pfn_t pfn);
/* What the view shows of a page; false: there is no view, or no such page. */
bool read_page(const struct ledger *ledger, pfn_t pfn, struct page_info *info);
