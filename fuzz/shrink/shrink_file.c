/* SPDX-License-Identifier: MIT */
/*
 * What is better is written at once, though at most every other second: whoever kills the process
 * loses little. A run in this process cannot be ended from outside: there everything is written,
 * and an alarm ends the process when the run outlasts an interrupt. Candidates get less time than
 * the first run, so that one that hangs costs little; the last run gets all of it again.
 */
#include "fuzz/shrink/shrink_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fuzz/input/file.h"
#include "fuzz/targets/harness.h"
#include "fuzz/shrink/shrink.h"
#include "fuzz/shrink/signature.h"
#include "fuzz/input/program_file.h"
#include "oracle/lang/text.h"

#define RUN_MAX_S 20u
#define CANDIDATE_MIN_S 2u
#define CANDIDATE_MARGIN 20 /* times the first run */
#define HANG_S 4u           /* when not to end is the failure itself */
#define TELL_EVERY_S 1.0    /* on a terminal, which shows one line */
#define LOG_EVERY_S 5.0
#define WRITE_EVERY_S 2.0
#define LAST_S 1 /* that a run in this process has once it is interrupted */

enum status { STATUS_DONE, STATUS_FAILED = 2, STATUS_INTERRUPTED = 130 };

struct shrinking {
	const struct shrink_job *job;
	struct program program; /* the best so far */
	struct finding finding, scratch;
	char wanted[sizeof(((struct finding *)NULL)->signature)];
	uint32_t candidate_s;
	size_t nr_before, nr_written; /* ops */
	double start_s, told_s, written_s;
	bool tty, told;
};

static volatile sig_atomic_t interrupted;
static char last_word[1280]; /* of a job in this process; "": it is not */

static void on_interrupt(int signal_number)
{
	(void)signal_number;
	if (last_word[0] && !interrupted)
		alarm(LAST_S);
	interrupted = 1;
}

static void on_alarm(int signal_number)
{
	(void)signal_number;
	if (write(STDERR_FILENO, last_word, strlen(last_word)) < 0)
		_exit(STATUS_FAILED);
	_exit(STATUS_INTERRUPTED);
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool run(struct shrinking *shrinking, const struct program *program, uint32_t limit_s,
		struct finding *finding)
{
	const struct shrink_job *job = shrinking->job;

	if (!job->in_process)
		return child_run(job->run, job->context, program, limit_s, &interrupted, finding);
	memset(finding, 0, sizeof(*finding));
	return job->run(job->context, program, finding);
}

static bool write_best(struct shrinking *shrinking)
{
	const struct shrink_job *job = shrinking->job;
	char error[1024] = "out of memory", *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	bool written = false;

	if (out) {
		fprintf(out, "# %s: %s\n", job->title, shrinking->finding.signature);
		written = text_print(&shrinking->program, out);
		written = !fclose(out) && written &&
			  file_write(job->out, text, size, error, sizeof(error));
	}
	if (!written)
		fprintf(stderr, "%s: %s\n", job->command, error);
	free(text);
	shrinking->nr_written = shrinking->program.nr_ops;
	shrinking->written_s = now_s();
	return written;
}

/* ---- while it works ---- */

static bool test(void *context, const struct program *candidate)
{
	struct shrinking *shrinking = context;

	if (interrupted || run(shrinking, candidate, shrinking->candidate_s, &shrinking->scratch))
		return false;
	return signature_same_rule(shrinking->scratch.signature, shrinking->wanted);
}

static void tell(struct shrinking *shrinking, size_t nr_ops, size_t nr_tests, double now)
{
	double seconds = now - shrinking->start_s;

	fprintf(stderr, "%s%s: %zu of %zu ops left, %zu candidates run, %.0f/s%s",
		shrinking->tty ? "\r" : "", shrinking->job->command, nr_ops, shrinking->nr_before,
		nr_tests, seconds > 0 ? (double)nr_tests / seconds : 0,
		shrinking->tty ? "\033[K" : "\n");
	fflush(stderr);
	shrinking->told_s = now;
	shrinking->told = true;
}

static bool progress(void *context, size_t nr_ops, size_t nr_tests)
{
	struct shrinking *shrinking = context;
	double now = now_s();

	if (now - shrinking->told_s >= (shrinking->tty ? TELL_EVERY_S : LOG_EVERY_S))
		tell(shrinking, nr_ops, nr_tests, now);
	if (nr_ops < shrinking->nr_written &&
	    (shrinking->job->in_process || now - shrinking->written_s >= WRITE_EVERY_S))
		write_best(shrinking);
	return !interrupted;
}

/* ---- before and after ---- */

static uint32_t candidate_limit(const struct shrinking *shrinking, double first_run_s)
{
	double limit_s = first_run_s * CANDIDATE_MARGIN + CANDIDATE_MIN_S;

	if (!strcmp(shrinking->wanted, "hang"))
		return HANG_S;
	return limit_s < RUN_MAX_S ? (uint32_t)limit_s : RUN_MAX_S;
}

static int complain(const struct shrinking *shrinking, const char *what, const char *detail)
{
	const struct shrink_job *job = shrinking->job;
	size_t length = strlen(detail);

	fprintf(stderr, "%s: %s: %s%s%s", job->command, job->path, what, detail,
		length && detail[length - 1] == '\n' ? "" : "\n");
	return STATUS_FAILED;
}

/* What the file fails with; from here on that is wanted. */
static int first_run(struct shrinking *shrinking)
{
	const struct shrink_job *job = shrinking->job;
	struct finding *finding = &shrinking->finding;
	bool clean = run(shrinking, &shrinking->program, RUN_MAX_S, finding);

	if (interrupted) {
		complain(shrinking, "interrupted before it was known to fail; nothing is written",
			 "");
		return STATUS_INTERRUPTED;
	}
	if (clean)
		return complain(shrinking, "does not fail, there is nothing to shrink", "");
	if (signature_is_error(finding->signature))
		return complain(shrinking, "cannot be run: ", finding->text);
	if (job->wanted && !signature_same_rule(finding->signature, job->wanted))
		return complain(shrinking, "fails, but not as --signature says: it is ",
				finding->signature);
	snprintf(shrinking->wanted, sizeof(shrinking->wanted), "%s",
		 job->wanted ? job->wanted : finding->signature);
	shrinking->candidate_s = candidate_limit(shrinking, now_s() - shrinking->start_s);
	return write_best(shrinking) ? STATUS_DONE : STATUS_FAILED;
}

/* The report tells the program around the op as well; here the whole of it follows. */
static void print_sentence(const char *text)
{
	const char *around = strstr(text, "\nprogram around");
	size_t length = around ? (size_t)(around - text) : strlen(text);

	while (length && text[length - 1] == '\n')
		length--;
	printf("%.*s\n", (int)length, text);
}

static void print_result(const struct shrinking *shrinking, size_t nr_tests)
{
	const struct shrink_job *job = shrinking->job;

	print_sentence(shrinking->finding.text);
	text_print(&shrinking->program, stdout);
	printf("Shrunk %zu to %zu operations in %zu runs: %s\nBF-SIG: %s\nReplay it: %s\n",
	       shrinking->nr_before, shrinking->program.nr_ops, nr_tests, job->out,
	       shrinking->finding.signature, job->replay);
}

/* Runs the result once more: it must fail with the rule wanted. */
static int prove(struct shrinking *shrinking, size_t nr_tests)
{
	bool clean = run(shrinking, &shrinking->program, RUN_MAX_S, &shrinking->finding);

	if (!clean && signature_same_rule(shrinking->finding.signature, shrinking->wanted)) {
		if (!write_best(shrinking))
			return STATUS_FAILED;
		print_result(shrinking, nr_tests);
		return STATUS_DONE;
	}
	if (interrupted)
		return STATUS_INTERRUPTED;
	complain(shrinking, "the failure is not repeatable: the shrunken program now ends with ",
		 clean ? "no finding" : shrinking->finding.signature);
	fprintf(stderr, "%s: %s holds it; run both files a few times\n", shrinking->job->command,
		shrinking->job->out);
	return STATUS_FAILED;
}

static int shrink(struct shrinking *shrinking)
{
	struct shrink_options options = { .progress = progress };
	int status = first_run(shrinking);
	size_t nr_tests;

	if (status != STATUS_DONE)
		return status;
	if (shrinking->finding.op_index < shrinking->nr_before)
		options.nr_needed = shrinking->finding.op_index + 1;
	shrinking->start_s = shrinking->told_s = now_s();
	nr_tests = shrink_program(&shrinking->program, test, shrinking, &options);
	if (shrinking->told && shrinking->tty)
		fputs("\r\033[K", stderr);
	status = interrupted ? STATUS_INTERRUPTED : prove(shrinking, nr_tests);
	if (status != STATUS_INTERRUPTED)
		return status;
	if (!write_best(shrinking))
		return STATUS_FAILED;
	printf("Interrupted after %zu runs: %s holds the best so far, %zu of %zu operations\n",
	       nr_tests, shrinking->job->out, shrinking->program.nr_ops, shrinking->nr_before);
	return STATUS_INTERRUPTED;
}

static int shrink_read(struct shrinking *shrinking)
{
	const struct shrink_job *job = shrinking->job;
	char error[1024];
	int status = STATUS_FAILED;

	shrinking->start_s = now_s();
	shrinking->tty = isatty(STDERR_FILENO);
	program_init(&shrinking->program);
	if (text_read_program(job->path, &shrinking->program, error, sizeof(error))) {
		if (job->fit)
			job->fit(&shrinking->program);
		shrinking->nr_before = shrinking->program.nr_ops;
		status = shrink(shrinking);
	} else {
		fprintf(stderr, "%s: %s\n", job->command, error);
	}
	program_free(&shrinking->program);
	return status;
}

/* Signals that shrink_file() takes, and what was done on them before. */
struct signals {
	struct sigaction old_int, old_term, old_alarm;
};

/* A child has an alarm of its own, which ends it: so this one is for jobs without. */
static void signals_take(struct signals *signals, const struct shrink_job *job)
{
	const struct sigaction interrupt = { .sa_handler = on_interrupt };
	const struct sigaction at_last = { .sa_handler = on_alarm };

	interrupted = 0;
	last_word[0] = '\0';
	sigaction(SIGALRM, NULL, &signals->old_alarm);
	if (job->in_process) {
		snprintf(last_word, sizeof(last_word),
			 "%s: interrupted: %.1000s holds the best so far, unless it was not known "
			 "to fail\n",
			 job->command, job->out);
		sigaction(SIGALRM, &at_last, NULL);
	}
	sigaction(SIGINT, &interrupt, &signals->old_int);
	sigaction(SIGTERM, &interrupt, &signals->old_term);
}

static void signals_restore(const struct signals *signals)
{
	sigaction(SIGINT, &signals->old_int, NULL);
	sigaction(SIGTERM, &signals->old_term, NULL);
	if (last_word[0])
		alarm(0);
	sigaction(SIGALRM, &signals->old_alarm, NULL);
}

int shrink_file(const struct shrink_job *job)
{
	struct shrinking *shrinking = calloc(1, sizeof(*shrinking));
	struct signals signals;
	int status;

	if (!shrinking) {
		fprintf(stderr, "%s: out of memory\n", job->command);
		return STATUS_FAILED;
	}
	shrinking->job = job;
	signals_take(&signals, job);
	status = shrink_read(shrinking);
	signals_restore(&signals);
	free(shrinking);
	return status;
}
