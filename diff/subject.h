/* SPDX-License-Identifier: MIT */
/*
 * The socket: what an allocator must offer to be run, judged and compared. Fill in a struct
 * subject_ops and export it from a shared object as `const struct subject_ops
 * *buddy_subject(void)`; see subject_template.c.
 */
#pragma once

#include "oracle/event.h"
#include "oracle/snapshot.h"
#include "oracle/view.h"

#define SUBJECT_API_VERSION 1u

struct recorded;

/* How far a subject's answers must agree with another's. Each includes the ones before it. */
enum claim {
	CLAIM_NONE,   /* the op is not supported */
	CLAIM_SAFE,   /* its answer is legal by itself */
	CLAIM_COUNTS, /* same success or failure, same free pages in every zone */
	CLAIM_EXACT   /* same frames, same counters */
};

/* What the harness hands down to a subject. */
struct env {
	bool track_contents; /* keep page contents (one tag a page), so that event.unzeroed_pfn is
				meaningful */
	bool trace;          /* fill event.nr_traces */
	uint32_t *marks;     /* NR_MARKS rare-path counters, or NULL */
	/* What subject_recorded answers from, or NULL. */
	const struct recorded *recorded;
};

struct subject_ops {
	uint32_t api_version; /* SUBJECT_API_VERSION */
	const char *name;
	enum claim (*claims)(uint8_t op_code);
	/*
	 * A subject for this machine; initial is the state to start from, or NULL for a booted
	 * machine. On failure returns NULL and writes a sentence into error[error_size].
	 */
	void *(*create)(const struct buddy_config *config, const struct snapshot *initial,
			const struct env *env, char *error, size_t error_size);
	void (*destroy)(void *self);
	void (*reset)(void *self); /* back to the state right after create */
	/* Executes. event arrives cleared; event->pfns has room for CALL_MAX_PFNS entries. */
	void (*apply)(void *self, const struct call *call, struct event *event);
	/* NR_FREE_PAGES and pcp count of a zone as the kernel would report them; optional. */
	bool (*counts)(void *self, uint32_t zone, uint32_t cpu, int64_t *free_pages,
		       int64_t *pcp_pages);
	/* Read-only eyes for the judge; optional. The view stays valid over reset. */
	const struct view *(*view)(void *self);
	/* Hash of the whole state; optional. */
	uint64_t (*hash)(void *self);
	/* State as plain data where there is no view (a recording); optional. */
	bool (*snapshot)(void *self, struct snapshot *snapshot);
};

const struct subject_ops *subject_core(void);
const struct subject_ops *subject_bitmap(void);
const struct subject_ops *subject_template(void);
/* Answers from env.recorded; runs no other program than that recording's. */
const struct subject_ops *subject_recorded(void);

/* By name, or by path of a plug-in when the name has a '/' or ends in ".so". NULL and a sentence on
 * failure. */
const struct subject_ops *subject_find(const char *name_or_path, char *error, size_t error_size);
