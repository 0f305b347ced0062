/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define AFTER_S 2.0
#define EVERY_S 0.5

double progress_now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void progress_begin(struct progress *progress, bool quiet)
{
	*progress = (struct progress){
		.wanted = !quiet && isatty(STDERR_FILENO),
		.start_s = progress_now_s(),
	};
}

bool progress_is_due(const struct progress *progress)
{
	double now_s;

	if (!progress->wanted)
		return false;
	now_s = progress_now_s();
	return now_s - progress->start_s >= AFTER_S && now_s - progress->told_s >= EVERY_S;
}

void progress_tell(struct progress *progress, const char *format, ...)
{
	va_list args;

	if (!progress_is_due(progress))
		return;
	progress->told_s = progress_now_s();
	progress->shown = true;
	fputs("\r", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs("\033[K", stderr);
	fflush(stderr);
}

void progress_hide(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
