/* SPDX-License-Identifier: MIT */
/*
 * Who has how many references on a block. The one holder that most blocks have stands in the entry
 * of the head; several are a chain out of a pool that a reset empties. What is passed is the entry
 * of a head.
 */
#pragma once

#include "oracle/ledger/ledger.h"

#define NO_SLOT UINT32_MAX

struct holding {
	uint32_t who, next;
	int32_t nr;
	uint8_t kind; /* enum holder_kind */
};

/* Of one holder; 0 when he is none. */
int32_t ledger_refs_of(const struct ledger *ledger, const struct ledger_page *page,
		       enum holder_kind kind, uint32_t who);
/* nr more references; 0 makes a holder of him whose references nobody counts (FR-76). */
void ledger_add_refs(struct ledger *ledger, struct ledger_page *page, enum holder_kind kind,
		     uint32_t who, int32_t nr);
__attribute__((cold)) int32_t ledger_drop_of_many(struct ledger *ledger, struct ledger_page *page,
						  enum holder_kind kind, uint32_t who, int32_t nr);
/* nr references less, or as many as he has; the holder with none left is none. Returns what is
 * left to him. */
static inline int32_t ledger_drop_refs(struct ledger *ledger, struct ledger_page *page,
				       enum holder_kind kind, uint32_t who, int32_t nr)
{
	if (page->kind != kind || page->who != who)
		return ledger_drop_of_many(ledger, page, kind, who, nr);
	page->refs = page->refs > nr ? page->refs - nr : 0;
	if (!page->refs)
		page->kind = HOLDER_none;
	return page->refs;
}

__attribute__((cold)) void ledger_drop_chain(struct ledger *ledger, struct ledger_page *page);
/* Nobody has the block. */
static inline void ledger_drop_all(struct ledger *ledger, struct ledger_page *page)
{
	if (page->kind == HOLDER_CHAIN)
		ledger_drop_chain(ledger, page);
	page->kind = HOLDER_none;
	page->refs = 0;
}

/* The holders of one become those of the other, which has none. */
void ledger_move_refs(struct ledger_page *from, struct ledger_page *to);
/* The slot among the holders, or NO_SLOT. */
uint32_t ledger_slot_of(const struct ledger *ledger, const struct ledger_page *page);
/* Who is the next holder of this kind from *at on (0: from the first), which is then behind him?
 * false: there is no more. */
bool ledger_next_holder(const struct ledger *ledger, const struct ledger_page *page,
			enum holder_kind kind, uint32_t *at, uint32_t *who);

#define LEDGER_HOLDERS_TEXT 160
/* "held by r3 (2 references), the page_frag cache", or "held by nobody". Returns text. */
const char *ledger_holders(const struct ledger *ledger, pfn_t pfn, char *text, size_t size);
