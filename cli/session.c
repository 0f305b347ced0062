/* SPDX-License-Identifier: MIT */
/* Programs from files into a lockstep, verdicts onto the terminal. */
#include "cli/session.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "fuzz/input/program_file.h"
#include "oracle/lang/text.h"

#define ERROR_MAX 512

volatile sig_atomic_t session_interrupted;

static void on_interrupt(int signal_number)
{
	(void)signal_number;
	session_interrupted = 1;
}

void session_catch_interrupt(void)
{
	struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

double session_now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- arguments ---- */

static bool usage_error(const struct session *session, const char *what, const char *argument)
{
	fprintf(stderr, "buddy %s: %s '%s'; see `buddy %s --help`\n", session->command, what,
		argument, session->command);
	return false;
}

static bool add_subject(struct session *session, const char *name)
{
	char error[ERROR_MAX];
	const struct subject_ops *ops;

	if (session->nr_subjects == LOCKSTEP_MAX_SUBJECTS)
		return usage_error(session, "too many subjects at", name);
	ops = subject_find(name, error, sizeof(error));
	if (!ops) {
		fprintf(stderr, "buddy %s: %s\n", session->command, error);
		return false;
	}
	session->subject_names[session->nr_subjects] = name;
	session->subjects[session->nr_subjects++] = ops;
	return true;
}

static bool set_judge(struct session *session, const char *value)
{
	if (strcmp(value, "on") && strcmp(value, "off"))
		return usage_error(session, "--judge is on or off, not", value);
	session->options.judge = !strcmp(value, "on");
	return true;
}

static bool set_walk(struct session *session, const char *value)
{
	if (lockstep_parse_walk(value, &session->options.walk_every_ops))
		return true;
	return usage_error(session, "--walk wants a number of ops or auto, not", value);
}

/*
 * Value of "--name=value" or "--name value"; advances *index in the second case. NULL: another
 * option.
 */
static const char *option_value(const char *name, int argc, char **argv, int *index)
{
	size_t length = strlen(name);
	const char *argument = argv[*index];

	if (!argument || strncmp(argument, name, length))
		return NULL;
	if (argument[length] == '=')
		return argument + length + 1;
	if (argument[length] || *index + 1 >= argc)
		return NULL;
	return argv[++*index];
}

static bool parse_option(struct session *session, int argc, char **argv, int *index)
{
	static const struct {
		const char *name;
		bool (*set)(struct session *session, const char *value);
	} options[] = {
		{ "--subject", add_subject },
		{ "--judge", set_judge },
		{ "--walk", set_walk },
	};

	if (!strcmp(argv[*index], "--quiet")) {
		session->quiet = true;
		return true;
	}
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const char *value = option_value(options[i].name, argc, argv, index);

		if (value)
			return options[i].set(session, value);
	}
	return usage_error(session, "unknown option or missing value at", argv[*index]);
}

bool session_take_option(int *argc, char **argv, const char *name, const char **value)
{
	for (int i = 1; i < *argc; i++) {
		size_t length = strlen(name);
		int at = i, nr;

		if (strncmp(argv[i], name, length) || (argv[i][length] && argv[i][length] != '='))
			continue;
		*value = option_value(name, *argc, argv, &at);
		if (!*value) {
			fprintf(stderr, "buddy %s: %s wants a value; see `buddy %s --help`\n",
				argv[0], name, argv[0]);
			return false;
		}
		nr = at - i + 1;
		memmove(argv + i, argv + i + nr, (size_t)(*argc - i - nr + 1) * sizeof(*argv));
		*argc -= nr;
		i--;
	}
	return true;
}

static bool is_option(const char *argument)
{
	return argument[0] == '-' && argument[1];
}

static bool add_files(struct session *session, const char *path)
{
	const char *problem;

	if (file_list_add(&session->files, path, ".ops", &problem))
		return true;
	fprintf(stderr, "buddy %s: %s: %s\n", session->command, path, problem);
	return false;
}

enum parsed session_parse(struct session *session, int argc, char **argv)
{
	session->command = argv[0];
	session->options = (struct lockstep_options){
		.judge = true,
		.walk_every_ops = LOCKSTEP_WALK_AUTO,
		.compare_counts = true,
		.free_at_end = true,
		.trace = true,
	};
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return PARSED_HELP;
		if (is_option(argv[i]) ? !parse_option(session, argc, argv, &i)
				       : !add_files(session, argv[i]))
			return PARSED_ERROR;
	}
	if (session->files.nr)
		return PARSED_OK;
	fprintf(stderr, "buddy %s: name at least one program file ('-': standard input)\n",
		session->command);
	return PARSED_ERROR;
}

void session_default_subject(struct session *session)
{
	if (session->nr_subjects)
		return;
	session->subject_names[0] = "core";
	session->subjects[session->nr_subjects++] = subject_core();
}

void session_free(struct session *session)
{
	file_list_free(&session->files);
}

/* ---- runs ---- */

struct run {
	const struct session *session;
	struct lockstep *lockstep;
	session_state state;
	double first_s, end_s; /* when the first op was done and when all were; 0: not reached */
	char *state_text;      /* what state wrote, printed after the verdict */
	size_t state_size;
};

static void note_state(struct run *run)
{
	FILE *out;

	run->end_s = session_now_s();
	if (!run->state || run->session->quiet)
		return;
	out = open_memstream(&run->state_text, &run->state_size);
	if (!out)
		return;
	run->state(run->lockstep, out);
	fclose(out);
}

static bool observe(void *context, size_t op_index, const struct op *op, const struct call *call,
		    const struct event *event)
{
	struct run *run = context;

	(void)op_index;
	(void)call;
	(void)event;
	if (!op)
		note_state(run);
	else if (run->first_s <= 0)
		run->first_s = session_now_s();
	return !session_interrupted;
}

/* The first op is left out: the machine was created before it. */
static double ops_per_s(const struct run *run)
{
	double seconds = run->end_s - run->first_s;

	if (seconds <= 0)
		return 0;
	return (double)(lockstep_stats(run->lockstep)->nr_ops - 1) / seconds;
}

static void print_stats(const struct run *run)
{
	const struct lockstep_stats *stats = lockstep_stats(run->lockstep);

	printf("  %llu ops (%llu did not fit), %.0f ops/s, %llu of %llu allocations failed\n",
	       (unsigned long long)stats->nr_ops, (unsigned long long)stats->nr_skipped,
	       ops_per_s(run), (unsigned long long)stats->nr_failed_allocs,
	       (unsigned long long)stats->nr_allocs);
	if (run->session->options.judge)
		printf("  %llu pages in use at the peak, %llu fallbacks, %llu kswapd wakes\n",
		       (unsigned long long)stats->peak_pages,
		       (unsigned long long)stats->nr_fallbacks,
		       (unsigned long long)stats->nr_kswapd_wakes);
}

static int print_verdict(const struct run *run, const char *file, bool clean,
			 const struct finding *finding)
{
	if (!clean && finding->kind == FINDING_ERROR) {
		fprintf(stderr, "buddy %s: %s: %s\n", run->session->command, file, finding->text);
		return EXIT_BAD_USAGE;
	}
	if (session_interrupted) {
		printf("%s: interrupted\n", file);
	} else if (clean) {
		printf("%s: PASS\n", file);
	} else {
		printf("%s: FAIL %s\n%s", file, finding->signature, finding->text);
		return EXIT_FINDINGS;
	}
	if (!run->session->quiet)
		print_stats(run);
	if (run->state_text)
		fputs(run->state_text, stdout);
	return EXIT_CLEAN;
}

static int run_file(struct run *run, const char *file, struct finding *finding)
{
	struct program program;
	char error[ERROR_MAX];
	bool clean;
	int status;

	program_init(&program);
	if (!text_read_program(file, &program, error, sizeof(error))) {
		fprintf(stderr, "buddy %s: %s\n", run->session->command, error);
		program_free(&program);
		return EXIT_BAD_USAGE;
	}
	run->first_s = run->end_s = 0;
	clean = lockstep_run(run->lockstep, &program, NULL, finding);
	status = print_verdict(run, file, clean, finding);
	free(run->state_text);
	run->state_text = NULL;
	program_free(&program);
	return status;
}

int session_run_files(const struct session *session, session_state state)
{
	struct run run = { .session = session, .state = state };
	struct finding *finding = malloc(sizeof(*finding));
	char error[ERROR_MAX] = "out of memory";
	int worst = EXIT_CLEAN;

	if (finding)
		run.lockstep = lockstep_create(session->subjects, session->nr_subjects,
					       &session->options, NULL, error, sizeof(error));
	if (!run.lockstep) {
		fprintf(stderr, "buddy %s: %s\n", session->command, error);
		free(finding);
		return EXIT_BAD_USAGE;
	}
	session_catch_interrupt();
	lockstep_observe(run.lockstep, observe, &run);
	for (size_t i = 0; i < session->files.nr && !session_interrupted; i++) {
		int status = run_file(&run, session->files.paths[i], finding);

		/* A finding outranks a file that could not be read. */
		if (status == EXIT_FINDINGS || (status && worst == EXIT_CLEAN))
			worst = status;
	}
	lockstep_free(run.lockstep);
	free(finding);
	return worst;
}
