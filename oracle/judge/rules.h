/* SPDX-License-Identifier: MIT */
/*
 * Inside the judge. One call goes through: judge_before (request, zones), ops_take (the ledger
 * learns the answer), judge_take (reads what came of it, lists the touched pages), then the rules,
 * each one function that reads this struct and calls judge_fail when its sentence does not hold.
 */
#pragma once

#include "oracle/judge/census.h"
#include "oracle/judge/excuses.h"
#include "oracle/judge/judge.h"
#include "oracle/judge/plain.h"
#include "oracle/ops/ops.h"
#include "oracle/judge/request.h"
#include "oracle/judge/watermark.h"

#define MAX_ZONES (BUDDY_MAX_NODES * MAX_NR_ZONES)

/*
 * A page that the current op was about. Listed are the first that was handed out, and of the others
 * those that some rule might say no to.
 */
struct touched {
	pfn_t pfn;
	pfn_t head;    /* first page of its block */
	uint8_t order; /* of that block */
	bool compound;
	bool handed_out; /* by this very op */
	bool known;      /* info was read */
	struct page_info info;
};

/*
 * A request and the zones it is about, as masks by number. Both follow from the words of the key
 * alone, so the last ones are kept.
 */
struct asked {
	uint64_t key[2];
	struct request request;
	uint64_t zones;          /* of its list, of the kinds it may use; in bulk: the whole list */
	uint64_t fit;            /* those that the rules about zones and nodes are content with */
	struct rule_set settled; /* by a plain block from one of those that is plain, too */
	uint32_t first_zone;     /* of them in the list, or NO_ZONE */
	uint8_t pindex;          /* of its per-CPU list, or NO_PINDEX */
};
#define ASKED_BITS 8 /* of a hash of the key */
#define NO_PINDEX 0xffu
#define NO_ZONE UINT32_MAX

/*
 * Where the request at hand most likely stands in line: the first plain zone of its list, or else
 * the first one, and what its per-CPU list there begins with before the op.
 */
struct line {
	uint32_t zone; /* NO_ZONE: nowhere */
	struct pcp_front front;
};

/* When and how far the judge looks around, counted in judged ops (judge_walk.c). */
struct walks {
	uint32_t asked_every;   /* as the options say */
	uint32_t every;         /* from one walk to the next; 0: at the end only */
	uint32_t part_pages;    /* touched pages that a walk in turn rereads */
	uint32_t suspect_every; /* at least between two walks after suspicious ops; 0: none */
	uint64_t nr_ops, next, next_suspect;
	uint64_t watched_every; /* judge_watch(); 0: nobody did */
	uint32_t next_touched;  /* where the rotation goes on */
	bool whole;             /* the walk at hand rereads all touched pages */
	bool fresh;             /* everything was looked at after the last op */
};

struct judge {
	struct ledger *ledger;   /* the caller's */
	const struct view *view; /* NULL: none */
	struct machine_info machine;
	struct walks walks;
	struct census census;
	struct verdict verdict;
	bool any_alignment; /* as the options say */
	struct rule_set rules_when[WHEN_WALK];
	struct rule_set reached; /* had something to judge; and all rules of the words in settled */
	uint32_t settled;        /* 1 << WHEN_* */
	struct {
		void *bytes; /* NULL: not asked for */
		size_t size;
	} memories[NR_RULES];
	struct rule_set remembering; /* those that asked for memory */
	void *arrays;                /* memory of the arrays by page, zone and pageblock */

	/* By pageblock number from the base; nr_pageblocks entries. */
	uint32_t nr_pageblocks;
	uint8_t *pageblock_start; /* type at the start, PAGEBLOCK_HOLE: none */
	uint8_t *pageblock_type;  /* with what ops set since */
	uint8_t *pageblock_seen;  /* mask of the types it was ever seen with */
	uint8_t *pageblock_now;   /* as read last */
	bool pageblocks_noted;    /* type or seen are not as at the start */

	bool misuse_seen, bad_pages_seen;
	struct excuses excuses;
	/* By region of the largest order, nr_regions() entries. */
	uint8_t *withdrawn; /* a bad page was reported there */

	/* The op at hand. */
	const struct call *call;
	const struct event *event;
	const struct asked *asked;
	const struct request *request; /* of asked */
	struct asked asked_before[1u << ASKED_BITS];
	/* By zone number, of the zones of asked: what watermarks are made of is as before the op.
	 */
	struct zone_info zones_before[MAX_ZONES];
	struct zone_blocks blocks_before[MAX_ZONES];
	/* Their free list had a block that every request may take when the zone was read last, or
	 * order is 0. While it has one, nobody needs to look for another. */
	struct zone_front fronts_before[MAX_ZONES];
	uint64_t zones_plain; /* of them the first, if it is fit and plain (plain.h) */
	struct line line;
	uint64_t zones_allowed_drained; /* by the watermarks, with the pages of the pcp lists freed
					 */
	struct foresight foresight;
	struct touched *touched; /* [CALL_MAX_PFNS] */
	uint32_t nr_touched;
	uint32_t nr_gained;   /* blocks and single pages handed out */
	uint32_t zone_gained; /* of the block, or NO_ZONE: none, or no view tells */
	uint32_t occasions;   /* 1 << WHEN_*: what judge_take found that rules are about */
	struct taken taken;   /* what the ledger made of it */
};

#define RULE(id, when, sentence) void rule_##id(struct judge *judge);
#define RULE_BEFORE(id, before) void rule_##id##_before(struct judge *judge);
#include "oracle/rules/rules.def"

enum rule_before { BEFORE_OP, BEFORE_ALLOC };

#if defined(__GNUC__)
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
#else
#define PRINTF_LIKE(text, first)
#endif
/* The first call decides the verdict; later ones are ignored. */
void judge_fail(struct judge *judge, enum rule_id rule, pfn_t pfn, const char *witness, ...)
	PRINTF_LIKE(4, 5);

/* judge.c */
/* Fills rules_when. */
void judge_sort_rules(struct judge *judge);
/* Those of rules.def with this word, in their order. true: all hold. */
bool judge_ask_rules(struct judge *judge, enum rule_when when);

static inline void judge_note(struct judge *judge, enum rule_when when)
{
	judge->occasions |= 1u << when;
}

/* What a rule says of itself when it has something to judge. */
static inline void rule_reached(struct judge *judge, enum rule_id rule)
{
	rule_set_add(&judge->reached, rule);
}

void *rule_memory_new(struct judge *judge, enum rule_id rule, size_t size);
/* What a rule keeps from one call to the next, size bytes in all: zeros at first and after a reset.
 */
static inline void *rule_memory(struct judge *judge, enum rule_id rule, size_t size)
{
	void *memory = judge->memories[rule].bytes;

	return memory ? memory : rule_memory_new(judge, rule, size);
}

/* The rules of this word had something to judge; unless they are asked, they hold as a look told.
 */
static inline void judge_settle(struct judge *judge, enum rule_when when)
{
	judge->settled |= 1u << when;
}

/* judge_before.c */
void judge_ask(struct judge *judge, const struct call *call);
void judge_read_zones(struct judge *judge);
/* Fit, and plain before the op: the request is still asked about. */
bool zone_was_plain(const struct judge *judge, uint32_t zone);
/* Does a block of the request come from this zone without any rule that could say no? */
static inline bool zone_is_beyond_doubt(const struct judge *judge, uint32_t zone)
{
	return zone < MAX_ZONES && (judge->zones_plain >> zone & 1 || zone_was_plain(judge, zone));
}
/* judge_take.c */
void judge_take(struct judge *judge);
/* touched.c */
void touch_page(struct judge *judge, pfn_t pfn, pfn_t head, uint32_t order, bool compound,
		bool handed_out);
/* A block was handed out; nr_pages single pages were; one of several single pages was. */
void touch_block(struct judge *judge, pfn_t pfn, uint32_t order, bool compound);
void touch_singles(struct judge *judge, pfn_t pfn, uint32_t nr_pages);
void touch_gained(struct judge *judge, pfn_t pfn);
/* The page lost a reference; the ledger knows it already. */
void touch_dropped(struct judge *judge, const struct ledger_page *page, pfn_t pfn, uint32_t order,
		   bool compound);

/* pageblocks.c */
/* How many the machine has. */
uint32_t pageblocks_count(const struct judge *judge);
/* Reads what the types are at the start. */
void pageblocks_init(struct judge *judge);
void pageblocks_reset(struct judge *judge);
uint32_t pageblock_of(const struct judge *judge, pfn_t pfn);
/* Type of the block now, PAGEBLOCK_HOLE where it has no page. */
uint8_t pageblock_read(const struct judge *judge, uint32_t block);
/* All of them, into pageblock_now. */
void pageblocks_read(struct judge *judge);
/* Notes the type that the block of pfn has now. */
void pageblock_note(struct judge *judge, pfn_t pfn);

/* judge_walk.c */
void walks_init(struct judge *judge, uint32_t walk_every_ops);
void walks_reset(struct judge *judge);
/* After every judged op; true: all is well. */
bool walks_after_op(struct judge *judge, size_t op_index);
/*
 * Which of the touched pages this walk rereads: from the one that is returned on, at the end of
 * them again from the first.
 */
uint32_t walks_take_part(struct judge *judge, uint32_t *nr_pages);

/* rules_page.c: may page pfn have this refcount? */
bool refcount_is_right(const struct judge *judge, pfn_t pfn, int32_t refcount);

/* Pages of a successful alloc_pages-like call. */
static inline bool event_has_block(const struct judge *judge)
{
	return op_allocates(judge->call->code) && !op_is_bulk(judge->call->code) &&
	       judge->event->pfn != PFN_NONE;
}

static inline bool page_is_tainted(const struct judge *judge, pfn_t pfn)
{
	const struct ledger_page *page = ledger_page(judge->ledger, pfn);

	return page && page->marks & LEDGER_TAINTED;
}

static inline uint32_t region_of(const struct judge *judge, pfn_t pfn)
{
	return (pfn >> MAX_PAGE_ORDER) - (judge->ledger->base_pfn >> MAX_PAGE_ORDER);
}

static inline uint32_t nr_regions(const struct judge *judge)
{
	return (judge->ledger->nr_pages >> MAX_PAGE_ORDER) + 2;
}

/* May the page be gone because a reported block around it was withdrawn? */
static inline bool page_is_withdrawn(const struct judge *judge, pfn_t pfn)
{
	return judge->withdrawn[region_of(judge, pfn)];
}
