/* SPDX-License-Identifier: MIT */
/*
 * Colours of verdicts on standard output: on a terminal only, and not when NO_COLOR is set
 * (no-color.org) or TERM is dumb.
 */
#pragma once

enum style { STYLE_GOOD, STYLE_BAD, STYLE_OTHER };

/* What begins and ends words in this colour; both are "" where there is none. */
const char *style_begin(enum style style);
const char *style_end(void);
