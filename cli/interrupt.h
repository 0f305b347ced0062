/* SPDX-License-Identifier: MIT */
/*
 * SIGINT and SIGTERM, the same for every command: the first one asks it to stop where it can say
 * how much was done and lose nothing; a second one ends the process at once. Either way the exit
 * status is EXIT_INTERRUPTED.
 */
#pragma once

#include <signal.h>

/* Set by the first signal behind interrupt_catch(). Long loops look at it. */
extern volatile sig_atomic_t interrupt_wanted;

/* System calls that wait end with EINTR. A signal that the caller ignores (nohup) stays ignored. */
void interrupt_catch(void);
/*
 * For commands that run code which may never come back: they end by themselves so long after the
 * first signal. 0: they wait for a second one, as at the start.
 */
void interrupt_answer_within_s(int seconds);
/* For a child process: SIGINT and SIGTERM are left to its parent. */
void interrupt_leave_to_parent(void);
/* What a command returns: EXIT_INTERRUPTED after a signal, whatever it found before, else status.
 */
int interrupt_status(int status);
