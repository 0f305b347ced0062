/* SPDX-License-Identifier: MIT */
/* How a file names pages: by r[], which holds what the slots of the program held last. */
#include "fuzz/emit_c/emission.h"

#define PUT(emission, ...) line_put(&(emission)->call, __VA_ARGS__)

static void put_page_at(struct emission *emission, struct line *text, uint32_t slot, pfn_t pfn)
{
	pfn_t first = slot < emission->program->nr_slots ? emission->slots[slot] : PFN_NONE;

	if (first == pfn) {
		line_put(text, "r[%u]", slot);
	} else if (first < pfn && pfn - first < 1u << MAX_PAGE_ORDER) {
		emission_need(emission, NEED_NTH_PAGE);
		line_put(text, "nth_page(r[%u], %u)", slot, pfn - first);
	} else {
		line_put(text, "pfn_to_page(&sys, %u)", pfn);
	}
}

/* A foreign page has no slot. */
static uint32_t slot_of(const struct emit_c_step *step)
{
	return op_table[step->op.code].operands & OPERAND_SLOT ? step->op.slot : UINT32_MAX;
}

static void put_page_of(struct emission *emission, struct line *text,
			const struct emit_c_step *step)
{
	put_page_at(emission, text, slot_of(step), step->call.pfn);
}

void emit_c_put_page(struct emission *emission, const struct emit_c_step *step)
{
	put_page_of(emission, &emission->call, step);
}

/* The slot from this one on that holds the page: release_pages names them in order. */
static uint32_t find_slot(const struct emission *emission, uint32_t slot, pfn_t pfn)
{
	while (slot + 1 < emission->program->nr_slots && emission->slots[slot] != pfn)
		slot++;
	return slot;
}

void emit_c_put_released(struct emission *emission, const struct emit_c_step *step)
{
	uint32_t slot = step->op.slot;

	for (uint32_t i = 0; i < step->call.count; i++) {
		slot = find_slot(emission, slot, step->call.pfns[i]);
		put_page_at(emission, &emission->call, slot, step->call.pfns[i]);
		PUT(emission, "%s", i + 1 < step->call.count ? ", " : "");
		slot++;
	}
}

/*
 * References of a tail page are kept by its head; after a misuse the very page is asked. A tail
 * that is freed has none, as its head.
 */
void emit_c_note_references(struct emission *emission, const struct emit_c_step *step)
{
	uint32_t slot = slot_of(step);
	bool itself = step->call.misuse || (slot < emission->program->nr_slots &&
					    emission->slots[slot] == step->call.pfn);

	if (!itself)
		emission_need(emission, NEED_REFS);
	line_put(&emission->about, itself ? "page_ref_count(" : "refs(");
	put_page_of(emission, &emission->about, step);
	line_put(&emission->about, ")");
	if (step->op.code == OP_get_page_unless_zero)
		PUT(emission, " ? %s : 0", emission->about_text);
}

/* ---- the LRU ---- */

/* LRU marks stand for pages that reclaim would take off its lists before they are freed. */
static void put_off_lru(struct emission *emission, uint32_t slot, pfn_t pfn)
{
	uint32_t index = pfn - emission->base_pfn;

	if (index >= emission->span_pages || !emission->lru_order[index])
		return;
	PUT(emission, "set_lru(");
	put_page_at(emission, &emission->call, slot, pfn);
	PUT(emission, ", %u, false), ", emission->lru_order[index] - 1u);
	emission->lru_order[index] = 0;
}

/* Of a compound block it is the head that has the mark. */
void emit_c_put_off_lru(struct emission *emission, const struct emit_c_step *step)
{
	uint32_t slot = step->op.slot;

	if (step->op.code != OP_release_pages)
		put_off_lru(emission, slot, emission->slots[slot]);
	else
		for (uint32_t i = 0; i < step->call.count; i++)
			put_off_lru(emission, find_slot(emission, slot, step->call.pfns[i]),
				    step->call.pfns[i]);
}

void emit_c_note_lru(struct emission *emission, const struct emit_c_step *step)
{
	emission_need(emission, NEED_SET_LRU);
	emission->lru_order[step->call.pfn - emission->base_pfn] = (uint8_t)(step->call.order + 1);
}

/* ---- slots ---- */

/* An array names the pages that are there: r[] of an empty slot may still name its last one. */
void emit_c_put_empty_slots(struct emission *emission, const struct emit_c_step *step)
{
	bool stale = false;

	for (uint32_t i = 0; i < step->call.count; i++) {
		pfn_t *slot = &emission->slots[step->op.slot + i];

		stale = stale || (*slot != PFN_NONE && step->call.pfns[i] == PFN_NONE);
		*slot = step->call.pfns[i];
	}
	if (!stale)
		return;
	emission_need(emission, NEED_EMPTY_SLOTS);
	if (emission->rules) {
		PUT(emission, "empty_slots(%u, %u), ", step->op.slot, step->call.count);
		return;
	}
	for (uint32_t i = 0; i < step->call.count; i++)
		if (step->call.pfns[i] == PFN_NONE)
			PUT(emission, "r[%u] = ", step->op.slot + i);
	PUT(emission, "NULL, ");
}

void emit_c_update(struct emission *emission, const struct emit_c_step *step)
{
	const struct event *event = &step->event;
	uint32_t slot = step->op.slot;

	if (!(op_table[step->op.code].operands & OPERAND_DEST))
		return;
	if (!(op_table[step->op.code].operands & OPERAND_COUNT))
		emission->slots[slot] = event->pfn;
	for (uint32_t i = 0; i < event->nr_pfns; i++)
		emission->slots[slot + i] = event->pfns[i];
}
