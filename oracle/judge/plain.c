/* SPDX-License-Identifier: MIT */
/* What plain blocks settle. */
#include "oracle/judge/plain.h"

#include "oracle/judge/judge.h"
#include "oracle/ops/ops.h"

struct rule_set plain_settles(const struct call *call, bool one_node)
{
	struct rule_set settled = { { 0 } };

#define RULE(id, when, sentence)                                   \
	if (WHEN_##when == WHEN_GAIN || WHEN_##when == WHEN_PAGES) \
		rule_set_add(&settled, RULE_##id);
#include "oracle/rules/rules.def"
	if (!one_node)
		rule_set_remove(&settled, RULE_node_allowed);
	if (!op_allocates(call->code) || !call->order || !(ops_gfp(call) & __GFP_COMP))
		rule_set_remove(&settled, RULE_compound_layout);
	return settled;
}
