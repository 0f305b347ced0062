/* SPDX-License-Identifier: MIT */
/*
 * What an operation changed beside its own slot, in the order in which it came to pass: reclaim,
 * compaction and daemons take, give and move blocks of others. An event carries a list of these;
 * the ledger applies them before the operation's own part (ledger_effects.h).
 */
#pragma once

#include "buddy/types.h"

#define EVENT_MAX_EFFECTS 4096 /* of one operation */

/*
 * Who may have references on a block. A line: the name, and how reports call one of them, with his
 * number where he has one. A new kind of holder is a line here and whoever adds his references:
 * ledger_add_refs() in an op's take, or a subject that tells EFFECT_REF.
 */
#define EACH_HOLDER(HOLDER)                           \
	HOLDER(slot, "r%u")                           \
	HOLDER(fragment, "the fragment in r%u")       \
	HOLDER(fragment_cache, "the page_frag cache") \
	HOLDER(mapping, "a mapping")                  \
	HOLDER(lru_batch, "the pages on their way to an LRU list of cpu %u")

enum holder_kind {
	HOLDER_none,
#define HOLDER(name, text) HOLDER_##name,
	EACH_HOLDER(HOLDER)
#undef HOLDER
		NR_HOLDERS
};

enum effect_kind {
	EFFECT_TAKE, /* the holder took the block at pfn, of this order, from the allocator */
	EFFECT_GIVE, /* the block at pfn went back to it, with what references were left */
	EFFECT_MOVE, /* holders and marks of the block at pfn are those of the free one at to now;
			the old one is free */
	EFFECT_REF,  /* value more references of this holder on the block of pfn; negative: less */
	EFFECT_MAP,  /* the same of its mappings */
	EFFECT_LRU,  /* the block at pfn is on an LRU list from here on (value 1), or is not (0) */
	EFFECT_TYPE, /* the pageblock of pfn has the migratetype value from here on */
	EFFECT_LOOK, /* somebody found the block at pfn on an LRU list (value 1), or not on one (0)
		      */
	NR_EFFECTS
};

struct effect {
	uint8_t kind;   /* enum effect_kind */
	uint8_t holder; /* TAKE, REF: enum holder_kind */
	uint8_t order;  /* TAKE, GIVE, MOVE */
	uint32_t who;   /* TAKE, REF: which of this kind */
	pfn_t pfn;
	pfn_t to; /* MOVE */
	int32_t value;
};
