/* SPDX-License-Identifier: MIT */
/*
 * The inside of a shim. Only what both revisions have of the API is used: hooks go through
 * buddy_boot(), and no member of struct buddy_system is touched, but for `taken` where
 * SHIM_CAN_REWIND says that there is one (tests/against/run tries).
 */
#pragma once

#include <setjmp.h>
#include <stddef.h>

#include "buddy/buddy.h"
#include "buddy/inspect.h"

#include "shim.h"

struct shim {
	struct buddy_system sys;
	struct buddy_hooks hooks;
	struct machine_info info;
	void *memory;
	size_t size;
	struct task tasks[SHIM_MAX_CPUS];
	struct page_frag_cache frags[SHIM_NR_FRAG_CACHES];
	struct page *pages[SHIM_MAX_PFNS];

	/* one operation */
	const struct shim_op *op;
	struct shim_answer *answer;
	uint32_t nr_random, nr_claims;
	bool capturing;
	jmp_buf trap;

	/* for rewind */
	void *copy;
	uint64_t *listed, *taken;
	uint64_t copy_hash;

	/* for tell */
	uint64_t hash;
	bool storing;
	struct shim_word *words;
	uint64_t nr_words, max_words;
};

/* shim_hooks.c */
void shim_install_hooks(struct shim *shim, uint32_t mask);

/* shim_ops.c */
void shim_apply(struct shim *shim, const struct shim_op *op, struct shim_answer *answer);

/* shim_state.c: the image as a whole. Result: 0, or 1 when it worked out otherwise. */
uint64_t shim_move(struct shim *shim);
uint64_t shim_remember(struct shim *shim);
uint64_t shim_rewind(struct shim *shim);
void shim_forget(struct shim *shim);
void *shim_memory(size_t size, bool dirty); /* ends the process when there is none */

/* shim_tell.c */
uint64_t shim_hash(struct shim *shim, enum shim_depth depth);
uint64_t shim_tell(struct shim *shim, enum shim_depth depth, const struct shim_word **words);

/* shim_machine.c */
struct buddy_config shim_config(const struct shim_machine *machine);
