/* SPDX-License-Identifier: MIT */
/*
 * Which rules an operation gives something to judge. The judge asks more: a rule about compound
 * blocks is asked for each block, and has proved nothing until it saw a compound one.
 */
#include "buddy/types.h"
#include "fuzz/reach/features.h"

enum occasion {
	ALWAYS_AFTER_OP, /* what is not listed below: any operation */
	AFTER_CORRECT,
	AFTER_MISUSE,
	AFTER_BLOCK, /* pages were handed out */
	AFTER_BIG_BLOCK,
	AFTER_COMPOUND,
	AFTER_FAILURE,
	AFTER_BULK,
	AFTER_FRAGMENT,
	AFTER_REFERENCE,
	AFTER_ZEROED,
	AFTER_SPLIT,
	AFTER_THIS_NODE
};

static const uint8_t occasions[NR_RULES] = {
	[RULE_no_trap] = AFTER_CORRECT,           [RULE_bad_page_only_after_misuse] = AFTER_CORRECT,
	[RULE_misuse_detected] = AFTER_MISUSE,    [RULE_in_range] = AFTER_BLOCK,
	[RULE_alignment] = AFTER_BIG_BLOCK,       [RULE_no_overlap] = AFTER_BLOCK,
	[RULE_zone_allowed] = AFTER_BLOCK,        [RULE_node_allowed] = AFTER_THIS_NODE,
	[RULE_watermark_decision] = AFTER_BLOCK,  [RULE_failure_justified] = AFTER_FAILURE,
	[RULE_bulk_result] = AFTER_BULK,          [RULE_frag_bounds] = AFTER_FRAGMENT,
	[RULE_refcount_answer] = AFTER_REFERENCE, [RULE_zeroed] = AFTER_ZEROED,
	[RULE_split_result] = AFTER_SPLIT,        [RULE_clean_at_handout] = AFTER_BLOCK,
	[RULE_compound_layout] = AFTER_COMPOUND,  [RULE_pfmemalloc_mark] = AFTER_BLOCK,
};

static const uint8_t whens[NR_RULES] = {
#define RULE(id, when, sentence) [RULE_##id] = WHEN_##when,
#include "oracle/rules/rules.def"
};

static bool gave_pages(const struct call *call, const struct event *event)
{
	return op_allocates(call->code) &&
	       (op_is_bulk(call->code) ? event->result > 0 : event->pfn != PFN_NONE);
}

static bool is_occasion(enum occasion occasion, const struct call *call, const struct event *event,
			const struct machine_info *machine)
{
	bool gave = gave_pages(call, event);

	switch (occasion) {
	case ALWAYS_AFTER_OP:
		return true;
	case AFTER_CORRECT:
		return !call->misuse;
	case AFTER_MISUSE:
		return call->misuse;
	case AFTER_BLOCK:
		return gave;
	case AFTER_BIG_BLOCK:
		return gave && call->code == OP_alloc_pages && call->order;
	case AFTER_COMPOUND:
		return gave && call->order && call->gfp & __GFP_COMP;
	case AFTER_FAILURE:
		return op_allocates(call->code) && !gave;
	case AFTER_BULK:
		return op_is_bulk(call->code);
	case AFTER_FRAGMENT:
		return gave && op_table[call->code].result == RESULT_FRAGMENT;
	case AFTER_REFERENCE:
		return op_table[call->code].result == RESULT_REFS;
	case AFTER_ZEROED:
		return gave && (call->gfp & __GFP_ZERO || call->code == OP_get_zeroed_page);
	case AFTER_SPLIT:
		return call->code == OP_split_page || (gave && call->code == OP_alloc_pages_exact);
	case AFTER_THIS_NODE:
		return gave && machine->nr_nodes > 1 && call->gfp & __GFP_THISNODE;
	}
	return false;
}

uint64_t rules_concerned(const struct call *call, const struct event *event,
			 const struct machine_info *machine)
{
	uint64_t rules = 0;

	_Static_assert(NR_RULES <= 64, "a set of rules is one word");
	for (uint32_t rule = 0; rule < NR_RULES; rule++)
		if (whens[rule] < WHEN_WALK &&
		    is_occasion((enum occasion)occasions[rule], call, event, machine))
			rules |= UINT64_C(1) << rule;
	return rules;
}

uint64_t rules_concerned_at_end(const struct machine_info *machine, const uint32_t *marks)
{
	uint64_t rules = 0;

	for (uint32_t rule = 0; rule < NR_RULES; rule++)
		if (whens[rule] >= WHEN_WALK)
			rules |= UINT64_C(1) << rule;
	if (!(machine->features & BUDDY_CMA))
		rules &= ~(UINT64_C(1) << RULE_cma_recount);
	if (!marks[MARK_highatomic_reserved])
		rules &= ~(UINT64_C(1) << RULE_highatomic_reserve);
	return rules;
}
