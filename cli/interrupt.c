/* SPDX-License-Identifier: MIT */
#include "cli/interrupt.h"

#include <stddef.h>
#include <unistd.h>

#include "cli/cli.h"

volatile sig_atomic_t interrupt_wanted;

static volatile sig_atomic_t answer_within_s;

static void on_interrupt(int signal_number)
{
	(void)signal_number;
	if (interrupt_wanted)
		_exit(EXIT_INTERRUPTED);
	interrupt_wanted = 1;
	if (answer_within_s)
		alarm((unsigned int)answer_within_s);
}

static void on_no_answer(int signal_number)
{
	static const char text[] = "buddy: interrupted, and what runs does not come back\n";
	ssize_t written = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)signal_number;
	(void)written;
	_exit(EXIT_INTERRUPTED);
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

void interrupt_answer_within_s(int seconds)
{
	set_handler(SIGALRM, on_no_answer);
	answer_within_s = seconds;
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
