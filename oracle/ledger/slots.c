/* SPDX-License-Identifier: MIT */
#include "oracle/ledger/slots.h"
#include "oracle/lang/fuzz_assert.h"

#include <stdlib.h>
#include <string.h>

#include "oracle/ledger/holdings.h"

static bool resize(struct ledger *ledger, uint32_t nr_slots)
{
	size_t nr_words = (size_t)nr_slots / 64 + 1;

	free(ledger->slots);
	free(ledger->held_slots);
	free(ledger->used_slots);
	ledger->slots = calloc((size_t)nr_slots + 1, sizeof(*ledger->slots));
	ledger->held_slots = calloc(nr_words, sizeof(*ledger->held_slots));
	ledger->used_slots = calloc(nr_words, sizeof(*ledger->used_slots));
	if (!ledger->slots || !ledger->held_slots || !ledger->used_slots) {
		ledger->nr_slots = 0;
		return false;
	}
	ledger->nr_slots = nr_slots;
	return true;
}

static uint32_t lowest_bit(uint64_t word)
{
	return (uint32_t)__builtin_ctzll(word);
}

bool slots_reset(struct ledger *ledger, uint32_t nr_slots)
{
	if (nr_slots != ledger->nr_slots || !ledger->slots)
		return resize(ledger, nr_slots);
	for (uint32_t word = 0; word < nr_slots / 64 + 1; word++) {
		if (!ledger->used_slots[word])
			continue;
		for (uint64_t left = ledger->used_slots[word]; left; left &= left - 1)
			ledger->slots[word * 64 + lowest_bit(left)] = (struct slot){ 0 };
		ledger->used_slots[word] = 0;
		ledger->held_slots[word] = 0;
	}
	return true;
}

void slots_fill_split(struct ledger *ledger, uint32_t index, pfn_t pfn, uint32_t nr_pages)
{
	struct slot *slot = &ledger->slots[index];

	FUZZ_ASSERT(nr_pages && nr_pages <= 1u << MAX_PAGE_ORDER);
	slot->kind = SLOT_SPLIT;
	slot->nr_pages = nr_pages;
	slot->nr_left = nr_pages;
	slot->first_left = 0;
	ledger_hold_singles(ledger, pfn, nr_pages, HOLDER_slot, index);
}

bool slot_has_page(const struct ledger *ledger, uint32_t index, uint32_t page)
{
	const struct slot *slot = &ledger->slots[index];
	const struct ledger_page *entry;

	if (slot->kind != SLOT_SPLIT || page >= slot->nr_pages)
		return false;
	entry = &ledger->pages[slot->pfn + page - ledger->base_pfn];
	return entry->state == LEDGER_HELD && ledger_refs_of(ledger, entry, HOLDER_slot, index);
}

void slots_lose_page(struct ledger *ledger, uint32_t index)
{
	struct slot *slot = &ledger->slots[index];

	FUZZ_ASSERT(slot->kind == SLOT_SPLIT && slot->nr_left);
	if (!--slot->nr_left) {
		slots_empty(ledger, index);
		return;
	}
	while (slot->first_left < slot->nr_pages && !slot_has_page(ledger, index, slot->first_left))
		slot->first_left++;
}
