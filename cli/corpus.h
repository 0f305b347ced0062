/* SPDX-License-Identifier: MIT */
/*
 * `buddy corpus`: what its commands share. A scan reads every program below some paths, runs it
 * under the judge and keeps what it reaches.
 */
#pragma once

#include "cli/file_list.h"
#include "fuzz/input/corpus_file.h"
#include "fuzz/input/file_walk.h"
#include "fuzz/reach/features.h"

#define CORPUS_ERROR_MAX 1024

struct corpus_options {
	const char *command; /* merge, ... */
	bool text, dry_run;
	const char *out;    /* NULL: none given */
	char *const *paths; /* what is left on the command line */
	int nr_paths;
};

enum corpus_state {
	CORPUS_CLEAN,
	CORPUS_UNREADABLE, /* problem tells */
	CORPUS_FINDING     /* broke a rule: problem is the signature */
};

struct corpus_entry {
	char *path;
	enum corpus_state state;
	char *problem;
	uint64_t hash; /* of the program as text: equal programs are equal here */
	size_t nr_bytes, nr_ops;
	bool is_text;
	uint8_t version; /* of bytes */
	uint32_t *ids;   /* what it reaches, sorted */
	size_t nr_ids;
	bool kept; /* minimize: chosen */
};

struct corpus_scan {
	struct corpus_entry *entries;
	size_t nr, nr_others; /* others: files that are no programs */
	bool interrupted;
};

/* Called for each program that could be read, after its run. */
typedef void (*corpus_visit)(void *context, const struct corpus_entry *entry,
			     const struct program *program, const struct reach *reach);

/* Prints a sentence and returns 2. */
int corpus_error(const char *command, const char *path, const char *problem);
/*
 * Programs below paths, in the order of their names. visit may be NULL. Complaints are printed;
 * false: one of the paths cannot be used at all, or memory is short. corpus_scan_free() after any
 * outcome.
 */
bool corpus_scan(struct corpus_scan *scan, const char *command, char *const *paths, int nr_paths,
		 corpus_visit visit, void *context);
void corpus_scan_free(struct corpus_scan *scan);
/* Sorted: few operations first; equal programs stand side by side. */
void corpus_scan_sort(struct corpus_scan *scan);
/* The worst of what was seen, as exit status, after one line for each. */
int corpus_scan_status(const struct corpus_scan *scan, const char *command);

/* Is one of the folders of the path, or its last part, called so? */
bool corpus_path_has(const char *path, const char *name);
/* Are these paths from first on all there? false: a sentence was printed. Asked before anything is
 * written. */
bool corpus_paths_exist(const struct corpus_options *options, int first);
/* Files below paths that are programs; others are counted. false: a sentence was printed, unless
 * command is NULL. */
bool corpus_list(struct file_list *files, const char *command, char *const *paths, int nr_paths,
		 size_t *nr_others);
void corpus_tell_left_out(const struct file_walk *walk, const char *command);

/* Tells on stderr how far it is, once a second, when it takes longer than two. */
struct corpus_progress {
	const char *command, *what;
	double told_s;
	bool told, tty;
};
void corpus_progress_begin(struct corpus_progress *progress, const char *command, const char *what);
void corpus_progress_tell(struct corpus_progress *progress, size_t nr_done, size_t nr_all);
void corpus_progress_end(struct corpus_progress *progress);

/* Creates the folder with its parents. false: a sentence was printed. */
bool corpus_folder_create(const char *command, const char *path);
/*
 * Writes the program below folder, named by its hash: text as NAME.ops, else bytes. *is_new: it was
 * not there. false: a sentence was printed.
 */
bool corpus_write(const struct corpus_options *options, const struct program *program,
		  bool *is_new);

int corpus_merge(const struct corpus_options *options);
int corpus_minimize(const struct corpus_options *options);
int corpus_stats(const struct corpus_options *options);
int corpus_verify(const struct corpus_options *options);
int corpus_pack(const struct corpus_options *options);
