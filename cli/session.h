/* SPDX-License-Identifier: MIT */
/*
 * What `run`, `diff` and `shrink` share: the options of a lockstep, and how the files of a command
 * line are judged.
 */
#pragma once

#include <stdio.h>

#include "cli/file_list.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/results.h"
#include "diff/lockstep/lockstep.h"

struct session {
	const char *command;
	const struct subject_ops *subjects[LOCKSTEP_MAX_SUBJECTS];
	const char *subject_names[LOCKSTEP_MAX_SUBJECTS]; /* as they were given */
	uint32_t nr_subjects;
	struct lockstep_options options;
	bool quiet;
	bool judges_files; /* set before session_parse(): --format and --isolate are known, too */
	enum results_format format;
	bool in_process; /* --isolate off */
	struct file_list files;
};

enum parsed { PARSED_OK, PARSED_HELP, PARSED_ERROR };

/*
 * Takes "name value" or "name=value" out of the arguments in front of "--"; *value keeps what it
 * was when the option is not there. false: the value is missing, the sentence was printed.
 */
bool session_take_option(int *argc, char **argv, const char *name, const char **value);
/*
 * Options common to run, diff and shrink: --subject, --judge, --walk, --quiet, --help, then files
 * and folders of *.ops; "--" ends the options. On PARSED_ERROR the sentence was printed.
 * session_free() after any outcome.
 */
enum parsed session_parse(struct session *session, int argc, char **argv);
void session_free(struct session *session);
/* Without any: the core. */
void session_default_subject(struct session *session);
/* Called with the state at the end of the ops, before everything is given back. */
typedef void (*session_state)(struct lockstep *lockstep, FILE *out);
/* Runs every file and prints the verdicts; returns the exit status. state may be NULL. */
int session_run_files(const struct session *session, session_state state);

/* Names that commands share with the helpers that they stand for. */
#define session_interrupted interrupt_wanted
#define session_catch_interrupt interrupt_catch
#define session_now_s progress_now_s
