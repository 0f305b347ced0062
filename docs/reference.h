/* SPDX-License-Identifier: MIT */
/*
 * The references of operations and rules, made of oracle/lang/op.def, oracle/rules/rules.def and
 * the mutants. What the compiler drops, the comments of the .def files, is read from their text:
 * the comment right above a line belongs to it, and a comment with dashes is the heading of what
 * follows.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define DEF_COMMENT_MAX 512

/* A whole file with a NUL behind it, to be freed. NULL: unreadable, said on stderr. */
char *reference_read(const char *path);
/*
 * The comment above the line of text that begins with head, joined into one line; "" when there is
 * none. comment has DEF_COMMENT_MAX bytes. Returns where the line begins, NULL: no such line.
 */
const char *def_comment(const char *text, const char *head, char *comment);
/* Prints the heading that stands last before at, unless it is *printed already. */
void def_print_heading(const char *text, const char *at, const char **printed, FILE *out);

/* Each prints one page; false when a source is missing or incomplete, said on stderr. */
bool reference_print_ops(FILE *out);
bool reference_print_rules(FILE *out);
bool reference_print_machine(FILE *out);
bool reference_print_manual(FILE *out); /* docs/buddy.1 as it should be */
