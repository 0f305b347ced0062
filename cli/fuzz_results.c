/* SPDX-License-Identifier: MIT */
/*
 * What a campaign found for other programs: as --format says on standard output, and every finding
 * that lies in the folder of findings in findings.json there.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/fuzz.h"
#include "fuzz/input/file.h"

#define INDEX_NAME "findings.json"

static void no_results(const char *why)
{
	fprintf(stderr, "buddy fuzz: results cannot be written: %s\n", why);
	exit(EXIT_BAD_USAGE);
}

void results_open(struct fuzz_campaign *campaign)
{
	int out;

	if (campaign->options.format == RESULTS_TEXT)
		return;
	fflush(stdout);
	out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	if (out < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		no_results(strerror(errno));
	campaign->results_out = fdopen(out, "w");
	if (campaign->results_out)
		campaign->results =
			results_begin(campaign->options.format, "fuzz", campaign->results_out);
	if (!campaign->results)
		no_results("out of memory");
}

/* A campaign is a result of its own unless its findings stand for it. */
static void campaign_add(const struct fuzz_campaign *campaign, int status)
{
	struct result result = {
		.path = campaign->options.corpus,
		.nr_ops = campaign->now.nr_checked_ops,
		.nr_skipped = campaign->now.nr_declined_ops,
	};

	if (status == EXIT_FINDINGS)
		return;
	if (status == EXIT_INTERRUPTED) {
		result.verdict = RESULT_INTERRUPTED;
		result.message = "the campaign was interrupted";
	} else if (status != EXIT_CLEAN) {
		result.verdict = RESULT_ERROR;
		result.message = campaign->full     ? "the disk is full"
				 : campaign->broken ? "a worker ended without a failing input"
						    : "the campaign failed: standard error tells";
	}
	results_add(campaign->results, &result);
}

int results_close(struct fuzz_campaign *campaign, int status)
{
	bool written;

	if (!campaign->results)
		return status;
	campaign_add(campaign, status);
	written = results_end(campaign->results, status == EXIT_INTERRUPTED);
	written = fclose(campaign->results_out) == 0 && written;
	if (!written)
		fprintf(stderr, "buddy fuzz: the results cannot be written\n");
	return !written && status == EXIT_CLEAN ? EXIT_BAD_USAGE : status;
}

/* ---- findings.json ---- */

/* The result as an array of one; NULL: no memory. */
static json_t *result_array(const struct result *result)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct results *results = out ? results_begin(RESULTS_JSON_ARRAY, "fuzz", out) : NULL;
	bool written = results && results_add(results, result);
	json_t *array = NULL;

	written = results_end(results, false) && written;
	if (out && fclose(out) == 0 && written)
		array = json_loads(text, 0, NULL);
	free(text);
	return array;
}

/* Keeps those of other programs, as long as these are there. */
static void others_append(json_t *array, const json_t *old, const char *program)
{
	size_t i;
	json_t *entry;

	json_array_foreach(old, i, entry)
	{
		const char *other = json_string_value(json_object_get(entry, "program"));

		if (other && strcmp(other, program) != 0 && file_exists(other))
			json_array_append(array, entry);
	}
}

/* What nobody can read is kept beside. NULL: nothing is there. */
static json_t *index_read(const char *path)
{
	char aside[FUZZ_PATH_MAX];
	json_t *old = json_load_file(path, 0, NULL);

	if (json_is_array(old) || !file_exists(path))
		return old;
	json_decref(old);
	path_format(aside, "%s.unreadable", path);
	if (rename(path, aside) == 0)
		fprintf(stderr, "buddy fuzz: %s is no JSON array: moved to %s\n", path, aside);
	return NULL;
}

static bool index_write(const char *path, const json_t *array)
{
	char error[2 * FUZZ_PATH_MAX] = "out of memory";
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	bool written = out && !json_dumpf(array, out, JSON_INDENT(2)) && putc('\n', out) != EOF;

	written = out && fclose(out) == 0 && written &&
		  file_write(path, text, size, error, sizeof(error));

	free(text);
	if (!written)
		fprintf(stderr, "buddy fuzz: %s\n", error);
	return written;
}

static bool index_add(const struct fuzz_options *options, const struct result *result)
{
	char path[FUZZ_PATH_MAX];
	json_t *array = result_array(result), *old;
	bool added;

	path_format(path, "%s/" INDEX_NAME, options->out);
	old = index_read(path);
	others_append(array, old, result->path);
	added = array && index_write(path, array);
	json_decref(old);
	json_decref(array);
	return added;
}

/* ---- findings ---- */

/* The line of an op in a stored program, from 1; 0: not known. */
static uint32_t line_of_op(const char *path, uint64_t op_index)
{
	char line[4096];
	FILE *in = fopen(path, "r");
	uint32_t number = 0, found = 0;

	while (in && !found && fgets(line, sizeof(line), in)) {
		number++;
		if (line[0] == '#' || line[0] == '\n' || strncmp(line, "machine", 7) == 0)
			continue;
		if (op_index-- == 0)
			found = number;
	}
	if (in)
		fclose(in);
	return found;
}

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

bool finding_publish(const struct fuzz_campaign *campaign, const struct failure *failure,
		     const struct place *place, const char *report)
{
	char input[FUZZ_PATH_MAX], replay[4 * FUZZ_PATH_MAX];
	struct report_facts facts;
	struct result_finding finding = {
		.signature = failure->signature,
		.replay = replay,
		.input = input,
	};
	struct result result = {
		.path = place->program,
		.verdict = RESULT_FAIL,
		.finding = &finding,
	};
	bool added;

	report_read(&facts, report);
	finding.sentence = place->is_lost ? "an input failed, but could not be saved"
					  : or_null(facts.sentence);
	finding.subject = or_null(facts.subject);
	finding.operation = or_null(facts.operation);
	finding.operation_index = facts.operation_index;
	result.nr_ops = facts.operation_index == UINT64_MAX ? 0 : facts.operation_index + 1;
	finding.report = facts.text;
	if (place->is_program)
		finding.line = line_of_op(place->program, facts.operation_index);
	input_away_path(&campaign->options, failure->path, input);
	replay_format(&campaign->options, place->program, replay, sizeof(replay));
	added = place->is_lost || index_add(&campaign->options, &result);
	if (campaign->results)
		results_add(campaign->results, &result);
	report_free(&facts);
	return added;
}
