/* SPDX-License-Identifier: MIT */
/* Operations that take pages. */
#include "oracle/ops/op_row.h"

static bool fits_empty(struct ledger *ledger, const struct op *op, struct call *call)
{
	(void)call;
	return slot_of(ledger, op)->kind == SLOT_EMPTY;
}

/* ---- may the pages be given? ---- */

void note_clash(const struct ledger *ledger, pfn_t pfn, uint32_t nr_pages, struct taken *taken)
{
	pfn_t overlap;

	if (!taken)
		return;
	taken_note(taken, TAKEN_CLASH);
	if (!ledger_covers(ledger, pfn, nr_pages)) {
		taken->out_of_range = pfn;
		return;
	}
	overlap = ledger_first_taken(ledger, pfn, nr_pages);
	taken->overlap_state = ledger_page(ledger, overlap)->state;
	if (taken->overlap_state == LEDGER_FOREIGN)
		taken->out_of_range = overlap;
	else
		taken->overlap = overlap;
}

/* An order beyond all is judged by the range that it would take. */
static inline bool may_take_block(const struct ledger *ledger, pfn_t pfn, uint32_t order,
				  uint32_t nr_pages, struct taken *taken)
{
	if (order > MAX_PAGE_ORDER) {
		taken_note(taken, TAKEN_CLASH);
		if (taken)
			taken->out_of_range = pfn;
		return false;
	}
	if (pfn & ((1u << order) - 1))
		taken_note(taken, TAKEN_SKEW);
	return may_take(ledger, pfn, nr_pages, taken);
}

/* ---- one block ---- */

static __attribute__((noinline)) void take_block(struct ledger *ledger, const struct op *op,
						 const struct call *call, const struct event *event,
						 struct taken *taken)
{
	bool compound = call->order && call->gfp & __GFP_COMP;
	uint32_t order = call->order;
	pfn_t pfn = event->pfn;

	if (pfn == PFN_NONE) {
		taken_note(taken, TAKEN_FAILURE);
		return;
	}
	if (!may_take_block(ledger, pfn, order, 1u << (order & 31), taken))
		return;
	slots_fill(ledger, op->slot, SLOT_BLOCK, pfn, order);
	ledger_hold(ledger, pfn, order, compound, HOLDER_slot, op->slot);
	taken_touch(taken, TOUCH_GAINED, pfn, 1u << order, order, compound);
}

/* The common case of a subject that nobody judges is done without a call. */
static void take_alloc_pages(struct ledger *ledger, const struct op *op, const struct call *call,
			     const struct event *event, struct taken *taken)
{
	uint32_t order = call->order;
	pfn_t pfn = event->pfn;

	if (taken || ledger->judged || order > MAX_PAGE_ORDER || pfn & ((1u << order) - 1) ||
	    !ledger_covers(ledger, pfn, 1u << order)) {
		take_block(ledger, op, call, event, taken);
		return;
	}
	slots_fill(ledger, op->slot, SLOT_BLOCK, pfn, order);
	ledger_hold(ledger, pfn, order, order && call->gfp & __GFP_COMP, HOLDER_slot, op->slot);
}

const struct op_row op_row_alloc_pages = { .fits = fits_empty, .take = take_alloc_pages };

static bool fits_get_zeroed_page(struct ledger *ledger, const struct op *op, struct call *call)
{
	call->gfp |= __GFP_ZERO;
	return fits_empty(ledger, op, call);
}

const struct op_row op_row_get_zeroed_page = { .fits = fits_get_zeroed_page,
					       .take = take_alloc_pages };

/* ---- single pages in a row ---- */

static bool fits_alloc_pages_exact(struct ledger *ledger, const struct op *op, struct call *call)
{
	uint32_t nr_pages = pages_of_bytes(op->count);

	/* FR-83: size 0 is an impossible order too. */
	while (call->order < NR_PAGE_ORDERS && (!nr_pages || 1u << call->order < nr_pages))
		call->order++;
	return fits_empty(ledger, op, call);
}

static void take_alloc_pages_exact(struct ledger *ledger, const struct op *op,
				   const struct call *call, const struct event *event,
				   struct taken *taken)
{
	uint32_t nr_pages = pages_of_bytes(call->count);

	taken_note(taken, TAKEN_SPLIT);
	if (event->pfn == PFN_NONE) {
		taken_note(taken, TAKEN_FAILURE);
		return;
	}
	if (!may_take_block(ledger, event->pfn, call->order, nr_pages, taken))
		return;
	slots_fill(ledger, op->slot, SLOT_SPLIT, event->pfn, call->order);
	slots_fill_split(ledger, op->slot, event->pfn, nr_pages);
	slot_of(ledger, op)->exact = true;
	taken_touch(taken, TOUCH_GAINED_SINGLES, event->pfn, nr_pages, 0, false);
}

const struct op_row op_row_alloc_pages_exact = { .fits = fits_alloc_pages_exact,
						 .take = take_alloc_pages_exact };

/* ---- in bulk ---- */

static bool fits_alloc_pages_bulk_array(struct ledger *ledger, const struct op *op,
					struct call *call)
{
	const struct slot *slot = slot_of(ledger, op);

	call->count = slots_run(ledger, op);
	call->pfns = ledger->pfns;
	for (uint32_t i = 0; i < call->count; i++)
		call->pfns[i] = slot[i].pfn;
	return call->count > 0;
}

static bool fits_alloc_pages_bulk_list(struct ledger *ledger, const struct op *op,
				       struct call *call)
{
	const struct slot *slot = slot_of(ledger, op);

	call->count = slots_run(ledger, op);
	for (uint32_t i = 0; i < call->count; i++)
		if (slot[i].kind != SLOT_EMPTY)
			return false;
	return call->count > 0;
}

/* A failure of the pages that did not come. */
static void take_bulk(struct ledger *ledger, const struct op *op, const struct call *call,
		      const struct event *event, struct taken *taken)
{
	uint32_t nr = event->nr_pfns < call->count ? event->nr_pfns : call->count;

	taken_note(taken, TAKEN_BULK);
	taken_note(taken, TAKEN_FAILURE);
	for (uint32_t i = 0; i < nr; i++) {
		pfn_t pfn = event->pfns[i];

		if (pfn == PFN_NONE || ledger->slots[op->slot + i].kind != SLOT_EMPTY)
			continue;
		if (!may_take(ledger, pfn, 1, taken))
			return;
		ledger_hold(ledger, pfn, 0, false, HOLDER_slot, op->slot + i);
		slots_fill(ledger, op->slot + i, SLOT_BLOCK, pfn, 0);
		taken_touch(taken, TOUCH_GAINED_ONE, pfn, 1, 0, false);
	}
}

const struct op_row op_row_alloc_pages_bulk_array = { .fits = fits_alloc_pages_bulk_array,
						      .take = take_bulk };
const struct op_row op_row_alloc_pages_bulk_list = { .fits = fits_alloc_pages_bulk_list,
						     .take = take_bulk };
