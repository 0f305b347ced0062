/* SPDX-License-Identifier: MIT */
/* The claims, field by field. */
#include "diff/lockstep/compare.h"
#include "oracle/lang/fuzz_assert.h"

static bool same_success(uint8_t code, const struct event *a, const struct event *b)
{
	if (op_is_bulk(code))
		return a->result == b->result;
	return !op_allocates(code) || (a->pfn == PFN_NONE) == (b->pfn == PFN_NONE);
}

static const char *compare_lists(const struct event *a, const struct event *b)
{
	FUZZ_ASSERT(a->nr_pfns <= CALL_MAX_PFNS && b->nr_pfns <= CALL_MAX_PFNS);
	if (a->nr_pfns != b->nr_pfns)
		return "another number of pages";
	for (uint32_t i = 0; i < a->nr_pfns; i++)
		if (a->pfns[i] != b->pfns[i])
			return "another page frame in the list";
	return NULL;
}

/* What is no part of the answer (enum op_result) is not compared. */
static const char *compare_exact(const struct call *call, const struct event *a,
				 const struct event *b)
{
	if (a->pfn != b->pfn)
		return "another page frame";
	switch ((enum op_result)op_table[call->code].result) {
	case RESULT_FRAGMENT:
		return a->offset_bytes != b->offset_bytes ? "another offset in the page" : NULL;
	case RESULT_ARRAY:
	case RESULT_LIST:
		return a->result != b->result ? "another result" : compare_lists(a, b);
	case RESULT_REFS:
	case RESULT_ERRNO:
		return a->result != b->result ? "another result" : NULL;
	default:
		return NULL;
	}
}

const char *compare_events(enum claim claim, const struct call *call, const struct event *a,
			   const struct event *b)
{
	if (claim < CLAIM_COUNTS)
		return NULL;
	if (a->status != b->status)
		return a->status == EVENT_SKIPPED || b->status == EVENT_SKIPPED
			       ? "the op fits only one side"
			       : "another outcome";
	if (a->status != EVENT_DONE && a->status != EVENT_STALLED)
		return NULL;
	if (!same_success(call->code, a, b))
		return "success here, failure there";
	return claim == CLAIM_EXACT ? compare_exact(call, a, b) : NULL;
}

/* Adds the pcp pages of the other CPUs; false when a subject does not tell them. */
static bool total_free(const struct subject_ops *ops, void *self, uint32_t zone, uint32_t nr_cpus,
		       int64_t *free_pages)
{
	int64_t pcp_pages, total = 0;

	for (uint32_t cpu = 0; cpu < nr_cpus; cpu++) {
		if (!ops->counts(self, zone, cpu, free_pages, &pcp_pages))
			return false;
		total += pcp_pages;
	}
	*free_pages += total;
	return true;
}

bool compare_counts(enum claim claim, const struct subject_ops *a_ops, void *a,
		    const struct subject_ops *b_ops, void *b, uint32_t nr_zones, uint32_t cpu,
		    uint32_t nr_cpus, struct count_pair *pair)
{
	if (claim < CLAIM_COUNTS || !a_ops->counts || !b_ops->counts)
		return true;
	pair->cpu = cpu;
	for (pair->zone = 0; pair->zone < nr_zones; pair->zone++) {
		int64_t *free_pages = pair->free_pages, *pcp_pages = pair->pcp_pages;

		pcp_pages[0] = pcp_pages[1] = 0;
		if (claim == CLAIM_COUNTS) {
			if (!total_free(a_ops, a, pair->zone, nr_cpus, &free_pages[0]) ||
			    !total_free(b_ops, b, pair->zone, nr_cpus, &free_pages[1]))
				continue;
		} else if (!a_ops->counts(a, pair->zone, cpu, &free_pages[0], &pcp_pages[0]) ||
			   !b_ops->counts(b, pair->zone, cpu, &free_pages[1], &pcp_pages[1])) {
			continue;
		}
		if (free_pages[0] != free_pages[1] || pcp_pages[0] != pcp_pages[1])
			return false;
	}
	return true;
}
