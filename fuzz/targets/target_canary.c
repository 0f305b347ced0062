/* SPDX-License-Identifier: MIT */
/*
 * Fails on purpose. A planted belief, "no block of order 2 was ever freed before a drain", is wrong
 * for a correct allocator; the engine must find it, the report name it, the shrinker reduce it to
 * exactly three ops. What misses the canary would miss a real bug.
 */
#include "fuzz/targets/harness.h"

#define CANARY_ORDER 2

struct canary {
	bool freed; /* a block of the order went back */
	struct finding *finding;
};

static bool watch(void *context, size_t op_index, const struct op *op, const struct call *call,
		  const struct event *event)
{
	struct canary *canary = context;

	if (!op) /* what is released after the program */
		return true;
	if (op->code == OP_free_pages && call->order == CANARY_ORDER && event->status == EVENT_DONE)
		canary->freed = true;
	if ((op->code != OP_drain_local_pages && op->code != OP_drain_all_pages) || !canary->freed)
		return true;
	finding_set(canary->finding, FINDING_RULE, "canary/drain",
		    "planted on purpose: a drain came after the free of an order-2 block");
	canary->finding->op_index = op_index;
	return false;
}

static bool run_program(const struct program *program, struct finding *finding)
{
	static struct harness harness = {
		.subjects = { subject_core },
		.nr_subjects = 1,
		.options = { .judge = true },
	};
	struct finding planted = { .kind = FINDING_NONE };
	struct canary canary = { .finding = &planted };

	if (!harness_observe(&harness, watch, &canary, finding))
		return false;
	bool clean = harness_run(&harness, program, finding);

	if (planted.kind == FINDING_NONE)
		return clean;
	*finding = planted;
	return false;
}

const struct target target_this = {
	.name = "canary",
	.property = "fails on purpose: proves that engine, report and shrinker work",
	.run_program = run_program,
};
