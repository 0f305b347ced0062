/* SPDX-License-Identifier: MIT */
/* Operations on references, and on what becomes of a block while it is held. */
#include "oracle/ops/op_row.h"

/* A page of the slot on which a reference may be taken or dropped: not the tail of a plain block.
 */
bool fits_get_page(struct ledger *ledger, const struct op *op, struct call *call)
{
	const struct ledger_page *head = slot_block(ledger, op);

	if (!head)
		return fits_free_page(ledger, op, call);
	call->pfn = head->head + op->count;
	call->order = head->order;
	return op->count < 1u << head->order && (head->marks & LEDGER_COMPOUND || !op->count);
}

static void take_get_page(struct ledger *ledger, const struct op *op, const struct call *call,
			  const struct event *event, struct taken *taken)
{
	struct ledger_page *head = ledger_held_head(ledger, call->pfn);

	ledger_add_refs(ledger, head, HOLDER_slot, op->slot, 1);
	expect_refs(event, head->refs, taken);
	taken_touch(taken, TOUCH_PAGE, head->head, 1, head->order, head->marks & LEDGER_COMPOUND);
}

const struct op_row op_row_get_page = { .fits = fits_get_page, .take = take_get_page };

/* The page may belong to another slot by now, but not to somebody whose references we do not count.
 */
static bool fits_get_page_unless_zero(struct ledger *ledger, const struct op *op, struct call *call)
{
	const struct slot *slot = slot_of(ledger, op);
	uint32_t owner;

	if (slot->kind == SLOT_FRAG || slot->last_pfn == PFN_NONE ||
	    op->count >= 1u << slot->last_order)
		return false;
	call->pfn = slot->last_pfn + op->count;
	call->order = 0;
	owner = owner_of(ledger, call->pfn);
	return owner != OWNER_KEEP_OFF && (owner != OWNER_NOBODY || !ledger->frag_hidden);
}

/*
 * FR-63: refused on a free page, and on every tail: this one looks at the very page it is given,
 * not at its head. The page may be any.
 */
static void take_get_page_unless_zero(struct ledger *ledger, const struct op *op,
				      const struct call *call, const struct event *event,
				      struct taken *taken)
{
	struct ledger_page *page = ledger_page(ledger, call->pfn);

	(void)op;
	if (!page || page->marks & LEDGER_TAINTED || page->state == LEDGER_FOREIGN ||
	    page->state == LEDGER_FRAG || page->state == LEDGER_LOST)
		return;
	expect_refs(event, page->state == LEDGER_HELD ? page->refs + 1 : 0, taken);
	if (page->state == LEDGER_HELD && event->result > 0)
		ledger_add_refs(ledger, page, HOLDER_slot, ledger_slot_of(ledger, page), 1);
	taken_touch(taken, TOUCH_PAGE, call->pfn, 1, page->order, page->marks & LEDGER_COMPOUND);
}

const struct op_row op_row_get_page_unless_zero = { .fits = fits_get_page_unless_zero,
						    .take = take_get_page_unless_zero };

/* ---- the block as such ---- */

static bool fits_split_page(struct ledger *ledger, const struct op *op, struct call *call)
{
	const struct ledger_page *head = slot_block(ledger, op);

	if (!head)
		return false;
	call->pfn = head->head;
	call->order = head->order;
	return head->order && !(head->marks & (LEDGER_COMPOUND | LEDGER_LRU)) &&
	       ledger_refs_of(ledger, head, HOLDER_slot, op->slot) == head->refs;
}

static void take_split_page(struct ledger *ledger, const struct op *op, const struct call *call,
			    const struct event *event, struct taken *taken)
{
	struct ledger_page *head = ledger_page(ledger, call->pfn);
	int32_t more_refs = head->refs - 1;

	(void)event;
	taken_note(taken, TAKEN_SPLIT);
	slots_fill_split(ledger, op->slot, call->pfn, 1u << call->order);
	ledger_add_refs(ledger, head, HOLDER_slot, op->slot, more_refs);
	taken_touch(taken, TOUCH_ALONE, call->pfn, 1u << call->order, 0, false);
}

const struct op_row op_row_split_page = { .fits = fits_split_page, .take = take_split_page };

static bool fits_set_lru(struct ledger *ledger, const struct op *op, struct call *call)
{
	const struct ledger_page *head = slot_block(ledger, op);

	if (!head)
		return false;
	call->pfn = head->head;
	call->order = head->order;
	return !(head->marks & LEDGER_LRU) && head->refs == 1;
}

static void take_set_lru(struct ledger *ledger, const struct op *op, const struct call *call,
			 const struct event *event, struct taken *taken)
{
	(void)call, (void)event, (void)taken;
	slot_block(ledger, op)->marks |= LEDGER_LRU;
}

const struct op_row op_row_set_lru = { .fits = fits_set_lru, .take = take_set_lru };
