/* SPDX-License-Identifier: MIT */
/* A machine under test with hooks that count and answer as told. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/page_written.h"
#include "base/row.h"
#include "buddy/buddy.h"
#include "buddy/inspect.h"
#include "buddy/marks.h"

#define WORLD_MAX_LOG 4096

struct world {
	struct buddy_system sys;
	struct task tsk;
	void *memory;
	size_t size;
	uint32_t marks[NR_MARKS];
	uint32_t nr_traces[NR_TRACE_KINDS];
	struct buddy_trace log[WORLD_MAX_LOG];
	uint32_t nr_log;
	uint32_t nr_bad;
	pfn_t bad_pfn;
	enum bad_page_reason bad_reason;
	jmp_buf trap; /* where hooks.bug goes while expect_trap */
	bool expect_trap;
	const char *bug_condition;
	/* answers of the slow path's hooks, and how often each was asked */
	uint32_t reclaim_answer, nr_reclaims;
	enum compact_result compact_answer;
	pfn_t compact_capture;
	uint32_t nr_compactions;
	enum compact_priority last_priority;
	bool oom_answer;
	uint32_t nr_ooms;
	uint32_t nofail_rounds, nr_nofail_waits; /* rounds until nofail_wait gives up */
	uint32_t nr_cleared_pages;
	/* called by reclaim, compaction and OOM before they answer; may free pages */
	void (*relief)(struct world *world);
	struct page *relief_page;
	uint32_t relief_order;
};

/* Boots config (MM-40) or, with import, an empty machine whose frames are all allocated. */
void world_boot(struct world *world, const struct buddy_config *config, bool import);
void world_free(struct world *world);

/* An imported UML machine of nr_pages in zone NORMAL at pfn 0: nothing free, watermarks 0, pcp high
 * and batch. */
void world_empty(struct world *world, uint32_t nr_pages, uint32_t pageblock_order, int32_t high,
		 int32_t batch);
/* Imports a free block and counts it. */
void world_add_free(struct world *world, pfn_t pfn, uint32_t order, enum migratetype type);
struct zone *world_zone(struct world *world, uint32_t number);

/* The list of zone 0 is exactly these frames, head first; ends with PFN_NONE. */
void assert_free_list(struct world *world, uint32_t order, enum migratetype type, ...);
void assert_pcp_list(struct world *world, uint32_t pindex, ...);
int64_t world_free_pages(struct world *world);

/* One hook more, or with NULL one less. */
#define world_set_hook(world, hook, function)                   \
	do {                                                    \
		struct buddy_hooks hooks_ = (world)->sys.hooks; \
		hooks_.hook = function;                         \
		buddy_set_hooks(&(world)->sys, &hooks_);        \
	} while (0)

/* Runs statement, which must trap with a condition that contains text. */
#define assert_trap(world, text, statement)                            \
	do {                                                           \
		(world)->expect_trap = true;                           \
		if (!setjmp((world)->trap)) {                          \
			statement;                                     \
			fail_msg("no trap: %s", #statement);           \
		}                                                      \
		(world)->expect_trap = false;                          \
		assert_non_null(strstr((world)->bug_condition, text)); \
	} while (0)
