/* SPDX-License-Identifier: MIT */
/*
 * The door without an engine: ctest, AFL++, debuggers and newcomers run files and folders through
 * the same target as the fuzzers. Also shows, packs and shrinks programs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/input/file.h"
#include "fuzz/input/file_walk.h"
#include "fuzz/targets/harness.h"
#include "fuzz/input/input.h"
#include "fuzz/replay/replay_sample.h"
#include "fuzz/replay/replay_shrink.h"
#include "fuzz/input/program_file.h"
#include "oracle/lang/text.h"

enum status { STATUS_CLEAN, STATUS_FINDINGS, STATUS_USAGE };

struct replay {
	bool quiet;
	size_t nr_inputs, nr_findings, nr_errors;
	struct program program;
	struct finding finding;
};

static void print_help(FILE *out)
{
	fprintf(out,
		"usage: %s_replay [--quiet] FILE|FOLDER...\n"
		"       %s_replay --shrink OUT.ops FILE\n"
		"       %s_replay --show FILE\n"
		"       %s_replay --sample FILE\n"
		"       %s_replay --pack FILE OUT\n"
		"       %s_replay --dict | --ops\n"
		"\n"
		"Runs inputs through the target '%s' without a fuzzing engine:\n"
		"  %s.\n"
		"Inputs are programs as text (.ops), or bytes as an engine keeps them; .gz is "
		"unpacked, - is\n"
		"standard input, folders are walked.\n"
		"\n"
		"  --quiet        print findings and errors only\n"
		"  --shrink OUT   find the smallest program with the signature of FILE, write it "
		"as text\n"
		"  --show         print the program of FILE as text\n"
		"  --sample       the same, behind comments that hold its bytes "
		"(tests/fuzz/golden)\n"
		"  --pack         write the program of FILE in the binary form\n"
		"  --dict         print the words of the input text, as a dictionary for an "
		"engine\n"
		"  --ops          print the operations that make sense; nothing: all do\n"
		"  --help         this text\n"
		"\n"
		"Everything is looked at every N operations with BUDDY_WALK=N in the "
		"environment, 0: at the\n"
		"end only; default auto: lists in intervals, pages in rotation.\n"
		"\n"
		"Exit status: 0 clean, 1 findings, 2 bad usage or unreadable input.\n",
		target_this.name, target_this.name, target_this.name, target_this.name,
		target_this.name, target_this.name, target_this.name, target_this.property);
}

static int usage_error(const char *what, const char *word)
{
	fprintf(stderr, "%s_replay: %s%s%s\nTry --help.\n", target_this.name, what,
		*word ? ": " : "", word);
	return STATUS_USAGE;
}

static bool run_file(struct replay *replay, const char *path)
{
	char error[1024];
	size_t size;

	if (target_this.run_program) {
		if (!text_read_program(path, &replay->program, error, sizeof(error)))
			goto unreadable;
		if (target_this.fit)
			target_this.fit(&replay->program);
		return target_run_program(&target_this, &replay->program, &replay->finding);
	}
	uint8_t *data = file_read(path, &size, error, sizeof(error));

	if (!data)
		goto unreadable;
	bool clean = target_run(&target_this, data, size, &replay->program, &replay->finding);

	free(data);
	return clean;
unreadable:
	fprintf(stderr, "%s_replay: %s\n", target_this.name, error);
	replay->nr_errors++;
	return true;
}

static void replay_file(struct replay *replay, const char *path)
{
	size_t nr_errors = replay->nr_errors;
	bool clean = run_file(replay, path);

	if (nr_errors != replay->nr_errors)
		return;
	replay->nr_inputs++;
	if (!clean) {
		replay->nr_findings++;
		printf("%s:\n", path);
		finding_print(&target_this, target_this.run_program ? &replay->program : NULL,
			      &replay->finding, stdout);
		fflush(stdout);
	} else if (!replay->quiet) {
		printf("%s: clean\n", path);
	}
}

static int replay_all(char **paths, int nr_paths, bool quiet)
{
	static struct replay replay;

	replay.quiet = quiet;
	for (int i = 0; i < nr_paths; i++) {
		struct file_walk walk;
		const char *path;

		if (!file_walk_begin(&walk, paths[i])) {
			fprintf(stderr, "%s_replay: %s: no such file or folder\n", target_this.name,
				paths[i]);
			replay.nr_errors++;
			continue;
		}
		while ((path = file_walk_next(&walk)))
			replay_file(&replay, path);
		file_walk_end(&walk);
	}
	printf("Replayed %zu inputs, %zu findings\n", replay.nr_inputs, replay.nr_findings);
	program_free(&replay.program);
	return replay.nr_errors     ? STATUS_USAGE
	       : replay.nr_findings ? STATUS_FINDINGS
				    : STATUS_CLEAN;
}

static int show(const char *path, bool as_sample)
{
	struct program program;
	char error[1024] = "standard output cannot be written";
	bool done;

	program_init(&program);
	done = text_read_program(path, &program, error, sizeof(error));
	if (done && as_sample)
		done = replay_sample(path, &program, stdout, error, sizeof(error));
	else if (done)
		done = text_print(&program, stdout) && !fflush(stdout);
	if (!done)
		fprintf(stderr, "%s_replay: %s\n", target_this.name, error);
	program_free(&program);
	return done ? STATUS_CLEAN : STATUS_USAGE;
}

static int pack(const char *path, const char *out)
{
	static uint8_t bytes[INPUT_MAX_BYTES];
	struct program program;
	char error[1024];
	const char *reason = NULL;
	size_t size = 0;
	bool done;

	program_init(&program);
	done = text_read_program(path, &program, error, sizeof(error));
	if (done) {
		size = input_encode(&program, bytes, sizeof(bytes), &reason);
		if (!size)
			snprintf(error, sizeof(error), "%s: has no binary form: %s", path, reason);
		done = size && file_write(out, bytes, size, error, sizeof(error));
	}
	if (!done)
		fprintf(stderr, "%s_replay: %s\n", target_this.name, error);
	program_free(&program);
	return done ? STATUS_CLEAN : STATUS_USAGE;
}

/* A target over programs has none: the mutator knows its operations. */
static int print_words(void)
{
	if (target_this.print_words)
		target_this.print_words(stdout);
	if (!fflush(stdout))
		return STATUS_CLEAN;
	fprintf(stderr, "%s_replay: standard output cannot be written\n", target_this.name);
	return STATUS_USAGE;
}

static int print_ops(void)
{
	struct op_set ops = { .words = { 0 } };
	char error[1024];

	if (target_this.ops && !target_this.ops(&ops, error, sizeof(error))) {
		fprintf(stderr, "%s_replay: %s\n", target_this.name, error);
		return STATUS_USAGE;
	}
	for (uint32_t code = 0; code < NR_OP_CODES; code++)
		if (op_set_has(&ops, code))
			printf("%s ", op_table[code].name);
	return fflush(stdout) ? STATUS_USAGE : STATUS_CLEAN;
}

static int shrink(const char *out, const char *path)
{
	if (target_this.run_program)
		return replay_shrink(&target_this, path, out);
	return usage_error("this target takes raw bytes, there is no program to shrink", "");
}

int main(int argc, char **argv)
{
	bool quiet = false;
	int at = 1;

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		print_help(stdout);
		return STATUS_CLEAN;
	}
	if (argc > 1 && !strcmp(argv[1], "--show"))
		return argc == 3 ? show(argv[2], false) : usage_error("--show takes one file", "");
	if (argc > 1 && !strcmp(argv[1], "--sample"))
		return argc == 3 ? show(argv[2], true) : usage_error("--sample takes one file", "");
	if (argc > 1 && !strcmp(argv[1], "--dict"))
		return argc == 2 ? print_words() : usage_error("--dict takes no file", "");
	if (argc > 1 && !strcmp(argv[1], "--ops"))
		return argc == 2 ? print_ops() : usage_error("--ops takes no file", "");
	if (argc > 1 && !strcmp(argv[1], "--pack"))
		return argc == 4 ? pack(argv[2], argv[3])
				 : usage_error("--pack takes FILE OUT", "");
	if (argc > 1 && !strcmp(argv[1], "--shrink"))
		return argc == 4 ? shrink(argv[2], argv[3])
				 : usage_error("--shrink takes OUT.ops FILE", "");
	if (argc > at && !strcmp(argv[at], "--quiet")) {
		quiet = true;
		at++;
	}
	if (argc > at && argv[at][0] == '-' && argv[at][1])
		return usage_error("unknown option", argv[at]);
	if (argc == at)
		return usage_error("no input given", "");
	return replay_all(argv + at, argc - at, quiet);
}
