/* SPDX-License-Identifier: MIT */
/* Programs from files: text or binary, told apart by their first bytes. */
#include <stdlib.h>

#include "fuzz/input/file.h"
#include "fuzz/input/input.h"
#include "fuzz/input/program_file.h"
#include "oracle/lang/text.h"

bool text_read_program(const char *path, struct program *program, char *error, size_t error_size)
{
	struct text_error where;
	size_t size;
	uint8_t *data = file_read(path, &size, error, error_size);
	bool done;

	if (!data)
		return false;
	if (file_is_text(data, size)) {
		done = text_parse((const char *)data, size, program, &where);
		if (!done)
			snprintf(error, error_size, "%s:%u:%u: %s", path, where.line, where.column,
				 where.message);
	} else {
		done = input_decode(data, size, program);
		if (!done)
			snprintf(error, error_size, "%s: out of memory", path);
	}
	free(data);
	return done;
}
