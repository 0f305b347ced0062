/* SPDX-License-Identifier: MIT */
/* A header and each record is a line of its own, so that a reader sees which bytes are which op. */
#include "fuzz/replay/replay_sample.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz/input/file.h"
#include "fuzz/input/input.h"
#include "fuzz/input/program_file.h"
#include "oracle/lang/text.h"

static void print_bytes(const char *word, const uint8_t *bytes, size_t size, FILE *out)
{
	for (size_t i = 0; i < size; i++) {
		if (i % INPUT_RECORD_BYTES == 0)
			fprintf(out, "%s# %s:", i ? "\n" : "", word);
		fprintf(out, " %02x", bytes[i]);
	}
	fprintf(out, "\n");
}

/* What the file was, where it was bytes that are not the canonical ones. */
static bool print_other_bytes(const char *path, const uint8_t *canonical, size_t size, FILE *out,
			      char *error, size_t error_size)
{
	static uint8_t bytes[INPUT_MAX_BYTES];
	size_t file_size;
	uint8_t *data = file_read(path, &file_size, error, error_size);

	if (!data)
		return false;
	if (!file_is_text(data, file_size) && file_size <= sizeof(bytes)) {
		memcpy(bytes, data, file_size);
		file_size = input_upgrade(bytes, file_size, sizeof(bytes));
		if (file_size != size || memcmp(bytes, canonical, size))
			print_bytes("also", bytes, file_size, out);
	}
	free(data);
	return true;
}

bool replay_sample(const char *path, const struct program *program, FILE *out, char *error,
		   size_t error_size)
{
	static uint8_t bytes[INPUT_MAX_BYTES];
	size_t size = program_to_bytes(path, program, bytes, error, error_size);

	if (!size)
		return false;
	print_bytes("bytes", bytes, size, out);
	if (!print_other_bytes(path, bytes, size, out, error, error_size))
		return false;
	if (text_print(program, out) && !fflush(out))
		return true;
	snprintf(error, error_size, "standard output cannot be written");
	return false;
}
