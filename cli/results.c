/* SPDX-License-Identifier: MIT */
/* Formats by name, totals, and the life of a document. */
#include "cli/results.h"

#include <stdlib.h>
#include <string.h>

#include "cli/results_internal.h"

static void add_nothing(struct results *results, const struct result *result)
{
	(void)results, (void)result;
}

static const struct results_writer text_writer = { .add = add_nothing };

static const struct results_writer *const writers[] = {
	[RESULTS_TEXT] = &text_writer,
	[RESULTS_JSON] = &results_json_writer,
	[RESULTS_JSON_ARRAY] = &results_json_array_writer,
	[RESULTS_JUNIT] = &results_junit_writer,
	[RESULTS_SARIF] = &results_sarif_writer,
	[RESULTS_KTAP] = &results_ktap_writer,
};

bool results_parse_format(const char *text, enum results_format *format)
{
	static const struct {
		const char *name;
		enum results_format format;
	} names[] = { { "text", RESULTS_TEXT },
		      { "json", RESULTS_JSON },
		      { "junit", RESULTS_JUNIT },
		      { "sarif", RESULTS_SARIF },
		      { "ktap", RESULTS_KTAP } };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(text, names[i].name)) {
			*format = names[i].format;
			return true;
		}
	return false;
}

struct results *results_begin(enum results_format format, const char *command, FILE *out)
{
	struct results *results = calloc(1, sizeof(*results));

	if (!results)
		return NULL;
	results->writer = writers[format];
	results->command = command;
	results->out = out;
	if (results->writer->wants_body) {
		results->body = open_memstream(&results->body_text, &results->body_size);
		if (!results->body) {
			free(results);
			return NULL;
		}
	}
	if (results->writer->begin)
		results->writer->begin(results);
	return results;
}

static void count(struct results_totals *totals, enum result_verdict verdict)
{
	totals->nr++;
	totals->passed += verdict == RESULT_PASS;
	totals->failed += verdict == RESULT_FAIL;
	totals->stopped += verdict == RESULT_STOPPED;
	totals->errors += verdict == RESULT_ERROR;
	totals->interrupted += verdict == RESULT_INTERRUPTED;
}

bool results_add(struct results *results, const struct result *result)
{
	count(&results->totals, result->verdict);
	results->writer->add(results, result);
	return !results->failed;
}

static void close_body(struct results *results)
{
	if (!results->body)
		return;
	if (fclose(results->body))
		results->failed = true;
	results->body = NULL;
}

bool results_end(struct results *results, bool interrupted)
{
	bool written;

	if (!results)
		return true;
	results->interrupted = interrupted;
	close_body(results);
	if (results->writer->end)
		results->writer->end(results);
	written = !fflush(results->out) && !ferror(results->out) && !results->failed;
	json_decref(results->json[0]);
	json_decref(results->json[1]);
	free(results->body_text);
	free(results);
	return written;
}
