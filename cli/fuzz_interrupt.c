/* SPDX-License-Identifier: MIT */
/* Ctrl-C and its like, counted: one ends the campaign, the next one ends its report. */
#define _GNU_SOURCE
#include <signal.h>

#include "cli/fuzz.h"

static volatile sig_atomic_t nr_came, nr_taken;

static void on_interrupt(int number)
{
	(void)number;
	nr_came++;
}

void interrupts_catch(void)
{
	struct sigaction action = { .sa_handler = on_interrupt }, old;

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (sigaction(SIGHUP, NULL, &old) == 0 && old.sa_handler != SIG_IGN) /* nohup */
		sigaction(SIGHUP, &action, NULL);
	/* A limit of file sizes is an error of write() like a full disk, not a death. */
	signal(SIGXFSZ, SIG_IGN);
}

bool interrupt_pending(void)
{
	return nr_came > nr_taken;
}

void interrupt_take(void)
{
	nr_taken++;
}
