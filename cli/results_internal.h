/* SPDX-License-Identifier: MIT */
/* Private to results*.c: one writer a format. */
#pragma once

#include <jansson.h>

#include "cli/results.h"

struct results_totals {
	size_t nr, passed, failed, stopped, errors, interrupted;
};

struct results {
	const struct results_writer *writer;
	const char *command;
	FILE *out;
	bool failed;                  /* to write or to have memory */
	bool interrupted;             /* known at the end */
	struct results_totals totals; /* with the result at hand */
	json_t *json[2];              /* the writer's own */
	FILE *body;                   /* of a document that begins with totals; NULL: not wanted */
	char *body_text;
	size_t body_size;
};

struct results_writer {
	bool wants_body;
	/* Each sets results->failed by itself when it cannot. begin and end may be NULL. */
	void (*begin)(struct results *results);
	void (*add)(struct results *results, const struct result *result);
	void (*end)(struct results *results);
};

extern const struct results_writer results_json_writer, results_json_array_writer,
	results_junit_writer, results_sarif_writer, results_ktap_writer;

/* "buddies_merged" of "buddies_merged/end", in rule[size]. */
void results_rule(const char *signature, char *rule, size_t size);
/* A copy that is UTF-8, to be freed; NULL: no memory. xml: and holds only what XML may. */
char *results_clean(const char *text, bool xml);
/* A relative URI or one with file://, to be freed; NULL: no memory. */
char *results_uri(const char *path);
/* A JSON string of any bytes; JSON null for NULL. NULL: no memory. */
json_t *results_string(const char *text);
/* Writes value and a newline, and drops it; flags as for json_dumpf(). */
void results_dump(struct results *results, json_t *value, size_t flags);
