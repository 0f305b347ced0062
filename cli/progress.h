/* SPDX-License-Identifier: MIT */
/*
 * One line on standard error that tells how far a command is: on a terminal only, from two seconds
 * on, twice a second. Who prints anything else meanwhile clears the line first.
 */
#pragma once

#include <stdbool.h>

struct progress {
	bool wanted, shown;
	double start_s, told_s;
};

/* Seconds of a clock that only goes forward. */
double progress_now_s(void);
void progress_begin(struct progress *progress, bool quiet);
/* Whether a line would be shown now: spares the caller to gather what stands in it. */
bool progress_is_due(const struct progress *progress);
void progress_tell(struct progress *progress, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void progress_hide(struct progress *progress);
