/* SPDX-License-Identifier: MIT */
/*
 * Private to fuzz/emit_c: a file on its way out. The program's own part is written first, for it
 * says which functions the file needs in front of it (a static one without use is a warning).
 */
#pragma once

#include "oracle/lang/text_line.h"
#include "fuzz/emit_c/emit_c.h"

/* Enough for the names of the most slots that one op can name. */
#define STATEMENT_MAX (128u << 10)

/* What an emitted file uses, as bits of needs. */
enum need {
	NEED_RULES = 1u << 0, /* the judge */
	NEED_PFN = 1u << 1,   /* of functions that read an answer */
	NEED_PFNS = 1u << 2,
	NEED_REFS = 1u << 3,
	NEED_RESULT = 1u << 4,
	NEED_EXPECT = 1u << 5,
	NEED_TASK = 1u << 6,
	NEED_ZEROED = 1u << 7,
	NEED_EACH_ZEROED = 1u << 8,
	NEED_ZONE = 1u << 9,
	NEED_REPORTS = 1u << 10,
	NEED_TRAP = 1u << 11,
	NEED_NTH_PAGE = 1u << 12,
	NEED_SET_LRU = 1u << 13,
	NEED_SET_TYPES = 1u << 14,
	NEED_NOFAIL = 1u << 15,
	NEED_FRAGMENT = 1u << 16,
	NEED_HOOKS = 1u << 17, /* hook_answers, and for what */
	NEED_RECLAIM = 1u << 18,
	NEED_COMPACT = 1u << 19,
	NEED_CAPTURE = 1u << 20,
	NEED_OOM = 1u << 21,
	NEED_RECLAIMABLE = 1u << 22,
	NEED_CPUSET = 1u << 23,
	NEED_DIRTY = 1u << 24,
	NEED_NODE_RECLAIM = 1u << 25,
	NEED_FAIL = 1u << 26,
	NEED_LOCKS = 1u << 27,
	NEED_EMPTY_SLOTS = 1u << 28,
	NEED_CACHE = 1u << 29, /* of fragments */
	NEED_START = 1u << 30,
	NEED_SLOTS = 1u << 31
};

/* How a call answers. */
enum answer_kind {
	ANSWERS_NOTHING,
	ANSWERS_PAGE,     /* the call is assigned to the slot */
	ANSWERS_FRAGMENT, /* likewise */
	ANSWERS_PAGES,    /* a number, and slots from the op's on */
	ANSWERS_REFS,     /* nothing; emission->about has references then */
	ANSWERS_RESULT    /* a number */
};

struct emission {
	const struct program *program;
	const char *title;
	const struct emit_c_recording *recording;
	bool rules;
	uint32_t needs;
	FILE *out;
	pfn_t *slots;       /* [nr_slots] what r[] holds as the file goes on, PFN_NONE: NULL */
	uint8_t *lru_order; /* by frame from base_pfn: 1 + order of a block marked LRU */
	pfn_t base_pfn;
	uint32_t span_pages;
	uint32_t asked_node; /* as the file tells its compaction hook */
	uint32_t nr_emitted; /* ops */
	size_t next_op;      /* the first of which the file says nothing yet */
	struct line call, about, statement;
	char call_text[STATEMENT_MAX], about_text[128], statement_text[STATEMENT_MAX + 128];
};

static inline void emission_need(struct emission *emission, enum need need)
{
	emission->needs |= (uint32_t)need;
}

/* ---- emit_c_calls.c ---- */

/* Puts what the step calls into call (nothing: no call), and what answers into about. */
enum answer_kind emit_c_call(struct emission *emission, const struct emit_c_step *step);

/* ---- emit_c_pages.c: each puts its part into call ---- */

/* "r[3]", "nth_page(r[3], 2)", "pfn_to_page(&sys, 515)" */
void emit_c_put_page(struct emission *emission, const struct emit_c_step *step);
/* Those of release_pages. */
void emit_c_put_released(struct emission *emission, const struct emit_c_step *step);
/* In front of a call that frees what is marked LRU; and after one that marks. */
void emit_c_put_off_lru(struct emission *emission, const struct emit_c_step *step);
void emit_c_note_lru(struct emission *emission, const struct emit_c_step *step);
/* In front of a request that fills the empty places of an array. */
void emit_c_put_empty_slots(struct emission *emission, const struct emit_c_step *step);
/* Puts into about what tells the references that the step answers. */
void emit_c_note_references(struct emission *emission, const struct emit_c_step *step);
/* Keeps in mind what r[] holds from here on. */
void emit_c_update(struct emission *emission, const struct emit_c_step *step);

/* ---- emit_c_hooks.c ---- */

/* What the program tells hooks, as needs. */
uint32_t emit_c_hook_needs(const struct program *program);
/* Puts the call of answer_hooks(). */
void emit_c_hooks(struct emission *emission, uint32_t value);

/* ---- emit_c_lines.c ---- */

/* Starts the next statement. */
#define SAY(emission, ...) \
	((emission)->statement.length = 0, line_put(&(emission)->statement, __VA_ARGS__))
/* The statement in lines, so far to the right. */
void emit_c_print_statement(struct emission *emission, uint32_t tabs);

/* ---- emit_c_expect.c ---- */

void emit_c_expect_answer(struct emission *emission, const struct emit_c_step *step,
			  enum answer_kind kind);
/* What is free after the last op. */
void emit_c_expect_zones(struct emission *emission);

/* ---- emit_c_steps.c ---- */

/* The body of run_program(). */
void emit_c_steps(struct emission *emission);

/* ---- emit_c_machine.c, emit_c_frame.c ---- */

/* Statements that make config; and what is in front of and behind the program. */
void emit_c_machine(const struct program *program, FILE *out);
void emit_c_head(const struct emission *emission, FILE *out);
void emit_c_tail(const struct emission *emission, FILE *out);
