/* SPDX-License-Identifier: MIT */
/* The answers of the core, op by op. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/emit_c/emit_c.h"
#include "fuzz/targets/harness.h"

struct recording {
	struct emit_c_answers *answers;
	size_t nr_known;
	bool out_of_memory;
};

static int64_t answer_of(const struct call *call, const struct event *event)
{
	switch ((enum op_result)op_table[call->code].result) {
	case RESULT_BLOCK:
		return event->pfn == PFN_NONE ? -1 : (int64_t)event->pfn;
	case RESULT_FRAGMENT:
		return event->pfn == PFN_NONE
			       ? -1
			       : (int64_t)event->pfn * BUDDY_PAGE_SIZE + event->offset_bytes;
	default:
		return event->result;
	}
}

static bool observe(void *context, size_t op_index, const struct op *op, const struct call *call,
		    const struct event *event)
{
	struct recording *recording = context;
	struct emit_c_answers *answers = recording->answers;
	struct emit_c_answer *answer = &answers->of_ops[op ? op_index : 0];

	for (; recording->nr_known < op_index; recording->nr_known++)
		answers->of_ops[recording->nr_known].known = true;
	if (!op)
		return true;
	answer->known = answer->fits = true;
	answer->answer = answer_of(call, event);
	if (!event->nr_pfns)
		return true;
	answer->pfns = malloc(event->nr_pfns * sizeof(*answer->pfns));
	recording->out_of_memory = recording->out_of_memory || !answer->pfns;
	if (answer->pfns) {
		memcpy(answer->pfns, event->pfns, event->nr_pfns * sizeof(*answer->pfns));
		answer->nr_pfns = event->nr_pfns;
	}
	return !recording->out_of_memory;
}

static bool record(const struct program *program, struct recording *recording,
		   struct finding *finding)
{
	static const struct lockstep_options options = { .judge = true,
							 .walk_every_ops = LOCKSTEP_WALK_AUTO,
							 .free_at_end = true,
							 .trace = true };
	const struct subject_ops *core = subject_core();
	char error[512];
	struct lockstep *lockstep = lockstep_create(&core, 1, &options, NULL, error, sizeof(error));
	bool clean;

	if (!lockstep) {
		finding_set(finding, FINDING_ERROR, "error/create", "%s", error);
		return false;
	}
	lockstep_observe(lockstep, observe, recording);
	clean = lockstep_run(lockstep, program, NULL, finding);
	lockstep_free(lockstep);
	return clean;
}

bool emit_c_record(const struct program *program, struct emit_c_answers *answers,
		   struct finding *finding)
{
	struct recording recording = { .answers = answers };
	bool clean = false;

	answers->nr_ops = program->nr_ops;
	answers->of_ops = calloc(program->nr_ops + 1, sizeof(*answers->of_ops));
	recording.out_of_memory = !answers->of_ops;
	if (answers->of_ops)
		clean = record(program, &recording, finding);
	if (recording.out_of_memory) {
		finding_set(finding, FINDING_ERROR, "error/memory", "out of memory");
		return false;
	}
	return clean;
}

void emit_c_answers_free(struct emit_c_answers *answers)
{
	for (size_t i = 0; answers->of_ops && i < answers->nr_ops; i++)
		free(answers->of_ops[i].pfns);
	free(answers->of_ops);
	answers->of_ops = NULL;
	answers->nr_ops = 0;
}
