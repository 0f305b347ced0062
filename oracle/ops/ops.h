/* SPDX-License-Identifier: MIT */
/*
 * What an operation means, told once: which slots it fits, what the kernel makes of it, what it
 * makes of the owners. One row an operation (op_row.h), by family: alloc.c, free.c, refs.c, frag.c,
 * machine.c, misuse.c. So every subject and the judge see the same program.
 */
#pragma once

#include "oracle/ops/taken.h"

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
bool ops_resolve(struct ledger *ledger, const struct op *op, struct call *call);
/* The gfp that a resolved op asks for pages with. */
gfp_t ops_gfp(const struct call *call);
/*
 * Takes the answer in, effects first. Call it after every resolved op, whatever the status. taken:
 * what a judge must know; NULL: there is none. A subject that answers nonsense hurts nobody.
 */
void ops_take(struct ledger *ledger, const struct op *op, const struct call *call,
	      const struct event *event, struct taken *taken);
/*
 * The next op that gives back something still held, or false when nothing is: repeated calls, each
 * resolved, applied and taken in, empty every slot.
 */
bool ops_next_release(struct ledger *ledger, struct op *op);
/* Are its slots empty afterwards, as a rule? */
bool op_gives_slot(uint8_t code);

enum misuse_outcome {
	OUTCOME_UNKNOWN,  /* no view: anything may happen */
	OUTCOME_SILENT,   /* the kernel does not notice */
	OUTCOME_REPORTED, /* bad_page, the block is withdrawn */
	OUTCOME_TRAP      /* DEBUG_VM stops */
};

/* What the kernel would make of an op that frees. */
struct foresight {
	enum misuse_outcome outcome;
	bool undefined; /* afterwards the machine is nobody's any more (FR-9) */
};

/* Before the subject acts; of a misuse, or of a free after one. */
struct foresight ops_foresee(const struct ledger *ledger, const struct call *call);
