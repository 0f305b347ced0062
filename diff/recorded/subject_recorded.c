/* SPDX-License-Identifier: MIT */
/*
 * The real Linux as a subject: answers come from a recording, in its order. The caller runs the
 * recording's own program; an op of another kind means that the two lost each other and is
 * declined.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff/recorded/recorded.h"
#include "diff/subjects/subject.h"

struct replay {
	const struct recorded *recorded;
	size_t next; /* program op that is answered next */
};

static enum claim recorded_claims(const struct subject_ops *ops, uint8_t op_code)
{
	(void)ops;
	return op_table[op_code].letter ? CLAIM_EXACT : CLAIM_NONE;
}

static void *recorded_create(const struct buddy_config *config, const struct snapshot *initial,
			     const struct env *env, char *error, size_t error_size)
{
	struct replay *replay;

	if (!env->recorded || initial != env->recorded->initial ||
	    memcmp(config, &env->recorded->machine, sizeof(*config))) {
		snprintf(error, error_size,
			 "the recorded subject answers only for its recording's machine");
		return NULL;
	}
	replay = calloc(1, sizeof(*replay));
	if (replay)
		replay->recorded = env->recorded;
	else
		snprintf(error, error_size, "out of memory");
	return replay;
}

static void recorded_reset(void *self)
{
	struct replay *replay = self;

	replay->next = 0;
}

static void recorded_apply(void *self, const struct call *call, struct event *event)
{
	struct replay *replay = self;
	const struct recorded *recorded = replay->recorded;

	if (replay->next == recorded->program.nr_ops ||
	    recorded->program.ops[replay->next].code != call->code) {
		event->status = EVENT_UNSUPPORTED;
		return;
	}
	recorded_tell(recorded, &recorded->answers[replay->next++], call, event);
}

/* Known for the zones of the last answered line, and for the CPU it was given on. */
static bool recorded_counts(void *self, uint32_t zone, uint32_t cpu, int64_t *free_pages,
			    int64_t *pcp_pages)
{
	const struct replay *replay = self;
	const struct recorded_answer *answer;
	const struct recorded_op *op;

	if (!replay->next)
		return false;
	answer = &replay->recorded->answers[replay->next - 1];
	op = &replay->recorded->ops[answer->op];
	if (!answer->counters || answer->cpu != cpu)
		return false;
	for (uint32_t k = 0; k < op->nr_counted; k++) {
		if (recorded_counted_zone(replay->recorded, k) != zone)
			continue;
		*free_pages = op->free_pages[k];
		*pcp_pages = op->pcp_pages[k];
		return true;
	}
	return false;
}

const struct subject_ops *subject_recorded(void)
{
	static const struct subject_ops ops = {
		.name = "recorded",
		.claims = recorded_claims,
		.create = recorded_create,
		.destroy = free,
		.reset = recorded_reset,
		.apply = recorded_apply,
		.counts = recorded_counts,
	};

	return &ops;
}
