/* SPDX-License-Identifier: MIT */
/*
 * Programs as text: what people read, review and commit. Lossless for every program:
 * parse(print(p)) == p.
 *
 *   # comment
 *   machine profile=uml pages=4096 cpus=2 pageblock=5 start_state=low
 *   r0 = alloc_pages order=3 gfp=GFP_KERNEL|__GFP_ZERO cpu=1
 *   free_pages r0
 *   task flags=memalloc|nofs
 *   hook_answers reclaim=3 compact=success compact_times=2
 *   ! double_free r0
 */
#pragma once

#include <stdio.h>

#include "oracle/lang/event.h"

struct text_error {
	uint32_t line, column; /* from 1 */
	char message[256];     /* what was expected and what stands there */
};

/* text need not end in NUL. program is replaced. On failure false, error filled in. */
FUZZ_MUST_CHECK bool text_parse(const char *text, size_t size, struct program *program,
				struct text_error *error);
/* One op without a newline; returns its length. text has TEXT_OP_MAX bytes. */
#define TEXT_OP_MAX 768
size_t text_format_op(const struct op *op, char *text);
/*
 * What a subject answered, in words; returns the length. text has TEXT_EVENT_MAX bytes. Of pfns the
 * first TEXT_EVENT_PFNS are looked at.
 */
#define TEXT_EVENT_MAX 1024
#define TEXT_EVENT_PFNS 6
size_t text_format_event(const struct event *event, char *text);
/* The machine line without a newline: only keys that differ from the profile's defaults, and the
 * start state unless it is fresh. */
#define TEXT_MACHINE_MAX 4096
size_t text_format_machine(const struct program *program, char *text);
/* The whole program. Returns false on a write error. */
bool text_print(const struct program *program, FILE *out);
