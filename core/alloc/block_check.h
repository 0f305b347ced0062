/* SPDX-License-Identifier: MIT */
/*
 * Checks of our own work on blocks and lists, made with BUDDY_DEBUG_VM only (VM_CHECK): what they
 * find is BUG. The lock of the list in question is held.
 */
#pragma once

#include "base/pieces.h"

/* A block on a free list of the zone and order: it is about to leave, or has just come. */
void check_listed_block(const struct buddy_system *sys, const struct zone *zone,
			const struct page *page, uint32_t order);

/* A request of this order and type: the block it is going to get, the lists its halves go to. */
void check_before_take(const struct buddy_system *sys, const struct zone *zone, uint32_t order,
		       uint32_t type);

/* A block that nobody has, about to come to the free lists of the type (BU-20). */
void check_before_free(const struct buddy_system *sys, const struct zone *zone,
		       const struct page *page, uint32_t order, uint32_t type);

/* The first nr_blocks of a list of the pcp, from which a block is about to be taken. */
void check_pcp_list(const struct buddy_system *sys, const struct zone *zone, const struct pcp *pcp,
		    uint32_t pindex, uint32_t nr_blocks);
/* A block that is about to come to a list of the pcp. */
void check_before_pcp_add(const struct buddy_system *sys, const struct zone *zone,
			  const struct pcp *pcp, const struct page *page, uint32_t pindex);

/* All lists of a pcp, from which pages are about to be freed: each page, and how many they are. */
void check_pcp_lists(const struct buddy_system *sys, const struct zone *zone,
		     const struct pcp *pcp);

/* FR-66, FR-82: a block that is about to be split: a reference of a tail would be lost. */
void check_tails_unreferenced(const struct buddy_system *sys, const struct page *page,
			      uint32_t order);

/* FP-50: a block on its way to the caller. */
void check_before_prep(const struct buddy_system *sys, const struct page *page, uint32_t order);
