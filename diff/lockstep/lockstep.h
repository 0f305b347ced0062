/* SPDX-License-Identifier: MIT */
/*
 * One program, n subjects, op by op: resolve, apply, judge, compare by claims. The first subject is
 * the reference; the others are compared with it.
 */
#pragma once

#include "diff/subjects/subject.h"
#include "oracle/judge/judge.h"
#include "oracle/lang/text.h"

#define LOCKSTEP_MAX_SUBJECTS 4

/* Lists in intervals, touched pages in rotation: docs/reference-rules.md says how late that is. */
#define LOCKSTEP_WALK_AUTO JUDGE_WALK_AUTO
/* "auto" or a number of ops; false: text is neither, and nothing is written. */
bool lockstep_parse_walk(const char *text, uint32_t *walk_every_ops);

enum finding_kind {
	FINDING_NONE,
	FINDING_RULE,       /* verdict.rule broke */
	FINDING_DIFFERENCE, /* subjects disagree beyond their claims */
	FINDING_ERROR /* the harness could not go on: text tells (not a finding about the subject)
		       */
};

/* How it came to be known. */
enum finding_cause {
	CAUSE_RULE,   /* verdict */
	CAUSE_TRAP,   /* words: the condition */
	CAUSE_ANSWER, /* words: what differs; answers */
	CAUSE_STATE,  /* words: what differs */
	CAUSE_TOLD    /* words: as the subject told it */
};

#define FINDING_TEXT_MAX 4096

/* event.pfns is not valid: the first frames stand in pfns. */
struct finding_answer {
	struct event event;
	pfn_t pfns[TEXT_EVENT_PFNS];
};

struct finding {
	enum finding_kind kind;
	uint32_t subject; /* index of the one at fault, or of the second one of a difference */
	size_t op_index;
	size_t seen_at;         /* op after which a walk saw it, which may be later */
	struct verdict verdict; /* FINDING_RULE; pfn: the witness of any */
	/* Stable name for de-duplication: "rule-id/op-name" or "difference/op-name". No address, no
	 * pfn. */
	char signature[96];
	/* A difference of requests of which one asked the reclaim or compaction hook. */
	bool slow_path;
	enum finding_cause cause;         /* but for FINDING_ERROR */
	struct finding_answer answers[2]; /* of the reference and of the subject */
	char words[BATCH_TEXT_MAX];
	/* All of it for a reader, made at the end of a run (diff/report/report.h). */
	char text[FINDING_TEXT_MAX];
};

struct lockstep_options {
	bool judge;              /* run the rules over every subject */
	uint32_t walk_every_ops; /* as in struct judge_options */
	bool compare_counts;     /* counters after every op, where both subjects have them */
	bool free_at_end;        /* release every slot, drain, and ask the END rules */
	bool trace;
	/* The observer is also told of the op that ends the run, and of those that give all back.
	 */
	bool observe_all;
	uint8_t dirt;                    /* as in struct env */
	const struct recorded *recorded; /* for subject_recorded; else NULL */
};

struct lockstep_stats {
	uint64_t nr_ops; /* applied (not skipped) */
	uint64_t nr_skipped;
	uint64_t nr_declined; /* times that an op of the program was one a subject cannot do */
	uint64_t nr_allocs, nr_failed_allocs;
	uint64_t peak_pages; /* held by the program, reference subject */
	uint64_t nr_fallbacks, nr_kswapd_wakes;
	uint64_t nr_batched; /* calls that subjects with a batch mode have executed */
};

struct lockstep;

/* NULL and a sentence on failure. subjects[0] is the reference. */
struct lockstep *lockstep_create(const struct subject_ops *const *subjects, uint32_t nr_subjects,
				 const struct lockstep_options *options, uint32_t *marks,
				 char *error, size_t error_size);
void lockstep_free(struct lockstep *lockstep);

/*
 * Runs from a reset machine. initial: the state to start from, or NULL for the one that the program
 * names (start_state.h). Machines are cached: the same config and start again cost a reset. Returns
 * true when nothing was found.
 */
bool lockstep_run(struct lockstep *lockstep, const struct program *program,
		  const struct snapshot *initial, struct finding *finding);
/*
 * Called after each applied op of the reference subject; for replay and progress. NULL: none.
 * false: stop. Once more, with op, call and event NULL, when the ops are over and before
 * free_at_end gives everything back.
 */
typedef bool (*lockstep_observer)(void *context, size_t op_index, const struct op *op,
				  const struct call *call, const struct event *event);
void lockstep_observe(struct lockstep *lockstep, lockstep_observer observer, void *context);

/*
 * Where a run is, kept up to date while it goes on: for who looks on from outside (a signal
 * handler, another process) or finds the process dead.
 */
struct lockstep_position {
	volatile size_t op_index;  /* that subject is at; nr_ops: behind the last */
	volatile uint32_t subject; /* by number */
};
#define LOCKSTEP_BEFORE_OPS SIZE_MAX /* op_index while the machines are made or reset */
void lockstep_tell_position(struct lockstep *lockstep, struct lockstep_position *position);
/* Of the last run; peak_pages is 0 without the judge, the last two without trace. */
const struct lockstep_stats *lockstep_stats(const struct lockstep *lockstep);
/* Of the last run. NULL when the subject has none. */
const struct view *lockstep_view(struct lockstep *lockstep, uint32_t subject);
/* Rules that had something to judge of the reference subject in the last run; none: no judge. */
struct rule_set lockstep_rules_reached(const struct lockstep *lockstep);
/* Hash over every event of the reference subject in the last run. */
uint64_t lockstep_history_hash(const struct lockstep *lockstep);
/* Hash over the state that the last run left behind; 0 when the subject tells none. */
uint64_t lockstep_image_hash(const struct lockstep *lockstep, uint32_t subject);
