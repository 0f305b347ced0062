/* SPDX-License-Identifier: MIT */
/* Rules about what an op answered: which pages, how many, with how many references. */
#include <string.h>

#include "oracle/judge/rules.h"
#include "oracle/ledger/holdings.h"

void rule_in_range(struct judge *judge)
{
	if (judge->taken.out_of_range == PFN_NONE)
		return;
	judge_fail(
		judge, RULE_in_range, judge->taken.out_of_range,
		"%s answered page frame %u of an order %u block, and frame %u is %s (the machine "
		"spans %u..%u).",
		op_table[judge->call->code].name, judge->event->pfn, judge->call->order,
		judge->taken.out_of_range,
		ledger_page(judge->ledger, judge->taken.out_of_range)
			? ledger_state_name(LEDGER_FOREIGN)
			: "outside the machine",
		judge->machine.base_pfn, judge->machine.end_pfn);
}

void rule_alignment(struct judge *judge)
{
	const struct call *call = judge->call;

	if (call->order <= MAX_PAGE_ORDER && judge->event->pfn & ((1u << call->order) - 1))
		judge_fail(judge, RULE_alignment, judge->event->pfn,
			   "the order %u block that was answered begins at page frame %u.",
			   call->order, judge->event->pfn);
}

void rule_no_overlap(struct judge *judge)
{
	const struct ledger_page *page;

	if (judge->taken.overlap == PFN_NONE)
		return;
	page = ledger_page(judge->ledger, judge->taken.overlap);
	judge_fail(judge, RULE_no_overlap, judge->taken.overlap,
		   "%s handed out page frame %u, which is %s: the block there begins at frame %u, "
		   "order %u, with %d references.",
		   op_table[judge->call->code].name, judge->taken.overlap,
		   ledger_state_name(judge->taken.overlap_state), page->head,
		   ledger_page(judge->ledger, page->head)->order,
		   ledger_page(judge->ledger, page->head)->refs);
}

/* The bulk loop does not look at the task, so the higher of both answers counts (FP-61.5). */
static uint32_t highest_zone_index(const struct judge *judge)
{
	uint32_t plain = judge->machine.gfp_zone[judge->call->gfp & GFP_ZONEMASK];

	if (op_is_bulk(judge->call->code) && plain > judge->request->highest_zoneidx)
		return plain;
	return judge->request->highest_zoneidx;
}

static bool zone_in_list(const struct judge *judge, uint32_t zone)
{
	for (const uint8_t *z = judge->request->zonelist; *z < judge->machine.nr_zones; z++)
		if (*z == zone)
			return true;
	return false;
}

/*
 * FP-8: only the reserves, a captured block and what must not fail come from nodes outside the
 * cpuset (SP-11, SP-53). A chunk of fragments may be older than the cpuset.
 */
static void check_cpuset(struct judge *judge)
{
	const struct request *request = judge->request;
	struct zone_info zone;

	if (!op_hooks_get(judge->ledger->hook_answers, OP_HOOKS_CPUSET) || !request->slow_cpuset ||
	    request->memalloc_flags || request->never_fails ||
	    judge->event->answers & ANSWER_CAPTURED)
		return;
	for (uint32_t i = 0; i < judge->nr_touched; i++) {
		const struct touched *page = &judge->touched[i];

		judge->view->zone(judge->view->self, page->info.zone, &zone);
		if (page->head == page->pfn &&
		    op_hooks_bars(judge->ledger->hook_answers, zone.node))
			judge_fail(judge, RULE_zone_allowed, page->pfn,
				   "page frame %u lies in zone %u of node %u, which is outside the "
				   "cpuset.",
				   page->pfn, page->info.zone, zone.node);
	}
}

void rule_zone_allowed(struct judge *judge)
{
	const struct touched *first = judge->touched;
	uint32_t highest;

	if (!judge->request->legal)
		return;
	rule_reached(judge, RULE_zone_allowed);
	check_cpuset(judge);
	highest = highest_zone_index(judge);
	for (uint32_t i = 0; i < judge->nr_touched; i++) {
		const struct touched *page = &judge->touched[i];
		uint32_t z = page->info.zone;

		if (page->head != page->pfn && z != first->info.zone)
			judge_fail(judge, RULE_zone_allowed, page->pfn,
				   "the block at page frame %u (order %u) lies in zones %u and %u.",
				   page->head, page->order, first->info.zone, z);
		if (zone_in_list(judge, z) && judge->zones_before[z].index <= highest)
			continue;
		judge_fail(judge, RULE_zone_allowed, page->pfn,
			   "page frame %u lies in zone %u, and gfp %#x on node %u allows zone "
			   "kinds up to "
			   "%u of its zone list.",
			   page->pfn, z, judge->call->gfp, judge->call->node, highest);
	}
}

void rule_node_allowed(struct judge *judge)
{
	struct zone_info zone;

	if (!(judge->machine.features & BUDDY_NUMA) || !(judge->call->gfp & __GFP_THISNODE))
		return;
	rule_reached(judge, RULE_node_allowed);
	for (uint32_t i = 0; i < judge->nr_touched; i++) {
		const struct touched *page = &judge->touched[i];

		if (page->head != page->pfn)
			continue;
		judge->view->zone(judge->view->self, page->info.zone, &zone);
		if (zone.node != judge->call->node)
			judge_fail(judge, RULE_node_allowed, page->pfn,
				   "__GFP_THISNODE asked for node %u and got page frame %u of node "
				   "%u.",
				   judge->call->node, page->pfn, zone.node);
	}
}

static void check_bulk_list(struct judge *judge)
{
	const struct event *event = judge->event;

	if (event->result < 0 || event->result > judge->call->count ||
	    event->result != event->nr_pfns) {
		judge_fail(judge, RULE_bulk_result, PFN_NONE,
			   "a list of %u was asked for, %lld is the answer, and %u pages came.",
			   judge->call->count, (long long)event->result, event->nr_pfns);
		return;
	}
	for (uint32_t i = 0; i < event->nr_pfns; i++)
		if (event->pfns[i] == PFN_NONE)
			judge_fail(judge, RULE_bulk_result, PFN_NONE,
				   "place %u of the answered list is empty.", i);
}

/* FP-60: everything before the answer is filled, nothing behind it changed. */
static bool place_is_right(const struct judge *judge, uint32_t i)
{
	pfn_t was = judge->call->pfns[i], is = judge->event->pfns[i];

	return was != PFN_NONE ? was == is : (i < judge->event->result) == (is != PFN_NONE);
}

static void check_bulk_array(struct judge *judge)
{
	const struct event *event = judge->event;
	const struct call *call = judge->call;
	uint32_t i = 0;

	if (event->result < 0 || event->result > call->count || event->nr_pfns != call->count) {
		judge_fail(
			judge, RULE_bulk_result, PFN_NONE,
			"an array of %u places was passed, %lld is the answer, and %u places came "
			"back.",
			call->count, (long long)event->result, event->nr_pfns);
		return;
	}
	while (i < event->result && place_is_right(judge, i))
		i++;
	if (i == event->result &&
	    !memcmp(&call->pfns[i], &event->pfns[i], (call->count - i) * sizeof(*call->pfns)))
		return;
	while (place_is_right(judge, i))
		i++;
	judge_fail(judge, RULE_bulk_result, event->pfns[i],
		   "place %u held frame %d and now holds %d, and the answer is %lld populated "
		   "places.",
		   i, (int)call->pfns[i], (int)event->pfns[i], (long long)event->result);
}

void rule_bulk_result(struct judge *judge)
{
	rule_reached(judge, RULE_bulk_result);
	if (op_table[judge->call->code].result == RESULT_ARRAY)
		check_bulk_array(judge);
	else
		check_bulk_list(judge);
}

void rule_frag_bounds(struct judge *judge)
{
	const struct taken *taken = &judge->taken;
	const struct event *event = judge->event;

	if (event->pfn == PFN_NONE)
		return;
	rule_reached(judge, RULE_frag_bounds);
	if (taken->overlap_end)
		judge_fail(judge, RULE_frag_bounds, event->pfn,
			   "the fragment at page frame %u, offset %u, %u bytes overlaps the live "
			   "one of "
			   "%llu bytes at frame %llu, offset %llu.",
			   event->pfn, event->offset_bytes, judge->call->count,
			   (unsigned long long)(taken->overlap_end - taken->overlap_start),
			   (unsigned long long)(taken->overlap_start >> BUDDY_PAGE_SHIFT),
			   (unsigned long long)(taken->overlap_start % BUDDY_PAGE_SIZE));
	else if (taken->fragment_astray)
		judge_fail(judge, RULE_frag_bounds, event->pfn,
			   "the fragment at page frame %u, offset %u, %u bytes reaches beyond its "
			   "chunk.",
			   event->pfn, event->offset_bytes, judge->call->count);
}

void rule_refcount_answer(struct judge *judge)
{
	int64_t expected = judge->taken.expected_refs, got = judge->event->result;

	if (page_is_tainted(judge, judge->call->pfn))
		return;
	if (op_table[judge->call->code].traits & TRAIT_SPECULATIVE ? (expected > 0) != (got > 0)
								   : expected != got)
		judge_fail(judge, RULE_refcount_answer, judge->call->pfn,
			   "%s of page frame %u answered %lld, and %lld references are held.",
			   op_table[judge->call->code].name, judge->call->pfn, (long long)got,
			   (long long)expected);
}

void rule_zeroed(struct judge *judge)
{
	judge_fail(judge, RULE_zeroed, judge->event->unzeroed_pfn,
		   "page frame %u of the block at %d, asked for with __GFP_ZERO, still holds old "
		   "contents.",
		   judge->event->unzeroed_pfn, (int)judge->event->pfn);
}

void rule_effects_possible(struct judge *judge)
{
	char holders[LEDGER_HOLDERS_TEXT];
	pfn_t pfn = judge->taken.effect_pfn;

	judge_fail(judge, RULE_effects_possible, pfn, "an effect of %s %s: page frame %u, %s.",
		   op_table[judge->call->code].name, judge->taken.effect_clash, pfn,
		   ledger_holders(judge->ledger, pfn, holders, sizeof(holders)));
}
