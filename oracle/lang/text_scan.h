/* SPDX-License-Identifier: MIT */
/* A cursor over program text: words, numbers, and errors that say where, what was expected and what
 * stands there. */
#pragma once

#include "oracle/lang/text.h"

struct scan {
	const char *at, *end; /* end of the line, newline and comment left out */
	const char *line_start;
	uint32_t line;
	struct text_error *error; /* never NULL */
};

/* A piece of the text, without a NUL. */
struct word {
	const char *text;
	size_t length;
};

/* Skips blanks; true when something is left on the line. */
bool scan_more(struct scan *scan);
/* The next run of characters up to a blank or any of stops; empty at the end of the line. */
struct word scan_word(struct scan *scan, const char *stops);
/* Takes the character when it stands here. */
bool scan_accept(struct scan *scan, char c);
bool word_is(struct word word, const char *text);

/* Records the error and returns false. at points into the line; the message tells what stands
 * there. */
bool scan_expected(struct scan *scan, const char *at, const char *expected);

/*
 * Decimal or 0x number 0..max, filling the whole word. On failure the error says "expected WHAT (0
 * to MAX)".
 */
bool scan_u32(struct scan *scan, struct word word, uint32_t max, const char *what, uint32_t *value);
/* The same with a sign. */
bool scan_i32(struct scan *scan, struct word word, const char *what, int32_t *value);
/* The word is one of the first nr names; on failure the error says "expected WHAT (NAME, NAME ..)".
 */
bool scan_name(struct scan *scan, struct word word, const char *what, const char *const *names,
	       uint32_t nr, uint32_t *value);

/* ---- text_values.c ---- */

bool scan_gfp(struct scan *scan, struct word word, gfp_t *gfp);
/* Flags of OP_task and numbers joined by '|', or none; they are added to *value. */
bool scan_task(struct scan *scan, struct word word, uint32_t *value);
/* A number 0..max, or one of names, if there are any. */
bool scan_named(struct scan *scan, struct word word, const char *what, const char *const *names,
		uint32_t max, uint32_t *value);

/* text_machine_parse.c: the words after "machine", into machine and start. */
bool text_parse_machine(struct scan *scan, struct program *program);

/* key= of an operation; the table ends in an entry without a key. */
struct operand_key {
	const char *key;
	uint32_t operand; /* OPERAND_* */
	bool optional;
};
extern const struct operand_key text_operand_keys[];
