/* SPDX-License-Identifier: MIT */
/*
 * Two kinds of wrong (house rule 5): the caller's sin is reported by bad_page() and the page leaks;
 * our own is VM_BUG_ON and never returns. VM_BUG_ON conditions are evaluated only with
 * BUDDY_DEBUG_VM (MM-3), and so are the calls of VM_CHECK. Neither may write anything. Where the
 * kernel has a VM_BUG_ON for a misuse, no check of ours stands before it.
 */
#pragma once

#include "base/image.h"

/* Calls hooks.bug, which does not return. */
_Noreturn void buddy_bug(const struct buddy_system *sys, const char *condition, pfn_t pfn);

#define BUG_ON(sys, condition, pfn)                      \
	do {                                             \
		if (unlikely(condition))                 \
			buddy_bug(sys, #condition, pfn); \
	} while (0)

#define VM_BUG_ON(sys, condition, pfn)                                                 \
	do {                                                                           \
		if (unlikely(has_feature(sys, BUDDY_DEBUG_VM)) && unlikely(condition)) \
			buddy_bug(sys, #condition, pfn);                               \
	} while (0)

/* For a check that is a function, out of line: each of its conditions is a VM_BUG_ON. */
#define VM_CHECK(sys, call)                                     \
	do {                                                    \
		if (unlikely(has_feature(sys, BUDDY_DEBUG_VM))) \
			call;                                   \
	} while (0)

/* FR-15: reports the page and forgets its type; the caller keeps it out of circulation. */
void bad_page(struct buddy_system *sys, struct page *page, enum bad_page_reason reason);
