/* SPDX-License-Identifier: MIT */
/* Deliberate misuse, and what the kernel would make of it (FR-9, FR-15..17). */
#include "oracle/ops/op_row.h"

#include "oracle/eyes/view.h"

/* BU-4, flags that make a free page bad. */
#define CHECK_AT_FREE                                                               \
	(1u << PG_lru | 1u << PG_locked | 1u << PG_private | 1u << PG_private_2 |   \
	 1u << PG_writeback | 1u << PG_reserved | 1u << PG_slab | 1u << PG_active | \
	 1u << PG_unevictable | 1u << PG_mlocked)

/* ---- what it is about ---- */

uint32_t owner_of(const struct ledger *ledger, pfn_t pfn)
{
	const struct ledger_page *page = ledger_page(ledger, pfn);
	uint32_t slot;

	if (!page || page->marks & LEDGER_KEEP_OFF)
		return OWNER_KEEP_OFF;
	page = ledger_held_head(ledger, pfn);
	if (!page)
		return OWNER_NOBODY;
	slot = ledger_slot_of(ledger, page);
	return slot == NO_SLOT ? OWNER_KEEP_OFF : slot;
}

/* The block must lie in one range of memory: beyond it there is nothing that could be judged. */
static bool block_in_memory(const struct ledger *ledger, pfn_t pfn, uint32_t order)
{
	for (uint32_t i = 0; i < ledger->machine.nr_memory && i < BUDDY_MAX_RANGES; i++) {
		const struct buddy_range *range = &ledger->machine.memory[i];

		if (pfn >= range->start_pfn && pfn < range->end_pfn)
			return range->end_pfn - pfn >= 1u << order;
	}
	return false;
}

/* ---- what the kernel sees of it ---- */

bool read_page(const struct ledger *ledger, pfn_t pfn, struct page_info *info)
{
	return ledger->view && ledger->view->page(ledger->view->self, pfn, info);
}

static bool strict(const struct ledger *ledger)
{
	return ledger->machine.features & BUDDY_DEBUG_VM;
}

static bool page_looks_bad(const struct page_info *info)
{
	return info->refcount || info->mapcount != -1 || info->mapping || info->buddy ||
	       info->flags & CHECK_AT_FREE;
}

/* Dropping a reference that does not exist: only DEBUG_VM sees it (FR-9). */
static struct foresight foresee_drop_below_zero(const struct ledger *ledger,
						const struct call *call)
{
	struct foresight foresight = { .outcome = OUTCOME_SILENT };
	const struct ledger_page *page = ledger_page(ledger, call->pfn);
	struct page_info info;

	if (!page || !read_page(ledger, call->pfn, &info))
		foresight.outcome = OUTCOME_UNKNOWN;
	else if (strict(ledger) && !info.refcount)
		foresight.outcome = OUTCOME_TRAP;
	/* Somebody else's page is freed under him, or the tails of a free block a second time. */
	if (!page || page->state == LEDGER_HELD || page->state == LEDGER_FRAG ||
	    page->state == LEDGER_FOREIGN || call->order)
		foresight.undefined = true;
	return foresight;
}

static void take_drop_below_zero(const struct taking *taking)
{
	ledger_keep_off(taking->ledger, taking->call->pfn);
	ledger_taint(taking->ledger, taking->call->pfn);
}

/* ---- operations ---- */

static bool fits_double_free(struct ledger *ledger, const struct op *op, struct call *call)
{
	const struct slot *slot = slot_of(ledger, op);

	call->pfn = slot_last_pfn(slot);
	call->order = 0;
	return slot->kind == SLOT_EMPTY && slot_last_pfn(slot) != PFN_NONE && !slot->last_order &&
	       !ledger->frag_hidden && owner_of(ledger, slot_last_pfn(slot)) == OWNER_NOBODY;
}

const struct op_row op_row_double_free = { .fits = fits_double_free,
					   .foresee = foresee_drop_below_zero,
					   .take = take_drop_below_zero };

/* Does a block of somebody begin there, or is the frame to be kept off? */
static bool begins_owned(const struct ledger *ledger, pfn_t pfn)
{
	const struct ledger_page *page = &ledger->pages[pfn - ledger->base_pfn];

	return page->state == LEDGER_HELD || page->marks & LEDGER_KEEP_OFF;
}

static bool fits_free_foreign(struct ledger *ledger, const struct op *op, struct call *call)
{
	if (!ledger->nr_pages || op->order > MAX_PAGE_ORDER || ledger->frag_hidden)
		return false;
	call->pfn = ledger->base_pfn + op->value % ledger->nr_pages;
	if (!block_in_memory(ledger, call->pfn, op->order))
		return false;
	for (uint32_t i = 1; i < 1u << op->order; i++)
		if (begins_owned(ledger, call->pfn + i))
			return false;
	return owner_of(ledger, call->pfn) == OWNER_NOBODY;
}

const struct op_row op_row_free_foreign = { .fits = fits_free_foreign,
					    .foresee = foresee_drop_below_zero,
					    .take = take_drop_below_zero };

static bool fits_free_tail(struct ledger *ledger, const struct op *op, struct call *call)
{
	const struct ledger_page *head = slot_block(ledger, op);

	if (!head || !op->count || op->count >= 1u << head->order)
		return false;
	call->pfn = head->head + op->count;
	call->order = 0;
	return owner_of(ledger, call->pfn) != OWNER_KEEP_OFF;
}

const struct op_row op_row_free_tail = { .fits = fits_free_tail,
					 .foresee = foresee_drop_below_zero,
					 .take = take_drop_below_zero };

/* After a misuse nobody may touch the frame again until it is handed out anew. */
static void drop_misused(const struct taking *taking)
{
	slots_empty(taking->ledger, taking->op->slot);
	slot_remember(slot_of(taking->ledger, taking->op), PFN_NONE);
	ledger_keep_off(taking->ledger, taking->call->pfn);
}

static bool fits_free_wrong_order(struct ledger *ledger, const struct op *op, struct call *call)
{
	const struct ledger_page *head = slot_block(ledger, op);

	if (!head)
		return false;
	call->pfn = head->head;
	return op->order != head->order && op->order <= MAX_PAGE_ORDER &&
	       !(head->marks & LEDGER_LRU) && block_in_memory(ledger, head->head, op->order);
}

/* The block and its neighbours are prepared as one: a page that is not free among them stops it
 * (FR-12.4). */
static struct foresight foresee_too_large(const struct ledger *ledger, const struct call *call,
					  const struct ledger_page *head)
{
	struct foresight foresight = { .outcome = OUTCOME_SILENT, .undefined = true };
	bool compound = head->marks & LEDGER_COMPOUND, buddy_hit = false, bad = false;
	struct page_info info;

	if (head->refs != 1) /* FR-5: the upper parts are freed with no look at their heads */
		return (struct foresight){ .outcome = OUTCOME_UNKNOWN, .undefined = !compound };
	for (uint32_t i = 1; i < 1u << call->order; i++) {
		if (!read_page(ledger, call->pfn + i, &info)) {
			foresight.outcome = OUTCOME_UNKNOWN;
			return foresight;
		}
		if (i < 1u << head->order && compound)
			continue;
		bad = bad || page_looks_bad(&info);
		buddy_hit = buddy_hit || info.buddy;
	}
	if (compound) /* the neighbours' tail marks are wiped */
		foresight.outcome = strict(ledger) ? OUTCOME_TRAP : OUTCOME_UNKNOWN;
	else if (bad) {
		foresight.outcome = OUTCOME_REPORTED;
		foresight.undefined = buddy_hit; /* a report drops the buddy mark (FR-15) */
	} else if (strict(ledger)) {
		foresight.outcome = OUTCOME_UNKNOWN;
	}
	return foresight;
}

static struct foresight foresee_wrong_order(const struct ledger *ledger, const struct call *call)
{
	struct foresight foresight = { .outcome = OUTCOME_SILENT };
	const struct ledger_page *head = ledger_page(ledger, call->pfn);

	if (!head || head->state != LEDGER_HELD)
		return (struct foresight){ .outcome = OUTCOME_UNKNOWN, .undefined = true };
	if (call->order > head->order)
		return foresee_too_large(ledger, call, head);
	/* Too small: the rest leaks silently, but DEBUG_VM knows the size of a compound block. */
	if (strict(ledger) && head->marks & LEDGER_COMPOUND && call->order && head->refs == 1)
		foresight.outcome = OUTCOME_TRAP;
	else if (ledger->any_taint)
		foresight.outcome = OUTCOME_UNKNOWN;
	return foresight;
}

/* FR-9: what is beyond the order is leaked, or the whole block when its neighbours stopped the
 * free; of a plain block that somebody has still the first page stays (FR-5). */
static void take_free_wrong_order(const struct taking *taking)
{
	struct ledger *ledger = taking->ledger;
	pfn_t pfn = taking->call->pfn;
	struct ledger_page *head = ledger_page(ledger, pfn);
	uint32_t nr_held = 1u << head->order, nr_freed = 1u << taking->call->order;
	bool compound = head->marks & LEDGER_COMPOUND;

	ledger_drop_refs(ledger, head, HOLDER_slot, taking->op->slot, 1);
	if (head->refs && compound)
		return;
	if (nr_freed < nr_held)
		ledger_lose(ledger, pfn + nr_freed, nr_held - nr_freed);
	if (head->refs) {
		if (nr_freed > nr_held)
			nr_freed = nr_held;
		ledger_shrink_to_head(ledger, pfn);
		ledger_release(ledger, pfn + 1, nr_freed - 1);
		slot_of(ledger, taking->op)->last_order = 0;
		return;
	}
	if (nr_freed > nr_held)
		ledger_lose(ledger, pfn, nr_held);
	else
		give_back(taking, pfn, nr_freed);
	drop_misused(taking);
}

const struct op_row op_row_free_wrong_order = { .fits = fits_free_wrong_order,
						.foresee = foresee_wrong_order,
						.take = take_free_wrong_order };

static bool fits_free_referenced(struct ledger *ledger, const struct op *op, struct call *call)
{
	const struct ledger_page *head = call_block(ledger, op, call);

	return head && head->order <= PAGE_ALLOC_COSTLY_ORDER && !(head->marks & LEDGER_LRU);
}

/* FR-16: the head of a pcp block is checked by DEBUG_VM only. */
static struct foresight foresee_free_referenced(const struct ledger *ledger,
						const struct call *call)
{
	(void)call;
	return (struct foresight){ .outcome = !ledger->view    ? OUTCOME_UNKNOWN
					      : strict(ledger) ? OUTCOME_REPORTED
							       : OUTCOME_SILENT };
}

static void take_free_referenced(const struct taking *taking)
{
	give_back(taking, taking->call->pfn, 1u << taking->call->order);
	ledger_taint(taking->ledger, taking->call->pfn);
	drop_misused(taking);
}

const struct op_row op_row_free_referenced = { .fits = fits_free_referenced,
					       .foresee = foresee_free_referenced,
					       .take = take_free_referenced };
