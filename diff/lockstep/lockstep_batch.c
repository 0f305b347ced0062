/* SPDX-License-Identifier: MIT */
/*
 * Subjects that take whole programs: the reference's calls and answers are handed over while it
 * runs, and executed behind its last op. What comes back is one place in the list of calls; to tell
 * what is wrong there, the reference is run once more up to it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff/lockstep/compare.h"
#include "diff/lockstep/lockstep_internal.h"

#define FIRST_CAPACITY 4096

void batch_begin(struct lockstep *lockstep)
{
	lockstep->nr_batch_calls = 0;
	for (uint32_t s = 1; s < lockstep->nr_sides; s++) {
		struct side *side = &lockstep->sides[s];

		side->batch_open = side->batch;
		if (side->batch)
			side->batch->begin(side->self);
	}
}

static bool remember_op(struct lockstep *lockstep, size_t op_index)
{
	if (lockstep->nr_batch_calls == lockstep->batch_capacity) {
		size_t capacity =
			lockstep->batch_capacity ? lockstep->batch_capacity * 2 : FIRST_CAPACITY;
		uint32_t *ops = realloc(lockstep->batch_ops, capacity * sizeof(*ops));

		if (!ops)
			return false;
		lockstep->batch_ops = ops;
		lockstep->batch_capacity = capacity;
	}
	lockstep->batch_ops[lockstep->nr_batch_calls++] = (uint32_t)op_index;
	return true;
}

/* Zones of the reference; 0 when it does not tell, or nobody wants to know. */
static uint32_t reference_counts(struct lockstep *lockstep, struct zone_count *counts)
{
	const struct side *reference = &lockstep->sides[0];
	uint32_t nr_zones = lockstep->machine->nr_zones;

	if (!lockstep->options.compare_counts || !reference->ops->counts ||
	    nr_zones > BATCH_MAX_ZONES)
		return 0;
	for (uint32_t z = 0; z < nr_zones; z++)
		if (!reference->ops->counts(reference->self, z, reference->ledger->cpu,
					    &counts[z].free_pages, &counts[z].pcp_pages))
			return 0;
	return nr_zones;
}

void batch_note(struct lockstep *lockstep, size_t op_index)
{
	const struct side *reference = &lockstep->sides[0];
	const struct call *call = &reference->call;
	struct zone_count counts[BATCH_MAX_ZONES];
	uint32_t nr_counts = reference_counts(lockstep, counts);
	bool done = reference->event.status == EVENT_DONE, noted = false;

	for (uint32_t s = 1; s < lockstep->nr_sides; s++) {
		struct side *side = &lockstep->sides[s];

		if (!side->batch_open)
			continue;
		side->batch_open =
			done && side->claims[call->code] == CLAIM_EXACT &&
			side->batch->add(side->self, call, &reference->event, counts, nr_counts);
		noted = noted || side->batch_open;
	}
	if (!noted || remember_op(lockstep, op_index))
		return;
	for (uint32_t s = 1; s < lockstep->nr_sides; s++)
		lockstep->sides[s].batch_open = false;
}

static enum batch_outcome run_batch(struct lockstep *lockstep, uint32_t s)
{
	struct batch_result *result = &lockstep->batch_result;
	struct side *side = &lockstep->sides[s];

	event_clear(&side->event);
	result->event = side->event;
	result->nr_done = 0;
	result->text[0] = '\0';
	return side->batch->run(side->self, side->batch_open ? lockstep->sides[0].view : NULL,
				result);
}

/* ---- what is wrong ---- */

static size_t op_at_fault(const struct lockstep *lockstep, size_t nr_done)
{
	if (!lockstep->nr_batch_calls)
		return 0;
	if (nr_done > lockstep->nr_batch_calls)
		nr_done = lockstep->nr_batch_calls;
	return lockstep->batch_ops[nr_done ? nr_done - 1 : 0];
}

/* The first zone whose counters are not the reference's; false: none. */
static bool counts_differ(struct lockstep *lockstep, char *text, size_t size)
{
	const struct batch_result *result = &lockstep->batch_result;
	struct zone_count counts[BATCH_MAX_ZONES];
	uint32_t nr = reference_counts(lockstep, counts);

	for (uint32_t z = 0; z < nr; z++) {
		const struct zone_count *a = &counts[z], *b = &result->counts[z];

		if (a->free_pages == b->free_pages && a->pcp_pages == b->pcp_pages)
			continue;
		snprintf(text, size,
			 "zone %u has %lld free and %lld on its lists, here %lld and %lld", z,
			 (long long)a->free_pages, (long long)a->pcp_pages,
			 (long long)b->free_pages, (long long)b->pcp_pages);
		return true;
	}
	return false;
}

static enum outcome found_answer(struct lockstep *lockstep, uint32_t s,
				 const struct program *program, struct finding *finding)
{
	size_t op_index = op_at_fault(lockstep, lockstep->batch_result.nr_done);
	struct side *reference = &lockstep->sides[0], *side = &lockstep->sides[s];
	const char *what;
	char text[160];

	lockstep_repeat(lockstep, program, op_index + 1, false);
	side->event = lockstep->batch_result.event;
	what = compare_events(CLAIM_EXACT, &reference->call, &reference->event, &side->event);
	if (!what)
		what = counts_differ(lockstep, text, sizeof(text)) ? text : "another answer";
	return lockstep_found_difference(lockstep, s, what, program, op_index, finding);
}

/* Does the state differ behind the first nr_calls calls? */
static bool state_differs(struct lockstep *lockstep, uint32_t s, const struct program *program,
			  size_t nr_calls)
{
	return lockstep_repeat(lockstep, program, lockstep->batch_ops[nr_calls - 1] + 1ull, true) &&
	       run_batch(lockstep, s) == BATCH_STATE_DIFFERS;
}

/* By halving: behind `same` calls the states are equal, behind `other` they are not. */
static enum outcome found_state(struct lockstep *lockstep, uint32_t s,
				const struct program *program, struct finding *finding)
{
	size_t same = 0, other = lockstep->nr_batch_calls;
	size_t op_index;

	while (other - same > 1) {
		size_t middle = same + (other - same) / 2;

		if (state_differs(lockstep, s, program, middle))
			other = middle;
		else
			same = middle;
	}
	op_index = other ? lockstep->batch_ops[other - 1] : program->nr_ops;
	if (other)
		state_differs(lockstep, s, program, other);
	lockstep_set_finding(finding, CAUSE_STATE, s, "difference", lockstep->batch_result.text,
			     program, op_index);
	return FOUND;
}

static enum outcome found_broken(struct lockstep *lockstep, uint32_t s,
				 const struct program *program, struct finding *finding)
{
	const struct batch_result *result = &lockstep->batch_result;

	lockstep_set_finding(finding, CAUSE_TOLD, s, result->sign, result->text, program,
			     op_at_fault(lockstep, result->nr_done));
	return FOUND;
}

static enum outcome found_error(struct lockstep *lockstep, uint32_t s, struct finding *finding)
{
	finding->kind = FINDING_ERROR;
	finding->subject = s;
	snprintf(finding->signature, sizeof(finding->signature), "error/batch");
	snprintf(finding->text, sizeof(finding->text), "subject %s: %s\n",
		 lockstep->subjects[s]->name, lockstep->batch_result.text);
	return FOUND;
}

static enum outcome finish_side(struct lockstep *lockstep, uint32_t s,
				const struct program *program, struct finding *finding)
{
	enum batch_outcome outcome = run_batch(lockstep, s);

	lockstep->stats.nr_batched += lockstep->batch_result.nr_done;
	switch (outcome) {
	case BATCH_DIFFERS:
		return found_answer(lockstep, s, program, finding);
	case BATCH_STATE_DIFFERS:
		return found_state(lockstep, s, program, finding);
	case BATCH_BROKEN:
		return found_broken(lockstep, s, program, finding);
	case BATCH_ERROR:
		return found_error(lockstep, s, finding);
	default:
		return GO_ON;
	}
}

enum outcome batch_finish(struct lockstep *lockstep, const struct program *program,
			  struct finding *finding)
{
	enum outcome outcome = GO_ON;

	for (uint32_t s = 1; s < lockstep->nr_sides && outcome == GO_ON; s++)
		if (lockstep->sides[s].batch)
			outcome = finish_side(lockstep, s, program, finding);
	return outcome;
}
