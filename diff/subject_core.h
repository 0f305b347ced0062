/* SPDX-License-Identifier: MIT */
/* Private to subject_core*.c: one booted machine of the core with what its hooks need. */
#pragma once

#include <setjmp.h>

#include "buddy/buddy.h"
#include "diff/page_tags.h"
#include "diff/subject.h"

#define CORE_MAX_LOCKS (BUDDY_MAX_NODES * MAX_NR_ZONES * (1 + BUDDY_MAX_CPUS))

/* OP_hook_answers in force, with what is left of it. */
struct core_answers {
	uint32_t value;                          /* fields OP_HOOKS_* */
	uint32_t nr_reclaim, nr_compact, nr_oom; /* claims left */
	uint32_t nr_requests, nr_trylocks;       /* asked so far */
	uint32_t mems_allowed;                   /* every task points here */
	bool capturing;                          /* compaction is looking for a block */
	uint32_t nr_zones_locked;
	bool locked[CORE_MAX_LOCKS]; /* by id, as in hooks.h */
};

struct core {
	struct buddy_config config;
	struct buddy_system sys;
	unsigned char *image, *template;
	size_t image_bytes;
	struct task tasks[BUDDY_MAX_CPUS];
	struct page_frag_cache frag_cache;
	struct page_tags contents;
	uint8_t *lru_order; /* by frame: 1 + order of a block marked LRU here, 0: none */
	uint32_t nr_lru;
	bool lru_used;
	struct machine_info machine;
	struct view view;
	jmp_buf trap;
	const struct call *call;
	struct event *event; /* of the running call */
	struct core_answers answers;
	struct buddy_sync sync;
	uint32_t nofail_rounds;
	struct page *pages[CALL_MAX_PFNS];
};

bool core_knows(uint8_t op_code);
/* The op must be known. Does not return when the core traps: the bug hook jumps to core->trap. */
void core_execute(struct core *core, const struct call *call, struct event *event);
/* Lets the embedder answer so from here on, and counts anew. 0: nothing done. */
void core_set_answers(struct core *core, uint32_t value);
/* Is a lock held that the hooks were asked for? */
bool core_holds_locks(const struct core *core);
/* Puts the state of a snapshot into a machine booted with BUDDY_BOOT_IMPORT. false: *problem tells.
 */
bool core_import(struct core *core, const struct snapshot *initial, const char **problem);
