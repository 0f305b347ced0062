/* SPDX-License-Identifier: MIT */
/*
 * What a finding tells its reader: what is wrong, the program around it, what happened to the page.
 * The facts are gathered by running the program a second time, so that the first run pays nothing
 * for them; they become text when all of them are there.
 */
#pragma once

#include "diff/lockstep/lockstep.h"

#define STORY_MAX_EVENTS 12 /* the last ones are kept */
#define STORY_MAX_ZONES 5   /* the first ones */
#define STORY_MAX_PFNS 6    /* of a list */

/* The first blocks of a list. */
struct story_list {
	uint8_t nr;
	bool more;
	pfn_t pfns[STORY_MAX_PFNS];
};

struct story_zone {
	uint32_t zone, cpu;
	struct zone_info info;
	struct pcp_info pcp; /* of the CPU, and its lists */
	struct story_list pcp_lists[NR_PCP_LISTS];
	struct story_list free_lists[NR_PAGE_ORDERS][MIGRATE_TYPES];
};

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
	uint32_t nr_zones; /* 0: the lists are not known */
	uint32_t first_order;
	struct story_zone zones[STORY_MAX_ZONES];
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

/*
 * Makes finding->text of what the finding holds, the program and the story, which may be NULL.
 * names: of the subjects, by number.
 */
void report_write(struct finding *finding, const struct program *program,
		  const char *const names[LOCKSTEP_MAX_SUBJECTS], const struct story *story);
