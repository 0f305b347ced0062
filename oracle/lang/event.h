/* SPDX-License-Identifier: MIT */
/* What an operation means for one subject (struct call) and what the subject answered (struct
 * event). */
#pragma once

#include <string.h>

#include "buddy/hooks.h"
#include "oracle/lang/effect.h"
#include "oracle/lang/op.h"

#define EVENT_MAX_BAD_PAGES 8
#define CALL_MAX_PFNS 4096 /* pages of one bulk or release call */

/*
 * An op with its slots resolved: everything a foreign allocator needs to execute it. Frames name
 * blocks. alloc_*            gfp, order | count (pages) | bytes; bulk_array: pfns[count], PFN_NONE
 * where empty free_pages         pfn, order as allocated (or 0 for what an earlier free left)
 *   free_pages_exact   pfn, count bytes            free_page, get/put/...   pfn of the very page
 *   release_pages      pfns[count]                 set_pageblock_type       pfn, order, type
 *   double_free ...    pfn, order to pass to __free_pages
 *   page_frag_free     pfn as answered, value offset_bytes, count bytes of the fragment
 */
struct call {
	uint8_t code;
	uint8_t cpu;  /* resolved, never CURRENT */
	uint8_t node; /* resolved, never LOCAL */
	uint8_t order;
	uint8_t type;
	bool misuse;
	gfp_t gfp;
	uint32_t count;
	uint32_t value;
	pfn_t pfn;
	pfn_t *pfns; /* [count] for bulk and release; owned by the slots */
};

static inline uint32_t pages_of_bytes(uint32_t bytes)
{
	return (uint32_t)(((uint64_t)bytes + BUDDY_PAGE_SIZE - 1) >> BUDDY_PAGE_SHIFT);
}

enum event_status {
	EVENT_DONE,
	EVENT_SKIPPED,     /* the op did not fit its slot: nothing was called */
	EVENT_UNSUPPORTED, /* this subject cannot do the op */
	EVENT_TRAPPED, /* the subject's own assertion fired: bug_condition tells; it is not usable
			  any more */
	EVENT_STALLED  /* a __GFP_NOFAIL request was given up */
};

/* What the embedder answered during the call (OP_hook_answers) that a judge must know. */
enum event_answer {
	ANSWER_DRAINED = 1u << 0,  /* reclaim or compaction did something: pcp lists are drained */
	ANSWER_CAPTURED = 1u << 1, /* compaction gave the block, watermarks were not asked */
	ANSWER_REFUSED = 1u << 2,  /* a request was made to fail */
	ANSWER_BUSY = 1u << 3      /* a trylock failed */
};

struct event {
	enum event_status status;
	pfn_t pfn;        /* first page of the block, PFN_NONE: failed or not an allocation */
	int64_t result;   /* bulk: pages; get/put/free: references left; sysctl: 0 or -errno; else 0
			     or 1 */
	uint32_t nr_pfns; /* bulk: entries of pfns written; array: all count slots, list: result
			     pages */
	pfn_t *pfns; /* caller-owned [CALL_MAX_PFNS], in slot order; array: pfns[i] is slot r + i,
			PFN_NONE: empty */
	uint32_t offset_bytes; /* page_frag_alloc */
	pfn_t unzeroed_pfn;    /* first page of a __GFP_ZERO block whose contents are not zero, else
				  PFN_NONE */
	uint32_t nr_bad_pages; /* reports; the first EVENT_MAX_BAD_PAGES are kept */
	struct {
		pfn_t pfn;
		enum bad_page_reason reason;
	} bad_pages[EVENT_MAX_BAD_PAGES];
	const char *bug_condition; /* EVENT_TRAPPED */
	pfn_t bug_pfn;
	uint32_t nr_traces[NR_TRACE_KINDS]; /* how often each kind was traced */
	uint32_t nr_slow_calls;             /* how often the reclaim or compaction hook was asked */
	uint32_t answers;                   /* mask of enum event_answer */
	uint32_t nr_effects;
	struct effect *effects; /* caller-owned [EVENT_MAX_EFFECTS], in the order of the changes */
};

/*
 * Everything absent; keeps pfns and effects, and bad_pages as it is: nr_bad_pages says how much of
 * it counts.
 */
static inline void event_clear(struct event *event)
{
	event->status = EVENT_DONE;
	event->pfn = PFN_NONE;
	event->result = 0;
	event->nr_pfns = 0;
	event->offset_bytes = 0;
	event->unzeroed_pfn = PFN_NONE;
	event->nr_bad_pages = 0;
	event->bug_condition = NULL;
	event->bug_pfn = PFN_NONE;
	memset(event->nr_traces, 0, sizeof(event->nr_traces));
	event->nr_slow_calls = 0;
	event->answers = 0;
	event->nr_effects = 0;
}

/* Nobody may want to know. */
static inline void event_add_effect(struct event *event, struct effect effect)
{
	if (event->effects && event->nr_effects < EVENT_MAX_EFFECTS)
		event->effects[event->nr_effects++] = effect;
}
