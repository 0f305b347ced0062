/* SPDX-License-Identifier: MIT */
/*
 * What a campaign starts from: text programs packed into the binary form, other files as they are.
 * AFL++ takes one folder and wants it filled, so it also gets the corpus and, if all is empty, the
 * default machine.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/fuzz.h"
#include "fuzz/input/input.h"
#include "fuzz/input/program_file.h"
#include "oracle/lang/text.h"

#define WORDS_TIMEOUT_S 20u

static bool has_suffix(const char *name, const char *suffix)
{
	size_t length = strlen(name), wanted = strlen(suffix);

	return length >= wanted && strcmp(name + length - wanted, suffix) == 0;
}

static bool seed_told(const char *from, bool added)
{
	if (!added)
		fprintf(stderr, "buddy fuzz: seed %s is left out: %s\n", from, strerror(errno));
	return added;
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
	return seed_told(from, file_store(to, data, size));
}

static uint32_t seed_add(const struct fuzz_options *options, const char *from)
{
	char to[FUZZ_PATH_MAX];
	uint32_t nr_added = 0;

	if (has_suffix(from, ".md"))
		return 0;
	path_format(to, "%s/seeds/%016llx", options->work, (unsigned long long)file_hash(from));
	if (!has_suffix(from, ".ops") && !has_suffix(from, ".ops.gz"))
		return seed_told(from, file_copy(from, to));
	nr_added += seed_pack(from, to);
	if (options->words[0] == '\0' || !has_suffix(from, ".ops"))
		return nr_added;
	/* A target over text takes a program as it is written, too. */
	path_format(to, "%s/seeds/%016llx-text", options->work,
		    (unsigned long long)file_hash(from));
	return nr_added + seed_told(from, file_copy(from, to));
}

static uint32_t seeds_add(const struct fuzz_options *options, const char *folder)
{
	char from[FUZZ_PATH_MAX];
	struct name_list found;
	uint32_t nr_added = 0;
	size_t i;

	name_list_read(&found, folder, "");
	for (i = 0; i < found.nr; i++) {
		path_format(from, "%s/%s", folder, found.names[i]);
		nr_added += seed_add(options, from);
	}
	name_list_free(&found);
	return nr_added;
}

void words_prepare(struct fuzz_options *options)
{
	struct command_line command = { 0 };
	char path[FUZZ_PATH_MAX];

	path_format(path, "%s/words.dict", options->work);
	command_add(&command, "%s", options->replay);
	command_add(&command, "--dict");
	if (command_run(&command, path, WORDS_TIMEOUT_S, false) == 0 && file_size_bytes(path) > 0)
		path_format(options->words, "%s", path);
}

void ops_prepare(struct fuzz_options *options)
{
	struct command_line command = { 0 };
	char path[FUZZ_PATH_MAX];

	/* AFL++'s runtime in a replay takes a plug-in of its kind for a mistake of ours. */
	if (options->engine == FUZZ_AFL)
		setenv("AFL_IGNORE_PROBLEMS", "1", 1);
	path_format(path, "%s/ops", options->work);
	command_add(&command, "%s", options->replay);
	command_add(&command, "--ops");
	int status = command_run(&command, path, WORDS_TIMEOUT_S, false);

	file_tail(path, options->ops, sizeof(options->ops));
	if (status == EXIT_BAD_USAGE) {
		fprintf(stderr, "buddy fuzz: %s", options->ops);
		exit(EXIT_BAD_USAGE);
	}
	if (status)
		options->ops[0] = '\0';
}

uint32_t seeds_prepare(const struct fuzz_campaign *campaign)
{
	static const uint8_t default_machine[INPUT_HEADER_BYTES + INPUT_RECORD_BYTES] = {
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
		seed_told(path, file_store(path, default_machine, sizeof(default_machine)));
	}
	return nr_seeds;
}
