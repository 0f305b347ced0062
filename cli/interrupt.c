/* SPDX-License-Identifier: MIT */
#include "cli/interrupt.h"

#include <stddef.h>
#include <unistd.h>

#include "cli/cli.h"

volatile sig_atomic_t interrupt_wanted;

static void on_interrupt(int signal_number)
{
	(void)signal_number;
	if (interrupt_wanted)
		_exit(EXIT_INTERRUPTED);
	interrupt_wanted = 1;
}

static void set_handler(int signal_number, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler }, old;

	sigemptyset(&action.sa_mask);
	if (!sigaction(signal_number, NULL, &old) && old.sa_handler != SIG_IGN)
		sigaction(signal_number, &action, NULL);
}

void interrupt_catch(void)
{
	set_handler(SIGINT, on_interrupt);
	set_handler(SIGTERM, on_interrupt);
}

void interrupt_leave_to_parent(void)
{
	set_handler(SIGINT, SIG_IGN);
	set_handler(SIGTERM, SIG_IGN);
}

int interrupt_status(int status)
{
	return interrupt_wanted ? EXIT_INTERRUPTED : status;
}
