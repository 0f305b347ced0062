/* SPDX-License-Identifier: MIT */
/* Private to subject_core*.c: one booted machine of the core with what its hooks need. */
#pragma once

#include <setjmp.h>

#include "buddy/buddy.h"
#include "diff/subjects/core_locks.h"
#include "diff/subjects/page_tags.h"
#include "diff/subjects/subject.h"

/* OP_hook_answers in force, with what is left of it. */
struct core_answers {
	uint32_t value;                          /* fields OP_HOOKS_* */
	uint32_t nr_reclaim, nr_compact, nr_oom; /* claims left */
	uint32_t nr_requests;                    /* asked so far */
	uint32_t mems_allowed;                   /* every task points here */
	bool capturing;                          /* compaction is looking for a block */
};

struct core {
	struct buddy_config config;
	struct buddy_system sys;
	struct core_locks locks; /* used when the environment traces, or the answers want them */
	unsigned char *image, *template;
	size_t image_bytes, map_bytes;
	uint64_t *taken, *listed; /* frame maps: since the reset, and of the template */
	bool unsure;              /* a trap: anything may have been written */
	struct task tasks[BUDDY_MAX_CPUS];
	struct page_frag_cache frag_cache;
	struct page_tags contents;
	bool lru_used; /* a block was marked LRU since the reset */
	struct machine_info machine;
	struct view view;
	jmp_buf trap;
	bool guarded; /* trap leads out of more than the running call */
	const struct call *call;
	struct event *event; /* of the running call */
	struct core_answers answers;
	uint32_t nofail_rounds;
	struct page *pages[CALL_MAX_PFNS]; /* of the running call; last, for it is not cleared */
};

/* By opcode, NULL: not known. Does not return when the core traps: the bug hook jumps to
 * core->trap.
 */
typedef void (*core_op)(struct core *core, const struct call *call, struct event *event);
extern const core_op core_ops[NR_OP_CODES];
/* Lets the embedder answer so from here on, and counts anew. 0: nothing done. */
void core_set_answers(struct core *core, uint32_t value);
/* Puts the state of a snapshot into a machine booted with BUDDY_BOOT_IMPORT. false: *problem tells.
 */
bool core_import(struct core *core, const struct snapshot *initial, const char **problem);
