/* SPDX-License-Identifier: MIT */
/* The highatomic reserve. Both take and give back zone locks: none is held. */
#pragma once

#include "alloc/alloc_context.h"

/* FB-40: after an allocation with ALLOC_HIGHATOMIC that page came of. */
void reserve_highatomic_pageblock(struct buddy_system *sys, struct zone *zone, struct page *page);
/* FB-45: gives one reserved pageblock back; true when pages moved. force: even the last one. */
bool unreserve_highatomic_pageblock(struct buddy_system *sys, const struct alloc_context *ac,
				    bool force);
