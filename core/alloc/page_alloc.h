/* SPDX-License-Identifier: MIT */
/* The two halves of the fast path, for who asks in another way: bulk requests, the slow path. */
#pragma once

#include "alloc/alloc_context.h"

/*
 * FP-7: fills *ac, which the caller owns, and may add bits to *alloc_gfp and *alloc_flags, which it
 * has set. False: fault injection says no. nodemask is borrowed for as long as *ac lives.
 */
must_check bool prepare_alloc_pages(struct task *tsk, gfp_t gfp, uint32_t order, uint32_t nid,
				    const uint32_t *nodemask, struct alloc_context *ac,
				    gfp_t *alloc_gfp, uint32_t *alloc_flags);

/*
 * FP-10..12: a block from the first zone that may give one, prepared and the caller's, or NULL. No
 * lock is held; locks of zones and of the own CPU's lists are taken and given back.
 */
must_check struct page *get_page_from_freelist(struct task *tsk, gfp_t gfp, uint32_t order,
					       uint32_t alloc_flags,
					       const struct alloc_context *ac);
