/* SPDX-License-Identifier: MIT */
/*
 * A fuzzing campaign of `buddy fuzz`: one target, one engine, some workers that share a corpus, a
 * time limit. Everything but the corpus and the findings lies in the work folder. A failing input
 * stays there until its finding is stored: the next campaign reports what is left, then empties the
 * folder.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "cli/results.h"

#define FUZZ_PATH_MAX 1024
#define FUZZ_OPS_MAX 1024
#define FUZZ_MAX_WORKERS 64
#define FUZZ_MAX_RESTARTS 64 /* of crashed workers, with keep_going */
#define FUZZ_MAX_ARTIFACTS                                                                     \
	1024                 /* looked at when a campaign ends; more are left for the next one \
			      */
#define FUZZ_MAX_FILES 16384 /* of one folder: more are left out */

enum fuzz_engine { FUZZ_LIBFUZZER, FUZZ_AFL };

struct fuzz_options {
	enum fuzz_engine engine;
	char target[64];
	char binary[FUZZ_PATH_MAX]; /* the target linked with the engine */
	char fast[FUZZ_PATH_MAX]; /* the same without sanitizers, for all workers but one; may be ""
				   */
	char replay[FUZZ_PATH_MAX];  /* the target without an engine */
	char mutator[FUZZ_PATH_MAX]; /* AFL++ only */
	char cmplog[FUZZ_PATH_MAX];  /* AFL++ only: the target built for CMPLOG; may be "" */
	char words[FUZZ_PATH_MAX];   /* dictionary of a target over text; "" for all others */
	char ops[FUZZ_OPS_MAX];      /* names of those that the target has a use for; "": all */
	char corpus[FUZZ_PATH_MAX];
	char seeds[FUZZ_PATH_MAX];
	char regressions[FUZZ_PATH_MAX];
	char out[FUZZ_PATH_MAX];  /* findings */
	char work[FUZZ_PATH_MAX]; /* logs, packed seeds, raw crashes */
	uint32_t time_s, nr_workers, max_len_bytes;
	uint64_t seed;
	bool keep_going;
	enum results_format format;
};

struct fuzz_worker {
	pid_t pid;  /* 0: not running */
	bool ended; /* by itself, not looked at yet */
	int status; /* of waitpid(), once it ended */
	char log[FUZZ_PATH_MAX];
};

struct fuzz_figures {
	uint64_t nr_executions, nr_checked_ops, nr_declined_ops;
	uint64_t nr_edges, nr_features; /* features: libFuzzer only */
	uint64_t nr_corpus, nr_artifacts;
};

/* Workers see parts: a figure of the campaign is the largest that one of them tells. */
static inline void figure_raise(uint64_t *figure, uint64_t candidate)
{
	if (candidate > *figure)
		*figure = candidate;
}

struct fuzz_campaign {
	struct fuzz_options options;
	struct fuzz_worker workers[FUZZ_MAX_WORKERS];
	uint32_t nr_starts, nr_restarts;
	uint32_t nr_deaf;                 /* workers that had to be killed in the end */
	uint32_t nr_unsaved;              /* inputs that could not be brought into the corpus */
	const struct fuzz_worker *broken; /* ended without a failing input; NULL: none did */
	const char *full;                 /* a folder whose disk is full; NULL: none is */
	bool interrupted;                 /* before its time was over */
	uint32_t first_core;              /* where worker 0 stays, if its engine wants to stay */
	double start_s, end_s;
	double opened_s; /* by the clock of files */
	struct fuzz_figures now, before;
	double now_s, before_s; /* when the two were read */
	double printed_s;
	bool tty;
	struct results *results; /* NULL: people read */
	FILE *results_out;
};

/* A command line under construction, bounded. */
#define COMMAND_MAX_ARGS 48
struct command_line {
	char *argv[COMMAND_MAX_ARGS + 1];
	uint32_t nr_args;
	char text[COMMAND_MAX_ARGS * 256];
	size_t used;
};

/* What findings_report() made of the failing inputs that lay in the work folder. */
struct fuzz_report {
	uint32_t nr_findings; /* different ones */
	uint32_t nr_left;     /* failing inputs that could not be reported or stored: they stay */
};

/* What lies in a corpus. */
struct corpus_look {
	uint64_t nr_inputs; /* that are not empty */
	uint64_t nr_cut;    /* files that were not written as a whole; they are removed */
};

struct name_list {
	char **names; /* sorted; owned */
	size_t nr;
};

/* ---- fuzz_options.c ---- */
/* Ends the command when they are wrong. false: --help was asked for, and printed. */
bool options_parse(struct fuzz_options *options, int argc, char **argv);

/* ---- fuzz_interrupt.c ---- */
void interrupts_catch(void);
/* Whether SIGINT, SIGTERM or SIGHUP came that nobody has taken yet. */
bool interrupt_pending(void);
/* Takes one: what it asked for is being done. */
void interrupt_take(void);

/* ---- fuzz_corpus.c ---- */
/*
 * Counts, and removes what was cut short: empty files, and of those that changed since since_s
 * (seconds of the epoch) every one that is not what its name says.
 */
struct corpus_look corpus_look(const char *folder, double since_s);

/* ---- fuzz_files.c: these print a sentence and exit(2) when the file system says no ---- */
void path_format(char path[FUZZ_PATH_MAX], const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void folder_create(const char *path); /* with its parents */
void folder_empty(const char *path);  /* removes what is in it; creates it */
bool file_exists(const char *path);
uint64_t file_size_bytes(const char *path);
/* Plain files whose names begin with prefix, sorted; an absent folder has none. */
void name_list_read(struct name_list *list, const char *folder, const char *prefix);
void name_list_append(struct name_list *list, const char *name);
/* Appends the full paths of the plain files of folder whose names begin with prefix. */
void name_list_append_paths(struct name_list *list, const char *folder, const char *prefix);
void name_list_free(struct name_list *list);
/* All or nothing: written beside, then renamed. false: errno tells. */
bool file_store(const char *path, const void *data, size_t size);
bool file_copy(const char *from, const char *to);
/* The same, on the disk when it returns. false: error tells. */
bool file_keep(const char *from, const char *to, char *error, size_t error_size);
/* The bytes of a file, to be freed; NULL: it cannot be read. */
uint8_t *file_bytes(const char *path, size_t *size);
/* The last bytes of a file as a string; empty when it cannot be read. */
void file_tail(const char *path, char *text, size_t size);
void file_print(const char *path, const char *indent);
uint64_t file_hash(const char *path); /* of the contents */

/* ---- fuzz_disk.c ---- */
/* Tries to write a file into a folder, or into the nearest one above it that is there. false:
 * errno tells. */
bool folder_takes_files(const char *path);
/* Whether hardly anything can be written to the disk of a folder any more; errno says so,
 * too. */
bool disk_is_full(const char *folder);

/* ---- fuzz_worker.c ---- */
void command_add(struct command_line *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
double clock_s(void);
void worker_start(struct fuzz_campaign *campaign, uint32_t worker);
/* Collects the workers that ended and marks them. */
void workers_reap(struct fuzz_campaign *campaign);
/* Returns how many had to be killed because they did not answer. */
uint32_t workers_stop(struct fuzz_campaign *campaign);
/*
 * Runs to the end with output into log; returns the exit status, 128 + signal, COMMAND_TIMEOUT
 * after timeout_s, or COMMAND_INTERRUPTED: while an interrupt is pending it is asked to stop, and
 * killed if it does not. With ignore_interrupts it has its time in any case.
 */
#define COMMAND_TIMEOUT (-1)
#define COMMAND_INTERRUPTED (-2)
int command_run(const struct command_line *command, const char *log, uint32_t timeout_s,
		bool ignore_interrupts);

/* ---- fuzz_engine.c ---- */
const char *engine_name(enum fuzz_engine engine);
void engine_command(const struct fuzz_campaign *campaign, uint32_t worker,
		    struct command_line *command);
/* In the child, before exec. */
void engine_environment(const struct fuzz_campaign *campaign, uint32_t worker);
void engine_figures(struct fuzz_campaign *campaign);
/* Whether an ended worker ended because it saved a failing input. */
bool engine_ended_by_finding(const struct fuzz_campaign *campaign, uint32_t worker);
/* Paths of the inputs that the workers saved as failing. names are full paths. */
void engine_artifacts(const struct fuzz_campaign *campaign, struct name_list *list);
/* Brings what the workers found into the corpus; returns how much of it could not be written. */
uint32_t engine_collect(const struct fuzz_campaign *campaign);

/* ---- fuzz_seeds.c ---- */
/* Packs text seeds into binary, into the work folder; returns how many. */
uint32_t seeds_prepare(const struct fuzz_campaign *campaign);
/* Asks the target for the operations that it has a use for; one that cannot run ends the command.
 */
void ops_prepare(struct fuzz_options *options);
/* Asks the target for the words of its text; options->words stays "" when it has none. */
void words_prepare(struct fuzz_options *options);

/* ---- fuzz_progress.c ---- */
void progress_print(struct fuzz_campaign *campaign);
void progress_clear(const struct fuzz_campaign *campaign);
void summary_print(const struct fuzz_campaign *campaign, const struct corpus_look *corpus);

/* ---- fuzz_triage.c ---- */
#define SIGNATURE_MAX 160
#define FAILURES_MAX 64

/* Inputs that fail with one signature. */
struct failure {
	char signature[SIGNATURE_MAX];
	char path[FUZZ_PATH_MAX]; /* of the smallest */
	uint64_t size_bytes;
	struct name_list inputs; /* paths of all */
};

struct failures {
	struct failure entries[FAILURES_MAX];
	uint32_t nr;
	uint32_t nr_left; /* inputs that nothing can be said about now */
};

/* Replays what the workers saved and sorts it by signature. What passes is told and put away. */
void failures_collect(const struct fuzz_campaign *campaign, struct failures *failures);
void failures_free(struct failures *failures);
int replay_run(const struct fuzz_options *options, const char *input, const char *log);
/* A failing input that is dealt with leaves the place where the next campaign looks. */
void input_put_away(const struct fuzz_options *options, const char *path);
/* Where it goes. */
void input_away_path(const struct fuzz_options *options, const char *path, char to[FUZZ_PATH_MAX]);

/* ---- fuzz_report.c ---- */
struct report_facts {
	char sentence[1024], subject[64], operation[512]; /* "": not known */
	uint64_t operation_index;                         /* UINT64_MAX: not known */
	char *text;                                       /* all of it; NULL: there is none */
};

void report_read(struct report_facts *facts, const char *path);
void report_free(struct report_facts *facts);

/* ---- fuzz_finding.c ---- */
/* Where program and report of a finding stand. */
struct place {
	char program[FUZZ_PATH_MAX], report[FUZZ_PATH_MAX];
	char name[SIGNATURE_MAX];
	bool is_program; /* else an input as the engine saved it */
	bool is_lost;    /* the input is empty, and nothing is stored */
};

/* The command that shows it again. */
void replay_format(const struct fuzz_options *options, const char *program, char *text,
		   size_t size);
/* Names, shrinks, explains and stores what the workers saved. */
struct fuzz_report findings_report(const struct fuzz_campaign *campaign);

/* ---- fuzz_results.c ---- */
/* With a format other than text, what is for people goes to standard error from here on. */
void results_open(struct fuzz_campaign *campaign);
/* Returns the exit status. */
int results_close(struct fuzz_campaign *campaign, int status);
/* Tells of a finding that is stored; report need not be there. false: it cannot be written. */
bool finding_publish(const struct fuzz_campaign *campaign, const struct failure *failure,
		     const struct place *place, const char *report);

/* ---- fuzz_end.c ---- */
/* Says where failing inputs stay; nothing when there is none. */
void left_tell(const struct fuzz_options *options, uint32_t nr_left);
int findings_status(const struct fuzz_campaign *campaign, uint32_t nr_findings, uint32_t nr_left);
/* Summary and findings, with nr_earlier told already; returns the exit status. */
int campaign_end(const struct fuzz_campaign *campaign, uint32_t nr_earlier);
