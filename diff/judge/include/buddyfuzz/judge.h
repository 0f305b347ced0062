/* SPDX-License-Identifier: MIT */
/*
 * The judge of buddyfuzz for programs of your own (libbuddyjudge): it looks at a core through
 * buddy/inspect.h and says which rule of docs/reference-rules.md does not hold. It calls nothing
 * that changes the system.
 *
 * Two ways to use it. Who only looks calls buddy_judge_walk() whenever no call is under way: lists,
 * marks and counters must fit together. Who also tells it of every call has all rules asked:
 *
 *	if (buddy_judge_op(judge, "r0 = alloc_pages order=3 gfp=GFP_KERNEL"))
 *		broken = buddy_judge_page(judge, r0 = alloc_pages(&task, GFP_KERNEL, 3));
 *
 * Where a function returns a sentence, NULL says that every rule holds. The first rule that breaks
 * stays the answer of all later calls. Sentences are the judge's and live as long.
 */
#pragma once

#include "buddy/buddy.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default) /* the library shows these functions alone */

struct buddy_judge;

/*
 * config: what sys was booted with. Pages that are in use now are taken as somebody's for good.
 * nr_slots: how many blocks the program names, r0 to r(nr_slots - 1); at least 64 are there.
 * sys must outlive the judge. NULL: memory is short.
 */
struct buddy_judge *buddy_judge_create(const struct buddy_config *config, struct buddy_system *sys,
				       uint32_t nr_slots);
void buddy_judge_free(struct buddy_judge *judge);

/*
 * The whole machine, now. As long as it was told of no call, pages in use are somebody's. Who tells
 * of calls is spared most walks: they come by themselves, as in `buddy run`.
 */
const char *buddy_judge_walk(struct buddy_judge *judge);
/* The same, and what must be true once all pages are given back and all lists are drained. */
const char *buddy_judge_end(struct buddy_judge *judge);
/* Id of the rule that broke, or NULL; judge may be NULL. */
const char *buddy_judge_rule(const struct buddy_judge *judge);

/*
 * The next call, as an operation of docs/reference-ops.md. true: make it now, and tell the answer.
 * false: make no call. It does not fit what its slot holds, a misuse has left the machine undefined
 * (FR-9), or it is no operation: buddy_judge_rule() is "syntax" then.
 */
bool buddy_judge_op(struct buddy_judge *judge, const char *op);

/* The answer, by the kind of call. Of one block, or of single pages in a row; NULL: none. */
const char *buddy_judge_page(struct buddy_judge *judge, const struct page *page);
/* Of a bulk request: its number of pages, and what the slots hold now, from the first one on. */
const char *buddy_judge_pages(struct buddy_judge *judge, uint32_t result,
			      struct page *const *pages);
const char *buddy_judge_fragment(struct buddy_judge *judge, const struct page *page,
				 uint32_t offset_bytes);
/* References left, of a call about a page; what a sysctl returned; else 1. */
const char *buddy_judge_result(struct buddy_judge *judge, int64_t result);
/* From hooks.bug, which must not return: instead of an answer. */
const char *buddy_judge_trap(struct buddy_judge *judge, const char *condition, pfn_t pfn);

/* Does this slot hold a block, as far as the judge was told? */
bool buddy_judge_holds(const struct buddy_judge *judge, uint32_t slot);

/* Two hooks that the judge wants to hear; their context is the judge. */
void buddy_judge_bad_page(void *judge, pfn_t pfn, enum bad_page_reason reason);
void buddy_judge_clear_pages(void *judge, pfn_t pfn, uint32_t nr_pages);

/* What other hooks did during the call. */
enum buddy_judge_note {
	BUDDY_JUDGE_DRAINED,  /* reclaim or compaction emptied per-CPU lists */
	BUDDY_JUDGE_CAPTURED, /* compaction handed over a block */
	BUDDY_JUDGE_REFUSED,  /* should_fail_alloc refused a request */
	BUDDY_JUDGE_STALLED   /* nofail_wait gave a request up */
};
void buddy_judge_note(struct buddy_judge *judge, enum buddy_judge_note note);

/*
 * Locks for one thread that check how the core takes them (BU-65); a fault goes to hooks.bug. Every
 * nth trylock fails; 0: none.
 */
const struct buddy_sync *buddy_judge_locks(struct buddy_judge *judge, uint32_t fail_every);

/*
 * Makes a used machine of sys, which was booted with BUDDY_BOOT_IMPORT, as start_state= in a
 * program does: "fragmented", "low" or "boosted". NULL: it is; else a sentence tells why it cannot
 * be.
 */
const char *buddy_start_state(struct buddy_system *sys, const struct buddy_config *config,
			      const char *name);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
