/* SPDX-License-Identifier: MIT */
/* Programs into a folder, each named by what is in it, so that equal ones are one file. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/corpus.h"
#include "cli/out_folder.h"
#include "fuzz/input/file.h"
#include "fuzz/input/input.h"

#define PATH_MAX_BYTES 4096

bool corpus_folder_create(const char *command, const char *path)
{
	char error[CORPUS_ERROR_MAX];

	if (out_folder_create(path, error, sizeof(error)))
		return true;
	fprintf(stderr, "buddy corpus %s: %s\n", command, error);
	return false;
}

static bool write_named(const struct corpus_options *options, const void *data, size_t size,
			bool *is_new)
{
	char path[PATH_MAX_BYTES], error[CORPUS_ERROR_MAX];
	int length =
		snprintf(path, sizeof(path), "%s/%016llx%s", options->out,
			 (unsigned long long)corpus_hash(data, size), options->text ? ".ops" : "");

	if (length < 0 || (size_t)length >= sizeof(path)) {
		corpus_error(options->command, options->out, "the path is too long");
		return false;
	}
	*is_new = access(path, F_OK);
	if (!*is_new || file_write(path, data, size, error, sizeof(error)))
		return true;
	fprintf(stderr, "buddy corpus %s: %s\n", options->command, error);
	return false;
}

static bool write_text(const struct corpus_options *options, const struct program *program,
		       bool *is_new)
{
	size_t size;
	char *text = corpus_text(program, &size);
	bool done;

	if (!text) {
		corpus_error(options->command, options->out, "out of memory");
		return false;
	}
	done = write_named(options, text, size, is_new);
	free(text);
	return done;
}

bool corpus_write(const struct corpus_options *options, const struct program *program, bool *is_new)
{
	static uint8_t bytes[INPUT_MAX_BYTES];
	const char *reason;
	size_t size;

	*is_new = false;
	if (options->text)
		return write_text(options, program, is_new);
	size = input_encode(program, bytes, sizeof(bytes), &reason);
	if (size)
		return write_named(options, bytes, size, is_new);
	fprintf(stderr, "buddy corpus %s: a program has no binary form: %s; try --text\n",
		options->command, reason);
	return false;
}
