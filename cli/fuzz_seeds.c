/* SPDX-License-Identifier: MIT */
/*
 * What a campaign starts from: text programs packed into the binary form, other files as they are.
 * AFL++ takes one folder and wants it filled, so it also gets the corpus and, if all is empty, the
 * default machine.
 */
#include <stdio.h>
#include <string.h>

#include "cli/fuzz.h"
#include "fuzz/input.h"
#include "fuzz/text.h"

static bool write_bytes(const char *path, const uint8_t *data, size_t size)
{
	FILE *out = fopen(path, "wb");
	bool ok;

	if (!out)
		return false;
	ok = fwrite(data, 1, size, out) == size;
	return fclose(out) == 0 && ok;
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t length = strlen(name), wanted = strlen(suffix);

	return length >= wanted && strcmp(name + length - wanted, suffix) == 0;
}

static bool seed_pack(const char *from, const char *to)
{
	static uint8_t data[INPUT_MAX_BYTES];
	char error[512] = "out of memory";
	const char *reason = error;
	struct program program;
	size_t size = 0;

	program_init(&program);
	if (text_read_program(from, &program, error, sizeof(error)))
		size = input_encode(&program, data, sizeof(data), &reason);
	program_free(&program);
	if (size == 0) {
		fprintf(stderr, "buddy fuzz: seed %s is left out: %s\n", from, reason);
		return false;
	}
	return write_bytes(to, data, size);
}

static uint32_t seeds_add(const struct fuzz_options *options, const char *folder)
{
	char from[FUZZ_PATH_MAX], to[FUZZ_PATH_MAX];
	struct name_list found;
	uint32_t nr_added = 0;
	size_t i;

	name_list_read(&found, folder, "");
	for (i = 0; i < found.nr; i++) {
		path_format(from, "%s/%s", folder, found.names[i]);
		path_format(to, "%s/seeds/%016llx", options->work,
			    (unsigned long long)file_hash(from));
		if (has_suffix(from, ".ops") || has_suffix(from, ".ops.gz"))
			nr_added += seed_pack(from, to);
		else if (!has_suffix(from, ".md"))
			nr_added += file_copy(from, to);
	}
	name_list_free(&found);
	return nr_added;
}

uint32_t seeds_prepare(const struct fuzz_campaign *campaign)
{
	static const uint8_t default_machine[INPUT_HEADER_BYTES + OP_RECORD_BYTES] = {
		INPUT_VERSION
	};
	const struct fuzz_options *options = &campaign->options;
	char path[FUZZ_PATH_MAX];
	uint32_t nr_seeds;

	path_format(path, "%s/seeds", options->work);
	folder_create(path);
	nr_seeds = seeds_add(options, options->seeds);
	nr_seeds += seeds_add(options, options->regressions);
	if (options->engine == FUZZ_AFL)
		nr_seeds += seeds_add(options, options->corpus);
	if (nr_seeds == 0) {
		path_format(path, "%s/seeds/default", options->work);
		write_bytes(path, default_machine, sizeof(default_machine));
	}
	return nr_seeds;
}
