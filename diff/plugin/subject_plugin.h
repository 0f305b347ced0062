/* SPDX-License-Identifier: MIT */
/*
 * A plug-in (buddyfuzz/plugin.h) as a subject of the house. plugin_load.c looks at what it is,
 * plugin_machine.c describes the machine to it, plugin_calls.c calls it.
 */
#pragma once

#include <setjmp.h>

#include "diff/plugin/buddyfuzz/plugin.h"
#include "diff/subjects/subject.h"

/*
 * The subject; it lives until the process ends, and the same plug-in is the same subject. from: its
 * path or name, for errors. NULL, and a sentence what is wrong and what to do: another version or
 * layout, a member missing, a claim that means nothing.
 */
const struct subject_ops *subject_plugin(const struct buddyfuzz_plugin *plugin, const char *from,
					 char *error, size_t error_size);

/* ---- private to this room ---- */

struct plugin_subject {
	struct subject_ops ops; /* first: subject_ops.create() finds the rest by it */
	const struct buddyfuzz_plugin *plugin;
	struct subject_limits limits;
	uint8_t claims[NR_OP_CODES];
	uint64_t frames[CALL_MAX_PFNS]; /* of the bulk call at hand */
	struct plugin_subject *next;
};

/* One machine of it. */
struct plugin_machine {
	const struct buddyfuzz_plugin *plugin;
	struct plugin_subject *subject;
	struct buddyfuzz_machine machine;
	struct buddyfuzz_range *ranges;
	void *self; /* the plug-in's */
	uint64_t nr_pages, nr_held;
	bool *held;      /* by frame of the span; NULL: the plug-in has no eyes */
	bool books_kept; /* held and nr_held are what its eyes must see */
	bool one_zone;   /* free_pages() counts the pages of zone 0 */
	bool was_reset;
	const char *broken;               /* what it trapped on, or why it refused the reset */
	struct event *event;              /* of the call at hand; NULL: none */
	struct buddyfuzz_request request; /* of the call at hand */
	jmp_buf trap;                     /* where buddyfuzz_machine.trap() leads */
	pfn_t bug_pfn;                    /* of which it spoke */
};

static inline bool plugin_knows(const struct buddyfuzz_plugin *plugin, enum buddyfuzz_knows what)
{
	return plugin->knows & (uint32_t)what;
}

/* Describes the machine; false: out of memory, or more than the plug-in takes, error tells. */
bool plugin_describe(struct plugin_machine *machine, const struct buddy_config *config,
		     const struct snapshot *initial, char *error, size_t error_size);

/* Books of what was handed out; each but the first may end in a trap. false: out of memory. */
bool plugin_books_init(struct plugin_machine *machine);
void plugin_books_open(struct plugin_machine *machine);
void plugin_books_close(struct plugin_machine *machine);
void plugin_books_hold(struct plugin_machine *machine, pfn_t pfn, uint32_t nr_pages);
void plugin_books_drop(struct plugin_machine *machine, pfn_t pfn, uint32_t nr_pages);
void plugin_books_check(struct plugin_machine *machine);

/* Which of its operations a plug-in offers, and to which group they belong; NULL: none has it. */
bool plugin_offers(const struct buddyfuzz_plugin *plugin, uint8_t op_code);
const char *plugin_group(uint8_t op_code);

/* The calls of struct subject_ops. */
void plugin_apply(void *self, const struct call *call, struct event *event);
void plugin_reset(void *self);
bool plugin_counts(void *self, uint32_t zone, uint32_t cpu, int64_t *free_pages,
		   int64_t *pcp_pages);
/* The two ways of a plug-in to tell; harness is the plugin_machine. */
void plugin_report_bad_page(void *harness, uint64_t frame);
_Noreturn void plugin_trap(void *harness, const char *condition, uint64_t frame);
