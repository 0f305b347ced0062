/* SPDX-License-Identifier: MIT */
/* Operations that take pages. */
#include "oracle/ops/op_row.h"

static bool fits_empty(struct ledger *ledger, const struct op *op, struct call *call)
{
	(void)call;
	return slot_of(ledger, op)->kind == SLOT_EMPTY;
}

/* ---- may the pages be given? ---- */

void note_clash(const struct taking *taking, pfn_t pfn, uint32_t nr_pages)
{
	const struct ledger *ledger = taking->ledger;
	struct taken *taken = taking->taken;
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

/* The block that was answered, if any. An order beyond all is judged by the range that it would
 * take. */
static inline bool may_take_block(const struct taking *taking, uint32_t nr_pages)
{
	uint32_t order = taking->call->order;
	pfn_t pfn = taking->event->pfn;

	if (pfn == PFN_NONE) {
		taken_note(taking->taken, TAKEN_FAILURE);
		return false;
	}
	if (order > MAX_PAGE_ORDER) {
		taken_note(taking->taken, TAKEN_CLASH);
		if (taking->taken)
			taking->taken->out_of_range = pfn;
		return false;
	}
	if (pfn & ((1u << order) - 1))
		taken_note(taking->taken, TAKEN_SKEW);
	return may_take(taking, pfn, nr_pages);
}

/* ---- one block ---- */

static bool is_compound(const struct call *call)
{
	return call->order && call->gfp & __GFP_COMP;
}

static __attribute__((noinline)) void take_block(const struct taking *taking)
{
	const struct call *call = taking->call;
	uint32_t order = call->order, slot = taking->op->slot;
	pfn_t pfn = taking->event->pfn;

	if (!may_take_block(taking, 1u << (order & 31)))
		return;
	slots_fill(taking->ledger, slot, SLOT_BLOCK, pfn, order);
	ledger_hold(taking->ledger, pfn, order, is_compound(call), HOLDER_slot, slot);
	taken_touch(taking->taken, TOUCH_GAINED, pfn, 1u << order, order, is_compound(call));
}

/* The common case is done without a call: a block came, and nothing speaks against it. */
static void take_alloc_pages(const struct taking *taking)
{
	struct ledger *ledger = taking->ledger;
	uint32_t order = taking->call->order, slot = taking->op->slot;
	bool compound = is_compound(taking->call);
	pfn_t pfn = taking->event->pfn;

	if (order > MAX_PAGE_ORDER || pfn & ((1u << order) - 1) ||
	    !ledger_covers(ledger, pfn, 1u << order) ||
	    (ledger->judged &&
	     (!ledger_all_free(ledger, pfn, 1u << order) ||
	      !ledger_note_word(ledger, pfn - ledger->base_pfn, 1u << order, false)))) {
		take_block(taking);
		return;
	}
	slots_fill(ledger, slot, SLOT_BLOCK, pfn, order);
	ledger_enter(ledger, pfn, order, compound, HOLDER_slot, slot);
	taken_touch(taking->taken, TOUCH_GAINED, pfn, 1u << order, order, compound);
}

const struct op_row op_row_alloc_pages = { .fits = fits_empty, .take = take_alloc_pages };

/* FP-1 */
const struct op_row op_row_get_zeroed_page = { .fits = fits_empty,
					       .take = take_alloc_pages,
					       .gfp_added = __GFP_ZERO,
					       .gfp_removed = __GFP_HIGHMEM };

/* ---- single pages in a row ---- */

static bool fits_alloc_pages_exact(struct ledger *ledger, const struct op *op, struct call *call)
{
	uint32_t nr_pages = pages_of_bytes(op->count);

	/* FR-83: size 0 is an impossible order too. */
	while (call->order < NR_PAGE_ORDERS && (!nr_pages || 1u << call->order < nr_pages))
		call->order++;
	return fits_empty(ledger, op, call);
}

static void take_alloc_pages_exact(const struct taking *taking)
{
	struct ledger *ledger = taking->ledger;
	uint32_t nr_pages = pages_of_bytes(taking->call->count), slot = taking->op->slot;
	pfn_t pfn = taking->event->pfn;

	taken_note(taking->taken, TAKEN_SPLIT);
	if (!may_take_block(taking, nr_pages))
		return;
	slots_fill(ledger, slot, SLOT_SPLIT, pfn, taking->call->order);
	slots_fill_split(ledger, slot, pfn, nr_pages);
	ledger->slots[slot].exact = true;
	taken_touch(taking->taken, TOUCH_GAINED_SINGLES, pfn, nr_pages, 0, false);
}

/* FR-82 */
const struct op_row op_row_alloc_pages_exact = { .fits = fits_alloc_pages_exact,
						 .take = take_alloc_pages_exact,
						 .gfp_removed = __GFP_COMP | __GFP_HIGHMEM };

/* ---- in bulk ---- */

static bool fits_alloc_pages_bulk_array(struct ledger *ledger, const struct op *op,
					struct call *call)
{
	const struct slot *slot = slot_of(ledger, op);

	call->count = slots_run(ledger, op);
	call->pfns = ledger->pfns;
	for (uint32_t i = 0; i < call->count; i++)
		call->pfns[i] = slot[i].kind == SLOT_EMPTY ? PFN_NONE : slot[i].pfn;
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
static void take_bulk(const struct taking *taking)
{
	const struct event *event = taking->event;
	uint32_t nr = event->nr_pfns < taking->call->count ? event->nr_pfns : taking->call->count;

	taken_note(taking->taken, TAKEN_BULK);
	taken_note(taking->taken, TAKEN_FAILURE);
	for (uint32_t i = 0, slot = taking->op->slot; i < nr; i++, slot++) {
		pfn_t pfn = event->pfns[i];

		if (pfn == PFN_NONE || taking->ledger->slots[slot].kind != SLOT_EMPTY)
			continue;
		if (!may_take(taking, pfn, 1))
			return;
		ledger_hold(taking->ledger, pfn, 0, false, HOLDER_slot, slot);
		slots_fill(taking->ledger, slot, SLOT_BLOCK, pfn, 0);
		taken_touch(taking->taken, TOUCH_GAINED_ONE, pfn, 1, 0, false);
	}
}

const struct op_row op_row_alloc_pages_bulk_array = { .fits = fits_alloc_pages_bulk_array,
						      .take = take_bulk };
const struct op_row op_row_alloc_pages_bulk_list = { .fits = fits_alloc_pages_bulk_list,
						     .take = take_bulk };
