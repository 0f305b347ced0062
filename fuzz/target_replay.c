/* SPDX-License-Identifier: MIT */
/* The parser of recorded kernel runs takes any bytes: a checked recording or an error that tells
 * why. */
#include "diff/recorded.h"
#include "fuzz/harness.h"

static bool run_bytes(const uint8_t *data, size_t size, struct finding *finding)
{
	struct recorded recorded;
	char error[512] = "";

	if (recorded_parse((const char *)data, size, &recorded, error, sizeof(error))) {
		recorded_free(&recorded);
		return true;
	}
	if (error[0])
		return true;
	finding_set(finding, FINDING_RULE, "replay/error",
		    "a recording is refused without a reason");
	return false;
}

const struct target target_this = {
	.name = "replay",
	.property = "any bytes are a recording that is consistent, or are refused with a reason",
	.run_bytes = run_bytes,
};
