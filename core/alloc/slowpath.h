/* SPDX-License-Identifier: MIT */
/* What a request does that the free lists did not serve (07). */
#pragma once

#include "alloc/alloc_context.h"

/*
 * gfp: without the fast path's HARDWALL (SP-1). *ac may be changed. A prepared block, which is the
 * caller's, or NULL; a failure was traced. No lock is held.
 */
must_check struct page *alloc_pages_slowpath(struct task *tsk, gfp_t gfp, uint32_t order,
					     struct alloc_context *ac);
