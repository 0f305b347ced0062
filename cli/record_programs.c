/* SPDX-License-Identifier: MIT */
/* The workloads as programs: seeds for the fuzzer, short enough for the binary form. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/out_folder.h"
#include "cli/record.h"
#include "fuzz/input/file.h"
#include "oracle/lang/text.h"
#include "fuzz/workload/workload.h"

#define ERROR_MAX 512
#define PATH_BYTES 4096
#define SEED_NR_OPS 300

static char *format_program(const char *name, uint64_t seed, const struct program *program,
			    size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);
	bool printed;

	if (!out)
		return NULL;
	fprintf(out, "# Workload %s, seed %" PRIu64 ": %s.\n", name, seed, workload_title(name));
	printed = text_print(program, out);
	if (!fclose(out) && printed)
		return text;
	free(text);
	return NULL;
}

static bool write_program(const char *path, const char *name, uint64_t seed, char *error)
{
	struct workload_options options = { name, seed, SEED_NR_OPS, OP_FUZZ_SLOTS, NULL };
	const char *problem = "out of memory";
	struct program program;
	char *text = NULL;
	bool written;
	size_t size;

	program_init(&program);
	if (workload_build(&options, &program, &problem))
		text = format_program(name, seed, &program, &size);
	snprintf(error, ERROR_MAX, "%s", problem ? problem : "out of memory");
	written = text && file_write(path, text, size, error, ERROR_MAX);
	free(text);
	program_free(&program);
	return written;
}

int record_programs(const char *folder, uint64_t seed, bool quiet)
{
	char error[ERROR_MAX];

	if (!out_folder_create(folder, error, sizeof(error))) {
		fprintf(stderr, "buddy record: %s\n", error);
		return EXIT_BAD_USAGE;
	}
	for (const char *const *name = workload_names(); *name; name++) {
		char path[PATH_BYTES];
		int length = snprintf(path, sizeof(path), "%s/workload-%s.ops", folder, *name);

		snprintf(error, sizeof(error), "the path is too long");
		if (length >= PATH_BYTES || !write_program(path, *name, seed, error)) {
			fprintf(stderr, "buddy record: %s: %s\n", *name, error);
			return EXIT_BAD_USAGE;
		}
		if (!quiet)
			puts(path);
	}
	return EXIT_CLEAN;
}

int record_list(void)
{
	for (const char *const *name = workload_names(); *name; name++)
		printf("%-16s %s\n", *name, workload_title(*name));
	return EXIT_CLEAN;
}
