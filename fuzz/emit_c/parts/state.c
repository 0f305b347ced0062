/* SPDX-License-Identifier: MIT */
/*
 * Emitted programs, first part: what is known of slots and frames, and the hooks of every program.
 * The files of this folder are what `buddy emit-c` writes around a program, in the order state,
 * hooks, rules, calls, start, main. A line with an @ begins a part: "always", or what the program
 * must have one of: ops, its start state, answers that check locks. "also" is a part inside of one,
 * up to its "end". Rules carry the ids and sentences of oracle/rules/rules.def. main.c, a program
 * with every op, is built and run as a test.
 */
/* @always */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buddy/buddy.h"
#include "buddy/gfp.h"
#include "buddy/inspect.h"

/* @program slots */
#define NR_SLOTS 64u

/* @always */
#define CPU_CURRENT UINT32_MAX
#define NODE_LOCAL UINT32_MAX
#define SKIPPED INT64_MIN /* the call did not fit what its slot held and was left out */
#define MAX_ZONES (BUDDY_MAX_NODES * MAX_NR_ZONES)

/* A register that holds a block, the pages of one that was split, or a fragment of a page. */
enum kind { EMPTY, BLOCK, SPLIT, FRAGMENT };
struct slot {
	enum kind kind;
	bool lru, exact;
	pfn_t pfn, last_pfn; /* the last one stays when the slot is emptied */
	uint32_t last_order, nr_pages, nr_left, offset, size;
};

/* Whose a page frame is. */
enum owner { FREE, FOREIGN, HELD, TAIL, CHUNK };
struct frame {
	enum owner owner;
	bool compound, was_free, listed;
	uint8_t list_order;   /* of a block of the free lists that begins here, else NO_ORDER */
	uint32_t slot, order; /* of a block that begins here */
	int32_t refs;
	pfn_t head;
};
#define NO_ORDER 0xffu

static struct buddy_system sys;
static struct task tasks[BUDDY_MAX_CPUS];
static struct machine_info machine;
static struct slot slots[NR_SLOTS];
static struct frame *frames; /* [nr_frames] from machine.base_pfn */
static uint8_t *dirty;       /* contents: not zero */
static uint8_t *seen_types;  /* by pageblock: mask of the types it had */
static uint8_t *set_types;   /* and the type it was given */
static uint32_t nr_frames, cpu, step, since_walk, waits, nr_reports;
static bool judged = true; /* until the program misuses the allocator */
static bool may_trap, hidden, boost_written;
static const char *op = "boot";

static _Noreturn void fail(const char *rule, const char *sentence, const char *format, ...)
{
	va_list values;

	printf("FAIL %s/%s\nOp %u broke the rule %s: %s. But ", rule, op, step, rule, sentence);
	va_start(values, format);
	vprintf(format, values);
	va_end(values);
	putchar('\n');
	exit(1);
}

static struct frame *frame_at(pfn_t pfn)
{
	return pfn >= machine.base_pfn && pfn - machine.base_pfn < nr_frames
		       ? &frames[pfn - machine.base_pfn]
		       : NULL;
}

/* The machine need not begin with a whole pageblock. */
static uint32_t block_of(pfn_t pfn)
{
	return (pfn >> machine.pageblock_order) - (machine.base_pfn >> machine.pageblock_order);
}

static struct page_info page_at(pfn_t pfn)
{
	struct page_info info;

	memset(&info, 0, sizeof(info));
	inspect_page(&sys, pfn, &info);
	return info;
}

/* ---- hooks ---- */

static void hook_bug(void *context, const char *condition, pfn_t pfn)
{
	(void)context;
	if (judged && !may_trap)
		fail("no_trap", "the allocator's own assertions never fire for a correct caller",
		     "it stopped at \"%s\", page frame %d.", condition, (int)pfn);
	printf("Op %u (%s) was refused: %s\n", step, op, condition);
	exit(0);
}

static void hook_bad_page(void *context, pfn_t pfn, enum bad_page_reason reason)
{
	(void)context;
	nr_reports++;
	if (judged)
		fail("bad_page_only_after_misuse",
		     "a page is called bad only after the caller misused it",
		     "page frame %u was, for reason %d.", pfn, (int)reason);
}

static void hook_clear_pages(void *context, pfn_t pfn, uint32_t nr_pages)
{
	(void)context;
	for (uint32_t i = 0; i < nr_pages; i++)
		if (frame_at(pfn + i))
			dirty[pfn + i - machine.base_pfn] = 0;
}

/* Who traces takes the general path. */
static void hook_trace(void *context, const struct buddy_trace *trace)
{
	(void)context, (void)trace;
}
