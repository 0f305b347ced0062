/* SPDX-License-Identifier: MIT */
#include "cli/outcome.h"

#include <stdlib.h>
#include <string.h>

#include "cli/progress.h"
#include "diff/report/report.h"
#include "fuzz/input/file.h"
#include "fuzz/input/program_file.h"

#define TICK_EVERY_OPS 1024u

/* One run; end_s, first_s: when all ops were done, and when the first was; 0: not reached. */
struct watch {
	struct runner *runner;
	struct outcome *outcome;
	size_t nr_ops;
	double first_s, end_s;
	bool stopped;
};

static void note_state(struct watch *watch)
{
	struct runner *runner = watch->runner;
	FILE *out;

	watch->end_s = progress_now_s();
	if (!runner->state || runner->session->quiet)
		return;
	out = fmemopen(watch->outcome->state, OUTCOME_STATE_MAX, "w");
	if (!out)
		return;
	runner->state(runner->lockstep, out);
	fclose(out);
}

static bool observe(void *context, size_t op_index, const struct op *op, const struct call *call,
		    const struct event *event)
{
	struct watch *watch = context;
	struct runner *runner = watch->runner;

	(void)call;
	(void)event;
	if (!op)
		note_state(watch);
	else if (watch->first_s <= 0)
		watch->first_s = progress_now_s();
	if (runner->tick && op_index % TICK_EVERY_OPS == 0)
		runner->tick(runner->tick_context, op_index, watch->nr_ops);
	watch->stopped = *runner->stop;
	return !watch->stopped;
}

/* The first op is left out: the machine was created before it. */
static double ops_per_s(const struct watch *watch, uint64_t nr_ops)
{
	double seconds = watch->end_s - watch->first_s;

	if (nr_ops < 2 || watch->first_s <= 0 || seconds <= 0)
		return 0;
	return (double)(nr_ops - 1) / seconds;
}

/* ---- where in the file ---- */

/* Whether a line of program text holds an op. */
static bool holds_op(const char *line, size_t length)
{
	static const char machine[] = "machine";

	while (length && (*line == ' ' || *line == '\t' || *line == '\r'))
		line++, length--;
	if (!length || *line == '#')
		return false;
	return length < sizeof(machine) || memcmp(line, machine, sizeof(machine) - 1) ||
	       (line[sizeof(machine) - 1] != ' ' && line[sizeof(machine) - 1] != '\t');
}

static uint32_t line_in_text(const char *text, size_t size, size_t op_index)
{
	size_t seen = 0;
	uint32_t line = 0;

	for (size_t at = 0; at < size;) {
		const char *end = memchr(text + at, '\n', size - at);
		size_t length = end ? (size_t)(end - text) - at : size - at;

		line++;
		if (holds_op(text + at, length) && seen++ == op_index)
			return line;
		at += length + 1;
	}
	return 0;
}

/* 0: the end, the binary form, or standard input, which is read once. */
static uint32_t line_of(const char *path, size_t op_index)
{
	char error[OUTCOME_MESSAGE_MAX];
	size_t size;
	uint8_t *data;
	uint32_t line = 0;

	if (!strcmp(path, "-"))
		return 0;
	data = file_read(path, &size, error, sizeof(error));
	if (data && file_is_text(data, size))
		line = line_in_text((const char *)data, size, op_index);
	free(data);
	return line;
}

static void tell_operation(struct outcome *outcome, const char *path, const struct program *program)
{
	size_t at = outcome->finding.op_index;

	snprintf(outcome->operation, sizeof(outcome->operation), "end");
	if (at >= program->nr_ops)
		return;
	text_format_op(&program->ops[at], outcome->operation);
	outcome->line = line_of(path, at);
}

/* ---- runs ---- */

static void begin_outcome(struct outcome *outcome)
{
	outcome->verdict = RESULT_ERROR;
	outcome->message[0] = outcome->operation[0] = outcome->state[0] = '\0';
	outcome->line = 0;
	outcome->ops_per_s = 0;
	memset(&outcome->stats, 0, sizeof(outcome->stats));
	memset(&outcome->finding, 0, sizeof(outcome->finding));
}

static void tell_stop(struct outcome *outcome, size_t op_index, size_t nr_ops)
{
	outcome->verdict = RESULT_INTERRUPTED;
	snprintf(outcome->message, sizeof(outcome->message), "interrupted at op %zu of %zu",
		 op_index, nr_ops);
}

static void run_program(struct runner *runner, const struct program *program, const char *path,
			struct outcome *outcome)
{
	struct watch watch = { .runner = runner, .outcome = outcome, .nr_ops = program->nr_ops };
	struct finding *finding = &outcome->finding;
	bool clean;

	lockstep_observe(runner->lockstep, observe, &watch);
	clean = lockstep_run(runner->lockstep, program, NULL, finding);
	outcome->stats = *lockstep_stats(runner->lockstep);
	outcome->ops_per_s = ops_per_s(&watch, outcome->stats.nr_ops);
	if (!clean && finding->kind == FINDING_ERROR) {
		snprintf(outcome->message, sizeof(outcome->message), "%.*s",
			 (int)strcspn(finding->text, "\n"), finding->text);
	} else if (!clean) {
		outcome->verdict = RESULT_FAIL;
		tell_operation(outcome, path, program);
	} else if (watch.stopped) {
		tell_stop(outcome, runner->position->op_index, program->nr_ops);
	} else {
		outcome->verdict = RESULT_PASS;
	}
}

void runner_run(struct runner *runner, const char *path, struct outcome *outcome)
{
	struct program program;

	begin_outcome(outcome);
	program_init(&program);
	if (text_read_program(path, &program, outcome->message, sizeof(outcome->message)))
		run_program(runner, &program, path, outcome);
	program_free(&program);
}

bool runner_begin(struct runner *runner, char *error, size_t error_size)
{
	const struct session *session = runner->session;

	runner->lockstep = lockstep_create(session->subjects, session->nr_subjects,
					   &session->options, NULL, error, error_size);
	return runner->lockstep;
}

void runner_end(struct runner *runner)
{
	lockstep_free(runner->lockstep);
	runner->lockstep = NULL;
}

/* ---- runs that did not come back ---- */

/* The program once more; without ops where it cannot be read. */
static void read_again(const char *path, struct program *program)
{
	char error[OUTCOME_MESSAGE_MAX];

	program_init(program);
	if (!text_read_program(path, program, error, sizeof(error))) {
		program_free(program);
		program_init(program);
	}
}

static void tell_death_before(const struct session *session, struct outcome *outcome,
			      uint32_t subject)
{
	struct finding *finding = &outcome->finding;

	finding->op_index = 0;
	snprintf(outcome->operation, sizeof(outcome->operation), "start");
	snprintf(finding->signature, sizeof(finding->signature), "crash/start");
	snprintf(finding->text, sizeof(finding->text), "%s: %s before the first op\n",
		 session->subjects[subject]->name, finding->words);
}

static void tell_death_at(const struct session *session, const char *path, struct outcome *outcome)
{
	struct finding *finding = &outcome->finding;
	const char *names[LOCKSTEP_MAX_SUBJECTS];
	const char *op = "end";
	struct program program;

	for (uint32_t s = 0; s < session->nr_subjects; s++)
		names[s] = session->subjects[s]->name;
	read_again(path, &program);
	tell_operation(outcome, path, &program);
	if (finding->op_index < program.nr_ops)
		op = op_table[program.ops[finding->op_index].code].name;
	snprintf(finding->signature, sizeof(finding->signature), "crash/%s", op);
	report_write(finding, &program, names, NULL);
	program_free(&program);
}

void outcome_of_death(const struct session *session, const char *path,
		      const struct lockstep_position *position, const char *words,
		      struct outcome *outcome)
{
	struct finding *finding = &outcome->finding;

	begin_outcome(outcome);
	outcome->verdict = RESULT_FAIL;
	finding->kind = FINDING_DIFFERENCE;
	finding->cause = CAUSE_TOLD;
	finding->subject = position->subject;
	finding->op_index = finding->seen_at = position->op_index;
	finding->verdict.pfn = PFN_NONE;
	snprintf(finding->words, sizeof(finding->words), "%s", words);
	if (position->op_index == LOCKSTEP_BEFORE_OPS)
		tell_death_before(session, outcome, position->subject);
	else
		tell_death_at(session, path, outcome);
}

void outcome_of_stop(const struct session *session, const char *path,
		     const struct lockstep_position *position, struct outcome *outcome)
{
	bool before = position->op_index == LOCKSTEP_BEFORE_OPS;
	struct program program;
	size_t length;

	begin_outcome(outcome);
	read_again(path, &program);
	tell_stop(outcome, before ? 0 : position->op_index, program.nr_ops);
	program_free(&program);
	length = strlen(outcome->message);
	snprintf(outcome->message + length, sizeof(outcome->message) - length,
		 ", where %s did not come back", session->subjects[position->subject]->name);
}
