/* SPDX-License-Identifier: MIT */
/*
 * The table of slots and who owns which frame. Owners are kept by first page (by every page of a
 * split block), so that an op that names a frame by number or by memory can tell whose it is now
 * without a search.
 */
#include "oracle/ledger/slots.h"

#include <stdlib.h>
#include <string.h>

#include "oracle/ledger/slots_internal.h"

#define MAX_SPLIT_PAGES (1u << MAX_PAGE_ORDER)

static void machine_span(const struct buddy_config *machine, pfn_t *base, uint32_t *span)
{
	uint32_t nr = machine->nr_memory;

	*base = nr && nr <= BUDDY_MAX_RANGES ? machine->memory[0].start_pfn : 0;
	*span = nr && nr <= BUDDY_MAX_RANGES ? machine->memory[nr - 1].end_pfn - *base : 0;
}

static void clear_slot(struct slot *slot)
{
	uint64_t *freed = slot->freed;
	uint32_t *extra_refs = slot->extra_refs;

	memset(slot, 0, sizeof(*slot));
	slot->pfn = PFN_NONE;
	slot->last_pfn = PFN_NONE;
	slot->freed = freed;
	slot->extra_refs = extra_refs;
}

static void free_buffers(struct slot *table, uint32_t nr_slots)
{
	for (uint32_t i = 0; i < nr_slots; i++) {
		free(table[i].freed);
		free(table[i].extra_refs);
	}
}

static bool table_resize(struct slots *slots, uint32_t nr_slots)
{
	size_t nr_words = (size_t)nr_slots / 64 + 1;
	struct slot *table = calloc((size_t)nr_slots + 1, sizeof(*table));
	uint64_t *held = calloc(nr_words, sizeof(*held));
	uint64_t *used = calloc(nr_words, sizeof(*used));

	if (!table || !held || !used) {
		free(table);
		free(held);
		free(used);
		return false;
	}
	for (uint32_t i = 0; i < nr_slots; i++)
		clear_slot(&table[i]);
	free_buffers(slots->table, slots->nr_slots);
	free(slots->table);
	free(slots->held);
	free(slots->used);
	slots->table = table;
	slots->held = held;
	slots->used = used;
	slots->nr_slots = nr_slots;
	return true;
}

/* Outside of named, owner holds nobody. */
static bool owners_resize(struct slots *slots, uint32_t span)
{
	uint32_t *owner;

	slots->span_pages = 0;
	if (span > slots->owner_capacity) {
		owner = calloc(span, sizeof(*owner));
		if (!owner)
			return false;
		free(slots->owner);
		slots->owner = owner;
		slots->owner_capacity = span;
	}
	slots->span_pages = span;
	return true;
}

static void clear_owners(struct slots *slots)
{
	if (slots->nr_named > SLOTS_MAX_NAMED)
		memset(slots->owner, 0, slots->owner_capacity * sizeof(*slots->owner));
	else
		for (uint32_t i = 0; i < slots->nr_named; i++)
			slots->owner[slots->named[i]] = OWNER_NOBODY;
	slots->nr_named = 0;
}

static uint32_t lowest_bit(uint64_t word)
{
	return (uint32_t)__builtin_ctzll(word);
}

static void clear_table(struct slots *slots)
{
	uint32_t nr_words = slots->nr_slots / 64 + 1;

	for (uint32_t word = 0; word < nr_words; word++) {
		for (uint64_t left = slots->used[word]; left; left &= left - 1)
			clear_slot(&slots->table[word * 64 + lowest_bit(left)]);
		slots->used[word] = 0;
		slots->held[word] = 0;
	}
	memset(slots->task, 0, sizeof(slots->task));
	slots->cpu = 0;
	slots->frag_cached = false;
	slots->frag_hidden = false;
}

/* Returns false when memory is short: the table then has no slots, so that nothing fits. */
static bool slots_prepare(struct slots *slots, const struct buddy_config *machine,
			  uint32_t nr_slots)
{
	pfn_t base;
	uint32_t span;
	bool ok = true;

	machine_span(machine, &base, &span);
	clear_owners(slots);
	if (nr_slots != slots->nr_slots || !slots->table)
		ok = table_resize(slots, nr_slots);
	ok = ok && owners_resize(slots, span);
	slots->machine = *machine;
	slots->base_pfn = base;
	if (slots->table)
		clear_table(slots);
	if (!ok) {
		free_buffers(slots->table, slots->nr_slots);
		slots->nr_slots = 0;
	}
	return ok;
}

bool slots_init(struct slots *slots, const struct buddy_config *machine, uint32_t nr_slots)
{
	memset(slots, 0, sizeof(*slots));
	slots->pfns = malloc(CALL_MAX_PFNS * sizeof(*slots->pfns));
	slots->named = malloc(SLOTS_MAX_NAMED * sizeof(*slots->named));
	if (slots->pfns && slots->named && slots_prepare(slots, machine, nr_slots))
		return true;
	slots_free(slots);
	return false;
}

void slots_reset(struct slots *slots, const struct buddy_config *machine, uint32_t nr_slots)
{
	slots_prepare(slots, machine, nr_slots);
}

void slots_free(struct slots *slots)
{
	if (slots->table)
		free_buffers(slots->table, slots->nr_slots);
	free(slots->table);
	free(slots->held);
	free(slots->used);
	free(slots->owner);
	free(slots->named);
	free(slots->pfns);
	memset(slots, 0, sizeof(*slots));
}

uint32_t slots_owner(const struct slots *slots, pfn_t pfn)
{
	uint32_t own = slots_owner_entry(slots, pfn);

	if (own != OWNER_NOBODY)
		return own;
	for (uint32_t order = 1; order <= MAX_PAGE_ORDER; order++) {
		pfn_t head = pfn & ~((1u << order) - 1);
		uint32_t owner = slots_owner_entry(slots, head);
		const struct slot *slot;

		if (owner == OWNER_NOBODY || owner == OWNER_KEEP_OFF)
			continue;
		slot = &slots->table[owner - 1];
		if (slot->kind == SLOT_BLOCK && pfn - head < 1u << slot->order)
			return owner;
	}
	return OWNER_NOBODY;
}

void slots_empty(struct slots *slots, uint32_t index)
{
	struct slot *slot = &slots->table[index];

	slot->kind = SLOT_EMPTY;
	slot->order = 0;
	slot->compound = false;
	slot->lru = false;
	slot->exact = false;
	slot->refs = 0;
	slot->nr_left = 0;
	slot->pfn = PFN_NONE;
	slots->held[index / 64] &= ~(1ull << index % 64);
}

static void release_op(const struct slot *slot, uint32_t index, struct op *op)
{
	switch (slot->kind) {
	case SLOT_BLOCK:
		*op = op_make(OP_free_pages);
		break;
	case SLOT_FRAG:
		*op = op_make(OP_page_frag_free);
		break;
	default:
		if (slot->exact && slot->nr_left == slot->nr_pages) {
			*op = op_make(OP_free_pages_exact);
			break;
		}
		*op = op_make(OP_free_page);
		while (op->count < MAX_SPLIT_PAGES - 64 && !~slot->freed[op->count / 64])
			op->count += 64;
		while (op->count < MAX_SPLIT_PAGES - 1 && slot_page_gone(slot, op->count))
			op->count++;
	}
	op->slot = index;
}

bool slots_next_release(const struct slots *slots, struct op *op)
{
	for (uint32_t word = 0; word * 64 < slots->nr_slots; word++) {
		uint32_t index;

		if (!slots->held[word])
			continue;
		index = word * 64 + lowest_bit(slots->held[word]);
		release_op(&slots->table[index], index, op);
		return true;
	}
	if (!slots->frag_cached)
		return false;
	*op = op_make(OP_page_frag_cache_drain);
	return true;
}
