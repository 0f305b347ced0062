/* SPDX-License-Identifier: MIT */
/*
 * struct page: 32 bytes, no pointers. All zero means "inside a free block": a frame that was never
 * split out or handed out needs no initialisation, so big machines boot without touching their
 * memory map. Therefore _mapcount / page_type is stored inverted (the kernel's -1 is our 0, BU-2)
 * and the zone is not stored at all (it follows from the pageblock table, image.h).
 */
#pragma once

#include "base/compiler.h"
#include "buddy/types.h"

/* Links are cell numbers: 8-byte units from the base of the image (list.h). */
struct list_node {
	_Alignas(8) uint32_t next; /* a node is a cell */
	uint32_t prev;
};

struct page {
	union {
		struct list_node lru;
		struct {
			uint32_t compound_head; /* tail: pfn of the head (PAGE_TAIL says it is one)
						 */
			uint8_t compound_dtor;  /* first tail from here on (FP-52) */
			uint8_t compound_order;
			uint16_t unused;
		};
	};
	uint32_t private_value; /* order while PageBuddy */
	uint32_t index;         /* recorded migratetype (FB-2.3) */
	/* The half that is zero in a spotless page: one that nobody has and nothing is wrong with.
	 */
	uint32_t flags; /* 1 << PG_*, PAGE_TAIL, PAGE_PFMEMALLOC, PAGE_WHOLE */
	int32_t refcount;
	uint32_t type;    /* inverted page_type / _mapcount */
	uint32_t mapping; /* 0: NULL; tails hold TAIL_MAPPING */
};
_Static_assert(sizeof(struct page) == 32, "half a kernel page descriptor");

/* Ours, outside the kernel's flag numbers: compound_head's bit 0 and lru.next's bit 1 there
 * (FP-50). */
#define PAGE_TAIL BIT(31)
#define PAGE_PFMEMALLOC BIT(30)
/* In a head handed out or on a pcp list: the order of a whole block (page_written.h), or 0. */
#define PAGE_WHOLE_SHIFT 26u
#define PAGE_WHOLE (0xfu << PAGE_WHOLE_SHIFT)
#define PAGE_INTERNAL_FLAGS (PAGE_TAIL | PAGE_PFMEMALLOC | PAGE_WHOLE)

#define PG_BIT(name) BIT(PG_##name)
/* BU-4 */
#define PAGE_FLAGS_CHECK_AT_FREE                                                                  \
	(PG_BIT(lru) | PG_BIT(locked) | PG_BIT(private) | PG_BIT(private_2) | PG_BIT(writeback) | \
	 PG_BIT(reserved) | PG_BIT(slab) | PG_BIT(active) | PG_BIT(unevictable) | PG_BIT(mlocked))
#define PAGE_FLAGS_CHECK_AT_PREP (BIT(PG_hwpoison) - 1)

/* BU-2, inverted: setting a type sets its bit. */
#define PAGE_TYPE_BASE 0xf0000000u
#define PG_BUDDY 0x80u

#define TAIL_MAPPING 0x400u
#define COMPOUND_PAGE_DTOR 1u

static always_inline bool page_is_buddy_head(const struct page *page)
{
	return (page->type & (PAGE_TYPE_BASE | PG_BUDDY)) == PG_BUDDY;
}

static always_inline bool page_is_head(const struct page *page)
{
	return page->flags & PG_BIT(head);
}

static always_inline bool page_is_tail(const struct page *page)
{
	return page->flags & PAGE_TAIL;
}

static always_inline bool page_is_compound(const struct page *page)
{
	return page->flags & (PG_BIT(head) | PAGE_TAIL);
}

/* _mapcount as the kernel reads it: -1 for an unmapped, untyped page. */
static always_inline int32_t page_raw_mapcount(const struct page *page)
{
	return (int32_t)~page->type;
}
