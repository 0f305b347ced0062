/* SPDX-License-Identifier: MIT */
/*
 * Old inputs keep their meaning: tests/fuzz/golden/vN holds samples of version N of the binary
 * form. Of version 1 a sample is two files, NAME.bin and the program that it is, NAME.ops. From
 * version 2 on it is one: NAME.ops, whose comments hold the bytes. Samples are added, never
 * changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fuzz/input/file.h"
#include "fuzz/input/file_walk.h"
#include "fuzz/input/input_layout.h"
#include "oracle/lang/text.h"
#include "tests/fuzz/random_program.h"

#define GOLDEN BUDDY_SOURCE_DIR "/tests/fuzz/golden"
#define NEWEST GOLDEN "/v2"
#define SEEDS BUDDY_SOURCE_DIR "/corpus/seeds/safety" /* those with their bytes */
_Static_assert(INPUT_VERSION == 2, "each version has its folder");

struct sample {
	char path[1024];
	char *text; /* the program, without the bytes */
	size_t text_size;
	uint8_t bytes[4096], also[4096]; /* also: other bytes that are the same program */
	size_t size, also_size;
};

struct seen {
	size_t nr_files, nr_also;
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

static bool ends_with(const char *path, const char *suffix)
{
	size_t length = strlen(path), wanted = strlen(suffix);

	return length > wanted && !strcmp(path + length - wanted, suffix);
}

/* The bytes of a line behind its word; returns the end of the line. */
static const char *read_hex(const char *at, uint8_t *bytes, size_t *size)
{
	unsigned int byte;
	int length;

	for (; sscanf(at, " %2x%n", &byte, &length) == 1 && *at == ' '; at += length) {
		assert_true(*size < sizeof(((struct sample *)0)->bytes));
		bytes[(*size)++] = (uint8_t)byte;
	}
	assert_int_equal(*at, '\n');
	return at + 1;
}

static void read_sample(struct sample *sample)
{
	size_t size;
	char *whole = (char *)read_whole(sample->path, &size);

	whole = realloc(whole, size + 1);
	assert_non_null(whole);
	whole[size] = '\0';
	const char *at = whole;

	sample->size = sample->also_size = 0;
	while (*at == '#')
		if (!strncmp(at, "# bytes:", 8))
			at = read_hex(at + 8, sample->bytes, &sample->size);
		else if (!strncmp(at, "# also:", 7))
			at = read_hex(at + 7, sample->also, &sample->also_size);
		else
			at += strcspn(at, "\n") + 1;
	sample->text = strdup(at);
	sample->text_size = strlen(at);
	free(whole);
}

/* Version 1: the text stands beside the bytes. */
static void read_sample_v1(struct sample *sample)
{
	char beside[1024];
	uint8_t *bytes = read_whole(sample->path, &sample->size);

	assert_true(sample->size <= sizeof(sample->bytes));
	memcpy(sample->bytes, bytes, sample->size);
	snprintf(beside, sizeof(beside), "%.*s.ops", (int)(strlen(sample->path) - 4), sample->path);
	sample->text = (char *)read_whole(beside, &sample->text_size);
	sample->also_size = 0;
	free(bytes);
}

static void check_bytes(const struct sample *sample, const uint8_t *bytes, size_t size,
			struct program *program)
{
	size_t printed_size;

	assert_true(input_decode(bytes, size, program));
	char *printed = print_program(program, &printed_size);

	if (printed_size != sample->text_size || memcmp(printed, sample->text, printed_size))
		fail_msg("%s has changed its meaning; it was\n%.*s\nand is now\n%s", sample->path,
			 (int)sample->text_size, sample->text, printed);
	free(printed);
}

/* Text is these bytes in the newest version. */
static void check_text(const struct sample *sample, struct program *program)
{
	uint8_t bytes[sizeof(sample->bytes)];
	const char *reason = "";
	struct text_error error;

	if (!text_parse(sample->text, sample->text_size, program, &error))
		fail_msg("%s:%u:%u: %s", sample->path, error.line, error.column, error.message);
	size_t size = input_encode(program, bytes, sizeof(bytes), &reason);

	if (size != sample->size || memcmp(bytes, sample->bytes, size))
		fail_msg("%s is packed into other bytes: safety_replay --sample shows them %s",
			 sample->path, reason);
}

static void see(struct seen *seen, const struct sample *sample, const struct program *program)
{
	for (size_t i = 0; i < sample->size && i < INPUT_HEADER_BYTES; i++)
		seen->header[i] |= sample->bytes[i];
	for (size_t i = 0; i < program->nr_ops; i++)
		op_set_add(&seen->codes, program->ops[i].code);
	seen->nr_files++;
	seen->nr_also += sample->also_size > 0;
}

/* Adds to seen. */
static void check_folder(const char *folder, bool is_v1, struct seen *seen)
{
	bool only_samples = strcmp(folder, SEEDS);
	static struct sample sample;
	struct program program;
	struct file_walk walk;
	const char *path;

	program_init(&program);
	assert_true(file_walk_begin(&walk, folder));
	while ((path = file_walk_next(&walk))) {
		if (!ends_with(path, is_v1 ? ".bin" : ".ops"))
			continue;
		snprintf(sample.path, sizeof(sample.path), "%s", path);
		(is_v1 ? read_sample_v1 : read_sample)(&sample);
		assert_true(sample.size || !only_samples);
		if (!sample.size) {
			free(sample.text);
			continue;
		}
		if (!is_v1)
			check_text(&sample, &program);
		if (sample.also_size)
			check_bytes(&sample, sample.also, sample.also_size, &program);
		check_bytes(&sample, sample.bytes, sample.size, &program);
		see(seen, &sample, &program);
		free(sample.text);
	}
	file_walk_end(&walk);
	program_free(&program);
}

/* Spare bits are 0 in every sample: they may get a meaning of which 0 is the old one. */
static void check_header(const struct seen *seen)
{
	for (uint32_t i = HEADER_PROFILE; i < HEADER_SPARE_1; i++)
		if (!seen->header[i])
			fail_msg("header byte %u is 0 in every sample", i);
	assert_int_equal(seen->header[HEADER_PROFILE] & 0x80, 0);
	assert_int_equal(seen->header[HEADER_FEATURES] & 0xc0, 0);
	assert_int_equal(seen->header[HEADER_CORE] & 0xf0, 0x30); /* every start state */
	assert_int_equal(seen->header[HEADER_SPARE_1] | seen->header[HEADER_SPARE_2], 0);
}

static void samples_of_version_1_keep_their_meaning(void **state)
{
	struct seen seen = { 0 };

	(void)state;
	check_folder(GOLDEN "/v1", true, &seen);
	assert_true(seen.nr_files >= 18);
	check_header(&seen);
}

static void samples_of_the_newest_version_are_complete(void **state)
{
	struct seen seen = { 0 };

	(void)state;
	check_folder(NEWEST, false, &seen);
	check_folder(SEEDS, false, &seen);
	assert_true(seen.nr_files >= 18 && seen.nr_also >= 3);
	check_header(&seen);
	for (uint32_t code = 0; code < NR_OP_CODES; code++)
		if (op_table[code].name && !op_set_has(&seen.codes, (uint8_t)code))
			fail_msg("no sample has the operation %s: make its seed one "
				 "(safety_replay --sample)",
				 op_table[code].name);
}

static void an_unknown_version_is_read_as_the_newest(void **state)
{
	static const uint8_t versions[] = { 0, INPUT_VERSION + 1, 255 };
	static struct sample sample;
	struct program program;
	struct file_walk walk;
	const char *path;

	(void)state;
	program_init(&program);
	assert_true(file_walk_begin(&walk, NEWEST));
	while ((path = file_walk_next(&walk))) {
		if (!ends_with(path, ".ops"))
			continue;
		snprintf(sample.path, sizeof(sample.path), "%s", path);
		read_sample(&sample);
		assert_int_equal(sample.bytes[HEADER_VERSION], INPUT_VERSION);
		for (size_t i = 0; i < sizeof(versions); i++) {
			sample.bytes[HEADER_VERSION] = versions[i];
			check_bytes(&sample, sample.bytes, sample.size, &program);
		}
		free(sample.text);
	}
	file_walk_end(&walk);
	program_free(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_of_version_1_keep_their_meaning),
		cmocka_unit_test(samples_of_the_newest_version_are_complete),
		cmocka_unit_test(an_unknown_version_is_read_as_the_newest),
	};

	return cmocka_run_group_tests_name("fuzz.golden", tests, NULL, NULL);
}
