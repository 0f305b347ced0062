/* SPDX-License-Identifier: MIT */
/*
 * Private to recorded*.c: a text is cut into lines, a line into fields. Every reader either takes a
 * field and returns true or notes one error and returns false; after the first error nothing is
 * overwritten.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "diff/recorded/recorded.h"

/* Frames of a recorded machine: bounds what a hostile file can make us allocate. */
#define RECORDED_MAX_SPAN (16u << 20)
#define RECORDED_MAX_KERNEL_ZONES MAX_NR_ZONES

struct scan {
	const char *next, *end;    /* what follows the current line */
	const char *at, *line_end; /* rest of the current line */
	uint32_t line;
	char *error;
	size_t error_size;
	bool failed;
};

struct conversion; /* recorded_program.c */

/*
 * A letter of the RESULTS section. What follows the plain numbers is said by the op that it stands
 * for: a gfp in place of b, and behind the counters, unless it failed, ": PFN .." of as many pages
 * as the result says, or ": BYTES" where a fragment begins.
 */
struct recorded_letter {
	char code;
	uint8_t nr;        /* plain numbers behind it */
	bool is_refusable; /* 0 as a result: nothing was done, and no op comes of it */
	bool (*convert)(struct conversion *conversion);
	const char *unfit; /* what is wrong when the op does not fit; NULL: the handle */
};
extern const struct recorded_letter recorded_letters[]; /* the last has code 0 */
/* The last one when there is no such letter. */
const struct recorded_letter *recorded_letter(char code);
/* The first line of op.def that has the letter, or what it begins with; that of nop: none. */
const struct op_info *recorded_letter_op(char code);

struct recorded_parser {
	struct scan scan;
	struct recorded *recorded;
	struct snapshot *snapshot;                  /* being filled */
	uint8_t zone_of[RECORDED_MAX_KERNEL_ZONES]; /* kernel zone index -> snapshot zone, 0xff:
						       none */
};

/* Notes "line N: ..." once. Always returns false. */
bool field_fail(struct scan *scan, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Notes that something else stands where `what` was expected. */
bool field_fail_expected(struct scan *scan, const char *what);
/* Moves to the next line; false at the end of the text. */
bool field_line(struct scan *scan);
bool field_at_end(const struct scan *scan); /* of the line, blanks skipped */
/* Takes the word when the line continues with it; no error otherwise. */
bool field_accept(struct scan *scan, const char *word);
bool field_expect(struct scan *scan, const char *word);
/* Any word; *word is a slice of the text. */
bool field_word(struct scan *scan, const char **word, size_t *length);
bool field_u32(struct scan *scan, uint32_t *value);
bool field_hex(struct scan *scan, uint32_t *value);
bool field_i64(struct scan *scan, int64_t *value);
/* A single character such as ':' directly behind the field before it. */
bool field_char(struct scan *scan, char c);
/* "NAME number" */
bool field_named(struct scan *scan, const char *name, uint32_t *value);
/* The same with a sign. */
bool field_named_i32(struct scan *scan, const char *name, int32_t *value);
bool field_finish(struct scan *scan); /* nothing may be left on the line */

/* recorded_snapshot.c: the lines up to ENDSNAP. */
bool recorded_parse_snapshot(struct recorded_parser *parser, struct snapshot *snapshot);
/* A frame number, into the list. */
bool recorded_parse_frame(struct recorded_parser *parser, struct pfn_list *list);
/*
 * recorded_check.c: frames inside their zones, aligned, on one list at most, counts equal to the
 * lists.
 */
bool recorded_check_snapshot(struct recorded_parser *parser, const struct snapshot *snapshot);
/* recorded_machine.c: the machine on which the initial state is legal. */
bool recorded_build_machine(struct recorded_parser *parser);
/* Room for one entry more; NULL: memory is short, and the array is as it was. */
void *recorded_grow(void *array, size_t nr, size_t *capacity, size_t size);
/* recorded_results.c: the RESULTS section and what follows it. */
bool recorded_parse_results(struct recorded_parser *parser);
/* recorded_program.c */
bool recorded_build_program(struct recorded_parser *parser);
/* Canonical zone type of a kernel zone index, MAX_NR_ZONES when there is none. */
uint32_t recorded_zone_type(const struct recorded_header *header, uint32_t kernel_index);
/*
 * Canonical migratetype of a recorded one, MIGRATE_TYPES when it is none (FB-1: without CMA 4 is
 * ISOLATE).
 */
uint32_t recorded_migratetype(const struct recorded_header *header, uint32_t kernel_type);
/* And back. */
uint32_t recorded_kernel_type(const struct recorded_header *header, uint32_t type);
