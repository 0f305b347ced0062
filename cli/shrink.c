/* SPDX-License-Identifier: MIT */
/* `buddy shrink`: the smallest program that fails with the same rule, against any subjects. */
#include <string.h>

#include "cli/cli.h"
#include "cli/replay_command.h"
#include "cli/session.h"
#include "fuzz/shrink/shrink_file.h"

#define PATH_MAX_BYTES 4096
#define SHRINK_INTERRUPTED 1 /* as shrink_file() says */

static void print_help(void)
{
	puts("usage: buddy shrink [OPTIONS] FILE\n\n"
	     "Finds the smallest program that fails like FILE: drops what follows the failure,\n"
	     "what shares no block with it, then by delta debugging whatever else it can, and\n"
	     "simplifies arguments, slots and the machine. The rule that broke stays the same;\n"
	     "the result is run once more. FILE is program text or the binary form, gzip'd or\n"
	     "not, or '-' for standard input.\n\n"
	     "  -o OUT            where to write it (default: FILE with .min.ops at its end)\n"
	     "  --subject NAME    core (default), bitmap, linux, or a plug-in's path\n"
	     "                    (.so); several are compared with the first\n"
	     "  --judge on|off    ask the rules after every op (default on)\n"
	     "  --walk N|auto     look at everything every N ops, 0: at the end only; auto\n"
	     "                    (default): lists in intervals, pages in rotation\n"
	     "  --signature SIG   the failure that is wanted, RULE or RULE/OP; of another kind\n"
	     "                    is refused (default: the one that FILE has)\n"
	     "  --help\n\n"
	     "Ctrl-C ends it with the best so far in OUT. Each candidate runs in a process of\n"
	     "its own with a time limit, unless a subject, like linux, is one itself.\n\n"
	     "Exit status: 0 shrunken, 2 FILE does not fail, or not that way, or wrong usage or\n"
	     "unreadable input, 130 interrupted.\n\n"
	     "example: buddy shrink -o small.ops build/findings/safety/no_trap-free_pages.ops");
}

static bool run(void *context, const struct program *program, struct finding *finding)
{
	return lockstep_run(context, program, NULL, finding);
}

/* "dir/name.ops" -> "dir/name.min.ops"; other ends stay in front of it. */
static bool default_out(const char *path, char out[PATH_MAX_BYTES])
{
	size_t length = strlen(path);

	if (!strcmp(path, "-"))
		path = "stdin", length = 5;
	else if (length > 4 && !strcmp(path + length - 4, ".ops"))
		length -= 4;
	return snprintf(out, PATH_MAX_BYTES, "%.*s.min.ops", (int)length, path) < PATH_MAX_BYTES;
}

static bool takes_batches(const struct session *session)
{
	for (uint32_t i = 1; i < session->nr_subjects; i++)
		if (session->subjects[i]->batch)
			return true;
	return false;
}

static int shrink_session(struct session *session, const char *signature, const char *out)
{
	char error[512], replay[REPLAY_COMMAND_MAX];
	struct shrink_job job = {
		.command = "buddy shrink",
		.title = session->nr_subjects > 1 ? "buddy diff" : "buddy run",
		.run = run,
		.in_process = takes_batches(session),
		.wanted = signature,
		.path = session->files.paths[0],
		.out = out,
		.replay = replay,
	};
	int status;

	replay_command(session, out, replay, sizeof(replay));
	struct lockstep *lockstep = lockstep_create(session->subjects, session->nr_subjects,
						    &session->options, NULL, error, sizeof(error));

	if (!lockstep) {
		fprintf(stderr, "buddy shrink: %s\n", error);
		return EXIT_BAD_USAGE;
	}
	job.context = lockstep;
	status = shrink_file(&job);
	if (status == SHRINK_INTERRUPTED)
		status = EXIT_INTERRUPTED;
	lockstep_free(lockstep);
	return status;
}

static int shrink_parsed(struct session *session, enum parsed parsed, const char *signature,
			 const char *out)
{
	char beside[PATH_MAX_BYTES];

	if (parsed == PARSED_HELP) {
		print_help();
		return EXIT_CLEAN;
	}
	if (parsed == PARSED_ERROR)
		return EXIT_BAD_USAGE;
	if (session->files.nr != 1) {
		fputs("buddy shrink: one file at a time; name just one program\n", stderr);
		return EXIT_BAD_USAGE;
	}
	if (!out && !default_out(session->files.paths[0], beside)) {
		fputs("buddy shrink: the path is too long; name the output with -o\n", stderr);
		return EXIT_BAD_USAGE;
	}
	session_default_subject(session);
	return shrink_session(session, signature, out ? out : beside);
}

int shrink_main(int argc, char **argv)
{
	struct session session = { .nr_subjects = 0 };
	const char *out = NULL, *signature = NULL;
	int status = EXIT_BAD_USAGE;

	if (session_take_option(&argc, argv, "-o", &out) &&
	    session_take_option(&argc, argv, "--signature", &signature))
		status = shrink_parsed(&session, session_parse(&session, argc, argv), signature,
				       out);
	session_free(&session);
	return status;
}
