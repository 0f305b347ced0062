/* SPDX-License-Identifier: MIT */
/*
 * Whole programs over to the guest: calls and expected answers are written into the shared file as
 * they come, executed in one command, and what the guest cannot compare is compared here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff/linux/subject_linux.h"

static void linux_begin(void *self)
{
	struct linux_subject *subject = self;
	char error[64];

	subject->nr_calls = subject->nr_pfns = subject->nr_listed = 0;
	/* After a fork it is another file, in the same place; run() tells of an error. */
	linux_guest_shared(error, sizeof(error));
	subject->marks_lru = false;
}

/* Behind the frames of a list stand those that are expected; an offset stands alone. */
static bool expect_frames(struct linux_subject *subject, const struct linux_call *call,
			  const struct event *expected)
{
	unsigned int *pfns = &subject->shared->pfns[call->first_pfn];

	if (op_table[call->code].result == RESULT_FRAGMENT) {
		if (subject->nr_pfns == LINUX_MAX_PFNS)
			return false;
		pfns[0] = expected->offset_bytes;
		subject->nr_pfns++;
	} else if (op_is_bulk(call->code)) {
		memcpy(pfns + call->count, expected->pfns, expected->nr_pfns * sizeof(*pfns));
	} else {
		return true;
	}
	subject->listed[subject->nr_listed++] = subject->nr_calls;
	return true;
}

static bool linux_add(void *self, const struct call *call, const struct event *expected,
		      const struct zone_count *counts, uint32_t nr_counts)
{
	struct linux_subject *subject = self;
	struct linux_call *out = &subject->shared->calls[subject->nr_calls];

	if (subject->nr_calls == LINUX_MAX_CALLS || nr_counts > LINUX_MAX_ZONES ||
	    !linux_put_call(subject, subject->nr_calls, call, 2) ||
	    !expect_frames(subject, out, expected))
		return false;
	out->compare = LINUX_CHECK_ANSWER | (nr_counts ? LINUX_CHECK_COUNTS : 0);
	out->expected_pfn = expected->pfn;
	out->expected_result = expected->result;
	for (uint32_t z = 0; z < nr_counts; z++) {
		out->expected_free[z] = (unsigned int)counts[z].free_pages;
		out->expected_pcp[z] = (unsigned int)counts[z].pcp_pages;
	}
	subject->marks_lru = subject->marks_lru || call->code == OP_set_lru;
	subject->nr_calls++;
	return true;
}

static bool list_agrees(const struct linux_shared *shared, uint32_t index)
{
	const struct linux_call *call = &shared->calls[index];
	const struct linux_answer *answer = &shared->answers[index];
	const unsigned int *pfns = &shared->pfns[call->first_pfn];

	if (op_table[call->code].result == RESULT_FRAGMENT)
		return answer->pfn == PFN_NONE || answer->offset_bytes == pfns[0];
	return !memcmp(pfns, pfns + call->count, linux_nr_answered(call, answer) * sizeof(*pfns));
}

/* The guest does not look at lists and offsets: an earlier difference may hide there. */
static enum batch_outcome look_at_answers(struct linux_subject *subject,
					  struct batch_result *result)
{
	const struct linux_shared *shared = subject->shared;
	const struct linux_answer *last;

	for (uint32_t i = 0; i < subject->nr_listed && subject->listed[i] < result->nr_done; i++) {
		if (shared->answers[subject->listed[i]].status != LINUX_DONE ||
		    list_agrees(shared, subject->listed[i]))
			continue;
		result->nr_done = subject->listed[i] + 1ull;
		return BATCH_DIFFERS;
	}
	if (!result->nr_done)
		return BATCH_AGREES;
	last = &shared->answers[result->nr_done - 1];
	if (last->status != LINUX_DONE) {
		result->nr_done--;
		return BATCH_UNSUPPORTED;
	}
	return shared->differs ? BATCH_DIFFERS : BATCH_AGREES;
}

static void fill_difference(const struct linux_subject *subject, struct batch_result *result)
{
	const struct linux_shared *shared = subject->shared;
	const struct linux_answer *answer = &shared->answers[result->nr_done - 1];

	linux_get_event(shared, &shared->calls[result->nr_done - 1], answer, &result->event);
	for (uint32_t z = 0; z < subject->start.machine.nr_zones; z++) {
		result->counts[z].free_pages = answer->free_pages[z];
		result->counts[z].pcp_pages = answer->pcp_pages[z];
	}
}

static bool is_without_lru(const struct linux_subject *subject)
{
	return !subject->starts_with_lru && !subject->marks_lru;
}

/* Both states in full; the hashes have said already that they differ. */
static enum batch_outcome explain_state(struct linux_subject *subject, struct batch_result *result)
{
	struct snapshot *got = calloc(1, sizeof(*got));
	enum batch_outcome outcome = BATCH_ERROR;

	snprintf(result->text, sizeof(result->text), "the states cannot be read for comparison");
	if (got && linux_snapshot(subject, got)) {
		outcome = BATCH_STATE_DIFFERS;
		if (snapshot_equal(&subject->end.snapshot, got, result->text, sizeof(result->text)))
			snprintf(
				result->text, sizeof(result->text),
				"only the hashes differ: the module and the harness do not put the "
				"words in the same order");
	}
	if (got)
		snapshot_free(got);
	free(got);
	return outcome;
}

static enum batch_outcome compare_state(struct linux_subject *subject, const struct view *end,
					struct batch_result *result)
{
	uint64_t hash = subject->shared->state_hash;

	if (!linux_state_take(&subject->end, end, is_without_lru(subject))) {
		snprintf(result->text, sizeof(result->text), "out of memory for a state");
		return BATCH_ERROR;
	}
	if (linux_state_hash(&subject->end.machine, subject->end.words) == hash)
		return BATCH_AGREES;
	return explain_state(subject, result);
}

/* Bad pages do not stop the guest. Cuts *nr_done down to the first call that had one. */
static bool has_reports(const struct linux_shared *shared, size_t *nr_done)
{
	for (size_t i = 0; i < *nr_done; i++)
		if (shared->answers[i].nr_bad_pages) {
			*nr_done = i + 1;
			return true;
		}
	return false;
}

static enum batch_outcome broken(const struct linux_shared *shared, enum linux_trouble trouble,
				 struct batch_result *result)
{
	if (trouble != LINUX_BAD_PAGE)
		result->nr_done++; /* it came to grief in the one behind */
	snprintf(result->sign, sizeof(result->sign), "%s", linux_trouble_name(trouble));
	linux_describe_trouble(shared, trouble, result->text, sizeof(result->text));
	return BATCH_BROKEN;
}

static enum batch_outcome linux_run(void *self, const struct view *end, struct batch_result *result)
{
	struct linux_subject *subject = self;
	struct linux_shared *shared = subject->shared;
	enum batch_outcome outcome;
	enum linux_trouble trouble;

	if (!linux_ensure_machine(subject, result->text, sizeof(result->text)))
		return BATCH_ERROR;
	shared->flags = LINUX_COMPARE | (end ? LINUX_FINAL_HASH : 0) |
			(is_without_lru(subject) ? LINUX_WITHOUT_LRU : 0) |
			(shared->kernel.has_coverage ? LINUX_COVERAGE : 0);
	shared->nr_calls = subject->nr_calls;
	shared->nr_done = shared->differs = 0;
	trouble = linux_guest_command(LINUX_RUN);
	result->nr_done = shared->nr_done < subject->nr_calls ? shared->nr_done : subject->nr_calls;
	/* The kernel prints only so many reports a minute; that it had one is always counted. */
	if ((!trouble || trouble == LINUX_BAD_PAGE) && has_reports(shared, &result->nr_done))
		trouble = LINUX_BAD_PAGE;
	if (trouble == LINUX_REFUSED) {
		linux_describe_trouble(shared, trouble, result->text, sizeof(result->text));
		return BATCH_ERROR;
	}
	if (trouble)
		return broken(shared, trouble, result);
	outcome = look_at_answers(subject, result);
	if (outcome == BATCH_DIFFERS)
		fill_difference(subject, result);
	if (outcome != BATCH_AGREES || !end)
		return outcome;
	return compare_state(subject, end, result);
}

const struct subject_batch linux_batch = {
	.begin = linux_begin,
	.add = linux_add,
	.run = linux_run,
};
