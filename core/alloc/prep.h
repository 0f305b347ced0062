/* SPDX-License-Identifier: MIT */
/* What happens to a block between the caller and the lists. No lock is needed: it is on neither
 * side, and only one thread knows it. */
#pragma once

#include "alloc/alloc_context.h"
#include "alloc/trace.h"
#include "base/page_written.h"

/* FP-50: makes a raw block what the caller gets: one reference, tails marked if it is compound,
 * contents zeroed where gfp says so. */
void prep_new_page(struct task *tsk, struct page *page, uint32_t order, gfp_t gfp,
		   uint32_t alloc_flags);

/*
 * FR-11, FR-12: makes a block free-able. false: it is bad or withheld and leaks; else
 * it is as blocks on lists are. check_free: the
 * head's fields are checked too (always but for pcp-eligible orders without DEBUG_VM, FR-16).
 */
must_check bool free_pages_prepare(struct buddy_system *sys, struct page *page, uint32_t order,
				   bool check_free);
