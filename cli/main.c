/* SPDX-License-Identifier: MIT */
/* The door: picks the command by its name, and sees to it that a status of 0 is true. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/interrupt.h"
#if __has_include("buddy/version.h")
#include "buddy/version.h"
#else
#define buddy_version() BUDDY_COMMAND_VERSION
#endif

static const struct command commands[] = {
	{ "run", "run programs under the judge and report", run_main },
	{ "diff", "run programs on several allocators and compare them", diff_main },
	{ "replay", "replay recordings of the real Linux allocator", replay_main },
	{ "record", "record what the real Linux allocator answers", record_main },
	{ "shrink", "find the smallest program that fails the same way", shrink_main },
	{ "emit-c", "turn a program into a C test case", emit_c_main },
	{ "fuzz", "search for programs that break a rule", fuzz_main },
	{ "corpus", "merge, minimise, count, verify and pack programs", corpus_main },
	{ "import", "turn a kernel trace into a program", import_main },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
	fputs("usage: buddy COMMAND [ARGUMENTS]\n\n"
	      "Runs, compares, replays and fuzzes page allocators.\n\n",
	      out);
	for (size_t i = 0; i < NR_COMMANDS; i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
	fputs("\n`buddy COMMAND --help` and `buddy help COMMAND` tell more; `buddy --version` "
	      "tells\n"
	      "which one this is. Exit status: 0 nothing found, 1 something found, 2 wrong usage,\n"
	      "unreadable input or unwritable output, 130 interrupted.\n",
	      out);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(name, commands[i].name))
			return &commands[i];
	fprintf(stderr, "buddy: no command '%s'; `buddy --help` lists them\n", name);
	return NULL;
}

static int print_version(void)
{
	printf("buddy %s (libbuddy %s)\n", BUDDY_COMMAND_VERSION, buddy_version());
	return EXIT_CLEAN;
}

/* `buddy help`, or `buddy help COMMAND ...` as `buddy COMMAND ... --help`. */
static int help(int argc, char **argv)
{
	static char option[] = "--help";
	const struct command *command;
	char *arguments[] = { argv[2], option, NULL };

	if (argc < 3) {
		print_help(stdout);
		return EXIT_CLEAN;
	}
	command = find_command(argv[2]);
	return command ? command->main(2, arguments) : EXIT_BAD_USAGE;
}

static int dispatch(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		print_help(stderr);
		return EXIT_BAD_USAGE;
	}
	if (!strcmp(argv[1], "--version"))
		return print_version();
	if (!strcmp(argv[1], "help"))
		return help(argc, argv);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return help(1, argv);
	command = find_command(argv[1]);
	return command ? command->main(argc - 1, argv + 1) : EXIT_BAD_USAGE;
}

/* What could not be written was not told: then nothing is known to be clean. */
static int finish_output(const char *command, int status)
{
	bool failed = ferror(stdout);

	errno = 0;
	if (!fclose(stdout) && !failed)
		return status;
	fprintf(stderr, "buddy%s%s: standard output cannot be written%s%s\n", command ? " " : "",
		command ? command : "", errno ? ": " : "", errno ? strerror(errno) : "");
	return status == EXIT_CLEAN ? EXIT_BAD_USAGE : status;
}

/*
 * A standard file that is closed would be the number of the next one that is opened. In its place
 * stands one that can neither be read nor written.
 */
static void keep_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			_exit(EXIT_BAD_USAGE);
}

int main(int argc, char **argv)
{
	int status;

	keep_standard_files();
	status = interrupt_status(dispatch(argc, argv));

	return finish_output(argc > 1 && argv[1][0] != '-' ? argv[1] : NULL, status);
}
