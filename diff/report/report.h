/* SPDX-License-Identifier: MIT */
/*
 * What a finding tells its reader: what is wrong, the program around it, what happened to the page.
 * The facts are gathered by running the program a second time, so that the first run pays nothing
 * for them.
 */
#pragma once

#include "diff/lockstep/lockstep.h"

/* One op as text, in the language of programs. Returns the length, below size. */
size_t op_describe(const struct op *op, char *text, size_t size);

#define STORY_MAX_EVENTS 12 /* the last ones are kept */
#define STORY_LISTS_MAX 1024

/* The life of one page, and the free lists just before the op at fault. */
struct story {
	uint32_t subject;
	pfn_t pfn; /* PFN_NONE: no witness */
	size_t op_index;
	size_t nr_events;
	struct story_event {
		size_t op_index;
		struct op op;
		bool gained; /* else given back or touched */
		pfn_t pfn;
		uint32_t nr_pages;
		int64_t result;
		uint32_t nr_bad_pages;
	} events[STORY_MAX_EVENTS];
	char lists[STORY_LISTS_MAX];
};

void story_init(struct story *story, const struct finding *finding);
/*
 * Called before an op of the second run: notes the lists when it is the one at fault. view may be
 * NULL.
 */
void story_before(struct story *story, size_t op_index, const struct op *op,
		  const struct view *view);
/* Called after an op that the subject executed. */
void story_after(struct story *story, size_t op_index, const struct op *op, const struct call *call,
		 const struct event *event);

/* Appends program lines and story to finding->text, which holds the first sentence. */
void report_write(struct finding *finding, const struct program *program, const char *subject,
		  const struct story *story);
/* The first sentence of a difference: what each side answered. */
void report_difference(struct finding *finding, const char *what, const struct op *op,
		       const char *const names[2], const struct event *const events[2]);
