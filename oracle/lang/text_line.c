/* SPDX-License-Identifier: MIT */
/* Bounded printf into a line. */
#include "oracle/lang/text_line.h"
#include "oracle/lang/fuzz_assert.h"

#include <stdarg.h>
#include <stdio.h>

void line_put(struct line *line, const char *format, ...)
{
	size_t left = line->capacity - line->length;
	va_list arguments;

	FUZZ_ASSERT(line->length < line->capacity);
	va_start(arguments, format);
	int length = vsnprintf(line->text + line->length, left, format, arguments);
	va_end(arguments);
	if (length > 0)
		line->length += (size_t)length < left ? (size_t)length : left - 1;
}
