/* SPDX-License-Identifier: MIT */
/* Types of pageblocks (MM-16, MM-17). Readers take no lock; writers hold the zone lock after boot
 * (BU-65). */
#pragma once

#include "base/check.h"

/* Stores what MM-17 makes of type; the skip bit and the zone number survive. */
static inline void store_pageblock_migratetype(struct buddy_system *sys, const struct page *page,
					       uint32_t type)
{
	uint16_t *entry = pageblock_of(sys, page);

	VM_BUG_ON(sys, type >= MIGRATE_TYPES, page_pfn(sys, page));
	if (sys->head->mobility_disabled && type < MIGRATE_PCPTYPES)
		type = MIGRATE_UNMOVABLE;
	write_shared(*entry, (uint16_t)((*entry & ~PAGEBLOCK_TYPE_MASK) | type));
}
