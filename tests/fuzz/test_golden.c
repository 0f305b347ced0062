/* SPDX-License-Identifier: MIT */
/*
 * Old inputs keep their meaning: tests/fuzz/golden/vN holds samples of version N of the binary
 * form, NAME.bin, and beside each the program that it is, NAME.ops. Samples are added, never
 * changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "fuzz/input/file.h"
#include "fuzz/input/file_walk.h"
#include "fuzz/input/input_layout.h"
#include "oracle/lang/text.h"
#include "tests/fuzz/random_program.h"

#define GOLDEN BUDDY_SOURCE_DIR "/tests/fuzz/golden"

struct seen {
	size_t nr_files;
	struct op_set codes;
	uint8_t header[INPUT_HEADER_BYTES]; /* bits that some sample has set */
};

static uint8_t *read_whole(const char *path, size_t *size)
{
	char error[512];
	uint8_t *data = file_read(path, size, error, sizeof(error));

	if (!data)
		fail_msg("%s", error);
	return data;
}

/* The text that stands beside the bytes. */
static char *read_expected(const char *path, size_t *size)
{
	char beside[1024];

	snprintf(beside, sizeof(beside), "%.*s.ops", (int)(strlen(path) - 4), path);
	return (char *)read_whole(beside, size);
}

static bool is_sample(const char *path)
{
	return strlen(path) > 4 && !strcmp(path + strlen(path) - 4, ".bin");
}

static void check_sample(const char *path, struct program *program, struct seen *seen)
{
	size_t size, expected_size, printed_size;
	uint8_t *bytes = read_whole(path, &size);
	char *expected = read_expected(path, &expected_size), *printed;

	assert_true(input_decode(bytes, size, program));
	printed = print_program(program, &printed_size);
	if (printed_size != expected_size || memcmp(printed, expected, printed_size))
		fail_msg("%s has changed its meaning; it was\n%.*s\nand is now\n%s", path,
			 (int)expected_size, expected, printed);
	for (size_t i = 0; i < size && i < INPUT_HEADER_BYTES; i++)
		seen->header[i] |= bytes[i];
	for (size_t i = 0; i < program->nr_ops; i++)
		op_set_add(&seen->codes, program->ops[i].code);
	seen->nr_files++;
	free(printed);
	free(expected);
	free(bytes);
}

static void check_folder(const char *folder, struct seen *seen)
{
	struct program program;
	struct file_walk walk;
	const char *path;

	memset(seen, 0, sizeof(*seen));
	program_init(&program);
	assert_true(file_walk_begin(&walk, folder));
	while ((path = file_walk_next(&walk)))
		if (is_sample(path))
			check_sample(path, &program, seen);
	file_walk_end(&walk);
	program_free(&program);
}

static void samples_keep_their_meaning(void **state)
{
	struct seen seen;

	(void)state;
	check_folder(GOLDEN, &seen);
	assert_true(seen.nr_files >= 16);
}

/* Spare bits are 0 in every sample: they may get a meaning of which 0 is the old one. */
static void samples_of_version_1_are_complete(void **state)
{
	struct seen seen;

	(void)state;
	check_folder(GOLDEN "/v1", &seen);
	for (int code = 0; code < NR_OP_CODES; code++)
		if (op_table[code].name && !op_set_has(&seen.codes, (uint8_t)code))
			fail_msg("no sample has the operation %s: add one to tests/fuzz/golden",
				 op_table[code].name);
	for (uint32_t i = HEADER_PROFILE; i < HEADER_SPARE_1; i++)
		if (!seen.header[i])
			fail_msg("header byte %u is 0 in every sample", i);
	assert_int_equal(seen.header[HEADER_PROFILE] & 0x80, 0);
	assert_int_equal(seen.header[HEADER_FEATURES] & 0xc0, 0);
	assert_int_equal(seen.header[HEADER_CORE] & 0xf0, 0x30); /* every start state */
	assert_int_equal(seen.header[HEADER_SPARE_1] | seen.header[HEADER_SPARE_2], 0);
}

static void check_unknown(const char *path, uint8_t version, struct program *program,
			  struct program *again)
{
	size_t size;
	uint8_t *bytes = read_whole(path, &size);

	assert_int_equal(bytes[HEADER_VERSION], INPUT_VERSION);
	assert_true(input_decode(bytes, size, program));
	bytes[HEADER_VERSION] = version;
	assert_true(input_decode(bytes, size, again));
	assert_same_program(program, again);
	free(bytes);
}

static void an_unknown_version_is_read_as_the_newest(void **state)
{
	struct program program, again;
	struct file_walk walk;
	const char *path;
	char newest[1024];

	(void)state;
	snprintf(newest, sizeof(newest), GOLDEN "/v%u", INPUT_VERSION);
	program_init(&program);
	program_init(&again);
	assert_true(file_walk_begin(&walk, newest));
	while ((path = file_walk_next(&walk))) {
		if (!is_sample(path))
			continue;
		check_unknown(path, 0, &program, &again);
		check_unknown(path, INPUT_VERSION + 1, &program, &again);
		check_unknown(path, 255, &program, &again);
	}
	file_walk_end(&walk);
	program_free(&program);
	program_free(&again);
}

static void each_version_has_samples(void **state)
{
	(void)state;
	for (unsigned int version = 1; version <= INPUT_VERSION; version++) {
		char folder[1024];

		snprintf(folder, sizeof(folder), GOLDEN "/v%u", version);
		if (access(folder, F_OK))
			fail_msg("%s is not there: add samples of that version", folder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_keep_their_meaning),
		cmocka_unit_test(samples_of_version_1_are_complete),
		cmocka_unit_test(an_unknown_version_is_read_as_the_newest),
		cmocka_unit_test(each_version_has_samples),
	};

	return cmocka_run_group_tests_name("fuzz.golden", tests, NULL, NULL);
}
