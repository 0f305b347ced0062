/* SPDX-License-Identifier: MIT */
/* Operations that give pages back, and what every drop of a reference has in common. */
#include "oracle/ops/op_row.h"

#include "oracle/eyes/view.h"

/* ---- one reference less ---- */

bool is_withheld(const struct event *event, pfn_t pfn, uint32_t nr_pages)
{
	for (uint32_t i = 0; i < event->nr_bad_pages && i < EVENT_MAX_BAD_PAGES; i++)
		if (event->bad_pages[i].pfn - pfn < nr_pages)
			return true;
	return false;
}

static inline __attribute__((always_inline)) void drop_block_ref(const struct taking *taking,
								 uint32_t index)
{
	struct ledger *ledger = taking->ledger;
	pfn_t pfn = ledger->slots[index].pfn;
	struct ledger_page *head = entry_of(ledger, pfn);

	if (taking->taken)
		taken_touch(taking->taken, TOUCH_DROPPED, pfn, 1, head->order,
			    head->marks & LEDGER_COMPOUND);
	head->marks &= (uint8_t)~LEDGER_LRU;
	if (!ledger_drop_refs(ledger, head, HOLDER_slot, index, 1))
		slots_empty(ledger, index);
	if (!head->refs)
		give_back(taking, pfn, 1u << head->order);
}

static void drop_split_ref(const struct taking *taking, uint32_t page)
{
	struct ledger *ledger = taking->ledger;
	uint32_t index = taking->op->slot;
	pfn_t pfn = ledger->slots[index].pfn + page;
	struct ledger_page *entry = entry_of(ledger, pfn);

	if (!ledger_drop_refs(ledger, entry, HOLDER_slot, index, 1))
		slots_lose_page(ledger, index);
	if (!entry->refs)
		give_back(taking, pfn, 1);
	taken_touch(taking->taken, TOUCH_DROPPED, pfn, 1, 0, false);
}

/* ---- blocks ---- */

static bool fits_free_pages(struct ledger *ledger, const struct op *op, struct call *call)
{
	return call_block(ledger, op, call);
}

/* FR-5: a plain block that somebody has still is down to its first page. */
static __attribute__((cold)) void leave_first_page(const struct taking *taking)
{
	const struct call *call = taking->call;

	if (!call->order)
		return;
	ledger_shrink_to_head(taking->ledger, call->pfn);
	ledger_release(taking->ledger, call->pfn + 1, (1u << call->order) - 1);
	slot_of(taking->ledger, taking->op)->last_order = 0;
}

static __attribute__((noinline)) void drop_block(const struct taking *taking)
{
	const struct ledger_page *head = entry_of(taking->ledger, taking->call->pfn);

	drop_block_ref(taking, taking->op->slot);
	expect_refs(taking, head->refs);
	if (head->refs && !(head->marks & LEDGER_COMPOUND))
		leave_first_page(taking);
}

/* The common case is done without a call: the slot has the one reference there is. */
static void take_free_pages(const struct taking *taking)
{
	struct ledger *ledger = taking->ledger;
	struct ledger_page *head = entry_of(ledger, taking->call->pfn);

	if (head->refs != 1 || head->kind != HOLDER_slot || head->marks & LEDGER_SPREAD ||
	    taking->event->nr_bad_pages ||
	    (ledger->judged &&
	     !ledger_note_word(ledger, head->head - ledger->base_pfn, 1u << head->order, true))) {
		drop_block(taking);
		return;
	}
	taken_touch(taking->taken, TOUCH_DROPPED, head->head, 1, head->order,
		    head->marks & LEDGER_COMPOUND);
	expect_refs(taking, 0);
	slots_empty(ledger, taking->op->slot);
	*head = ledger_free_page(head);
}

/* An ordinary free finds the tail on which an earlier misuse left a wrong count (FR-12.4). */
struct foresight foresee_tainted_free(const struct ledger *ledger, const struct call *call)
{
	const struct ledger_page *head = ledger_held_head(ledger, call->pfn);
	struct foresight foresight = { .outcome = OUTCOME_SILENT };
	struct page_info info;

	if (!head || head->refs != 1)
		return foresight;
	for (uint32_t i = 1; i < 1u << head->order; i++)
		if (ledger_page(ledger, head->head + i)->marks & LEDGER_TAINTED &&
		    read_page(ledger, head->head + i, &info) && info.refcount)
			foresight.outcome = OUTCOME_REPORTED;
	return foresight;
}

const struct op_row op_row_free_pages = { .fits = fits_free_pages,
					  .foresee = foresee_tainted_free,
					  .take = take_free_pages,
					  .gives = true };

/*
 * A page that a list of them may have: order 0 and one reference. put_pages_list threads it through
 * the links that an LRU list needs.
 */
static bool is_releasable(const struct ledger *ledger, uint8_t code, const struct slot *slot)
{
	const struct ledger_page *page =
		slot->kind == SLOT_BLOCK ? entry_of(ledger, slot->pfn) : NULL;

	return page && page->state == LEDGER_HELD && !page->order && page->refs == 1 &&
	       (code != OP_put_pages_list || !(page->marks & LEDGER_LRU));
}

static bool fits_release_pages(struct ledger *ledger, const struct op *op, struct call *call)
{
	const struct slot *slot = slot_of(ledger, op);
	uint32_t nr_slots = slots_run(ledger, op);

	call->pfns = ledger->pfns;
	call->count = 0;
	for (uint32_t i = 0; i < nr_slots; i++)
		if (is_releasable(ledger, op->code, &slot[i]))
			call->pfns[call->count++] = slot[i].pfn;
	return call->count > 0;
}

static void take_release_pages(const struct taking *taking)
{
	const struct op *op = taking->op;
	uint32_t end = op->slot + slots_run(taking->ledger, op);

	for (uint32_t index = op->slot; index < end; index++)
		if (is_releasable(taking->ledger, op->code, &taking->ledger->slots[index]))
			drop_block_ref(taking, index);
}

const struct op_row op_row_release_pages = { .fits = fits_release_pages,
					     .take = take_release_pages,
					     .gives = true };

const struct op_row op_row_put_pages_list = { .fits = fits_release_pages,
					      .take = take_release_pages,
					      .gives = true };

/* ---- single pages ---- */

static bool fits_free_pages_exact(struct ledger *ledger, const struct op *op, struct call *call)
{
	const struct slot *slot = slot_of(ledger, op);

	call->pfn = slot->pfn;
	call->order = 0;
	call->count = slot->nr_pages * BUDDY_PAGE_SIZE;
	return slot->kind == SLOT_SPLIT && slot->exact && slot->nr_left == slot->nr_pages;
}

static void take_free_pages_exact(const struct taking *taking)
{
	for (uint32_t i = 0; i < taking->call->count / BUDDY_PAGE_SIZE; i++)
		drop_split_ref(taking, i);
}

const struct op_row op_row_free_pages_exact = { .fits = fits_free_pages_exact,
						.take = take_free_pages_exact,
						.gives = true };

bool fits_free_page(struct ledger *ledger, const struct op *op, struct call *call)
{
	call->pfn = slot_of(ledger, op)->pfn + op->count;
	call->order = 0;
	return slot_has_page(ledger, op->slot, op->count);
}

static void take_free_page(const struct taking *taking)
{
	drop_split_ref(taking, taking->op->count);
	expect_refs(taking, ledger_page(taking->ledger, taking->call->pfn)->refs);
}

const struct op_row op_row_free_page = { .fits = fits_free_page, .take = take_free_page };

/* The call's count is in pages. */
static bool fits_free_contig_range(struct ledger *ledger, const struct op *op, struct call *call)
{
	const struct slot *slot = slot_of(ledger, op);

	if (slot->kind != SLOT_SPLIT || op->count >= slot->nr_pages)
		return false;
	call->pfn = slot->pfn + op->count;
	call->count = slot->nr_pages - op->count;
	for (uint32_t page = op->count; page < slot->nr_pages; page++)
		if (!slot_has_page(ledger, op->slot, page))
			return false;
	return true;
}

static void take_free_contig_range(const struct taking *taking)
{
	for (uint32_t i = 0; i < taking->call->count; i++)
		drop_split_ref(taking, taking->op->count + i);
}

const struct op_row op_row_free_contig_range = { .fits = fits_free_contig_range,
						 .take = take_free_contig_range };

/* ---- either ---- */

static bool fits_put_page(struct ledger *ledger, const struct op *op, struct call *call)
{
	const struct ledger_page *head = slot_block(ledger, op);
	bool leaks = head && head->refs == 1 && head->order && !(head->marks & LEDGER_COMPOUND);

	return !leaks && fits_get_page(ledger, op, call);
}

static void take_put_page(const struct taking *taking)
{
	const struct ledger_page *head = slot_block(taking->ledger, taking->op);

	if (!head) {
		take_free_page(taking);
		return;
	}
	drop_block_ref(taking, taking->op->slot);
	expect_refs(taking, head->refs);
}

const struct op_row op_row_put_page = { .fits = fits_put_page,
					.foresee = foresee_tainted_free,
					.take = take_put_page };
