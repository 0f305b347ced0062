/* SPDX-License-Identifier: MIT */
/*
 * What `run`, `diff` and `replay` share: options of a lockstep, Ctrl-C, a clock, the way a finding
 * is printed.
 */
#pragma once

#include <signal.h>
#include <stdio.h>

#include "cli/file_list.h"
#include "diff/lockstep/lockstep.h"

/* Set by Ctrl-C after session_catch_interrupt(). */
extern volatile sig_atomic_t session_interrupted;

struct session {
	const char *command;
	const struct subject_ops *subjects[LOCKSTEP_MAX_SUBJECTS];
	const char *subject_names[LOCKSTEP_MAX_SUBJECTS]; /* as they were given */
	uint32_t nr_subjects;
	struct lockstep_options options;
	bool quiet;
	struct file_list files;
};

enum parsed { PARSED_OK, PARSED_HELP, PARSED_ERROR };

/*
 * Takes "name value" or "name=value" out of the arguments; *value keeps what it was when the option
 * is not there. false: the value is missing, the sentence was printed.
 */
bool session_take_option(int *argc, char **argv, const char *name, const char **value);
/*
 * Options common to run and diff: --subject, --judge, --walk, --quiet, --help, then files and
 * folders of *.ops. On PARSED_ERROR the sentence was printed. session_free() after any outcome.
 */
enum parsed session_parse(struct session *session, int argc, char **argv);
void session_free(struct session *session);
/* Without any: the core. */
void session_default_subject(struct session *session);
void session_catch_interrupt(void);
double session_now_s(void);
/* Called with the state at the end of the ops, before everything is given back. */
typedef void (*session_state)(struct lockstep *lockstep, FILE *out);
/* Runs every file and prints the verdicts; returns the exit status. state may be NULL. */
int session_run_files(const struct session *session, session_state state);
