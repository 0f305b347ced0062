/* SPDX-License-Identifier: MIT */
/* JUnit's XML: one suite, a test case for each program. */
#include <stdlib.h>

#include "cli/results_internal.h"

static void put_escaped(FILE *out, const char *clean, bool attribute)
{
	for (; *clean; clean++)
		switch (*clean) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\n': /* attributes would lose it */
			fputs(attribute ? "&#10;" : "\n", out);
			break;
		default:
			fputc(*clean, out);
		}
}

static void put_text(struct results *results, const char *text, bool attribute)
{
	char *clean = results_clean(text ? text : "", true);

	if (clean)
		put_escaped(results->body, clean, attribute);
	else
		results->failed = true;
	free(clean);
}

/* ` NAME="TEXT"` */
static void put_attribute(struct results *results, const char *name, const char *text)
{
	fprintf(results->body, " %s=\"", name);
	put_text(results, text, true);
	fputs("\"", results->body);
}

static void put_element(struct results *results, const char *name, const char *message,
			const char *type, const char *text)
{
	fprintf(results->body, "      <%s", name);
	put_attribute(results, "message", message);
	if (type)
		put_attribute(results, "type", type);
	fputs(">", results->body);
	put_text(results, text, false);
	fprintf(results->body, "</%s>\n", name);
}

static void put_finding(struct results *results, const struct result_finding *finding)
{
	put_element(results, "failure", finding->sentence, finding->signature, finding->report);
	if (!finding->replay)
		return;
	fputs("      <system-out>", results->body);
	put_text(results, finding->replay, false);
	fputs("</system-out>\n", results->body);
}

static void add_case(struct results *results, const struct result *result)
{
	fprintf(results->body, "    <testcase classname=\"buddy.%s\"", results->command);
	put_attribute(results, "name", result->path);
	fputs(">\n", results->body);
	if (result->finding)
		put_finding(results, result->finding);
	else if (result->verdict == RESULT_ERROR)
		put_element(results, "error", result->message, "error", NULL);
	else if (result->verdict == RESULT_INTERRUPTED)
		put_element(results, "error", result->message, "interrupted", NULL);
	else if (result->verdict == RESULT_STOPPED)
		put_element(results, "skipped", result->message, NULL, NULL);
	fputs("    </testcase>\n", results->body);
}

static void put_counts(const struct results *results)
{
	const struct results_totals *totals = &results->totals;

	fprintf(results->out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", totals->nr,
		totals->failed, totals->errors + totals->interrupted);
}

static void end_suites(struct results *results)
{
	FILE *out = results->out;

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", out);
	put_counts(results);
	fprintf(out, ">\n  <testsuite name=\"buddy %s\"", results->command);
	put_counts(results);
	fprintf(out, " skipped=\"%zu\">\n", results->totals.stopped);
	if (results->body_text)
		fputs(results->body_text, out);
	if (results->interrupted)
		fputs("    <system-err>interrupted: what follows was not judged</system-err>\n",
		      out);
	fputs("  </testsuite>\n</testsuites>\n", out);
}

const struct results_writer results_junit_writer = {
	.wants_body = true,
	.add = add_case,
	.end = end_suites,
};
