/* SPDX-License-Identifier: MIT */
/*
 * From a file that fails to the smallest program that fails the same way, written as text. Shared
 * by TARGET_replay --shrink and `buddy shrink`: progress on stderr, Ctrl-C keeps the best so far,
 * the result is run once more.
 */
#pragma once

#include "fuzz/shrink/shrink_child.h"

struct shrink_job {
	const char *command; /* begins complaints, as in "buddy shrink" */
	const char *title;   /* of the first line of out, before the signature */
	program_runner run;
	void *context;
	void (*fit)(struct program *program); /* done to what is read first; NULL: nothing */
	/* Subjects in a process of their own run here; all others in a child, which may die. */
	bool in_process;
	const char *wanted; /* a signature or its rule, NULL: whatever the file fails with */
	const char *path, *out;
	const char *replay; /* the command that replays out */
};

/*
 * Prints what it did. Returns the exit status: 0 done, 130 interrupted (out holds the best so far),
 * 2 the file does not fail, or not as wanted, or the result does not fail again, or files.
 */
int shrink_file(const struct shrink_job *job);
