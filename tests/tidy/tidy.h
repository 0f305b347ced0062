/* SPDX-License-Identifier: MIT */
/*
 * The house rules as checks. Each check sees one file as text and reports by complain(); the walk
 * over the tree, the compiler and the section sizes are in tidy_tree.c and tidy_build.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define TIDY_MAX_COLUMNS 100
#define TIDY_TAB_COLUMNS 8
#define TIDY_README_LINES 40

struct tidy_file {
	const char *path; /* from the root, e.g. "core/base/page.h" */
	const char *text; /* NUL-terminated */
	size_t size;
};

/* Where complaints go; tests count them, the program prints them. */
struct tidy_report {
	unsigned int nr_complaints;
	bool quiet;
	char last[512];
};

void complain(struct tidy_report *report, const char *path, unsigned int line, const char *format,
	      ...) __attribute__((format(printf, 4, 5)));

bool path_has_suffix(const char *path, const char *suffix);
bool path_in_folder(const char *path, const char *folder); /* folder ends with '/' */
bool path_is_c(const char *path);
bool path_is_script(const char *path, const char *text);

/* ---- tidy_lines.c ---- */
void check_licence_line(struct tidy_report *report, const struct tidy_file *file);
void check_line_length(struct tidy_report *report, const struct tidy_file *file);
void check_forbidden_words(struct tidy_report *report, const struct tidy_file *file);
void check_readme_length(struct tidy_report *report, const struct tidy_file *file);

/* ---- tidy_includes.c ---- */
void check_includes(struct tidy_report *report, const struct tidy_file *file);

/* ---- tidy_identifiers.c ---- */
/* allowed: one identifier a line, '*' at the end stands for any tail, '#' begins a comment. */
void check_identifiers(struct tidy_report *report, const struct tidy_file *file,
		       const char *allowed);

/* ---- tidy_tree.c: over the folder the program stands in ---- */
char *file_read(const char *path,
		size_t *size); /* NULL when it cannot be read; freed by the caller */
void check_tree(struct tidy_report *report);
void check_rooms(struct tidy_report *report);
void check_marks(struct tidy_report *report);

/* ---- tidy_build.c ---- */
void check_sections(struct tidy_report *report, const char *library);
void check_headers_alone(struct tidy_report *report, const char *compiler);
