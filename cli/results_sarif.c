/* SPDX-License-Identifier: MIT */
/*
 * SARIF 2.1.0, as code scanning reads it: a result for each finding at its operation's line, a
 * notification for each program that could not be judged.
 */
#include <stdlib.h>

#include "cli/results_internal.h"

#define RULE_MAX 96
#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

/* results->json: the findings, and the notifications of what was not judged. */
enum { FINDINGS, NOTIFICATIONS };

static void begin_log(struct results *results)
{
	results->json[FINDINGS] = json_array();
	results->json[NOTIFICATIONS] = json_array();
}

static json_t *message_of(const char *text)
{
	return json_pack("{so}", "text", results_string(text ? text : "no more is known"));
}

/* line 0: the file as a whole. */
static json_t *locations_of(const char *path, uint32_t line)
{
	char *uri = results_uri(path);
	json_t *place = json_pack("{s{ss}}", "artifactLocation", "uri", uri ? uri : "");

	if (place && line &&
	    json_object_set_new(place, "region",
				json_pack("{sI}", "startLine", (json_int_t)line))) {
		json_decref(place);
		place = NULL;
	}
	free(uri);
	return json_pack("[{so}]", "physicalLocation", place);
}

static json_t *properties_of(const struct result_finding *finding)
{
	json_t *frames = json_array();

	for (size_t i = 0; i < finding->nr_frames; i++)
		json_array_append_new(frames, json_integer(finding->frames[i]));
	return json_pack("{so so so so so}", "subject", results_string(finding->subject),
			 "operation", results_string(finding->operation), "frames", frames,
			 "replay", results_string(finding->replay), "report",
			 results_string(finding->report));
}

static json_t *finding_of(const struct result *result)
{
	const struct result_finding *finding = result->finding;
	char rule[RULE_MAX];

	results_rule(finding->signature, rule, sizeof(rule));
	return json_pack("{ss ss so so s{so} so}", "ruleId", rule, "level", "error", "message",
			 message_of(finding->sentence), "locations",
			 locations_of(result->path, finding->line), "partialFingerprints",
			 "signature", results_string(finding->signature), "properties",
			 properties_of(finding));
}

static json_t *notification_of(const struct result *result)
{
	const char *level = result->verdict == RESULT_STOPPED ? "note" : "error";

	return json_pack("{ss so so}", "level", level, "message", message_of(result->message),
			 "locations", locations_of(result->path, 0));
}

static void add_result(struct results *results, const struct result *result)
{
	int failed = 0;

	if (result->finding)
		failed = json_array_append_new(results->json[FINDINGS], finding_of(result));
	else if (result->verdict != RESULT_PASS)
		failed = json_array_append_new(results->json[NOTIFICATIONS],
					       notification_of(result));
	if (failed)
		results->failed = true;
}

/* Each rule that is named, once. */
static json_t *rules_of(const json_t *findings)
{
	json_t *seen = json_object(), *rules = json_array(), *finding;
	size_t i;

	json_array_foreach(findings, i, finding)
	{
		const char *rule = json_string_value(json_object_get(finding, "ruleId"));

		if (json_object_get(seen, rule))
			continue;
		json_object_set_new(seen, rule, json_true());
		json_array_append_new(rules, json_pack("{ss}", "id", rule));
	}
	json_decref(seen);
	return rules;
}

static void end_log(struct results *results)
{
	const struct results_totals *totals = &results->totals;
	bool all_judged = !results->interrupted && !totals->errors && !totals->interrupted;
	json_t *driver = json_pack("{ss ss so}", "name", "buddy", "version", BUDDY_COMMAND_VERSION,
				   "rules", rules_of(results->json[FINDINGS]));
	json_t *log =
		json_pack("{ss ss s[{s{so} s[{sb sO}] sO}]}", "$schema", SCHEMA, "version", "2.1.0",
			  "runs", "tool", "driver", driver, "invocations", "executionSuccessful",
			  (int)all_judged, "toolExecutionNotifications",
			  results->json[NOTIFICATIONS], "results", results->json[FINDINGS]);

	results_dump(results, log, JSON_INDENT(2));
}

const struct results_writer results_sarif_writer = {
	.begin = begin_log,
	.add = add_result,
	.end = end_log,
};
