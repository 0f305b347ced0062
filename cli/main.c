/* SPDX-License-Identifier: MIT */
/* The door: picks the command by its name. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/help_machine.h"

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
	fputs("\n`buddy COMMAND --help` tells more. Exit status: 0 nothing found, 1 something\n"
	      "found, 2 wrong usage or unreadable input.\n",
	      out);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_help(stderr);
		return EXIT_BAD_USAGE;
	}
	if (argc == 3 && !strcmp(argv[1], "help") && !strcmp(argv[2], "machine")) {
		help_machine_print(stdout);
		return EXIT_CLEAN;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_help(stdout);
		return EXIT_CLEAN;
	}
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].main(argc - 1, argv + 1);
	fprintf(stderr, "buddy: no command '%s'; `buddy --help` lists them\n", argv[1]);
	return EXIT_BAD_USAGE;
}
