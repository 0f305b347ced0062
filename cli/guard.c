/* SPDX-License-Identifier: MIT */
/*
 * The handler runs on a stack of its own, since a subject may have used up the other one, and calls
 * nothing that is not async-signal-safe. Signals that a sanitizer takes are left to it: its report
 * says more.
 */
#include "cli/guard.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STACK_BYTES 65536
#define LINE_MAX_BYTES 4096

static const struct guard *volatile current;

struct sentence {
	char text[LINE_MAX_BYTES];
	size_t length;
};

static void put(struct sentence *sentence, const char *text)
{
	size_t length = strlen(text), room = sizeof(sentence->text) - sentence->length;

	length = length < room ? length : room;
	memcpy(sentence->text + sentence->length, text, length);
	sentence->length += length;
}

static void put_number(struct sentence *sentence, size_t number)
{
	char digits[24], *at = digits + sizeof(digits) - 1;

	*at = '\0';
	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	put(sentence, at);
}

static void put_place(struct sentence *sentence, const struct guard *guard)
{
	const struct lockstep_position *position = guard->position;

	if (!position) {
		put(sentence, guard->doing);
		return;
	}
	put(sentence, "subject ");
	put(sentence, guard->subjects[position->subject]->name);
	if (position->op_index == LOCKSTEP_BEFORE_OPS) {
		put(sentence, " before its first op");
	} else {
		put(sentence, " at op ");
		put_number(sentence, position->op_index);
	}
}

static _Noreturn void tell_and_end(const struct guard *guard, const char *what)
{
	struct sentence sentence = { .length = 0 };
	ssize_t written;

	put(&sentence, "buddy ");
	put(&sentence, guard->command);
	put(&sentence, ": ");
	put(&sentence, guard->path);
	put(&sentence, ": ");
	put(&sentence, what);
	put(&sentence, ": ");
	put_place(&sentence, guard);
	put(&sentence, "\n");
	written = write(STDERR_FILENO, sentence.text, sentence.length);
	(void)written;
	_exit(guard->status);
}

static const struct {
	int number;
	const char *what;
} fatal[] = {
	{ SIGSEGV, "died of SIGSEGV (bad memory access)" },
	{ SIGBUS, "died of SIGBUS (bad memory access)" },
	{ SIGILL, "died of SIGILL (illegal instruction)" },
	{ SIGFPE, "died of SIGFPE (arithmetic)" },
	{ SIGABRT, "died of SIGABRT (abort)" },
};

#define NR_FATAL (sizeof(fatal) / sizeof(fatal[0]))

static void on_fatal(int number)
{
	const struct guard *guard = current;

	for (size_t i = 0; guard && i < NR_FATAL; i++)
		if (fatal[i].number == number)
			tell_and_end(guard, fatal[i].what);
	signal(number, SIG_DFL);
	raise(number);
}

static void on_exit_called(void)
{
	const struct guard *guard = current;

	if (!guard)
		return;
	current = NULL;
	tell_and_end(guard, "exit() was called");
}

static void install(void)
{
	static char stack[STACK_BYTES];
	const stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_handler = on_fatal, .sa_flags = SA_ONSTACK }, old;

	atexit(on_exit_called);
	sigaltstack(&alternate, NULL);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < NR_FATAL; i++)
		if (!sigaction(fatal[i].number, NULL, &old) && old.sa_handler == SIG_DFL)
			sigaction(fatal[i].number, &action, NULL);
}

void guard_enter(const struct guard *guard)
{
	static bool installed;

	if (!installed)
		install();
	installed = true;
	current = guard;
}

void guard_leave(void)
{
	current = NULL;
}
