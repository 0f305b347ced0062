/* SPDX-License-Identifier: MIT */
/* Programs from files: text or binary, told apart by their first bytes. */
#include <stdlib.h>

#include "fuzz/input/file.h"
#include "fuzz/input/input.h"
#include "fuzz/input/program_file.h"
#include "oracle/lang/text.h"

bool program_from_bytes(const char *path, const uint8_t *data, size_t size, bool is_text,
			struct program *program, char *error, size_t error_size)
{
	struct text_error where;

	if (is_text ? text_parse((const char *)data, size, program, &where)
		    : input_decode(data, size, program))
		return true;
	if (is_text)
		snprintf(error, error_size, "%s:%u:%u: %s", path, where.line, where.column,
			 where.message);
	else
		snprintf(error, error_size, "%s: out of memory", path);
	return false;
}

bool text_read_program(const char *path, struct program *program, char *error, size_t error_size)
{
	size_t size;
	uint8_t *data = file_read(path, &size, error, error_size);
	bool done = data && program_from_bytes(path, data, size, file_is_text(data, size), program,
					       error, error_size);

	free(data);
	return done;
}

size_t program_to_bytes(const char *path, const struct program *program, uint8_t *bytes,
			char *error, size_t error_size)
{
	const char *reason = "";
	size_t size = input_encode(program, bytes, INPUT_MAX_BYTES, &reason);

	if (!size)
		snprintf(error, error_size, "%s: has no binary form: %s", path, reason);
	return size;
}
