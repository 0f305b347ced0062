/* SPDX-License-Identifier: MIT */
/* `buddy diff`: the same programs on several allocators in lockstep. */
#include "cli/cli.h"
#include "cli/session.h"

static void print_help(void)
{
	puts("usage: buddy diff [--subject A] [--subject B] [OPTIONS] FILE|FOLDER...\n\n"
	     "Runs each program on every subject, op by op, judges each alone and compares it\n"
	     "with the first as far as both claim to agree: legal answers only, the same\n"
	     "counts, or the same page frames. A file is program text or the binary form,\n"
	     "gzip'd or not, or '-' for standard input; of a folder, all *.ops.\n\n"
	     "  --subject NAME    core, bitmap, or the path of a plug-in (.so); up\n"
	     "                    to 4; one alone is compared with the core (default: bitmap)\n"
	     "  --judge on|off    ask the rules after every op (default on)\n"
	     "  --walk N|auto     look at everything every N ops, 0: at the end only; auto\n"
	     "                    (default): lists in intervals, pages in rotation\n"
	     "  --format FORMAT   text (default), json, junit, sarif or ktap: docs/results.md\n"
	     "  --isolate on|off  run the subjects in a process of their own (default on); off:\n"
	     "                    in this one, for a debugger\n"
	     "  -q, --quiet       one line a file\n"
	     "  --help\n\n"
	     "Exit status: 0 no difference, 1 a difference, a broken rule or a crash, 2 wrong\n"
	     "usage, unreadable input or unwritable output, 130 interrupted.\n\n"
	     "example: buddy diff --subject core --subject ./mine.so corpus/seeds/diff");
}

/* Without two named subjects the core is the reference, and the bitmap the other one of a core that
 * is named alone: compared with itself it says nothing. */
static void add_defaults(struct session *session)
{
	if (session->nr_subjects > 1)
		return;
	if (!session->nr_subjects || session->subjects[0] == subject_core()) {
		session->subject_names[0] = "bitmap";
		session->subjects[0] = subject_bitmap();
	}
	session->subjects[1] = session->subjects[0];
	session->subject_names[1] = session->subject_names[0];
	session->subject_names[0] = "core";
	session->subjects[0] = subject_core();
	session->nr_subjects = 2;
}

static int diff_parsed(struct session *session, enum parsed parsed)
{
	if (parsed == PARSED_HELP) {
		print_help();
		return EXIT_CLEAN;
	}
	if (parsed == PARSED_ERROR)
		return EXIT_BAD_USAGE;
	add_defaults(session);
	return session_run_files(session, NULL);
}

int diff_main(int argc, char **argv)
{
	struct session session = { .judges_files = true };
	int status = diff_parsed(&session, session_parse(&session, argc, argv));

	session_free(&session);
	return status;
}
