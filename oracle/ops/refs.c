/* SPDX-License-Identifier: MIT */
/* Operations on references, and on what becomes of a block while it is held. */
#include "oracle/ops/op_row.h"

/* A page of the slot on which a reference may be taken or dropped: not the tail of a plain block.
 */
bool fits_get_page(struct ledger *ledger, const struct op *op, struct call *call)
{
	const struct ledger_page *head = call_block(ledger, op, call);

	if (!head)
		return fits_free_page(ledger, op, call);
	call->pfn += op->count;
	return op->count < 1u << head->order && (head->marks & LEDGER_COMPOUND || !op->count);
}

static void take_get_page(const struct taking *taking)
{
	struct ledger_page *head = ledger_held_head(taking->ledger, taking->call->pfn);

	ledger_add_refs(taking->ledger, head, HOLDER_slot, taking->op->slot, 1);
	expect_refs(taking, head->refs);
	taken_touch(taking->taken, TOUCH_PAGE, head->head, 1, head->order,
		    head->marks & LEDGER_COMPOUND);
}

const struct op_row op_row_get_page = { .fits = fits_get_page, .take = take_get_page };

/* The page may belong to another slot by now, but not to somebody whose references we do not count.
 */
static bool fits_get_page_unless_zero(struct ledger *ledger, const struct op *op, struct call *call)
{
	const struct slot *slot = slot_of(ledger, op);
	uint32_t owner;

	if (slot->kind == SLOT_FRAG || slot_last_pfn(slot) == PFN_NONE ||
	    op->count >= 1u << slot->last_order)
		return false;
	call->pfn = slot_last_pfn(slot) + op->count;
	call->order = 0;
	owner = owner_of(ledger, call->pfn);
	return owner != OWNER_KEEP_OFF && (owner != OWNER_NOBODY || !ledger->frag_hidden);
}

/*
 * FR-63: refused on a free page, and on every tail: this one looks at the very page it is given,
 * not at its head. The page may be any.
 */
static void take_get_page_unless_zero(const struct taking *taking)
{
	struct ledger *ledger = taking->ledger;
	pfn_t pfn = taking->call->pfn;
	struct ledger_page *page = ledger_page(ledger, pfn);

	if (!page || page->marks & LEDGER_TAINTED || page->state == LEDGER_FOREIGN ||
	    page->state == LEDGER_FRAG || page->state == LEDGER_LOST)
		return;
	expect_refs(taking, page->state == LEDGER_HELD ? page->refs + 1 : 0);
	if (page->state == LEDGER_HELD && taking->event->result > 0)
		ledger_add_refs(ledger, page, HOLDER_slot, ledger_slot_of(ledger, page), 1);
	taken_touch(taking->taken, TOUCH_PAGE, pfn, 1, page->order, page->marks & LEDGER_COMPOUND);
}

const struct op_row op_row_get_page_unless_zero = { .fits = fits_get_page_unless_zero,
						    .take = take_get_page_unless_zero };

/* ---- the block as such ---- */

static bool fits_split_page(struct ledger *ledger, const struct op *op, struct call *call)
{
	const struct ledger_page *head = call_block(ledger, op, call);

	return head && head->order && !(head->marks & (LEDGER_COMPOUND | LEDGER_LRU)) &&
	       ledger_refs_of(ledger, head, HOLDER_slot, op->slot) == head->refs;
}

static void take_split_page(const struct taking *taking)
{
	struct ledger *ledger = taking->ledger;
	uint32_t nr_pages = 1u << taking->call->order;
	pfn_t pfn = taking->call->pfn;
	int32_t more_refs = ledger_page(ledger, pfn)->refs - 1;

	taken_note(taking->taken, TAKEN_SPLIT);
	slots_fill_split(ledger, taking->op->slot, pfn, nr_pages);
	ledger_add_refs(ledger, ledger_page(ledger, pfn), HOLDER_slot, taking->op->slot, more_refs);
	taken_touch(taking->taken, TOUCH_ALONE, pfn, nr_pages, 0, false);
}

const struct op_row op_row_split_page = { .fits = fits_split_page, .take = take_split_page };

static bool fits_set_lru(struct ledger *ledger, const struct op *op, struct call *call)
{
	const struct ledger_page *head = call_block(ledger, op, call);

	return head && !(head->marks & LEDGER_LRU) && head->refs == 1;
}

static void take_set_lru(const struct taking *taking)
{
	slot_block(taking->ledger, taking->op)->marks |= LEDGER_LRU;
}

const struct op_row op_row_set_lru = { .fits = fits_set_lru, .take = take_set_lru };
