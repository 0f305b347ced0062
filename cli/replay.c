/* SPDX-License-Identifier: MIT */
/*
 * `buddy replay`: recordings of the real Linux allocator against the core, from the recorded state:
 * every page frame, every counter after every op, and the whole state at the end. A recording
 * stops, and does not count, where the kernel did what only real memory users can answer: direct
 * reclaim, compaction, alloc_contig_range.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/file_list.h"
#include "cli/session.h"
#include "diff/recorded/recorded.h"

#define ERROR_MAX 512
#define EXPLANATION_MAX 8192
#define PROGRESS_AFTER_S 2.0

enum outcome { EXACT, DIFFERS, STOPPED, UNREADABLE };

struct replay {
	bool quiet, first_difference;
	struct finding *finding;
	char *explanation;
	size_t nr_ops; /* compared and equal, of the last file */
	char note[ERROR_MAX];
};

struct totals {
	size_t exact, differ, stopped, unreadable, nr_ops;
};

static void print_help(void)
{
	puts("usage: buddy replay [OPTIONS] FILE|FOLDER...\n\n"
	     "Replays recordings of the real Linux 6.1 page allocator (*.txt, *.txt.gz) on the\n"
	     "core: starts from the recorded state and compares every page frame, every\n"
	     "counter after every op and the complete final state.\n\n"
	     "  --quiet              only differences and the last line\n"
	     "  --first-difference   end at the first recording that differs\n"
	     "  --help\n\n"
	     "A recording is `exact`, `differs at op N`, or `stops at op N` where the kernel\n"
	     "needed direct reclaim, compaction or alloc_contig_range, which need real users\n"
	     "of memory. The first difference is explained in full: the op, both answers, the\n"
	     "lists before it. The last line counts: exact K/N streams, M ops, S stopped.\n\n"
	     "Exit status: 0 none differs, 1 one differs, 2 wrong usage or unreadable file.\n\n"
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
	replay->nr_ops = op;
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

static enum outcome run_recorded(struct replay *replay, const struct recorded *recorded,
				 struct lockstep *lockstep)
{
	replay->nr_ops = recorded->nr_ops;
	if (!lockstep_run(lockstep, &recorded->program, recorded->initial, replay->finding))
		return judge_difference(replay, recorded);
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
	struct lockstep *lockstep;
	struct recorded recorded;
	enum outcome outcome;

	replay->nr_ops = 0;
	replay->explanation[0] = '\0';
	if (!recorded_read_file(path, &recorded, replay->note, sizeof(replay->note)))
		return UNREADABLE;
	options.recorded = &recorded;
	lockstep = lockstep_create(subjects, 2, &options, NULL, replay->note, sizeof(replay->note));
	outcome = UNREADABLE;
	if (lockstep) {
		outcome = run_recorded(replay, &recorded, lockstep);
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
	totals->nr_ops += nr_ops;
}

static void print_file(const struct replay *replay, const struct totals *totals, const char *path,
		       enum outcome outcome)
{
	if (outcome == UNREADABLE)
		fprintf(stderr, "buddy replay: %s: %s\n", path, replay->note);
	else if (outcome == DIFFERS || !replay->quiet)
		printf("%s: %s\n", path, replay->note);
	if (outcome == DIFFERS && totals->differ == 1)
		puts(replay->explanation);
}

static void show_progress(double start_s, size_t done, size_t nr)
{
	static double last_s;
	double now_s = session_now_s();

	if (now_s - start_s < PROGRESS_AFTER_S || now_s - last_s < 0.5 || !isatty(STDERR_FILENO))
		return;
	last_s = now_s;
	fprintf(stderr, "\r%zu of %zu recordings%s", done, nr, done == nr ? "\n" : "");
}

static int replay_all(struct replay *replay, const struct file_list *list)
{
	struct totals totals = { .exact = 0 };
	double start_s = session_now_s();

	for (size_t i = 0; i < list->nr && !session_interrupted; i++) {
		enum outcome outcome = replay_file(replay, list->paths[i]);

		count(&totals, outcome, replay->nr_ops);
		print_file(replay, &totals, list->paths[i], outcome);
		show_progress(start_s, i + 1, list->nr);
		if (outcome == DIFFERS && replay->first_difference)
			break;
	}
	printf("exact %zu/%zu streams, %zu ops, %zu stopped%s\n", totals.exact,
	       totals.exact + totals.differ, totals.nr_ops, totals.stopped,
	       session_interrupted ? ", interrupted" : "");
	if (totals.differ)
		return EXIT_FINDINGS;
	return totals.unreadable ? EXIT_BAD_USAGE : EXIT_CLEAN;
}

static bool parse_arguments(struct replay *replay, struct file_list *list, int argc, char **argv)
{
	const char *problem;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--quiet")) {
			replay->quiet = true;
		} else if (!strcmp(argv[i], "--first-difference")) {
			replay->first_difference = true;
		} else if (argv[i][0] == '-') {
			fprintf(stderr, "buddy replay: unknown option '%s'; see --help\n", argv[i]);
			return false;
		} else if (!file_list_add(list, argv[i], ".txt", &problem)) {
			fprintf(stderr, "buddy replay: %s: %s\n", argv[i], problem);
			return false;
		}
	}
	if (list->nr)
		return true;
	fputs("buddy replay: name recordings (*.txt, *.txt.gz) or folders of them\n", stderr);
	return false;
}

int replay_main(int argc, char **argv)
{
	struct file_list list = { .nr = 0 };
	struct replay replay = { .quiet = false };
	int status = EXIT_BAD_USAGE;

	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			print_help();
			return EXIT_CLEAN;
		}
	replay.finding = malloc(sizeof(*replay.finding));
	replay.explanation = malloc(EXPLANATION_MAX);
	if (!replay.finding || !replay.explanation) {
		fputs("buddy replay: out of memory\n", stderr);
	} else if (parse_arguments(&replay, &list, argc, argv)) {
		session_catch_interrupt();
		status = replay_all(&replay, &list);
	}
	file_list_free(&list);
	free(replay.finding);
	free(replay.explanation);
	return status;
}
