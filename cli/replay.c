/* SPDX-License-Identifier: MIT */
/*
 * `buddy replay`: recordings of the real Linux allocator against the core, from the recorded state:
 * every page frame, every counter after every op, and the whole state at the end. A recording
 * stops, and does not count, where the kernel did what only real memory users can answer: direct
 * reclaim, compaction, alloc_contig_range.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/file_list.h"
#include "cli/guard.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/replay_command.h"
#include "cli/results.h"
#include "cli/session.h"
#include "cli/style.h"
#include "diff/recorded/recorded.h"

#define ERROR_MAX 512
#define EXPLANATION_MAX 8192
#define STOP_WITHIN_S 2

enum outcome { EXACT, DIFFERS, STOPPED, UNREADABLE, INTERRUPTED };

struct replay {
	bool quiet, first_difference;
	struct finding *finding;
	char *explanation;
	enum results_format format;
	struct results *results; /* NULL: text for people */
	struct progress progress;
	const char *path;
	size_t done, nr; /* recordings */
	/* Of the last file. */
	size_t nr_ops; /* compared and equal */
	size_t differs_at;
	uint32_t line;
	struct lockstep_position position;
	char note[ERROR_MAX];
};

struct totals {
	size_t exact, differ, stopped, unreadable, interrupted, nr_ops;
};

static void print_help(void)
{
	puts("usage: buddy replay [OPTIONS] FILE|FOLDER...\n\n"
	     "Replays recordings of the real Linux 6.1 page allocator (*.txt, *.txt.gz) on the\n"
	     "core: starts from the recorded state and compares every page frame, every\n"
	     "counter after every op and the complete final state.\n\n"
	     "  --format FORMAT      text (default), json, junit, sarif or ktap: docs/results.md\n"
	     "  -q, --quiet          only differences and the last line\n"
	     "  --first-difference   end at the first recording that differs\n"
	     "  --help\n\n"
	     "A recording is `exact`, `differs at op N`, or `stops at op N` where the kernel\n"
	     "needed direct reclaim, compaction or alloc_contig_range, which need real users\n"
	     "of memory. The first difference is explained in full: the op, both answers, the\n"
	     "lists before it. The last line counts: exact K/N streams, M ops, S stopped.\n\n"
	     "Exit status: 0 none differs, 1 one differs, 2 wrong usage, unreadable file or\n"
	     "unwritable output, 130 interrupted.\n\n"
	     "example: buddy replay corpus/linux");
}

/* ---- one recording ---- */

static enum outcome judge_difference(struct replay *replay, const struct recorded *recorded)
{
	const struct finding *finding = replay->finding;
	uint32_t op;

	if (finding->kind == FINDING_ERROR) {
		snprintf(replay->note, sizeof(replay->note), "%.*s", ERROR_MAX - 1, finding->text);
		return UNREADABLE;
	}
	op = recorded->answers[finding->op_index].op;
	replay->nr_ops = replay->differs_at = op;
	replay->line = recorded->ops[op].line;
	if (finding->slow_path) {
		snprintf(replay->note, sizeof(replay->note),
			 "stops at op %u (needs direct reclaim)", op);
		return STOPPED;
	}
	snprintf(replay->note, sizeof(replay->note), "differs at op %u, line %u of the recording",
		 op, recorded->ops[op].line);
	snprintf(replay->explanation, EXPLANATION_MAX, "%s", finding->text);
	return DIFFERS;
}

static enum outcome compare_final(struct replay *replay, const struct recorded *recorded,
				  struct lockstep *lockstep)
{
	const struct view *view = lockstep_view(lockstep, 1);
	struct snapshot *got = malloc(sizeof(*got));
	enum outcome outcome = UNREADABLE;

	snprintf(replay->note, sizeof(replay->note), "out of memory");
	if (!got)
		return UNREADABLE;
	snapshot_init(got);
	if (!view || !snapshot_take(got, view)) {
		snprintf(replay->note, sizeof(replay->note), "the final state cannot be read");
		outcome = DIFFERS;
	} else if (snapshot_equal(recorded->final, got, replay->explanation, EXPLANATION_MAX)) {
		snprintf(replay->note, sizeof(replay->note), "exact, %zu ops", recorded->nr_ops);
		outcome = EXACT;
	} else {
		snprintf(replay->note, sizeof(replay->note), "differs in the final state");
		outcome = DIFFERS;
	}
	snapshot_free(got);
	free(got);
	return outcome;
}

static bool observe(void *context, size_t op_index, const struct op *op, const struct call *call,
		    const struct event *event)
{
	struct replay *replay = context;

	(void)op, (void)call, (void)event;
	replay->nr_ops = op_index;
	progress_tell(&replay->progress, "%zu of %zu recordings, %s: op %zu", replay->done + 1,
		      replay->nr, replay->path, op_index);
	return !interrupt_wanted;
}

static enum outcome tell_interrupt(struct replay *replay, const struct recorded *recorded)
{
	snprintf(replay->note, sizeof(replay->note), "interrupted at op %zu of %zu", replay->nr_ops,
		 recorded->program.nr_ops);
	return INTERRUPTED;
}

static enum outcome run_recorded(struct replay *replay, const struct recorded *recorded,
				 struct lockstep *lockstep)
{
	lockstep_observe(lockstep, observe, replay);
	lockstep_tell_position(lockstep, &replay->position);
	if (!lockstep_run(lockstep, &recorded->program, recorded->initial, replay->finding))
		return judge_difference(replay, recorded);
	if (interrupt_wanted)
		return tell_interrupt(replay, recorded);
	replay->nr_ops = recorded->nr_ops;
	if (!recorded->stop_reason)
		return compare_final(replay, recorded, lockstep);
	replay->nr_ops = recorded->stop_op;
	snprintf(replay->note, sizeof(replay->note), "stops at op %zu (%s)", recorded->stop_op,
		 recorded->stop_reason);
	return STOPPED;
}

static enum outcome replay_file(struct replay *replay, const char *path)
{
	const struct subject_ops *subjects[] = { subject_recorded(), subject_core() };
	struct lockstep_options options = { .compare_counts = true };
	const struct guard guard = {
		.command = "replay",
		.path = path,
		.position = &replay->position,
		.subjects = subjects,
		.status = EXIT_FINDINGS,
	};
	struct lockstep *lockstep;
	struct recorded recorded;
	enum outcome outcome;

	replay->path = path;
	replay->nr_ops = 0;
	replay->line = 0;
	replay->position.op_index = LOCKSTEP_BEFORE_OPS;
	replay->explanation[0] = '\0';
	if (!recorded_read_file(path, &recorded, replay->note, sizeof(replay->note)))
		return UNREADABLE;
	options.recorded = &recorded;
	lockstep = lockstep_create(subjects, 2, &options, NULL, replay->note, sizeof(replay->note));
	outcome = UNREADABLE;
	if (lockstep) {
		guard_enter(&guard);
		outcome = run_recorded(replay, &recorded, lockstep);
		guard_leave();
		lockstep_free(lockstep);
	}
	recorded_free(&recorded);
	return outcome;
}

/* ---- all of them ---- */

static void count(struct totals *totals, enum outcome outcome, size_t nr_ops)
{
	totals->exact += outcome == EXACT;
	totals->differ += outcome == DIFFERS;
	totals->stopped += outcome == STOPPED;
	totals->unreadable += outcome == UNREADABLE;
	totals->interrupted += outcome == INTERRUPTED;
	totals->nr_ops += nr_ops;
}

/* ---- what is told ---- */

static void print_file(const struct replay *replay, const struct totals *totals,
		       enum outcome outcome)
{
	static const enum style styles[] = {
		[EXACT] = STYLE_GOOD,
		[DIFFERS] = STYLE_BAD,
		[STOPPED] = STYLE_OTHER,
		[INTERRUPTED] = STYLE_OTHER,
	};

	if (outcome == UNREADABLE || (outcome != DIFFERS && replay->quiet))
		return;
	printf("%s: %s%s%s\n", replay->path, style_begin(styles[outcome]), replay->note,
	       style_end());
	if (outcome == DIFFERS && totals->differ == 1)
		puts(replay->explanation);
}

static void add_difference(const struct replay *replay, struct result *result)
{
	char command[REPLAY_COMMAND_MAX];
	struct result_finding finding = {
		.signature = replay->line ? replay->finding->signature : "difference/end",
		.sentence = replay->note,
		.subject = "core",
		.operation_index = replay->line ? replay->differs_at : RESULTS_NO_INDEX,
		.line = replay->line,
		.replay = command,
		.report = replay->explanation,
	};
	size_t length = replay_add_word(command, sizeof(command), 0, "buddy");

	length = replay_add_word(command, sizeof(command), length, "replay");
	if (replay->path[0] == '-')
		length = replay_add_word(command, sizeof(command), length, "--");
	replay_add_word(command, sizeof(command), length, replay->path);
	if (replay->line && replay->finding->verdict.pfn != PFN_NONE) {
		finding.frames = &replay->finding->verdict.pfn;
		finding.nr_frames = 1;
	}
	result->finding = &finding;
	results_add(replay->results, result);
}

static void add_result(const struct replay *replay, enum outcome outcome)
{
	static const enum result_verdict verdicts[] = {
		[EXACT] = RESULT_PASS,
		[DIFFERS] = RESULT_FAIL,
		[STOPPED] = RESULT_STOPPED,
		[UNREADABLE] = RESULT_ERROR,
		[INTERRUPTED] = RESULT_INTERRUPTED,
	};
	struct result result = {
		.path = replay->path,
		.verdict = verdicts[outcome],
		.message = outcome == EXACT || outcome == DIFFERS ? NULL : replay->note,
		.nr_ops = replay->nr_ops,
	};

	if (outcome == DIFFERS)
		add_difference(replay, &result);
	else
		results_add(replay->results, &result);
}

static void tell_file(struct replay *replay, const struct totals *totals, enum outcome outcome)
{
	progress_hide(&replay->progress);
	if (outcome == UNREADABLE)
		fprintf(stderr, "buddy replay: %s: %s\n", replay->path, replay->note);
	if (replay->results)
		add_result(replay, outcome);
	else
		print_file(replay, totals, outcome);
}

static void tell_totals(const struct replay *replay, const struct totals *totals)
{
	if (interrupt_wanted)
		fprintf(stderr,
			"buddy replay: interrupted: %zu of %zu recordings judged, %zu ops\n",
			totals->exact + totals->differ + totals->stopped, replay->nr,
			totals->nr_ops);
	if (!replay->results)
		printf("exact %zu/%zu streams, %zu ops, %zu stopped%s\n", totals->exact,
		       totals->exact + totals->differ, totals->nr_ops, totals->stopped,
		       interrupt_wanted ? ", interrupted" : "");
}

static void replay_files(struct replay *replay, const struct file_list *list, struct totals *totals)
{
	replay->nr = list->nr;
	for (; replay->done < list->nr && !interrupt_wanted; replay->done++) {
		enum outcome outcome = replay_file(replay, list->paths[replay->done]);

		count(totals, outcome, replay->nr_ops);
		tell_file(replay, totals, outcome);
		if (outcome == DIFFERS && replay->first_difference)
			break;
	}
}

static int replay_all(struct replay *replay, const struct file_list *list)
{
	struct totals totals = { .exact = 0 };

	interrupt_catch();
	interrupt_answer_within_s(STOP_WITHIN_S);
	progress_begin(&replay->progress, replay->quiet);
	if (replay->format != RESULTS_TEXT) {
		replay->results = results_begin(replay->format, "replay", stdout);
		if (!replay->results) {
			fputs("buddy replay: out of memory\n", stderr);
			return EXIT_BAD_USAGE;
		}
	}
	replay_files(replay, list, &totals);
	tell_totals(replay, &totals);
	if (!results_end(replay->results, interrupt_wanted)) {
		fputs("buddy replay: the results cannot be written\n", stderr);
		totals.unreadable++;
	}
	if (totals.differ)
		return interrupt_status(EXIT_FINDINGS);
	return interrupt_status(totals.unreadable ? EXIT_BAD_USAGE : EXIT_CLEAN);
}

/* ---- arguments ---- */

static bool usage_error(const char *what, const char *argument)
{
	fprintf(stderr, "buddy replay: %s '%s'; see `buddy replay --help`\n", what, argument);
	return false;
}

static bool set_option(struct replay *replay, const char *option)
{
	if (!strcmp(option, "--quiet") || !strcmp(option, "-q"))
		replay->quiet = true;
	else if (!strcmp(option, "--first-difference"))
		replay->first_difference = true;
	else
		return usage_error("unknown option", option);
	return true;
}

static bool add_files(struct file_list *list, const char *path)
{
	const char *problem;

	if (file_list_add(list, path, ".txt", &problem))
		return true;
	fprintf(stderr, "buddy replay: %s: %s\n", path, problem);
	return false;
}

static bool parse_arguments(struct replay *replay, struct file_list *list, int argc, char **argv)
{
	const char *format = "text";
	bool options_end = false;

	if (!session_take_option(&argc, argv, "--format", &format))
		return false;
	if (!results_parse_format(format, &replay->format))
		return usage_error("--format is " RESULTS_FORMATS ", not", format);
	for (int i = 1; i < argc; i++) {
		bool is_option = !options_end && argv[i][0] == '-' && argv[i][1];

		if (is_option && !strcmp(argv[i], "--"))
			options_end = true;
		else if (is_option ? !set_option(replay, argv[i]) : !add_files(list, argv[i]))
			return false;
	}
	if (list->nr)
		return true;
	fputs("buddy replay: name recordings (*.txt, *.txt.gz) or folders of them\n", stderr);
	return false;
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	return false;
}

int replay_main(int argc, char **argv)
{
	struct file_list list = { .nr = 0 };
	struct replay replay = { .quiet = false };
	int status = EXIT_BAD_USAGE;

	if (wants_help(argc, argv)) {
		print_help();
		return EXIT_CLEAN;
	}
	replay.finding = malloc(sizeof(*replay.finding));
	replay.explanation = malloc(EXPLANATION_MAX);
	if (!replay.finding || !replay.explanation)
		fputs("buddy replay: out of memory\n", stderr);
	else if (parse_arguments(&replay, &list, argc, argv))
		status = replay_all(&replay, &list);
	file_list_free(&list);
	free(replay.finding);
	free(replay.explanation);
	return status;
}
