/* SPDX-License-Identifier: MIT */
/* vsnprintf with a cursor that never passes the end. */
#include "diff/report/text_buffer.h"

#include <stdarg.h>
#include <stdio.h>

void text_put(struct text_buffer *out, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(out->text + out->at, out->size - out->at, format, args);
	va_end(args);
	if (n > 0)
		out->at += (size_t)n < out->size - out->at ? (size_t)n : out->size - out->at - 1;
}
