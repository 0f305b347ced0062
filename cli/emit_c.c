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
	puts("usage: buddy emit-c [-o OUT.c] [--expect] FILE\n\n"
	     "Writes the program of FILE (text or binary, gzip'd or not, '-': standard input) as\n"
	     "one C file over the public headers: the machine, the calls, and a small judge that\n"
	     "asks the rules which the headers can answer. It ends with status 0, or with 1 and\n"
	     "the id and sentence of the rule that broke. Any program will do: hooks\n"
	     "answer what it tells them, and a used machine begins as used as in `buddy run`.\n"
	     "fuzz/emit_c/README.md tells which rules it asks.\n\n"
	     "  -o OUT.c    where to write it (default: standard output)\n"
	     "  --expect    also record what the core answers here, and insist on it\n"
	     "  --help\n\n"
	     "Build it:\n  cc -std=c11 -Icore/include OUT.c build/release/archive/libbuddy.a -o "
	     "test\n\n"
	     "Exit status: 0 written, 1 the program breaks a rule here, so that its answers are\n"
	     "not worth recording (--expect), 2 wrong usage or unreadable input.\n\n"
	     "example: buddy emit-c --expect -o t.c corpus/regressions/safety/0001-*.ops");
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

static int emit(const struct program *program, const char *path, const char *out,
		const struct emit_c_answers *answers)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);
	bool done = memory && emit_c_print(program, base_name(path), answers, memory);
	int status = EXIT_BAD_USAGE;

	if (memory && fclose(memory))
		done = false;
	if (done)
		status = write_text(text, size, out);
	else
		fputs("buddy emit-c: out of memory\n", stderr);
	free(text);
	return status;
}

static int emit_expecting(const struct program *program, const char *path, const char *out)
{
	struct finding *finding = calloc(1, sizeof(*finding));
	struct emit_c_answers answers = { .of_ops = NULL };
	int status = EXIT_BAD_USAGE;

	if (finding && emit_c_record(program, &answers, finding)) {
		status = emit(program, path, out, &answers);
	} else if (!finding || finding->kind == FINDING_ERROR) {
		fprintf(stderr, "buddy emit-c: %s: %s\n", path,
			finding ? finding->text : "out of memory");
	} else {
		fprintf(stderr,
			"buddy emit-c: %s fails here with %s: its answers are not worth recording; "
			"leave out --expect, or fix the core first\n",
			path, finding->signature);
		status = EXIT_FINDINGS;
	}
	emit_c_answers_free(&answers);
	free(finding);
	return status;
}

static int emit_file(const char *path, const char *out, bool expects)
{
	struct program program;
	char error[512];
	int status = EXIT_BAD_USAGE;

	program_init(&program);
	if (!text_read_program(path, &program, error, sizeof(error)))
		fprintf(stderr, "buddy emit-c: %s\n", error);
	else if (expects)
		status = emit_expecting(&program, path, out);
	else
		status = emit(&program, path, out, NULL);
	program_free(&program);
	return status;
}

int emit_c_main(int argc, char **argv)
{
	const char *out = NULL, *path = NULL;
	bool expects = false;

	if (!session_take_option(&argc, argv, "-o", &out))
		return EXIT_BAD_USAGE;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			print_help();
			return EXIT_CLEAN;
		}
		if (!strcmp(argv[i], "--expect")) {
			expects = true;
		} else if ((argv[i][0] == '-' && argv[i][1]) || path) {
			fprintf(stderr, "buddy emit-c: %s '%s'; see `buddy emit-c --help`\n",
				path ? "one file at a time, not also" : "unknown option", argv[i]);
			return EXIT_BAD_USAGE;
		} else {
			path = argv[i];
		}
	}
	if (path)
		return emit_file(path, out, expects);
	fputs("buddy emit-c: name a program file ('-': standard input)\n", stderr);
	return EXIT_BAD_USAGE;
}
