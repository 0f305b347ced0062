/* SPDX-License-Identifier: MIT */
/*
 * Private to recorded_program.c (the whole run) and recorded_convert.c (one letter): what the
 * recording's handles hold, and where ops and answers go.
 */
#pragma once

#include "diff/recorded/recorded_scan.h"

/* ANY and NONE are no kinds: what an op wants to find. */
enum handle_kind {
	HANDLE_EMPTY,
	HANDLE_BLOCK,
	HANDLE_SPLIT,
	HANDLE_FRAGMENT,
	HANDLE_ANY,
	HANDLE_NONE
};

struct handle {
	uint8_t kind;
	uint8_t order;
	bool compound;
	bool exact; /* SPLIT by alloc_pages_exact */
	uint32_t refs;
	uint32_t nr_pages;                          /* SPLIT */
	uint32_t nr_left;                           /* SPLIT */
	uint64_t gone[(1u << MAX_PAGE_ORDER) / 64]; /* SPLIT: pages that were freed */
};

struct conversion {
	struct recorded_parser *parser;
	struct recorded *recorded;
	struct handle **handles; /* allocated when first used */
	uint32_t nr_handles;
	uint8_t cpu;
	size_t capacity;                /* of recorded->answers */
	uint32_t index;                 /* of the recorded op being converted */
	const struct recorded_op *from; /* that op, or a part of it */
	struct handle *handle;          /* the one it names, NULL: none, or several */
};

/* Notes what is wrong with the line being converted. Always returns false. */
bool conversion_fail(struct conversion *conversion, const char *what);
/* NULL: it holds something else, its number is too high, or memory is short; the error is noted. */
struct handle *conversion_handle(struct conversion *conversion, uint32_t id, enum handle_kind kind);
FUZZ_MUST_CHECK bool conversion_emit(struct conversion *conversion, const struct op *op,
				     const struct recorded_answer *answer);

/* recorded_convert.c: false when the line cannot be; the error is noted. */
FUZZ_MUST_CHECK bool convert_op(struct conversion *conversion, const struct recorded_op *from);
/* Later ops run there. */
FUZZ_MUST_CHECK bool convert_to_cpu(struct conversion *conversion, uint32_t cpu);
