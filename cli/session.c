/* SPDX-License-Identifier: MIT */
/*
 * Programs from files into a lockstep, verdicts onto the terminal. Subjects run in a child process,
 * unless they have one of their own or the user wants them here.
 */
#include "cli/session.h"

#include <errno.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/guard.h"
#include "cli/isolate.h"
#include "cli/verdict.h"

#define ERROR_MAX 512
#define STOP_WITHIN_S 2

struct judging {
	const struct session *session;
	struct runner runner;
	struct verdicts verdicts;
	struct progress progress;
	size_t at; /* which file */
};

static void tick(void *context, size_t op_index, size_t nr_ops)
{
	struct judging *judging = context;
	const struct file_list *files = &judging->session->files;

	if (!progress_is_due(&judging->progress))
		return;
	if (nr_ops)
		progress_tell(&judging->progress, "%zu of %zu, %s: op %zu of %zu", judging->at + 1,
			      files->nr, files->paths[judging->at], op_index, nr_ops);
	else
		progress_tell(&judging->progress, "%zu of %zu, %s: op %zu", judging->at + 1,
			      files->nr, files->paths[judging->at], op_index);
}

static void take(struct judging *judging, const struct outcome *outcome)
{
	progress_hide(&judging->progress);
	verdicts_add(&judging->verdicts, judging->session->files.paths[judging->at], outcome);
}

static bool has_process_of_its_own(const struct session *session)
{
	for (uint32_t i = 0; i < session->nr_subjects; i++)
		if (session->subjects[i]->batch)
			return true;
	return false;
}

static void run_here(struct judging *judging)
{
	const struct session *session = judging->session;
	static struct lockstep_position position;
	static struct outcome outcome;
	struct guard guard = {
		.command = session->command,
		.position = &position,
		.subjects = session->subjects,
		.status = EXIT_FINDINGS,
	};

	if (!has_process_of_its_own(session))
		interrupt_answer_within_s(STOP_WITHIN_S);
	judging->runner.stop = &interrupt_wanted;
	judging->runner.position = &position;
	lockstep_tell_position(judging->runner.lockstep, &position);
	for (; judging->at < session->files.nr && !interrupt_wanted; judging->at++) {
		guard.path = session->files.paths[judging->at];
		guard_enter(&guard);
		runner_run(&judging->runner, guard.path, &outcome);
		guard_leave();
		take(judging, &outcome);
	}
}

static void run_in_child(struct judging *judging, struct isolate *isolate)
{
	const struct session *session = judging->session;
	char what[ERROR_MAX];

	for (; judging->at < session->files.nr && !interrupt_wanted; judging->at++)
		take(judging, isolate_run(isolate, judging->at));
	if (isolate_end(isolate, what, sizeof(what)))
		return;
	fprintf(stderr, "buddy %s: %s\n", session->command, what);
	judging->verdicts.status = EXIT_FINDINGS;
}

static int run_all(struct judging *judging)
{
	const struct session *session = judging->session;
	struct isolate *isolate = NULL;

	interrupt_catch();
	if (session->in_process || has_process_of_its_own(session)) {
		run_here(judging);
	} else {
		isolate = isolate_begin(&judging->runner);
		if (isolate)
			run_in_child(judging, isolate);
		else
			fprintf(stderr, "buddy %s: %s\n", session->command, strerror(errno));
		if (!isolate)
			judging->verdicts.status = EXIT_BAD_USAGE;
	}
	progress_hide(&judging->progress);
	return verdicts_end(&judging->verdicts);
}

int session_run_files(const struct session *session, session_state state)
{
	struct judging judging = { .session = session };
	char error[ERROR_MAX] = "out of memory";
	int status = EXIT_BAD_USAGE;

	judging.runner = (struct runner){
		.session = session,
		.state = state,
		.tick = tick,
		.tick_context = &judging,
	};
	progress_begin(&judging.progress, session->quiet);
	if (!runner_begin(&judging.runner, error, sizeof(error)) ||
	    !verdicts_begin(&judging.verdicts, session))
		fprintf(stderr, "buddy %s: %s\n", session->command, error);
	else
		status = run_all(&judging);
	if (judging.runner.lockstep)
		runner_end(&judging.runner);
	return status;
}
