// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does a reset really bring everything back? The program runs, many others run, the program runs
 * again: its answers and final state must be the same, and all of the guest's memory must be as it
 * was, but for what the running thread itself writes and the contents of the lab's pages.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "host.h"
#include "kernel.h"
#include "ops.h"
#include "program.h"

#define OTHER_PROGRAMS 1000
#define OTHER_CALLS 64
#define OTHER_SLOTS 16
#define MAX_TOLD 16
#define WORD sizeof(u64)

static char *whole;                        /* copy of the guest's memory */
static struct linux_answer *first_answers; /* [LINUX_MAX_CALLS] */

/* ---- the others ---- */

static u32 next_random(u64 *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(*seed >> 33);
}

/* Allocates into an empty slot, frees a full one. */
static void other_call(u64 *seed, struct linux_call *slot)
{
	static const u32 gfps[] = { GFP_KERNEL,
				    GFP_ATOMIC,
				    GFP_NOWAIT,
				    GFP_HIGHUSER_MOVABLE,
				    GFP_KERNEL | __GFP_RECLAIMABLE,
				    GFP_NOWAIT | __GFP_COMP };
	struct linux_answer answer;
	u32 random = next_random(seed);

	if (slot->code == OP_free_pages) {
		ops_run(slot, &answer);
		slot->code = 0;
		return;
	}
	*slot = (struct linux_call){ .code = OP_alloc_pages,
				     .gfp = gfps[random % ARRAY_SIZE(gfps)],
				     .order = random / 16 % 8 ? random / 128 % 4
							      : random / 128 % MAX_ORDER };
	ops_run(slot, &answer);
	slot->pfn = answer.pfn;
	slot->code = answer.result == 1 ? OP_free_pages : 0;
}

static void run_others(void)
{
	u64 seed = 1;

	for (u32 program = 0; program < OTHER_PROGRAMS; program++) {
		struct linux_call slots[OTHER_SLOTS] = { 0 };

		lab_reset();
		for (u32 i = 0; i < OTHER_CALLS; i++)
			other_call(&seed, &slots[next_random(&seed) % OTHER_SLOTS]);
	}
}

/* ---- all of memory ---- */

static bool is_exempt(unsigned long address)
{
	unsigned long stack = (unsigned long)current->stack;
	unsigned long pfn = __pa(address) >> PAGE_SHIFT;

	return (address >= stack && address < stack + THREAD_SIZE) ||
	       (pfn >= lab->first_pfn && pfn < lab->first_pfn + lab->nr_pages);
}

/* Appends the address of a word that differs, with its symbol. Returns the new length. */
static size_t tell(char *text, size_t bytes, size_t length, unsigned long address, u64 was)
{
	return length + (size_t)scnprintf(text + length, bytes - length, "%pS: %llx, was %llx\n",
					  (void *)address, *(u64 *)address, was);
}

static u32 compare_memory(unsigned long bytes, char *text, size_t text_bytes)
{
	size_t length = strlen(text);
	u32 nr = 0;

	for (unsigned long page = 0; page < bytes; page += PAGE_SIZE) {
		if (is_exempt(PAGE_OFFSET + page) ||
		    !memcmp((void *)(PAGE_OFFSET + page), whole + page, PAGE_SIZE))
			continue;
		for (unsigned long at = page; at < page + PAGE_SIZE; at += WORD) {
			u64 was = *(u64 *)(whole + at);

			if (*(u64 *)(PAGE_OFFSET + at) == was || counters_hold(PAGE_OFFSET + at))
				continue;
			if (nr++ < MAX_TOLD)
				length = tell(text, text_bytes, length, PAGE_OFFSET + at, was);
		}
	}
	return nr;
}

/* ---- the check ---- */

static bool have_memory(unsigned long bytes)
{
	if (!whole)
		whole = host_memory(bytes);
	if (!first_answers)
		first_answers = host_memory(LINUX_MAX_CALLS * sizeof(*first_answers));
	return whole && first_answers;
}

static u64 run_program(u32 nr_calls)
{
	lab_reset();
	program_run(nr_calls, 0);
	return program_hash();
}

bool self_check(char *text, size_t bytes)
{
	unsigned long memory_bytes = *kernel.high_physmem - PAGE_OFFSET;
	struct linux_shared *shared = lab->shared;
	u32 nr_calls = min(shared->nr_calls, LINUX_MAX_CALLS), nr_done, nr_words;
	bool same_answers, same_state;
	u64 hash;

	text[0] = '\0';
	if (!have_memory(memory_bytes)) {
		scnprintf(text, bytes, "the host has no memory for the copies\n");
		return false;
	}
	hash = run_program(nr_calls);
	nr_done = shared->nr_done;
	memcpy(first_answers, shared->answers, nr_done * sizeof(*first_answers));
	lab_reset();
	memcpy(whole, (void *)PAGE_OFFSET, memory_bytes);
	run_others();
	same_state = run_program(nr_calls) == hash;
	same_answers = nr_done == shared->nr_done &&
		       !memcmp(first_answers, shared->answers, nr_done * sizeof(*first_answers));
	lab_reset();
	scnprintf(text, bytes, "%u calls, %u other programs: answers %s, final state %s\n", nr_done,
		  OTHER_PROGRAMS, same_answers ? "equal" : "DIFFER",
		  same_state ? "equal" : "DIFFERS");
	nr_words = compare_memory(memory_bytes, text, bytes - 64);
	scnprintf(text + strlen(text), bytes - strlen(text), "%u of %lu words of memory differ\n",
		  nr_words, memory_bytes / WORD);
	return same_answers && same_state && !nr_words;
}
