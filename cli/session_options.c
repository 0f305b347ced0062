/* SPDX-License-Identifier: MIT */
/* The options of a session. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/guard.h"
#include "cli/session.h"

#define ERROR_MAX 512

static bool usage_error(const struct session *session, const char *what, const char *argument)
{
	fprintf(stderr, "buddy %s: %s '%s'; see `buddy %s --help`\n", session->command, what,
		argument, session->command);
	return false;
}

/* A plug-in's code runs when it is loaded. */
static bool add_subject(struct session *session, const char *name)
{
	const struct guard guard = {
		.command = session->command,
		.path = name,
		.doing = "while it was loaded",
		.status = EXIT_BAD_USAGE,
	};
	char error[ERROR_MAX];
	const struct subject_ops *ops;

	if (session->nr_subjects == LOCKSTEP_MAX_SUBJECTS)
		return usage_error(session, "too many subjects at", name);
	guard_enter(&guard);
	ops = subject_find(name, error, sizeof(error));
	guard_leave();
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

static bool set_format(struct session *session, const char *value)
{
	if (results_parse_format(value, &session->format))
		return true;
	return usage_error(session, "--format is " RESULTS_FORMATS ", not", value);
}

static bool set_isolate(struct session *session, const char *value)
{
	if (strcmp(value, "on") && strcmp(value, "off"))
		return usage_error(session, "--isolate is on or off, not", value);
	session->in_process = !strcmp(value, "off");
	return true;
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
		bool judges_files; /* only where files are judged */
		bool (*set)(struct session *session, const char *value);
	} options[] = {
		{ "--subject", false, add_subject }, { "--judge", false, set_judge },
		{ "--walk", false, set_walk },       { "--format", true, set_format },
		{ "--isolate", true, set_isolate },
	};
	const char *argument = argv[*index];
	bool quiet = !strcmp(argument, "--quiet") || !strcmp(argument, "-q");

	if (session->judges_files && quiet) {
		session->quiet = true;
		return true;
	}
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const char *value;

		if (options[i].judges_files && !session->judges_files)
			continue;
		value = option_value(options[i].name, argc, argv, index);
		if (value)
			return options[i].set(session, value);
		if (!strcmp(argument, options[i].name))
			return usage_error(session, "no value behind", argument);
	}
	return usage_error(session, "unknown option", argument);
}

bool session_take_option(int *argc, char **argv, const char *name, const char **value)
{
	for (int i = 1; i < *argc && strcmp(argv[i], "--"); i++) {
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

static enum parsed parse_arguments(struct session *session, int argc, char **argv)
{
	bool options_end = false;

	for (int i = 1; i < argc; i++) {
		if (!options_end && !strcmp(argv[i], "--")) {
			options_end = true;
			continue;
		}
		if (!options_end && (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")))
			return PARSED_HELP;
		if (!options_end && is_option(argv[i]) ? !parse_option(session, argc, argv, &i)
						       : !add_files(session, argv[i]))
			return PARSED_ERROR;
	}
	return PARSED_OK;
}

enum parsed session_parse(struct session *session, int argc, char **argv)
{
	enum parsed parsed;

	session->command = argv[0];
	session->options = (struct lockstep_options){
		.judge = true,
		.walk_every_ops = LOCKSTEP_WALK_AUTO,
		.compare_counts = true,
		.free_at_end = true,
		.trace = true,
	};
	parsed = parse_arguments(session, argc, argv);
	if (parsed != PARSED_OK || session->files.nr)
		return parsed;
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
