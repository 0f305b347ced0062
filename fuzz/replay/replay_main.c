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
#include "fuzz/input/program_file.h"
#include "fuzz/shrink/shrink_file.h"
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
		"usage: %1$s_replay [--quiet] FILE|FOLDER...\n"
		"       %1$s_replay --shrink OUT.ops FILE\n"
		"       %1$s_replay --show FILE\n"
		"       %1$s_replay --sample FILE\n"
		"       %1$s_replay --pack FILE OUT\n"
		"       %1$s_replay --dict | --ops\n"
		"\n"
		"Runs inputs through the target '%1$s' without a fuzzing engine:\n"
		"  %2$s.\n"
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
		target_this.name, target_this.property);
}

static int usage_error(const char *what, const char *word)
{
	fprintf(stderr, "%s_replay: %s%s%s\nTry --help.\n", target_this.name, what,
		*word ? ": " : "", word);
	return STATUS_USAGE;
}

static int tell(const char *error)
{
	fprintf(stderr, "%s_replay: %s\n", target_this.name, error);
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
	tell(error);
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
		file_walk_tell_left_out(&walk, target_this.name);
		file_walk_end(&walk);
	}
	printf("Replayed %zu inputs, %zu findings\n", replay.nr_inputs, replay.nr_findings);
	program_free(&replay.program);
	return replay.nr_errors     ? STATUS_USAGE
	       : replay.nr_findings ? STATUS_FINDINGS
				    : STATUS_CLEAN;
}

/*
 * What an option does; arguments are those behind it, program is that of the file arguments[0] for
 * an option that reads one. false: error tells, which is about standard output until it is set.
 */
typedef bool (*action)(char **arguments, const struct program *program, char *error,
		       size_t error_size);
#define UNUSED __attribute__((unused))

static bool show(char **arguments UNUSED, const struct program *program, char *error UNUSED,
		 size_t error_size UNUSED)
{
	return text_print(program, stdout) && !fflush(stdout);
}

static bool sample(char **arguments, const struct program *program, char *error, size_t error_size)
{
	return replay_sample(arguments[0], program, stdout, error, error_size);
}

static bool pack(char **arguments, const struct program *program, char *error, size_t error_size)
{
	static uint8_t bytes[INPUT_MAX_BYTES];
	size_t size = program_to_bytes(arguments[0], program, bytes, error, error_size);

	return size && file_write(arguments[1], bytes, size, error, error_size);
}

/* A target over programs has none: the mutator knows its operations. */
static bool print_words(char **arguments UNUSED, const struct program *program UNUSED,
			char *error UNUSED, size_t error_size UNUSED)
{
	if (target_this.print_words)
		target_this.print_words(stdout);
	return !fflush(stdout);
}

static bool print_ops(char **arguments UNUSED, const struct program *program UNUSED, char *error,
		      size_t error_size)
{
	struct op_set ops = { .words = { 0 } };

	if (target_this.ops && !target_this.ops(&ops, error, error_size))
		return false;
	for (uint32_t code = 0; code < NR_OP_CODES; code++)
		if (op_set_has(&ops, code))
			printf("%s ", op_table[code].name);
	return !fflush(stdout);
}

static const struct option {
	const char *name;
	int nr_arguments;
	const char *takes;
	action act; /* NULL: shrink() */
	bool reads_file;
} options[] = {
	{ "--show", 1, "--show takes one file", show, true },
	{ "--sample", 1, "--sample takes one file", sample, true },
	{ "--dict", 0, "--dict takes no file", print_words, false },
	{ "--ops", 0, "--ops takes no file", print_ops, false },
	{ "--pack", 2, "--pack takes FILE OUT", pack, true },
	{ "--shrink", 2, "--shrink takes OUT.ops FILE", NULL, false },
};

static int run_option(const struct option *option, char **arguments)
{
	struct program program;
	char error[1024] = "standard output cannot be written";
	bool done;

	program_init(&program);
	done = (!option->reads_file ||
		text_read_program(arguments[0], &program, error, sizeof(error))) &&
	       option->act(arguments, &program, error, sizeof(error));
	program_free(&program);
	return done ? STATUS_CLEAN : tell(error);
}

static bool run(void *context, const struct program *program, struct finding *finding)
{
	(void)context;
	return target_run_program(&target_this, program, finding);
}

/* Every candidate runs in a process of its own. */
static int shrink(const char *out, const char *path)
{
	char command[80], replay[1200];
	const struct shrink_job job = {
		.command = command,
		.title = target_this.name,
		.run = run,
		.fit = target_this.fit,
		.in_process = target_this.far_away,
		.path = path,
		.out = out,
		.replay = replay,
	};

	if (!target_this.run_program)
		return usage_error("this target takes raw bytes, there is no program to shrink",
				   "");
	snprintf(command, sizeof(command), "%s_replay", target_this.name);
	snprintf(replay, sizeof(replay), "%s_replay %s", target_this.name, out);
	return shrink_file(&job);
}

int main(int argc, char **argv)
{
	bool quiet = argc > 1 && !strcmp(argv[1], "--quiet");
	int at = quiet ? 2 : 1;

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		print_help(stdout);
		return STATUS_CLEAN;
	}
	for (size_t i = 0; argc > 1 && i < sizeof(options) / sizeof(options[0]); i++) {
		if (strcmp(argv[1], options[i].name))
			continue;
		if (options[i].nr_arguments != argc - 2)
			return usage_error(options[i].takes, "");
		return options[i].act ? run_option(&options[i], argv + 2)
				      : shrink(argv[2], argv[3]);
	}
	if (argc > at && argv[at][0] == '-' && argv[at][1])
		return usage_error("unknown option", argv[at]);
	if (argc == at)
		return usage_error("no input given", "");
	return replay_all(argv + at, argc - at, quiet);
}
