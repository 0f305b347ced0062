/* SPDX-License-Identifier: MIT */
/*
 * What every fuzz target offers, so that engines, replay, shrinking and tests use one door. A
 * target file defines `const struct target target_this` and nothing else that is visible;
 * target_main.c turns it into LLVMFuzzerTestOneInput.
 */
#pragma once

#include <stdio.h>

#include "diff/lockstep/lockstep.h"

/* Target subject: the one that it runs, a plug-in's path or a name; not set: the linked one. */
#define TARGET_SUBJECT_ENV "BUDDY_SUBJECT_SO"

struct target {
	const char *name;     /* file, binary and corpus folder */
	const char *property; /* the one thing it checks, a sentence */
	/* NULL for targets over raw bytes (codec, replay). Returns true when nothing was found. */
	bool (*run_program)(const struct program *program, struct finding *finding);
	/* Any bytes. Returns true when nothing was found. */
	bool (*run_bytes)(const uint8_t *data, size_t size, struct finding *finding);
	/* A subject of it is a process of its own, slow to start: a run cannot hurt this one. */
	bool far_away;
	/*
	 * Makes a program one that it can run; NULL: any is. Done to what is decoded or read, so
	 * that the program which ran is the one that is told, shrunk and kept.
	 */
	void (*fit)(struct program *program);
	/* The operations that make sense; NULL: all. false: it cannot run, error tells. */
	bool (*ops)(struct op_set *ops, char *error, size_t error_size);
	/* Words of the text that the bytes may be, in the dictionary form of the engines: one
	 * quoted word a line. NULL: no text. */
	void (*print_words)(FILE *out);
};
extern const struct target target_this;
