/* SPDX-License-Identifier: MIT */
/*
 * Private to fuzz/emit_c: a file on its way out. The program's own part comes first, for what it
 * names says which functions the file needs in front of it (emit_c_template.c).
 */
#pragma once

#include "fuzz/emit_c/emit_c.h"

/* An op that was done; nothing of it is kept. */
struct step {
	size_t op_index; /* nr_ops: it gives something back after the program */
	const struct op *op;
	const struct call *call;
	const struct event *event;
};

struct emission {
	const struct program *program;
	const char *title;
	bool rules;
	size_t last_op;     /* the one that breaks a rule, SIZE_MAX: none does */
	FILE *steps;        /* the body of run_program(), a line a statement */
	pfn_t *slots;       /* [nr_slots] what r[] holds as the file goes on, PFN_NONE: NULL */
	uint8_t *lru_order; /* by frame from base_pfn: 1 + order of a block marked LRU */
	pfn_t base_pfn;
	uint32_t span_pages;
	uint32_t asked_node; /* as the file tells its compaction hook */
	uint32_t hooks;      /* as told last, emit_c_hooks() */
	bool told_hooks, has_fragments, came_to_the_end;
	uint32_t nr_emitted; /* ops */
	size_t next_op;      /* the first of which the file says nothing yet */
};

#define PUT(emission, ...) fprintf((emission)->steps, __VA_ARGS__)

/* ---- emit_c_calls.c ---- */

/* How a call answers. */
enum answer_kind {
	ANSWERS_NOTHING,
	ANSWERS_PAGE,     /* the call is assigned to the slot */
	ANSWERS_FRAGMENT, /* likewise */
	ANSWERS_PAGES,    /* a number, and slots from the op's on */
	ANSWERS_REFS,     /* nothing; the page has references then */
	ANSWERS_RESULT    /* a number */
};
enum answer_kind emit_c_answer_kind(const struct step *step);

/* Puts the form, in which $ and a letter stand for what emit_c_calls.c says. */
void emit_c_put(struct emission *emission, const struct step *step, const char *form);
/* Is there nothing to call? */
bool emit_c_is_silent(const struct emission *emission, const struct step *step);

/* ---- emit_c_values.c: each puts a value by its name ---- */

/* "MIGRATE_" and "cma": MIGRATE_CMA */
void emit_c_put_constant(FILE *out, const char *prefix, const char *name);
void emit_c_put_gfp(struct emission *emission, const struct step *step);
void emit_c_put_type(struct emission *emission, const struct step *step);
/* A statement that makes the task, or tells the hooks. */
void emit_c_put_context(struct emission *emission, const struct step *step);
/* What a value of OP_hook_answers comes to: fields that change nothing are 0. */
uint32_t emit_c_hooks(uint32_t value);

/* ---- emit_c_pages.c ---- */

/* "r[3]", "nth_page(r[3], 2)", "pfn_to_page(&sys, 515)" */
void emit_c_put_page(struct emission *emission, const struct step *step);
/* Those of release_pages. */
void emit_c_put_released(struct emission *emission, const struct step *step);
/* What tells the references that the step answers. */
void emit_c_put_references(struct emission *emission, const struct step *step);
/* In front of a call that frees what is marked LRU; and after one that marks. */
void emit_c_put_off_lru(struct emission *emission, const struct step *step);
void emit_c_note_lru(struct emission *emission, const struct step *step);
/* In front of a request that fills the empty places of an array. */
void emit_c_put_empty_slots(struct emission *emission, const struct step *step);
/* Keeps in mind what r[] holds from here on. */
void emit_c_update(struct emission *emission, const struct step *step);

/* ---- emit_c_steps.c ---- */

void emit_c_step(struct emission *emission, const struct step *step);
/* Ops in front of this one that were not done. */
void emit_c_left_out(struct emission *emission, size_t op_index);
/* What is free after the last op. */
void emit_c_expect_zones(struct emission *emission, const struct view *view);

/* ---- emit_c_machine.c, emit_c_template.c ---- */

/* Statements that make config. */
void emit_c_machine(const struct program *program, FILE *out);
/* The whole file around these and the steps. */
void emit_c_file(const struct emission *emission, const char *steps, FILE *out);
