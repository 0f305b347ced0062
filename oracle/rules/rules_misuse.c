/* SPDX-License-Identifier: MIT */
/* Rules about assertions and reports: never for a correct caller, always for a misuse that shows
 * (FR-9, FR-15). */
#include "oracle/judge/rules.h"
#include "oracle/lang/names.h"

/* GF-4, GF-9: flags that DEBUG_VM refuses are the caller's sin as well. */
static bool call_is_illegal(const struct judge *judge)
{
	return op_allocates(judge->call->code) && !judge->request->legal;
}

void rule_no_trap(struct judge *judge)
{
	const struct event *event = judge->event;

	if (event->status != EVENT_TRAPPED || judge->misuse_seen || call_is_illegal(judge))
		return;
	judge_fail(judge, RULE_no_trap, event->bug_pfn, "%s stopped at \"%s\", page frame %d.",
		   op_table[judge->call->code].name,
		   event->bug_condition ? event->bug_condition : "(no condition told)",
		   (int)event->bug_pfn);
}

void rule_bad_page_only_after_misuse(struct judge *judge)
{
	const struct event *event = judge->event;

	if (judge->call->misuse)
		return;
	rule_reached(judge, RULE_bad_page_only_after_misuse);
	for (uint32_t i = 0; i < event->nr_bad_pages && i < EVENT_MAX_BAD_PAGES; i++) {
		pfn_t pfn = event->bad_pages[i].pfn;
		uint32_t reason = event->bad_pages[i].reason;

		if (page_is_tainted(judge, pfn))
			continue;
		judge_fail(judge, RULE_bad_page_only_after_misuse, pfn,
			   "%s called page frame %u bad for %s, and nobody misused it.",
			   op_table[judge->call->code].name, pfn, name_of(bad_page_names, reason));
	}
}

void rule_misuse_detected(struct judge *judge)
{
	enum misuse_outcome outcome = judge->foresight.outcome;

	if (outcome == OUTCOME_UNKNOWN)
		return;
	rule_reached(judge, RULE_misuse_detected);
	if (outcome == OUTCOME_TRAP)
		judge_fail(judge, RULE_misuse_detected, judge->call->pfn,
			   "%s of page frame %u, order %u, went on, where DEBUG_VM stops.",
			   op_table[judge->call->code].name, judge->call->pfn, judge->call->order);
	else if (outcome == OUTCOME_REPORTED && !judge->event->nr_bad_pages)
		judge_fail(judge, RULE_misuse_detected, judge->call->pfn,
			   "%s of page frame %u, order %u, passed without a report, although a "
			   "page in it "
			   "shows the misuse.",
			   op_table[judge->call->code].name, judge->call->pfn, judge->call->order);
}
