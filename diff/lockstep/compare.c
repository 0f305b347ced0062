/* SPDX-License-Identifier: MIT */
/* The claims, field by field. */
#include "diff/lockstep/compare.h"

static bool is_bulk(uint8_t code)
{
	return code == OP_alloc_pages_bulk_array || code == OP_alloc_pages_bulk_list;
}

static bool is_alloc(uint8_t code)
{
	return op_table[code].operands & OPERAND_DEST;
}

/* Ops whose result counts references or is an error number; elsewhere it only says "done". */
static bool result_matters(uint8_t code)
{
	switch (code) {
	case OP_free_pages:
	case OP_free_page:
	case OP_get_page:
	case OP_put_page:
	case OP_get_page_unless_zero:
	case OP_sysctl:
		return true;
	default:
		return is_bulk(code);
	}
}

static bool same_success(uint8_t code, const struct event *a, const struct event *b)
{
	if (is_bulk(code))
		return a->result == b->result;
	return !is_alloc(code) || (a->pfn == PFN_NONE) == (b->pfn == PFN_NONE);
}

static const char *compare_exact(const struct call *call, const struct event *a,
				 const struct event *b)
{
	if (a->pfn != b->pfn)
		return "another page frame";
	if (result_matters(call->code) && a->result != b->result)
		return "another result";
	if (call->code == OP_page_frag_alloc && a->offset_bytes != b->offset_bytes)
		return "another offset in the page";
	if (!is_bulk(call->code))
		return NULL;
	if (a->nr_pfns != b->nr_pfns)
		return "another number of pages";
	for (uint32_t i = 0; i < a->nr_pfns; i++)
		if (a->pfns[i] != b->pfns[i])
			return "another page frame in the list";
	return NULL;
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
