/* SPDX-License-Identifier: MIT */
/* One file of a corpus: which files are programs, in which form, and whether the form is right. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oracle/lang/op.h"

struct corpus_file {
	uint8_t *data; /* as read, unpacked */
	size_t size;
	bool is_text;
};

/* Everything but notes, recordings and packages: *.md, *.txt, *.zip, *.tmp. */
bool corpus_file_is_program(const char *path);
/*
 * In the form that program_file.h finds. program must be initialised. false and a sentence on
 * failure. corpus_file_free() after success.
 */
bool corpus_file_read(const char *path, struct corpus_file *file, struct program *program,
		      char *error, size_t error_size);
void corpus_file_free(struct corpus_file *file);
/*
 * Text is what the printer prints, comments apart; bytes have a version that is known; the program
 * packs into bytes and comes back, and prints and comes back. false: error tells the first that is
 * not so.
 */
bool corpus_file_check(const struct corpus_file *file, const struct program *program, char *error,
		       size_t error_size);
/* The program as text, to be freed; NULL: out of memory. */
char *corpus_text(const struct program *program, size_t *size);
/* Names of files come from it. */
uint64_t corpus_hash(const void *data, size_t size);
