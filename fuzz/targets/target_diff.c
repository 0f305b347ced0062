/* SPDX-License-Identifier: MIT */
/* The core and a plain bitmap allocator on the same program, both judged, compared as far as their
 * claims go. */
#include "fuzz/targets/harness.h"

static bool run_program(const struct program *program, struct finding *finding)
{
	static struct harness harness = {
		.subjects = { subject_core, subject_bitmap },
		.nr_subjects = 2,
		.options = { .judge = true,
			     .walk_every_ops = LOCKSTEP_WALK_AUTO,
			     .free_at_end = true },
	};

	return harness_run(&harness, program, finding);
}

const struct target target_this = {
	.name = "diff",
	.property = "the core and the bitmap allocator agree on everything that both claim",
	.run_program = run_program,
};
