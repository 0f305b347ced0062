/* SPDX-License-Identifier: MIT */
/*
 * The free path behind the reference drop (06). The caller gives up a block that nobody refers to
 * any more, and must not look at it again; a bad one leaks (FR-15). No lock is held: the own CPU's
 * lists and zones are locked on the way.
 */
#pragma once

#include "alloc/pcp.h"

/* FR-20: straight to the buddy. */
void free_pages_ok(struct task *tsk, struct page *page, uint32_t order, uint32_t fpi);
/* FR-40: order-0 pages without references, in array order: the last one is the first to be handed
 * out again. The array stays the caller's, what is in it does not mean anything afterwards. */
void free_unref_page_list(struct task *tsk, struct page **pages, uint32_t nr);
