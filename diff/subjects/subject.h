/* SPDX-License-Identifier: MIT */
/*
 * The socket: what an allocator offers inside the house to be run, judged and compared. Strangers
 * come through diff/plugin/buddyfuzz/plugin.h, which becomes a subject in subject_plugin.h.
 */
#pragma once

#include "oracle/lang/event.h"
#include "oracle/eyes/snapshot.h"
#include "oracle/eyes/view.h"

struct recorded;
struct subject_ops;

/* How far a subject's answers must agree with another's. Each includes the ones before it. */
enum claim {
	CLAIM_NONE,   /* the op is not supported */
	CLAIM_SAFE,   /* its answer is legal by itself */
	CLAIM_COUNTS, /* same success or failure, same free pages in every zone */
	CLAIM_EXACT   /* same frames, same counters */
};

/* What the harness hands down to a subject. */
struct env {
	const struct subject_ops *ops; /* which one is made; NULL: whoever asked knows */
	bool track_contents; /* keep page contents (one tag a page), so that event.unzeroed_pfn is
				meaningful */
	bool trace;          /* fill event.nr_traces; the core checks its locks, too */
	uint8_t dirt;        /* fills the machine's memory before the boot; 0: as it comes */
	bool no_reset;       /* reset will not be asked for: nothing need be kept for it */
	uint32_t *marks;     /* NR_MARKS rare-path counters, or NULL */
	/* What subject_recorded answers from, or NULL. */
	const struct recorded *recorded;
};

/* ---- batch mode ---- */

struct zone_count {
	int64_t free_pages, pcp_pages;
};

enum batch_outcome {
	BATCH_AGREES,        /* every answer as expected, and the state, where it was compared */
	BATCH_UNSUPPORTED,   /* agreed up to a call that the subject cannot do; the state was not
				compared */
	BATCH_DIFFERS,       /* the last call that was done has another answer: event, counts */
	BATCH_STATE_DIFFERS, /* every answer agrees, the state behind them does not: text */
	BATCH_BROKEN,        /* the subject broke down: sign, text */
	BATCH_ERROR          /* the harness cannot go on: text */
};

#define BATCH_MAX_ZONES 4
#define BATCH_TEXT_MAX 3072

struct batch_result {
	size_t nr_done;     /* calls executed, the one at fault included, an unsupported one not */
	struct event event; /* pfns is the caller's */
	struct zone_count counts[BATCH_MAX_ZONES];
	char sign[32]; /* the part of the signature before the op */
	char text[BATCH_TEXT_MAX];
};

/*
 * For a subject that is far away: it gets the whole program at once, as calls that another subject
 * has resolved and answered, compares by itself, and stops at the first difference. What it claims
 * it claims as CLAIM_EXACT. All members are needed; without a batch the calls go through apply.
 */
struct subject_batch {
	void (*begin)(void *self);
	/*
	 * One more call (its pfns as before the call). counts[nr_counts]: what each zone must have
	 * behind it. false: the subject cannot do it or is full; the batch ends before it.
	 */
	bool (*add)(void *self, const struct call *call, const struct event *expected,
		    const struct zone_count *counts, uint32_t nr_counts);
	/*
	 * Runs them from the state right after create. end: the other subject's state behind the
	 * last call, NULL: not to be compared.
	 */
	enum batch_outcome (*run)(void *self, const struct view *end, struct batch_result *result);
};

/* What a subject does not tell apart: programs made for it need one kind only. */
struct subject_limits {
	bool one_range; /* of memory; hence no start state */
	bool one_node, one_cpu, one_zone, plain_requests;
};

struct subject_ops {
	const char *name;
	enum claim (*claims)(const struct subject_ops *ops, uint8_t op_code);
	/*
	 * A subject for this machine; initial is the state to start from, valid during the call,
	 * or NULL for a booted machine. Pages that it lists nowhere are in use, by nobody in the
	 * program. A subject that cannot start there must refuse it. On failure returns NULL and
	 * writes a sentence into error[error_size].
	 */
	void *(*create)(const struct buddy_config *config, const struct snapshot *initial,
			const struct env *env, char *error, size_t error_size);
	void (*destroy)(void *self);
	void (*reset)(void *self); /* back to the state right after create */
	/* Executes. event arrives cleared; event->pfns has room for CALL_MAX_PFNS entries. */
	void (*apply)(void *self, const struct call *call, struct event *event);
	/*
	 * Calls body(context) and spares each apply() in it the making ready for a trap; optional.
	 * false: a call trapped, its event says so, and body was left in the middle of it.
	 */
	bool (*guard)(void *self, void (*body)(void *context), void *context);
	/* NR_FREE_PAGES and pcp count of a zone as the kernel would report them; optional. */
	bool (*counts)(void *self, uint32_t zone, uint32_t cpu, int64_t *free_pages,
		       int64_t *pcp_pages);
	/* Read-only eyes for the judge; optional. The view stays valid over reset. */
	const struct view *(*view)(void *self);
	/* Hash of the whole state; optional. */
	uint64_t (*hash)(void *self);
	/* State as plain data where there is no view (a recording); optional. */
	bool (*snapshot)(void *self, struct snapshot *snapshot);
	/* Whole programs at once; optional. */
	const struct subject_batch *batch;
	const struct subject_limits *limits; /* NULL: none; a subject with limits has no view */
	bool any_alignment; /* blocks begin anywhere, not at a multiple of their size */
	bool lives_once;    /* two of it at the same time would be the same one */
};

const struct subject_ops *subject_core(void);
const struct subject_ops *subject_bitmap(void);
/* Answers from env.recorded; runs no other program than that recording's. */
const struct subject_ops *subject_recorded(void);
/* The real Linux 6.1 in a process of its own (linux_guest.h), built by `make linux`. */
const struct subject_ops *subject_linux(void);

/* By name, or by path of a plug-in when the name has a '/' or ends in ".so". NULL and a sentence on
 * failure. A plug-in stays loaded; the same path again is the same subject. */
const struct subject_ops *subject_find(const char *name_or_path, char *error, size_t error_size);
