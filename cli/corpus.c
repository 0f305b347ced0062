/* SPDX-License-Identifier: MIT */
/* `buddy corpus`: grows, prunes, counts, checks and packs folders of programs. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/corpus.h"
#include "cli/interrupt.h"

static const struct corpus_command {
	const char *name;
	int (*run)(const struct corpus_options *options);
	bool takes_text, takes_out;
} commands[] = {
	{ "merge", corpus_merge, true, false },  { "minimize", corpus_minimize, true, true },
	{ "stats", corpus_stats, false, false }, { "verify", corpus_verify, false, false },
	{ "pack", corpus_pack, false, false },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(void)
{
	puts("usage: buddy corpus merge [--text] OUT IN...\n"
	     "       buddy corpus minimize [--dry-run] [-o OUT [--text]] DIR\n"
	     "       buddy corpus stats DIR...\n"
	     "       buddy corpus verify DIR...\n"
	     "       buddy corpus pack OUT IN...\n\n"
	     "Programs are text (*.ops) or bytes, gzip'd or not; folders are walked, and *.md,\n"
	     "*.txt, *.zip and *.tmp are left alone. What a program reaches is measured by\n"
	     "running it on the core under the judge: rare paths, answers, pairs of operations,\n"
	     "rules with something to judge, kinds of machines. No engine is needed, and the\n"
	     "same programs always give the same set.\n\n"
	     "  merge      adds to OUT each program of IN that reaches something new, the\n"
	     "             smallest first, named by its content; what fails is told and left out\n"
	     "  minimize   keeps a small subset of DIR that reaches the same, and removes the\n"
	     "             rest; with -o the subset is written to OUT and DIR is not touched.\n"
	     "             Folders with regressions are refused: those are never pruned\n"
	     "  stats      files, operations, machines, versions; what is reached, what is not\n"
	     "  verify     each file parses, is canonical text (comments apart), packs into bytes\n"
	     "             and comes back, has a known version byte, is clean under the judge\n"
	     "             (below a folder `canary` it need not be), and gives the same answers\n"
	     "             and state when run again and at another address\n"
	     "  pack       writes each program of IN to OUT as NAME.bin, other files as they "
	     "are\n\n"
	     "  --text     write programs as text (*.ops), not as bytes\n"
	     "  --dry-run  only say what would be removed\n"
	     "  --help\n\n"
	     "Ctrl-C stops between two programs; no file is ever half written.\n"
	     "Exit status: 0 nothing wrong, 1 a program fails or is not as it should be, 2 wrong\n"
	     "usage, unreadable input or unwritable output, 130 interrupted.\n\n"
	     "example: buddy corpus verify corpus/seeds corpus/regressions");
}

int corpus_error(const char *command, const char *path, const char *problem)
{
	fprintf(stderr, "buddy corpus%s%s: %s: %s\n", *command ? " " : "", command, path, problem);
	return EXIT_BAD_USAGE;
}

static const struct corpus_command *find(const char *name)
{
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

/* Options stand before the paths or among them, up to "--"; what is no option moves to the front.
 */
static bool parse(const struct corpus_command *command, struct corpus_options *options, int argc,
		  char **argv)
{
	bool only_paths = false;
	int nr = 0;

	for (int i = 0; i < argc; i++) {
		bool out = !strcmp(argv[i], "-o") || !strcmp(argv[i], "--output");

		if (only_paths) {
			argv[nr++] = argv[i];
		} else if (!strcmp(argv[i], "--")) {
			only_paths = true;
		} else if (!strcmp(argv[i], "--text") && command->takes_text) {
			options->text = true;
		} else if (!strcmp(argv[i], "--dry-run") && command->takes_out) {
			options->dry_run = true;
		} else if (out && command->takes_out && i + 1 < argc) {
			options->out = argv[++i];
		} else if (argv[i][0] == '-' && argv[i][1]) {
			corpus_error(command->name, argv[i],
				     "no such option, or its value is missing; see buddy corpus "
				     "--help");
			return false;
		} else {
			argv[nr++] = argv[i];
		}
	}
	options->paths = argv;
	options->nr_paths = nr;
	return true;
}

int corpus_main(int argc, char **argv)
{
	struct corpus_options options = { .command = "" };
	const struct corpus_command *command;

	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			print_help();
			return EXIT_CLEAN;
		}
	if (argc < 2)
		return corpus_error("", "no command", "see buddy corpus --help");
	command = find(argv[1]);
	if (!command)
		return corpus_error("", argv[1], "no such command; see buddy corpus --help");
	options.command = command->name;
	if (!parse(command, &options, argc - 2, argv + 2))
		return EXIT_BAD_USAGE;
	interrupt_catch();
	return command->run(&options);
}
