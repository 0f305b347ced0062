/* SPDX-License-Identifier: MIT */
/* Shared by slots.c (table and owners), slots_resolve.c (what fits) and slots_update.c (what came
 * back). */
#pragma once

#include "oracle/ledger/slots.h"

#define OWNER_NOBODY 0u
#define OWNER_KEEP_OFF \
	UINT32_MAX /* a misused or fragmented frame: no misuse and no speculation on it */

/* Also finds a block whose tail pfn is. */
uint32_t slots_owner(const struct slots *slots, pfn_t pfn);
/* Empties a slot; last_pfn stays. */
void slots_empty(struct slots *slots, uint32_t index);

static inline bool slot_page_gone(const struct slot *slot, uint32_t page)
{
	return slot->freed[page / 64] >> page % 64 & 1u;
}

static inline uint32_t slots_run(const struct slots *slots, const struct op *op)
{
	uint32_t room = slots->nr_slots - op->slot;
	uint32_t nr = op->count < room ? op->count : room;

	return nr < CALL_MAX_PFNS ? nr : CALL_MAX_PFNS;
}

/* A page that release_pages takes: order 0 and one reference. */
static inline bool slot_is_releasable(const struct slot *slot)
{
	return slot->kind == SLOT_BLOCK && !slot->order && slot->refs == 1;
}

/* Owner entry of the frame itself; KEEP_OFF outside the machine. */
static inline uint32_t slots_owner_entry(const struct slots *slots, pfn_t pfn)
{
	uint32_t offset = pfn - slots->base_pfn;

	return pfn >= slots->base_pfn && offset < slots->span_pages ? slots->owner[offset]
								    : OWNER_KEEP_OFF;
}

static inline void slots_set_owner(struct slots *slots, pfn_t pfn, uint32_t owner)
{
	uint32_t offset = pfn - slots->base_pfn;

	if (pfn < slots->base_pfn || offset >= slots->span_pages)
		return;
	if (slots->owner[offset] == OWNER_NOBODY && slots->nr_named <= SLOTS_MAX_NAMED &&
	    slots->nr_named++ < SLOTS_MAX_NAMED)
		slots->named[slots->nr_named - 1] = offset;
	slots->owner[offset] = owner;
}
