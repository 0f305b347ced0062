/* SPDX-License-Identifier: MIT */
#include "cli/style.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool has_colours(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no_color && *no_color) && term && strcmp(term, "dumb");
}

const char *style_begin(enum style style)
{
	static const char *const codes[] = {
		[STYLE_GOOD] = "\033[32m",
		[STYLE_BAD] = "\033[1;31m",
		[STYLE_OTHER] = "\033[33m",
	};

	return has_colours() ? codes[style] : "";
}

const char *style_end(void)
{
	return has_colours() ? "\033[0m" : "";
}
