/* SPDX-License-Identifier: MIT */
/* KTAP version 1, as kernel CI reads it; what is told about a test stands before its line. */
#include <stdlib.h>
#include <string.h>

#include "cli/results_internal.h"

/* Each line of text as a diagnostic line. */
static void put_lines(struct results *results, const char *text)
{
	char *clean = results_clean(text, true);

	if (!clean)
		results->failed = true;
	for (const char *line = clean; line && *line;) {
		size_t length = strcspn(line, "\n");

		if (length)
			fprintf(results->body, "# %.*s\n", (int)length, line);
		line += length + (line[length] == '\n');
	}
	free(clean);
}

/* A number sign would begin a directive. */
static void put_description(struct results *results, const char *path)
{
	char *clean = results_clean(path, true);

	if (!clean)
		results->failed = true;
	for (const char *c = clean; c && *c; c++)
		if (*c == '#')
			fputs("\\#", results->body);
		else
			fputc(*c == '\n' || *c == '\r' ? ' ' : *c, results->body);
	free(clean);
}

static void put_finding(struct results *results, const struct result_finding *finding)
{
	const char *told = finding->report ? finding->report : finding->sentence;

	put_lines(results, finding->signature);
	put_lines(results, told ? told : "no more is known");
	if (!finding->replay)
		return;
	fputs("# replay: ", results->body);
	put_description(results, finding->replay);
	fputs("\n", results->body);
}

static void add_test(struct results *results, const struct result *result)
{
	bool ok = result->verdict == RESULT_PASS || result->verdict == RESULT_STOPPED;

	if (result->finding)
		put_finding(results, result->finding);
	else if (result->message && !ok)
		put_lines(results, result->message);
	fprintf(results->body, "%s %zu ", ok ? "ok" : "not ok", results->totals.nr);
	put_description(results, result->path);
	if (result->verdict == RESULT_STOPPED) {
		fputs(" # SKIP ", results->body);
		put_description(results, result->message ? result->message : "");
	}
	fputs("\n", results->body);
}

static void end_tests(struct results *results)
{
	fprintf(results->out, "KTAP version 1\n1..%zu\n", results->totals.nr);
	if (results->body_text)
		fputs(results->body_text, results->out);
	if (results->interrupted)
		fputs("Bail out! interrupted\n", results->out);
}

const struct results_writer results_ktap_writer = {
	.wants_body = true,
	.add = add_test,
	.end = end_tests,
};
