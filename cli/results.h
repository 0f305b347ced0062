/* SPDX-License-Identifier: MIT */
/*
 * Results for other programs: one for each program or recording that was to be judged, with what
 *was found. docs/results.md describes the formats, docs/results.schema.json the JSON.
 *
 *	struct results *results = results_begin(RESULTS_SARIF, "run", stdout);
 *	for each file: results_add(results, &result);
 *	ok = results_end(results, interrupted);
 *
 * All strings are copied before a call returns. What is not UTF-8 becomes U+FFFD.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum results_format {
	RESULTS_TEXT,       /* for people: the command prints by itself */
	RESULTS_JSON,       /* an object a line as soon as it is known, a summary as the last one */
	RESULTS_JSON_ARRAY, /* the same objects without the summary as one JSON document */
	RESULTS_JUNIT,
	RESULTS_SARIF,
	RESULTS_KTAP
};

enum result_verdict {
	RESULT_PASS,
	RESULT_FAIL,       /* finding tells */
	RESULT_STOPPED,    /* judged up to a place behind which it cannot be; message tells */
	RESULT_ERROR,      /* not judged: unreadable, or nothing could run it; message tells */
	RESULT_INTERRUPTED /* judged in part */
};

/* Every string but signature may be NULL: not known. */
struct result_finding {
	const char *signature; /* RULE/OPERATION, the same for the same fault */
	const char *sentence;  /* what is wrong, in one */
	const char *subject;
	const char *operation;    /* as program text; "end": behind the last one */
	uint64_t operation_index; /* from 0; RESULTS_NO_INDEX: not known */
	uint32_t line;            /* of the operation in the file, from 1; 0: not known */
	const uint32_t *frames;   /* page frames that it is about */
	size_t nr_frames;
	const char *replay; /* a command that shows it again */
	const char *report; /* all of it for a reader, several lines */
	const char *input;  /* the engine's own file of a fuzzed program; else NULL */
};

#define RESULTS_NO_INDEX UINT64_MAX

struct result {
	const char *path; /* of the program or recording */
	enum result_verdict verdict;
	const char *message;                  /* one sentence, or NULL */
	uint64_t nr_ops, nr_skipped;          /* operations judged, and those that did not fit */
	const struct result_finding *finding; /* RESULT_FAIL only */
};

struct results;

/* "text", "json", "junit", "sarif", "ktap"; false: none of them, and nothing is written. */
bool results_parse_format(const char *text, enum results_format *format);
/* The formats that results_parse_format() knows, for help and complaints. */
#define RESULTS_FORMATS "text, json, junit, sarif or ktap"
/* command: run, diff, ..., lives on. out stays the caller's. NULL: out of memory. */
struct results *results_begin(enum results_format format, const char *command, FILE *out);
/* false: out of memory or a write error, which results_end() will tell again. */
bool results_add(struct results *results, const struct result *result);
/*
 * Writes what is left, flushes, and frees; also NULL. Documents are whole even when interrupted.
 * false: not everything was written.
 */
bool results_end(struct results *results, bool interrupted);
