/* SPDX-License-Identifier: MIT */
/*
 * `buddy corpus pack`: a folder of seeds as an engine takes it. Programs become bytes, NAME.ops
 * becomes NAME.bin; other files, such as recordings, stay as they are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/corpus.h"
#include "cli/interrupt.h"
#include "fuzz/input/file.h"
#include "fuzz/input/input.h"

#define PATH_MAX_BYTES 4096

static const char *const text_suffixes[] = { ".ops.gz", ".ops" };

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Length of the name without .ops or .ops.gz; 0: another file. */
static size_t stem_length(const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < sizeof(text_suffixes) / sizeof(text_suffixes[0]); i++) {
		size_t suffix = strlen(text_suffixes[i]);

		if (length > suffix && !strcmp(name + length - suffix, text_suffixes[i]))
			return length - suffix;
	}
	return 0;
}

/* Reads the program and packs it into bytes; 0 and a sentence on failure. */
static size_t pack_program(const char *path, uint8_t *bytes, char *error, size_t error_size)
{
	struct corpus_file file;
	struct program program;
	const char *reason;
	size_t size = 0;

	program_init(&program);
	if (corpus_file_read(path, &file, &program, error, error_size)) {
		size = input_encode(&program, bytes, INPUT_MAX_BYTES, &reason);
		if (!size)
			snprintf(error, error_size, "%s: has no binary form: %s", path, reason);
		corpus_file_free(&file);
	}
	program_free(&program);
	return size;
}

static bool write_packed(const char *path, const char *to, size_t stem, char *error,
			 size_t error_size)
{
	static uint8_t bytes[INPUT_MAX_BYTES];
	uint8_t *data;
	size_t size;
	bool done;

	if (stem) {
		size = pack_program(path, bytes, error, error_size);
		return size && file_write(to, bytes, size, error, error_size);
	}
	data = file_read(path, &size, error, error_size);
	if (!data)
		return false;
	done = file_write(to, data, size, error, error_size);
	free(data);
	return done;
}

static bool pack_file(const struct corpus_options *options, const char *folder, const char *path)
{
	const char *name = base_name(path);
	size_t stem = stem_length(name);
	char to[PATH_MAX_BYTES], error[CORPUS_ERROR_MAX];
	int length = snprintf(to, sizeof(to), "%s/%.*s%s", folder,
			      (int)(stem ? stem : strlen(name)), name, stem ? ".bin" : "");

	if (length < 0 || (size_t)length >= sizeof(to)) {
		corpus_error(options->command, path, "the path is too long");
		return false;
	}
	if (!access(to, F_OK)) {
		corpus_error(options->command, to, "is there already; begin with an empty folder");
		return false;
	}
	if (write_packed(path, to, stem, error, sizeof(error)))
		return true;
	fprintf(stderr, "buddy corpus %s: %s\n", options->command, error);
	return false;
}

/* false: a sentence was printed. */
static bool pack_path(const struct corpus_options *options, const char *folder, const char *path,
		      size_t *nr)
{
	struct file_walk walk;
	const char *name;
	bool ok = true;

	if (!strcmp(path, "-") || !file_walk_begin(&walk, path)) {
		corpus_error(options->command, path, "no such file or folder");
		return false;
	}
	while (ok && !interrupt_wanted && (name = file_walk_next(&walk))) {
		ok = pack_file(options, folder, name);
		*nr += ok;
	}
	corpus_tell_left_out(&walk, options->command);
	file_walk_end(&walk);
	return ok && !interrupt_wanted;
}

int corpus_pack(const struct corpus_options *options)
{
	size_t nr = 0;

	if (options->nr_paths < 2)
		return corpus_error(options->command, "OUT IN...", "name both");
	if (!corpus_paths_exist(options, 1) ||
	    !corpus_folder_create(options->command, options->paths[0]))
		return EXIT_BAD_USAGE;
	for (int i = 1; i < options->nr_paths; i++)
		if (!pack_path(options, options->paths[0], options->paths[i], &nr))
			return EXIT_BAD_USAGE;
	printf("%s: %zu files\n", options->paths[0], nr);
	return EXIT_CLEAN;
}
