/* SPDX-License-Identifier: MIT */
/*
 * The judge of one subject: reads the subject's ledger and asks every rule of rules.def. It
 * never calls the allocator; it sees calls, events and, where the subject has one, its view.
 */
#pragma once

#include "oracle/judge/rule_set.h"
#include "oracle/lang/event.h"
#include "oracle/ops/taken.h"
#include "oracle/eyes/snapshot.h"
#include "oracle/eyes/view.h"

/* When a rule is asked (rules.def): those before WHEN_WALK after an op. */
enum rule_when {
	WHEN_OP,
	WHEN_TRAP,
	WHEN_REPORT,
	WHEN_MISUSE,
	WHEN_ANSWER,
	WHEN_FAILURE,
	WHEN_BULK,
	WHEN_SKEW,
	WHEN_CLASH,
	WHEN_EFFECT,
	WHEN_FRAGMENT,
	WHEN_DIRTY,
	WHEN_SPLIT,
	WHEN_ALLOC,
	WHEN_PAGES,
	WHEN_GAIN,
	WHEN_WALK,
	WHEN_END
};

#define VERDICT_TEXT_MAX 1024

struct verdict {
	bool broken;
	bool over; /* a misuse left the machine undefined (FR-9): stop the program here, not a
		      finding */
	enum rule_id rule;
	size_t op_index;             /* of the op after which the rule broke; nr_ops: at the end */
	pfn_t pfn;                   /* witness, or PFN_NONE */
	char text[VERDICT_TEXT_MAX]; /* the rule's sentence and the witnesses with values */
};

struct judge;

/* Lists in intervals and touched pages in rotation, as fits the machine (judge_walk.c). */
#define JUDGE_WALK_AUTO UINT32_MAX

struct judge_options {
	/* Everything is looked at every so many ops; 0: at the end only; or JUDGE_WALK_AUTO. */
	uint32_t walk_every_ops;
	/* What a subject without a view starts from; NULL: the booted machine. Read once. */
	const struct snapshot *initial;
	bool any_alignment; /* blocks may begin anywhere */
};

const char *rule_name(enum rule_id rule);
enum rule_when rule_when(enum rule_id rule);
const char *rule_sentence(enum rule_id rule);

/*
 * ledger: a judged one, the caller's; its base becomes what the machine is now, as view shows it,
 * or options, or its machine tell. view may be NULL. NULL: out of memory.
 */
struct judge *judge_create(struct ledger *ledger, const struct view *view,
			   const struct judge_options *options);
/* Forgets everything and starts over with the (reset) subject and the (reset) ledger. */
void judge_reset(struct judge *judge);
void judge_free(struct judge *judge);

/* Before the subject sees the call: what must be known of the state to judge the answer
 * (watermarks, ...). */
void judge_before(struct judge *judge, const struct call *call);
/* Where ops_take() is to tell it of the answer, before judge_after(). */
struct taken *judge_taken(struct judge *judge);
/* After it. Returns false when a rule broke or the run is over: read judge_verdict(). */
bool judge_after(struct judge *judge, size_t op_index, const struct call *call,
		 const struct event *event);
/* All WALK rules now, over everything. */
bool judge_walk(struct judge *judge, size_t op_index);
/*
 * After the last op of the program, in front of what gives its pages back, which may mend what is
 * wrong: the same, unless the program is a short one. is_end: nothing will be given back.
 */
bool judge_after_program(struct judge *judge, size_t op_index, bool is_end);
/* WALK and END rules, after the caller freed every slot and drained every pcp. */
bool judge_end(struct judge *judge, size_t op_index);

/* Ops judged since the reset. */
uint64_t judge_nr_ops(const struct judge *judge);
/*
 * Up to the next reset everything is looked at after the first so many ops, from there on every so
 * many, and at the end; whatever the options say.
 */
void judge_watch(struct judge *judge, uint64_t first, uint64_t every);

const struct verdict *judge_verdict(const struct judge *judge);
/* Rules that had something to judge since the reset. */
struct rule_set judge_rules_reached(const struct judge *judge);

/* Pages that the program holds now, and their peak. */
uint64_t judge_pages_held(const struct judge *judge);
uint64_t judge_peak_pages_held(const struct judge *judge);
