/* SPDX-License-Identifier: MIT */
/* JSON lines, and the same objects in one array: docs/results.schema.json. */
#include "cli/results_internal.h"

#define SCHEMA_VERSION 1
#define RULE_MAX 96

/* false: no memory. value is taken in any case. */
static bool put(json_t *object, const char *key, json_t *value)
{
	return !json_object_set_new(object, key, value);
}

static json_t *frames_of(const struct result_finding *finding)
{
	json_t *frames = json_array();

	for (size_t i = 0; i < finding->nr_frames; i++)
		if (json_array_append_new(frames, json_integer(finding->frames[i]))) {
			json_decref(frames);
			return NULL;
		}
	return frames;
}

static json_t *index_of(const struct result_finding *finding)
{
	if (finding->operation_index == RESULTS_NO_INDEX)
		return json_null();
	return json_integer((json_int_t)finding->operation_index);
}

static json_t *finding_of(const struct result *result)
{
	const struct result_finding *finding = result->finding;
	json_t *object;
	char rule[RULE_MAX];

	if (!finding)
		return json_null();
	object = json_object();
	results_rule(finding->signature, rule, sizeof(rule));
	if (put(object, "rule", results_string(rule)) &&
	    put(object, "signature", results_string(finding->signature)) &&
	    put(object, "sentence", results_string(finding->sentence)) &&
	    put(object, "subject", results_string(finding->subject)) &&
	    put(object, "operation", results_string(finding->operation)) &&
	    put(object, "operation_index", index_of(finding)) &&
	    put(object, "line", finding->line ? json_integer(finding->line) : json_null()) &&
	    put(object, "frames", frames_of(finding)) &&
	    put(object, "program", results_string(result->path)) &&
	    put(object, "input", results_string(finding->input)) &&
	    put(object, "replay", results_string(finding->replay)) &&
	    put(object, "report", results_string(finding->report)))
		return object;
	json_decref(object);
	return NULL;
}

static json_t *object_of(const struct results *results, const struct result *result)
{
	static const char *const verdicts[] = {
		[RESULT_PASS] = "pass",
		[RESULT_FAIL] = "fail",
		[RESULT_STOPPED] = "stopped",
		[RESULT_ERROR] = "error",
		[RESULT_INTERRUPTED] = "interrupted",
	};
	json_t *object = json_object();

	if (put(object, "schema_version", json_integer(SCHEMA_VERSION)) &&
	    put(object, "type", json_string("result")) &&
	    put(object, "command", results_string(results->command)) &&
	    put(object, "program", results_string(result->path)) &&
	    put(object, "verdict", json_string(verdicts[result->verdict])) &&
	    put(object, "message", results_string(result->message)) &&
	    put(object, "operations", json_integer((json_int_t)result->nr_ops)) &&
	    put(object, "skipped", json_integer((json_int_t)result->nr_skipped)) &&
	    put(object, "finding", finding_of(result)))
		return object;
	json_decref(object);
	return NULL;
}

static json_t *summary_of(const struct results *results)
{
	const struct results_totals *totals = &results->totals;

	return json_pack("{si ss ss sI sI sI sI sI sI sb}", "schema_version", SCHEMA_VERSION,
			 "type", "summary", "command", results->command, "programs",
			 (json_int_t)totals->nr, "passed", (json_int_t)totals->passed, "failed",
			 (json_int_t)totals->failed, "stopped", (json_int_t)totals->stopped,
			 "errors", (json_int_t)totals->errors, "interrupted_programs",
			 (json_int_t)totals->interrupted, "interrupted", (int)results->interrupted);
}

/* ---- lines ---- */

static void add_line(struct results *results, const struct result *result)
{
	results_dump(results, object_of(results, result), JSON_COMPACT);
	if (fflush(results->out))
		results->failed = true;
}

static void end_lines(struct results *results)
{
	results_dump(results, summary_of(results), JSON_COMPACT);
}

const struct results_writer results_json_writer = { .add = add_line, .end = end_lines };

/* ---- one array ---- */

static void begin_array(struct results *results)
{
	results->json[0] = json_array();
}

static void add_element(struct results *results, const struct result *result)
{
	if (json_array_append_new(results->json[0], object_of(results, result)))
		results->failed = true;
}

static void end_array(struct results *results)
{
	json_t *array = results->json[0];

	results->json[0] = NULL;
	results_dump(results, array, JSON_INDENT(2));
}

const struct results_writer results_json_array_writer = {
	.begin = begin_array,
	.add = add_element,
	.end = end_array,
};
