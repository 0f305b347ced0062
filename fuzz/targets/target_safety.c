/* SPDX-License-Identifier: MIT */
/* The core alone under the judge: every answer is allowed, every invariant holds, all memory comes
 * back. */
#include "fuzz/targets/harness.h"

static bool run_program(const struct program *program, struct finding *finding)
{
	static struct harness harness = {
		.subjects = { subject_core },
		.nr_subjects = 1,
		.options = { .judge = true,
			     .walk_every_ops = LOCKSTEP_WALK_AUTO,
			     .free_at_end = true },
	};

	return harness_run(&harness, program, finding);
}

const struct target target_this = {
	.name = "safety",
	.property = "every answer of the core is allowed, its invariants hold and all memory comes "
		    "back",
	.run_program = run_program,
};
