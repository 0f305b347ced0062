/* SPDX-License-Identifier: MIT */
/*
 * Shrinking keeps the failure, ends, and never makes a program larger. The failure is planted: two
 * operations of the program, one after the other, somewhere.
 */
#include "fuzz/targets/harness.h"
#include "fuzz/shrink/shrink.h"

#define SHRINK_MAX_TESTS 20000
#define MAX_OPS 256

struct planted {
	uint8_t first, second; /* op codes */
	size_t nr_tests;
};

static bool fails(void *context, const struct program *candidate)
{
	struct planted *planted = context;
	bool seen = false;

	planted->nr_tests++;
	for (size_t i = 0; i < candidate->nr_ops; i++) {
		if (seen && candidate->ops[i].code == planted->second)
			return true;
		seen = seen || candidate->ops[i].code == planted->first;
	}
	return false;
}

static bool run_program(const struct program *program, struct finding *finding)
{
	static struct program small;
	const struct shrink_options options = { .max_tests = SHRINK_MAX_TESTS };
	size_t last = program->nr_ops - 1;

	if (program->nr_ops < 2 || program->nr_ops > MAX_OPS)
		return true;
	struct planted planted = { program->ops[0].code, program->ops[last].code, 0 };

	if (!program_copy(&small, program)) {
		finding_set(finding, FINDING_ERROR, "error/memory", "out of memory");
		return false;
	}
	size_t nr_tests = shrink_program(&small, fails, &planted, &options);

	if (nr_tests != planted.nr_tests || nr_tests >= SHRINK_MAX_TESTS)
		finding_set(finding, FINDING_RULE, "shrink/tests", "%zu tests were run, %zu told",
			    planted.nr_tests, nr_tests);
	else if (!fails(&planted, &small) || buddy_config_error(&small.machine))
		finding_set(finding, FINDING_RULE, "shrink/lost", "the result does not fail");
	else if (small.nr_ops != 2)
		finding_set(finding, FINDING_RULE, "shrink/size",
			    "two operations fail, %zu are left", small.nr_ops);
	return finding->kind == FINDING_NONE;
}

const struct target target_this = {
	.name = "shrink",
	.property = "shrinking keeps the failure, ends, and finds the two operations that make it",
	.run_program = run_program,
};
