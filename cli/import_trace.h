/* SPDX-License-Identifier: MIT */
/*
 * One line of a recorded kmem trace as data. Two dialects, told apart by the event's name:
 *   perf script            comm pid [cpu] seconds.fraction: kmem:event: fields
 *   ftrace, trace-cmd      comm-pid [cpu] flags seconds.fraction: event: fields
 * comm may hold blanks, dashes and brackets, so the line is anchored on "[cpu] ... time:". page= is
 * never read: tools print it hashed or scaled wrongly.
 */
#pragma once

#include <stddef.h>

#include "buddy/types.h"

enum trace_dialect { DIALECT_NONE, DIALECT_PERF, DIALECT_FTRACE };

enum trace_line_kind {
	TRACE_LINE_NOISE,       /* header, comment, call chain, blank */
	TRACE_LINE_OTHER_EVENT, /* an event that moves no page */
	TRACE_LINE_LOST,        /* the recorder says that it lost events */
	TRACE_LINE_MALFORMED,   /* one of the events below, but a field is missing or unreadable */
	TRACE_LINE_ALLOC,       /* mm_page_alloc */
	TRACE_LINE_FREE,        /* mm_page_free */
	TRACE_LINE_FREE_BATCHED /* mm_page_free_batched */
};

#define TRACE_PFN_FAILED UINT64_MAX /* the allocation failed */

struct trace_line {
	enum trace_line_kind kind;
	enum trace_dialect dialect; /* of events */
	uint64_t time_ns;
	uint64_t pfn;
	uint64_t nr_lost;    /* TRACE_LINE_LOST */
	const char *problem; /* TRACE_LINE_MALFORMED: what is wrong; static */
	uint32_t cpu;
	uint32_t order;
	gfp_t gfp;
	uint32_t nr_unknown_names; /* gfp names that Linux 6.1 lacks; left out of gfp */
};

/* text need not end in NUL. */
void trace_parse_line(const char *text, size_t length, struct trace_line *line);
