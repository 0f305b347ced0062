/* SPDX-License-Identifier: MIT */
/* Private to workload*.c: what the users of a machine hold while their program is written. */
#pragma once

#include "fuzz/workload/workload.h"

enum workload_life {
	LIFE_SYSCALL,     /* a few operations, last in first out */
	LIFE_REQUEST,     /* a queue, first in first out */
	LIFE_WORKING_SET, /* until memory is short; what was used lately stays */
	LIFE_PROCESS,     /* all of one owner go together */
	LIFE_LONG,        /* to the end, or until its share of the slots is used up */
	LIFE_OBJECTS,     /* until the last object inside dies */
	NR_LIVES
};

struct workload_row {
	uint8_t number, ask, life, give; /* ask and give: enum op_code */
	uint8_t order, max_order, run;
	uint8_t next_order;
	gfp_t gfp, next_gfp;
};

enum workload_row_id {
#define ROW(name, number, ask, life, give, order, max_order, run, gfp, next_order, next_gfp) \
	ROW_##name,
#include "fuzz/workload/workload_rows.def"
	NR_ROWS,
	/* What is no request, in the same table of weights. */
	MOVE_EXIT = NR_ROWS, /* a process ends */
	MOVE_FORK,
	MOVE_SHRINK,  /* reclaimable slabs are given up */
	MOVE_THIN,    /* every 2^k-th page of the working set goes */
	MOVE_PIN,     /* a reference from elsewhere */
	MOVE_UNPIN,   /* the oldest of them goes */
	MOVE_LRU,     /* a page becomes reclaimable */
	MOVE_RESERVE, /* a few requests by a task that may use the reserves */
	MOVE_SYSCTL,
	MOVE_DRAIN,
	NR_MOVES
};
extern const struct workload_row workload_rows[NR_ROWS];

#define RECIPE_MAX_WEIGHTS 16

struct workload_recipe {
	const char *name, *title, *machine; /* machine: its line of a program */
	uint32_t room; /* pages left to it for every 100 slots; others hold the rest */
	bool tight;    /* free memory near the minimum */
	struct {
		uint8_t move, weight; /* enum workload_row_id */
	} weights[RECIPE_MAX_WEIGHTS];
};
extern const struct workload_recipe workload_recipes[]; /* the last has no name */
/* NULL: there is no such. */
const struct workload_recipe *workload_find_recipe(const char *name);

/* What one request, or one row of requests, got: slots slot..slot + nr_slots - 1. */
struct held {
	uint32_t slot, nr_slots, nr_pages;
	uint32_t owner;   /* LIFE_PROCESS */
	uint32_t nr_pins; /* references from elsewhere, on the first slot */
	uint8_t row, order;
	bool orphan; /* given up by its owner, kept by its pins */
};

/* In the order in which they came. */
struct held_list {
	uint32_t *slots; /* [nr_slots of the workload]: first slots */
	uint32_t nr, nr_slots, nr_pages;
};

struct workload {
	struct program *program;
	const struct workload_recipe *recipe;
	struct buddy_config machine;
	uint64_t random;
	uint32_t nr_ops, nr_slots, machine_pages, movable_pages, room_pages;
	uint32_t queue_depth, working_set_pages, owner;
	bool *used;        /* [nr_slots] */
	struct held *held; /* [nr_slots], by first slot */
	struct held_list lives[NR_LIVES];
	struct held_list pinned; /* once for each pin */
	bool has_fragments;
	bool out_of_memory;
};

/* ---- workload_held.c ---- */

/* Below `limit`, which is not 0. */
uint32_t workload_random(struct workload *workload, uint32_t limit);
bool workload_chance(struct workload *workload, uint32_t one_in);
/* Writes one op, unless the program is long enough. */
void workload_emit(struct workload *workload, struct op op);
void workload_emit_on(struct workload *workload, enum op_code code, uint32_t slot, uint32_t count);
bool workload_is_full(const struct workload *workload);
uint32_t workload_pages_held(const struct workload *workload);
/* Slots for a row of requests, older ones given up for them; nr_slots: there are none. */
uint32_t workload_find_slots(struct workload *workload, uint32_t nr);
void workload_hold(struct workload *workload, const struct held *held);
/* The owner gives it back. index: of its place in the list of its life. */
void workload_release(struct workload *workload, enum workload_life life, uint32_t index);
void workload_exit_process(struct workload *workload, uint32_t owner);
/* What lives no longer, by the rules of each life. */
void workload_expire(struct workload *workload);
void workload_pin(struct workload *workload, uint32_t slot);
/* The oldest one. */
void workload_unpin(struct workload *workload);

/* ---- workload_moves.c ---- */

struct op workload_request_op(const struct workload_row *row, uint32_t slot, uint32_t order,
			      gfp_t gfp);
/* A row or a move, by its weight. */
uint32_t workload_draw_move(struct workload *workload);
void workload_move(struct workload *workload, uint32_t id);
