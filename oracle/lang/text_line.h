/* SPDX-License-Identifier: MIT */
/* A line of text being written into a buffer of known size; what does not fit is cut. */
#pragma once

#include <stddef.h>

struct line {
	char *text;
	size_t length, capacity;
};

void line_put(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
