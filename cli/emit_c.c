/* SPDX-License-Identifier: MIT */
/* `buddy emit-c`: a program as a C test case over the public headers. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/session.h"
#include "fuzz/emit_c/emit_c.h"
#include "fuzz/input/file.h"
#include "fuzz/input/program_file.h"
#include "oracle/lang/text.h"

static void print_help(void)
{
	puts("usage: buddy emit-c [-o OUT.c] [--rule] FILE\n\n"
	     "Writes the program of FILE (text or binary, gzip'd or not, '-': standard input) as\n"
	     "one C file over the public headers: the machine, the calls, and what the core\n"
	     "answers to each here. The test that is built of it ends with status 0 when it\n"
	     "answers the same, else with 1: which op, what was expected, what came.\n\n"
	     "  -o OUT.c    where to write it (default: standard output)\n"
	     "  --rule      ask the installed judge after each call whether a rule is broken,\n"
	     "              instead of insisting on answers. So is a program that breaks one here\n"
	     "  --help\n\n"
	     "Build it:\n"
	     "  cc -std=c11 OUT.c $(pkg-config --cflags --libs buddyfuzz) -o test\n"
	     "or, with --rule or a start state, buddyfuzz-judge in place of buddyfuzz.\n\n"
	     "Exit status: 0 written, 2 wrong usage, unreadable input, or a program that the core\n"
	     "cannot run.\n\n"
	     "example: buddy emit-c -o t.c corpus/regressions/safety/0001-*.ops");
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int write_text(const char *text, size_t size, const char *out)
{
	char error[512] = "standard output cannot be written";

	if (out ? file_write(out, text, size, error, sizeof(error))
		: fwrite(text, 1, size, stdout) == size && !fflush(stdout))
		return EXIT_CLEAN;
	fprintf(stderr, "buddy emit-c: %s\n", error);
	return EXIT_BAD_USAGE;
}

/* The answers of a core that breaks a rule are nothing to insist on. */
static int emit(const struct program *program, const char *path, const char *out, bool rules)
{
	struct finding *finding = calloc(1, sizeof(*finding));
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);
	int status = EXIT_BAD_USAGE;

	if (!finding || !memory)
		fputs("buddy emit-c: out of memory\n", stderr);
	else if (!emit_c_print(program, base_name(path), rules, memory, finding))
		fprintf(stderr, "buddy emit-c: %s cannot be run: %s\n", path, finding->text);
	else
		status = EXIT_CLEAN;
	if (status == EXIT_CLEAN && finding->kind != FINDING_NONE && !rules)
		fprintf(stderr,
			"buddy emit-c: %s fails here with %s: the test asks the judge, as with "
			"--rule\n",
			path, finding->signature);
	if (memory && !fclose(memory) && status == EXIT_CLEAN)
		status = write_text(text, size, out);
	free(text);
	free(finding);
	return status;
}

static int emit_file(const char *path, const char *out, bool rules)
{
	struct program program;
	char error[512];
	int status = EXIT_BAD_USAGE;

	program_init(&program);
	if (text_read_program(path, &program, error, sizeof(error)))
		status = emit(&program, path, out, rules);
	else
		fprintf(stderr, "buddy emit-c: %s\n", error);
	program_free(&program);
	return status;
}

int emit_c_main(int argc, char **argv)
{
	const char *out = NULL, *path = NULL;
	bool rules = false, options_end = false;

	if (!session_take_option(&argc, argv, "-o", &out))
		return EXIT_BAD_USAGE;
	for (int i = 1; i < argc; i++) {
		bool is_option = !options_end && argv[i][0] == '-' && argv[i][1];

		if (is_option && (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))) {
			print_help();
			return EXIT_CLEAN;
		}
		if (is_option && !strcmp(argv[i], "--")) {
			options_end = true;
		} else if (is_option && !strcmp(argv[i], "--rule")) {
			rules = true;
		} else if (is_option || path) {
			fprintf(stderr, "buddy emit-c: %s '%s'; see `buddy emit-c --help`\n",
				path && !is_option ? "one file at a time, not also"
						   : "unknown option",
				argv[i]);
			return EXIT_BAD_USAGE;
		} else {
			path = argv[i];
		}
	}
	if (path)
		return emit_file(path, out, rules);
	fputs("buddy emit-c: name a program file ('-': standard input)\n", stderr);
	return EXIT_BAD_USAGE;
}
