/* SPDX-License-Identifier: MIT */
#include "bench/progress.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "bench/clock.h"

#define SILENT_NS UINT64_C(2000000000)

static struct {
	volatile sig_atomic_t stopped;
	uint64_t begin_ns;
	bool on_terminal, shown;
} progress;

static void stop(int signal)
{
	(void)signal;
	progress.stopped = 1;
}

void progress_begin(void)
{
	const struct sigaction action = { .sa_handler = stop,
					  .sa_flags = (int)(SA_RESETHAND | SA_RESTART) };

	progress.begin_ns = bench_now_ns();
	progress.on_terminal = isatty(STDERR_FILENO);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

void progress_row(const char *name, size_t nr, size_t nr_rows)
{
	if (bench_now_ns() - progress.begin_ns < SILENT_NS)
		return;
	progress_clear();
	fprintf(stderr, "bench: %s (%zu of %zu)%s", name, nr, nr_rows,
		progress.on_terminal ? "" : "\n");
	fflush(stderr);
	progress.shown = true;
}

void progress_clear(void)
{
	if (progress.shown && progress.on_terminal)
		fputs("\r\033[K", stderr);
	progress.shown = false;
}

bool progress_stopped(void)
{
	return progress.stopped;
}
