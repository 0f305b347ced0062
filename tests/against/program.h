/* SPDX-License-Identifier: MIT */
/*
 * A random program: a row of scenes, each a few or a few hundred operations that have something in
 * common, on what the scenes before it have left. A program that was begun is finished: at the end
 * everything is given back.
 */
#pragma once

#include "held.h"
#include "pair.h"
#include "random.h"

struct program {
	struct pair *pair;
	const struct shim_machine *machine;
	struct random random;
	struct held held;
	uint64_t nr_ops, max_ops;
	struct shim_op op; /* the last one */
	uint32_t cpu;      /* mostly the same for a while */
	bool odd_tasks;    /* tasks with flags, in interrupts, real-time ones */
	bool sins;         /* referenced blocks are freed, too */
	bool no_relief;    /* reclaim finds nothing */
	bool remembered;   /* held_then was held when the machine was remembered */
	struct held held_then;
	uint32_t pfns[2 * SHIM_MAX_PFNS], orders[SHIM_MAX_PFNS];
};

/* false: the cores differ, and pair->difference tells how. */
bool program_run(struct program *program, struct pair *pair, const struct shim_machine *machine,
		 uint64_t seed, uint64_t max_ops);

/* On a large machine it takes more to see anything: lists are long, batches large. */
#define LONG_FRAMES 32768u
static inline bool program_is_long(const struct program *program)
{
	return program->pair->end_pfn - program->pair->start_pfn > LONG_FRAMES;
}

/* Nothing more to do: enough, different, or trapped. */
static inline bool program_is_over(const struct program *program)
{
	return program->nr_ops >= program->max_ops || program->pair->different ||
	       program->pair->trapped;
}

/* ---- requests.c ---- */

/* An operation of this program's kind of tasks on its CPU. */
struct shim_op *op_begin(struct program *program, enum shim_call call);
/* program->op on both; NULL when the program is over. */
const struct shim_answer *op_apply(struct program *program);
uint32_t random_gfp(struct program *program);
uint32_t random_order(struct program *program);
/* One request of any kind for a block; what comes of it is held. false: none came. */
bool take(struct program *program, uint32_t gfp, uint32_t order);
void take_exact(struct program *program, uint32_t gfp);
void take_illegal(struct program *program);
void take_bulk(struct program *program, uint32_t gfp, uint32_t nr);
void take_fragment(struct program *program, uint32_t gfp);

/* ---- releases.c ---- */

/* The block is not held any more, whether or not it is free then. */
void give(struct program *program, struct block block);
/* Any of those held. */
void give_any(struct program *program);
/* Those held from this index on, in one of several orders. */
void give_from(struct program *program, uint32_t first);
void refer(struct program *program);
void mark_lru(struct program *program);

/* ---- scenes.c ---- */

void play_scene(struct program *program);
/* To where the machine was remembered. */
void go_back(struct program *program, bool forget);
