/* SPDX-License-Identifier: MIT */
/*
 * The slots of a running program come to hold something and lose it. How many references a slot has
 * on its pages stands with the pages (holdings.h), where a slot is one holder among others.
 */
#pragma once

#include "oracle/ledger/ledger.h"

/* All empty, nothing remembered. false: out of memory, and there are none. */
bool slots_reset(struct ledger *ledger, uint32_t nr_slots);
/* An empty slot is filled; its pages are held already. */
static inline void slots_fill(struct ledger *ledger, uint32_t index, enum slot_kind kind, pfn_t pfn,
			      uint32_t order)
{
	struct slot *slot = &ledger->slots[index];

	slot->kind = (uint8_t)kind;
	slot->exact = false;
	slot->pfn = pfn;
	slot_remember(slot, pfn);
	slot->last_order = (uint8_t)order;
	slot->nr_pages = 0;
	ledger->held_slots[index / 64] |= 1ull << index % 64;
	ledger->used_slots[index / 64] |= 1ull << index % 64;
}
/* Pages pfn..pfn + nr_pages - 1 live for themselves from here on. */
void slots_fill_split(struct ledger *ledger, uint32_t index, pfn_t pfn, uint32_t nr_pages);
/* slot_last_pfn() stays. */
static inline void slots_empty(struct ledger *ledger, uint32_t index)
{
	struct slot *slot = &ledger->slots[index];

	slot->kind = SLOT_EMPTY;
	slot->pfn = PFN_NONE;
	ledger->held_slots[index / 64] &= ~(1ull << index % 64);
}

/* Is it a SPLIT slot that has this page of the block still? */
bool slot_has_page(const struct ledger *ledger, uint32_t index, uint32_t page);
/* The slot has no reference on one of the pages of its split block any more. */
void slots_lose_page(struct ledger *ledger, uint32_t index);
