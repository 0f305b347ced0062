/* SPDX-License-Identifier: MIT */
/*
 * The one book of a subject: for every frame who has it and how many references are on it, and for
 * every slot of the running program what it holds. It allocates nothing; it is told what a subject
 * answered (oracle/ops) and knows what that makes of the frames. A frame is touched when its entry
 * was ever changed; a reset undoes the touched ones only.
 */
#pragma once

#include "oracle/ledger/page_map.h"
#include "oracle/lang/effect.h"
#include "oracle/lang/event.h"
#include "oracle/ledger/slot.h"

struct view;

enum ledger_state {
	LEDGER_FREE,    /* the allocator's */
	LEDGER_FOREIGN, /* nobody's we know: hole, reserved, or taken before we looked */
	LEDGER_HELD,    /* first page of a block that somebody has */
	LEDGER_TAIL,    /* another page of it: references count on head when compound */
	LEDGER_FRAG,    /* of a page_frag chunk; refs of the head: live fragments */
	LEDGER_LOST     /* withheld for ever after a misuse */
};

enum ledger_mark {
	LEDGER_COMPOUND = 1u << 0,
	LEDGER_TAINTED = 1u << 1,  /* misused: its reference count is not ours to tell */
	LEDGER_SPREAD = 1u << 2,   /* of a HELD head: the entries of its tails are written, too */
	LEDGER_KEEP_OFF = 1u << 3, /* misused, or of fragments: no misuse, no speculation on it */
	LEDGER_LRU = 1u << 4       /* of a HELD head: the block is on an LRU list */
};

/* A chain of holdings is in the pool (holdings.h); a single one stands in the entry itself. */
#define HOLDER_CHAIN NR_HOLDERS

/*
 * Entry of a frame. Of a HELD head or a chunk's head refs is the sum over all holdings: the
 * reference count that the page must have.
 */
struct ledger_page {
	pfn_t head;
	int32_t refs;
	uint32_t who; /* the holder's number; HOLDER_CHAIN: the first holding */
	uint8_t state;
	uint8_t order; /* of a HELD head, or of a FRAG head */
	uint8_t marks;
	uint8_t kind; /* enum holder_kind, or HOLDER_CHAIN */
};

struct holding;

struct ledger {
	struct ledger_page *pages; /* [nr_pages], from base_pfn */
	pfn_t base_pfn;
	uint32_t nr_pages;
	struct slot *slots; /* [nr_slots] */
	uint32_t nr_slots;
	uint64_t *held_slots; /* bitmap of slots that are not empty */
	uint64_t *used_slots; /* and of those that were not, ever since the reset */
	uint64_t *touched_map;
	pfn_t *touched; /* [nr_pages], each frame once */
	uint32_t nr_touched;
	bool judged; /* keeps what follows; else only the heads of blocks are listed as touched */
	bool any_taint;
	uint64_t *free_map; /* by page (page_map.h): LEDGER_FREE */
	uint64_t *base_map; /* the same at the start; the others were LEDGER_FOREIGN */
	uint64_t pages_held, peak_pages_held;

	uint32_t cpu;                  /* current */
	uint32_t task[BUDDY_MAX_CPUS]; /* OP_TASK_* mask */
	uint32_t hook_answers;         /* OP_HOOKS_*, in force */
	bool frag_cached;              /* the subject's page_frag cache may hold a page */
	bool frag_hidden;              /* ... of which no fragment tells, because none fitted */
	bool frag_told;     /* effects tell of the cache's chunks: none is hidden from the judge */
	pfn_t cached_chunk; /* that the page_frag cache carves from, or PFN_NONE */
	struct holding *holdings; /* [nr_holdings]; the pool */
	uint32_t nr_holdings, holdings_capacity, free_holding;

	struct buddy_config machine;
	const struct view *view; /* what the judge sees of the subject; NULL: nothing */
	pfn_t *pfns;             /* [CALL_MAX_PFNS], backing of call.pfns */
};

/* ---- ledger.c ---- */

/* Of the frames that the machine's memory spans. judged: for struct judge. NULL: out of memory. */
struct ledger *ledger_create(const struct buddy_config *machine, uint32_t nr_slots, bool judged);
void ledger_free(struct ledger *ledger);
/* Back to the start, with so many slots. false: out of memory; then there are none. */
bool ledger_reset(struct ledger *ledger, uint32_t nr_slots);
/* State at the start and after each reset: LEDGER_FREE or not. Of a judged one, before any other
 * change. */
void ledger_set_base(struct ledger *ledger, pfn_t pfn, bool is_free);
const char *ledger_state_name(uint8_t state);

/* ---- ledger_pages.c ---- */

/* Writes the tails of the block around a frame, if there is one and they are not written. */
void ledger_spread_around(const struct ledger *ledger, pfn_t pfn);

/* NULL outside the machine. The tails of a block are written when somebody looks at one. */
static inline struct ledger_page *ledger_page(const struct ledger *ledger, pfn_t pfn)
{
	uint32_t offset = pfn - ledger->base_pfn;
	struct ledger_page *page;

	if (pfn < ledger->base_pfn || offset >= ledger->nr_pages)
		return NULL;
	page = &ledger->pages[offset];
	if (page->state == LEDGER_FREE &&
	    !(ledger->judged && page_map_get(ledger->free_map, offset)))
		ledger_spread_around(ledger, pfn);
	return page;
}

static inline bool ledger_covers(const struct ledger *ledger, pfn_t pfn, uint32_t nr_pages)
{
	uint32_t offset = pfn - ledger->base_pfn;

	return pfn >= ledger->base_pfn && offset < ledger->nr_pages &&
	       nr_pages <= ledger->nr_pages - offset;
}

/* The head of the block that pfn belongs to, when somebody has it; else NULL. */
static inline struct ledger_page *ledger_held_head(const struct ledger *ledger, pfn_t pfn)
{
	struct ledger_page *page = ledger_page(ledger, pfn);

	if (page && page->state == LEDGER_TAIL)
		page = ledger_page(ledger, page->head);
	return page && page->state == LEDGER_HELD ? page : NULL;
}

/* Until the frame is handed out anew. */
#define MARKS_KEPT (LEDGER_TAINTED | LEDGER_KEEP_OFF)

/* The allocator sets the count of a first page whatever it was (FR-16). */
static inline struct ledger_page ledger_first_page(pfn_t pfn, uint32_t order, bool compound,
						   enum holder_kind kind, uint32_t who)
{
	return (struct ledger_page){
		.head = pfn,
		.refs = 1,
		.who = who,
		.state = LEDGER_HELD,
		.order = (uint8_t)order,
		.marks = compound ? LEDGER_COMPOUND : 0,
		.kind = (uint8_t)kind,
	};
}

/* A head whose tails are not written is the allocator's again. */
static inline struct ledger_page ledger_free_page(const struct ledger_page *head)
{
	return (struct ledger_page){ .head = head->head, .marks = head->marks & MARKS_KEPT };
}

/* Are these all pages of the block, and only the entry of its first is written? */
static inline bool ledger_is_whole(const struct ledger_page *head, uint32_t nr_pages)
{
	return head->state == LEDGER_HELD && !(head->marks & LEDGER_SPREAD) &&
	       nr_pages == 1u << head->order;
}

__attribute__((noinline)) void ledger_touch_untouched(struct ledger *ledger, uint32_t offset,
						      uint32_t nr_pages);
/* These frames are no more as at the start; most were not before. */
static inline void ledger_touch(struct ledger *ledger, uint32_t offset, uint32_t nr_pages)
{
	if (page_map_in_word(offset, nr_pages) != nr_pages ||
	    page_map_mask(offset, nr_pages) & ~ledger->touched_map[offset / 64])
		ledger_touch_untouched(ledger, offset, nr_pages);
}
/* The first frame of the range that is not free, or PFN_NONE. Judged. */
pfn_t ledger_first_taken(const struct ledger *ledger, pfn_t pfn, uint32_t nr_pages);
/* There is none. */
static inline bool ledger_all_free(const struct ledger *ledger, pfn_t pfn, uint32_t nr_pages)
{
	uint32_t offset = pfn - ledger->base_pfn;

	if (page_map_in_word(offset, nr_pages) == nr_pages)
		return !(page_map_mask(offset, nr_pages) & ~ledger->free_map[offset / 64]);
	return ledger_first_taken(ledger, pfn, nr_pages) == PFN_NONE;
}
/*
 * What a judged ledger notes when a whole block changes hands, for most blocks: frames of one word
 * of the maps, touched before. false: they are not, and nothing is noted.
 */
static inline bool ledger_note_word(struct ledger *ledger, uint32_t offset, uint32_t nr_pages,
				    bool is_free)
{
	uint64_t *free = &ledger->free_map[offset / 64], mask = page_map_mask(offset, nr_pages);

	if (page_map_in_word(offset, nr_pages) != nr_pages ||
	    mask & ~ledger->touched_map[offset / 64])
		return false;
	page_map_set_word(free, mask, is_free);
	ledger->pages_held += is_free ? -(uint64_t)nr_pages : nr_pages;
	if (!is_free && ledger->pages_held > ledger->peak_pages_held)
		ledger->peak_pages_held = ledger->pages_held;
	return true;
}
/*
 * All ranges from here on are covered ones, and those that are to be held whole are free. Whoever
 * is named has one reference on the block, on each page of nr_pages single ones (split, exact), on
 * no page of a chunk.
 */
__attribute__((noinline)) void ledger_hold_and_note(struct ledger *ledger, pfn_t pfn,
						    uint32_t order, bool compound,
						    enum holder_kind kind, uint32_t who);
/* The entry of a whole block, behind ledger_note_word() where it is judged. */
static inline void ledger_enter(struct ledger *ledger, pfn_t pfn, uint32_t order, bool compound,
				enum holder_kind kind, uint32_t who)
{
	uint32_t offset = pfn - ledger->base_pfn;

	ledger->pages[offset] = ledger_first_page(pfn, order, compound, kind, who);
	if (ledger->judged || page_map_get(ledger->touched_map, offset))
		return;
	ledger->touched_map[offset / 64] |= page_map_mask(offset, 1);
	ledger->touched[ledger->nr_touched++] = pfn;
}
static inline void ledger_hold(struct ledger *ledger, pfn_t pfn, uint32_t order, bool compound,
			       enum holder_kind kind, uint32_t who)
{
	if (pfn & ((1u << order) - 1) ||
	    (ledger->judged &&
	     !ledger_note_word(ledger, pfn - ledger->base_pfn, 1u << order, false)))
		ledger_hold_and_note(ledger, pfn, order, compound, kind, who);
	else
		ledger_enter(ledger, pfn, order, compound, kind, who);
}
void ledger_hold_singles(struct ledger *ledger, pfn_t pfn, uint32_t nr_pages, enum holder_kind kind,
			 uint32_t who);
void ledger_hold_chunk(struct ledger *ledger, pfn_t pfn, uint32_t order);
__attribute__((noinline)) void ledger_release_and_note(struct ledger *ledger, pfn_t pfn,
						       uint32_t nr_pages);
static inline void ledger_release(struct ledger *ledger, pfn_t pfn, uint32_t nr_pages)
{
	uint32_t offset = pfn - ledger->base_pfn;
	struct ledger_page *head = &ledger->pages[offset];

	if (head->kind || !ledger_is_whole(head, nr_pages) ||
	    (ledger->judged && !ledger_note_word(ledger, offset, nr_pages, true)))
		ledger_release_and_note(ledger, pfn, nr_pages);
	else
		*head = ledger_free_page(head);
}
void ledger_lose(struct ledger *ledger, pfn_t pfn, uint32_t nr_pages);
void ledger_taint(struct ledger *ledger, pfn_t pfn);
/* Until the frame is handed out anew no op may speculate on it or misuse it. */
void ledger_keep_off(struct ledger *ledger, pfn_t pfn);
/* The head keeps its references and becomes a block of order 0; its tails are left to the caller.
 */
void ledger_shrink_to_head(struct ledger *ledger, pfn_t head);

/* May the cache hold a chunk that was never named? */
static inline bool ledger_chunk_is_hidden(const struct ledger *ledger)
{
	return ledger->frag_hidden && !ledger->frag_told;
}
