/* SPDX-License-Identifier: MIT */
/*
 * results_array FORMAT: writes results of which hardly anything is known, as a campaign may have
 * them; "array": as one JSON document. tests/cli/results looks at them.
 */
#include <string.h>

#include "cli/results.h"

static bool add_all(struct results *results)
{
	static const uint32_t frames[] = { 7, UINT32_MAX };
	const struct result_finding bare = {
		.signature = "buddies_merged/end",
		.operation_index = RESULTS_NO_INDEX,
	};
	const struct result_finding told = {
		.signature = "crash",
		.sentence = "tells \"much\"\t\x01",
		.operation = "end",
		.operation_index = 3,
		.frames = frames,
		.nr_frames = 2,
		.input = "build/corpus/id:1",
	};
	const struct result all[] = {
		{ .path = "", .verdict = RESULT_PASS },
		{ .path = "bare.ops", .verdict = RESULT_FAIL, .finding = &bare },
		{ .path = "told.ops", .verdict = RESULT_FAIL, .nr_ops = 4, .finding = &told },
		{ .path = "half.ops", .verdict = RESULT_INTERRUPTED, .message = "interrupted" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!results_add(results, &all[i]))
			return false;
	return true;
}

int main(int argc, char **argv)
{
	enum results_format format = RESULTS_JSON_ARRAY;
	struct results *results;
	bool added;

	if (argc != 2 || (strcmp(argv[1], "array") && !results_parse_format(argv[1], &format))) {
		fputs("usage: results_array array|" RESULTS_FORMATS "\n", stderr);
		return 2;
	}
	results = results_begin(format, "fuzz", stdout);
	if (!results)
		return 2;
	added = add_all(results);
	return results_end(results, true) && added ? 0 : 1;
}
