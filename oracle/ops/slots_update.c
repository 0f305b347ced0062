/* SPDX-License-Identifier: MIT */
/* What a slot remembers of an answer. A subject that answers nonsense must not hurt the table. */
#include <string.h>

#include "oracle/ledger/slots_internal.h"

#define MAX_PFN_OF_ORDER(order) (PFN_NONE - (1u << (order)))

static void mark_held(struct slots *slots, uint32_t index)
{
	slots->held[index / 64] |= 1ull << index % 64;
	slots->used[index / 64] |= 1ull << index % 64;
}

static void hold_block(struct slots *slots, uint32_t index, pfn_t pfn, uint32_t order,
		       bool compound)
{
	struct slot *slot = &slots->table[index];

	if (order > MAX_PAGE_ORDER || pfn > MAX_PFN_OF_ORDER(order))
		return;
	slot->kind = SLOT_BLOCK;
	slot->order = (uint8_t)order;
	slot->compound = compound;
	slot->refs = 1;
	slot->pfn = pfn;
	slot->last_pfn = pfn;
	slot->last_order = (uint8_t)order;
	slots_set_owner(slots, pfn, index + 1);
	mark_held(slots, index);
}

/* From here on every page lives for itself; resolve made the bitmap. */
static void hold_split(struct slots *slots, uint32_t index, pfn_t pfn, uint32_t nr_pages)
{
	struct slot *slot = &slots->table[index];

	slot->kind = SLOT_SPLIT;
	slot->nr_pages = nr_pages;
	slot->nr_left = nr_pages;
	memset(slot->freed, 0, (1u << MAX_PAGE_ORDER) / 8);
	memset(slot->extra_refs, 0, nr_pages * sizeof(*slot->extra_refs));
	for (uint32_t i = 0; i < nr_pages; i++)
		slots_set_owner(slots, pfn + i, index + 1);
}

static void drop_block(struct slots *slots, uint32_t index)
{
	slots_set_owner(slots, slots->table[index].pfn, OWNER_NOBODY);
	slots_empty(slots, index);
}

/* After a misuse nobody may touch the frame again until it is handed out anew. */
static void drop_misused(struct slots *slots, uint32_t index)
{
	pfn_t pfn = slots->table[index].pfn;

	slots_empty(slots, index);
	slots->table[index].last_pfn = PFN_NONE;
	slots_set_owner(slots, pfn, OWNER_KEEP_OFF);
}

static void drop_split_page(struct slots *slots, uint32_t index, uint32_t page)
{
	struct slot *slot = &slots->table[index];

	if (slot->extra_refs[page]) {
		slot->extra_refs[page]--;
		return;
	}
	slot->freed[page / 64] |= 1ull << page % 64;
	slots_set_owner(slots, slot->pfn + page, OWNER_NOBODY);
	if (!--slot->nr_left)
		slots_empty(slots, index);
}

/* __free_pages on a block: what is left when others hold references (FR-5). */
static void drop_reference(struct slots *slots, uint32_t index)
{
	struct slot *slot = &slots->table[index];

	slot->lru = false;
	if (slot->refs == 1) {
		drop_block(slots, index);
		return;
	}
	slot->refs--;
	if (!slot->compound) {
		slot->order = 0;
		slot->last_order = 0;
	}
}

static void update_alloc(struct slots *slots, const struct op *op, const struct call *call,
			 const struct event *event)
{
	if (event->pfn != PFN_NONE)
		hold_block(slots, op->slot, event->pfn, call->order,
			   call->order && call->gfp & __GFP_COMP);
}

static void update_exact(struct slots *slots, const struct op *op, const struct call *call,
			 const struct event *event)
{
	struct slot *slot = &slots->table[op->slot];

	if (event->pfn == PFN_NONE || call->order > MAX_PAGE_ORDER)
		return;
	hold_block(slots, op->slot, event->pfn, call->order, false);
	if (slot->kind != SLOT_BLOCK)
		return;
	hold_split(slots, op->slot, event->pfn,
		   (call->count + BUDDY_PAGE_SIZE - 1) / BUDDY_PAGE_SIZE);
	slot->exact = true;
}

static void update_bulk(struct slots *slots, const struct op *op, const struct call *call,
			const struct event *event)
{
	const struct slot *slot = &slots->table[op->slot];
	const pfn_t *pfns = event->pfns;
	uint32_t nr = event->nr_pfns < call->count ? event->nr_pfns : call->count;

	for (uint32_t i = 0; i < nr; i++)
		if (pfns[i] != PFN_NONE && slot[i].kind == SLOT_EMPTY)
			hold_block(slots, op->slot + i, pfns[i], 0, false);
}

/* A chunk has at most eight pages, aligned (FR-75); whose frames they are is not for us to know. */
static void keep_off_chunk(struct slots *slots, pfn_t pfn)
{
	for (pfn_t p = pfn & ~7u; p < (pfn & ~7u) + 8; p++)
		if (slots_owner_entry(slots, p) == OWNER_NOBODY)
			slots_set_owner(slots, p, OWNER_KEEP_OFF);
}

static void update_page_frag_alloc(struct slots *slots, const struct op *op,
				   const struct call *call, const struct event *event)
{
	slots->frag_cached = true;
	if (event->pfn == PFN_NONE || event->pfn > MAX_PFN_OF_ORDER(3)) {
		slots->frag_hidden = true;
		return;
	}
	hold_block(slots, op->slot, event->pfn, 0, false);
	slots_set_owner(slots, event->pfn, OWNER_KEEP_OFF);
	keep_off_chunk(slots, event->pfn);
	slots->frag_hidden = false;
	slots->table[op->slot].kind = SLOT_FRAG;
	slots->table[op->slot].offset_bytes = event->offset_bytes;
	slots->table[op->slot].size_bytes = call->count;
}

static void update_free_pages_exact(struct slots *slots, const struct op *op)
{
	uint32_t nr_pages = slots->table[op->slot].nr_pages;

	for (uint32_t i = 0; i < nr_pages; i++)
		drop_split_page(slots, op->slot, i);
}

static void update_put_page(struct slots *slots, const struct op *op)
{
	struct slot *slot = &slots->table[op->slot];

	if (slot->kind == SLOT_SPLIT) {
		drop_split_page(slots, op->slot, op->count);
		return;
	}
	slot->lru = false;
	if (!--slot->refs)
		drop_block(slots, op->slot);
}

static void add_reference(struct slots *slots, uint32_t index, pfn_t pfn)
{
	struct slot *slot = &slots->table[index];

	if (slot->kind == SLOT_BLOCK)
		slot->refs++;
	else if (slot->kind == SLOT_SPLIT)
		slot->extra_refs[pfn - slot->pfn]++;
}

static void update_get_page_unless_zero(struct slots *slots, const struct call *call,
					const struct event *event)
{
	uint32_t owner = slots_owner(slots, call->pfn);

	if (event->result > 0 && owner != OWNER_NOBODY && owner != OWNER_KEEP_OFF)
		add_reference(slots, owner - 1, call->pfn);
}

static void update_release_pages(struct slots *slots, const struct op *op)
{
	uint32_t nr_slots = slots_run(slots, op);

	for (uint32_t i = 0; i < nr_slots; i++)
		if (slot_is_releasable(&slots->table[op->slot + i]))
			drop_reference(slots, op->slot + i);
}

static void update_free_wrong_order(struct slots *slots, const struct op *op)
{
	if (slots->table[op->slot].refs > 1)
		drop_reference(slots, op->slot);
	else
		drop_misused(slots, op->slot);
}

static void update_done(struct slots *slots, const struct op *op, const struct call *call,
			const struct event *event)
{
	switch (call->code) {
	case OP_alloc_pages:
	case OP_get_zeroed_page:
		update_alloc(slots, op, call, event);
		break;
	case OP_alloc_pages_exact:
		update_exact(slots, op, call, event);
		break;
	case OP_alloc_pages_bulk_array:
	case OP_alloc_pages_bulk_list:
		update_bulk(slots, op, call, event);
		break;
	case OP_page_frag_alloc:
		update_page_frag_alloc(slots, op, call, event);
		break;
	case OP_free_pages:
		drop_reference(slots, op->slot);
		break;
	case OP_free_pages_exact:
		update_free_pages_exact(slots, op);
		break;
	case OP_free_page:
		drop_split_page(slots, op->slot, op->count);
		break;
	case OP_get_page:
		add_reference(slots, op->slot, call->pfn);
		break;
	case OP_put_page:
		update_put_page(slots, op);
		break;
	case OP_get_page_unless_zero:
		update_get_page_unless_zero(slots, call, event);
		break;
	case OP_split_page:
		hold_split(slots, op->slot, call->pfn, 1u << call->order);
		slots->table[op->slot].extra_refs[0] = slots->table[op->slot].refs - 1;
		break;
	case OP_release_pages:
		update_release_pages(slots, op);
		break;
	case OP_page_frag_free:
		slots_empty(slots, op->slot);
		slots->table[op->slot].last_pfn = PFN_NONE;
		break;
	case OP_page_frag_cache_drain:
		slots->frag_cached = false;
		slots->frag_hidden = false;
		break;
	case OP_set_lru:
		slots->table[op->slot].lru = true;
		break;
	case OP_cpu:
		slots->cpu = call->cpu;
		break;
	case OP_task:
		slots->task[call->cpu] = call->value;
		break;
	case OP_double_free:
	case OP_free_foreign:
	case OP_free_tail:
		slots_set_owner(slots, call->pfn, OWNER_KEEP_OFF);
		break;
	case OP_free_wrong_order:
		update_free_wrong_order(slots, op);
		break;
	case OP_free_referenced:
		drop_misused(slots, op->slot);
		break;
	default:
		break;
	}
}

void slots_update(struct slots *slots, const struct op *op, const struct call *call,
		  const struct event *event)
{
	/* STALLED: one request inside was given up, what it answered stands. */
	if (event->status == EVENT_DONE || event->status == EVENT_STALLED)
		update_done(slots, op, call, event);
	else if (call->code == OP_page_frag_cache_drain)
		slots->frag_cached = false; /* a subject without a cache */
}
