/* SPDX-License-Identifier: MIT */
/*
 * A draft is one run of `buddy` on input that is wrong: arguments, the files they name, and what
 * the complaint must hold. Who makes one has the same draft from the same random numbers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DRAFT_MAX_ARGUMENTS 40u
#define DRAFT_MAX_PLACES 16u
#define DRAFT_TEXT_BYTES 256u

struct draft {
	uint64_t random;
	const char *folder; /* where files are made; the command runs there */
	const char *build;  /* where plug-ins lie */
	char arguments[DRAFT_MAX_ARGUMENTS][DRAFT_TEXT_BYTES];
	uint32_t nr_arguments;
	/* One an input: what the complaint names, a file or an argument. */
	char places[DRAFT_MAX_PLACES][DRAFT_TEXT_BYTES];
	uint32_t nr_places;
	uint32_t nr_files;
	int status;                       /* that is wanted */
	char input[2 * DRAFT_TEXT_BYTES]; /* path of standard input, or "" */
};

/* ---- random numbers ---- */

uint32_t draw(struct draft *draft, uint32_t below);
/* A word that is none of any language here; up to 16 bytes. */
void draw_word(struct draft *draft, char word[16]);
/* Copies the pattern. %w is a random word, %n a number that fits nowhere, %b a control character,
 * %h a byte of no ASCII character. Returns the length. */
size_t draw_text(struct draft *draft, const char *pattern, char *text, size_t capacity);

/* ---- what is run ---- */

__attribute__((format(printf, 2, 3))) void add_argument(struct draft *draft, const char *format,
							...);
/* The complaint names it. */
__attribute__((format(printf, 2, 3))) void expect_place(struct draft *draft, const char *format,
							...);
/* A new file in the folder; name gets its name, which ends in suffix. */
void make_file(struct draft *draft, const char *suffix, const void *data, size_t size,
	       char name[DRAFT_TEXT_BYTES]);
/* The same, gzip'd; returns the bytes to be made worse. packed has room for capacity. */
size_t pack(const void *data, size_t size, uint8_t *packed, size_t capacity);
/* A file of the source tree, to be freed. */
uint8_t *read_source(const char *path, size_t *size);

/* ---- kinds of bad input ---- */

void draft_program(struct draft *draft);
void draft_machine(struct draft *draft);
void draft_binary(struct draft *draft);
void draft_packed(struct draft *draft);
void draft_recording(struct draft *draft);
void draft_trace(struct draft *draft);
void draft_option(struct draft *draft);
void draft_plugin(struct draft *draft);
void draft_no_file(struct draft *draft);

/* ---- run.c ---- */

/* Runs it. false: problem tells what is not as it must be, and what was said. */
bool run_draft(const struct draft *draft, const char *buddy, char *problem, size_t problem_size);
