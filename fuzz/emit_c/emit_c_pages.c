/* SPDX-License-Identifier: MIT */
/* How a file names pages: by r[], which holds what the slots of the program held last. */
#include "fuzz/emit_c/emission.h"

static void put_page_at(struct emission *emission, uint32_t slot, pfn_t pfn)
{
	pfn_t first = slot < emission->program->nr_slots ? emission->slots[slot] : PFN_NONE;

	if (first == pfn)
		PUT(emission, "r[%u]", slot);
	else if (first < pfn && pfn - first < 1u << MAX_PAGE_ORDER)
		PUT(emission, "nth_page(r[%u], %u)", slot, pfn - first);
	else
		PUT(emission, "pfn_to_page(&sys, %u)", pfn);
}

/* A foreign page has no slot. */
static uint32_t slot_of(const struct step *step)
{
	return op_table[step->op->code].operands & OPERAND_SLOT ? step->op->slot : UINT32_MAX;
}

void emit_c_put_page(struct emission *emission, const struct step *step)
{
	put_page_at(emission, slot_of(step), step->call->pfn);
}

/* The slot from this one on that holds the page: release_pages names them in order. */
static uint32_t find_slot(const struct emission *emission, uint32_t slot, pfn_t pfn)
{
	while (slot + 1 < emission->program->nr_slots && emission->slots[slot] != pfn)
		slot++;
	return slot;
}

void emit_c_put_released(struct emission *emission, const struct step *step)
{
	uint32_t slot = step->op->slot;

	for (uint32_t i = 0; i < step->call->count; i++) {
		slot = find_slot(emission, slot, step->call->pfns[i]);
		PUT(emission, "%s", i ? ", " : "");
		put_page_at(emission, slot++, step->call->pfns[i]);
	}
}

/*
 * References of a tail page are kept by its head; after a misuse the very page is asked. A tail
 * that is freed has none, as its head.
 */
void emit_c_put_references(struct emission *emission, const struct step *step)
{
	uint32_t slot = slot_of(step);
	bool itself = step->call->misuse || (slot < emission->program->nr_slots &&
					     emission->slots[slot] == step->call->pfn);

	PUT(emission, itself ? "page_ref_count(" : "refs(");
	emit_c_put_page(emission, step);
	PUT(emission, ")");
}

/* ---- the LRU ---- */

/* LRU marks stand for pages that reclaim would take off its lists before they are freed. */
static void put_off_lru(struct emission *emission, uint32_t slot, pfn_t pfn)
{
	uint32_t index = pfn - emission->base_pfn;

	if (index >= emission->span_pages || !emission->lru_order[index])
		return;
	PUT(emission, "set_lru(");
	put_page_at(emission, slot, pfn);
	PUT(emission, ", %u, false), ", emission->lru_order[index] - 1u);
	emission->lru_order[index] = 0;
}

/* Of a compound block it is the head that has the mark. */
void emit_c_put_off_lru(struct emission *emission, const struct step *step)
{
	uint32_t slot = step->op->slot;

	if (step->op->code != OP_release_pages)
		put_off_lru(emission, slot, emission->slots[slot]);
	else
		for (uint32_t i = 0; i < step->call->count; i++)
			put_off_lru(emission, find_slot(emission, slot, step->call->pfns[i]),
				    step->call->pfns[i]);
}

void emit_c_note_lru(struct emission *emission, const struct step *step)
{
	emission->lru_order[step->call->pfn - emission->base_pfn] =
		(uint8_t)(step->call->order + 1);
}

/* ---- slots ---- */

/* An array names the pages that are there: r[] of an empty slot may still name its last one. */
void emit_c_put_empty_slots(struct emission *emission, const struct step *step)
{
	const struct call *call = step->call;
	bool stale = false;

	for (uint32_t i = 0; i < call->count; i++) {
		pfn_t *slot = &emission->slots[step->op->slot + i];

		stale = stale || (*slot != PFN_NONE && call->pfns[i] == PFN_NONE);
		*slot = call->pfns[i];
	}
	if (!stale)
		return;
	if (emission->rules) {
		PUT(emission, "empty_slots(%u, %u), ", step->op->slot, call->count);
		return;
	}
	for (uint32_t i = 0; i < call->count; i++)
		if (call->pfns[i] == PFN_NONE)
			PUT(emission, "r[%u] = ", step->op->slot + i);
	PUT(emission, "NULL, ");
}

void emit_c_update(struct emission *emission, const struct step *step)
{
	const struct event *event = step->event;
	uint32_t slot = step->op->slot;

	if (!(op_table[step->op->code].operands & OPERAND_DEST))
		return;
	if (!(op_table[step->op->code].operands & OPERAND_COUNT))
		emission->slots[slot] = event->pfn;
	for (uint32_t i = 0; i < event->nr_pfns; i++)
		emission->slots[slot + i] = event->pfns[i];
}
