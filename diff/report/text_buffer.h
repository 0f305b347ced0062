/* SPDX-License-Identifier: MIT */
/* Appending to a fixed text: what does not fit is cut, the text always ends in NUL. */
#pragma once

#include <stddef.h>

struct text_buffer {
	char *text;
	size_t size; /* at least 1 */
	size_t at;
};

void text_put(struct text_buffer *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
