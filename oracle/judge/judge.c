/* SPDX-License-Identifier: MIT */
/*
 * The order of asking. Rules come as a table made from rules.def; the first that breaks is the
 * verdict and ends the run. A misuse that leaves the machine undefined ends it too, but is no
 * finding.
 */
#include "oracle/judge/judge.h"

#include <stdarg.h>
#include <stdio.h>

#include "oracle/judge/rules.h"
#include "oracle/lang/fuzz_assert.h"

struct rule {
	const char *name, *sentence;
	enum rule_when when;
	void (*ask)(struct judge *judge);
};

static const struct rule rules[NR_RULES] = {
#define RULE(id, when, sentence) { #id, sentence, WHEN_##when, rule_##id },
#include "oracle/rules/rules.def"
};

/* The set of rules that are asked then: a constant where when is one. */
static inline struct rule_set rules_asked(enum rule_when when)
{
	struct rule_set set = { { 0 } };

#define RULE(id, asked, sentence) \
	set.words[RULE_##id / 64u] |= (uint64_t)(when == WHEN_##asked) << RULE_##id % 64u;
#include "oracle/rules/rules.def"
	return set;
}

void judge_sort_rules(struct judge *judge)
{
	for (uint32_t when = WHEN_OP; when < WHEN_WALK; when++)
		judge->rules_when[when] = rules_asked((enum rule_when)when);
}

const char *rule_name(enum rule_id rule)
{
	return (uint32_t)rule < NR_RULES ? rules[rule].name : "unknown";
}

enum rule_when rule_when(enum rule_id rule)
{
	return (uint32_t)rule < NR_RULES ? rules[rule].when : WHEN_OP;
}

const char *rule_sentence(enum rule_id rule)
{
	return (uint32_t)rule < NR_RULES ? rules[rule].sentence : "";
}

void judge_fail(struct judge *judge, enum rule_id rule, pfn_t pfn, const char *witness, ...)
{
	struct verdict *verdict = &judge->verdict;
	va_list args;
	int length;

	if (verdict->broken)
		return;
	verdict->broken = true;
	verdict->rule = rule;
	verdict->pfn = pfn;
	length = snprintf(verdict->text, sizeof(verdict->text), "Rule %s: %s. But ",
			  rules[rule].name, rules[rule].sentence);
	va_start(args, witness);
	vsnprintf(verdict->text + length, sizeof(verdict->text) - (size_t)length, witness, args);
	va_end(args);
}

/* In the order of rules.def. */
static bool ask_rules(struct judge *judge, const struct rule_set *set)
{
	for (uint32_t i = 0; i < RULE_SET_WORDS; i++)
		for (uint64_t left = set->words[i]; left && !judge->verdict.broken;
		     left &= left - 1)
			rules[i * 64u + (uint32_t)__builtin_ctzll(left)].ask(judge);
	return !judge->verdict.broken;
}

bool judge_ask_rules(struct judge *judge, enum rule_when when)
{
	struct rule_set set = rules_asked(when);

	return ask_rules(judge, &set);
}

/* Those that the op at hand gave something to say no to. */
static struct rule_set rules_about_op(const struct judge *judge)
{
	const struct event *event = judge->event;
	uint32_t occasions = judge->occasions;
	struct rule_set set = rules_asked(WHEN_OP);

	if (event->nr_bad_pages)
		occasions |= 1u << WHEN_REPORT;
	if (judge->foresight.outcome != OUTCOME_SILENT)
		occasions |= 1u << WHEN_MISUSE;
	if (event->unzeroed_pfn != PFN_NONE)
		occasions |= 1u << WHEN_DIRTY;
	if (event->status != EVENT_DONE && op_allocates(judge->call->code))
		occasions |= 1u << WHEN_FAILURE;
	for (; occasions; occasions &= occasions - 1)
		rule_set_join(&set, &judge->rules_when[__builtin_ctz(occasions)]);
	return set;
}

/* ---- one op ---- */

/* Called by name: they are asked after every allocation, of whose pages most reach no other rule.
 */
static inline bool ask_alloc_rules(struct judge *judge)
{
#define RULE(id, when, sentence)       \
	if (WHEN_##when == WHEN_ALLOC) \
		rule_##id(judge);
#include "oracle/rules/rules.def"
	return !judge->verdict.broken;
}

/* The rules that look before such an op. */
static inline void look_before(struct judge *judge, enum rule_before when)
{
#define RULE_BEFORE(id, before)      \
	if (when == BEFORE_##before) \
		rule_##id##_before(judge);
#include "oracle/rules/rules.def"
	(void)judge;
	(void)when;
}

void judge_before(struct judge *judge, const struct call *call)
{
	judge->call = call;
	judge->foresight = (struct foresight){ .outcome = OUTCOME_SILENT };
	if (call->misuse || judge->ledger->any_taint)
		judge->foresight = ops_foresee(judge->ledger, call);
	if (judge->view)
		look_before(judge, BEFORE_OP);
	if (!op_allocates(call->code))
		return;
	judge_ask(judge, call);
	judge_read_zones(judge);
	if (judge->view)
		look_before(judge, BEFORE_ALLOC);
}

/* The view of a trapped subject is frozen half-way: only the trap itself is judged. */
static bool judge_trap(struct judge *judge)
{
	if (judge->foresight.outcome == OUTCOME_TRAP)
		rule_reached(judge, RULE_misuse_detected);
	judge_ask_rules(judge, WHEN_TRAP);
	judge->verdict.over = true;
	return false;
}

bool judge_after(struct judge *judge, size_t op_index, const struct call *call,
		 const struct event *event)
{
	struct verdict *verdict = &judge->verdict;
	struct rule_set about_op;

	if (verdict->broken || verdict->over)
		return false;
	verdict->op_index = op_index;
	if (event->status == EVENT_SKIPPED || event->status == EVENT_UNSUPPORTED)
		return true;
	judge->call = call;
	judge->event = event;
	judge->misuse_seen |= call->misuse;
	if (event->status == EVENT_TRAPPED)
		return judge_trap(judge);
	if (!call->misuse)
		judge->settled |= 1u << WHEN_TRAP | 1u << WHEN_REPORT;
	judge_take(judge);
	about_op = rules_about_op(judge);
	if (!ask_rules(judge, &about_op))
		return false;
	if (judge->nr_gained && !ask_alloc_rules(judge))
		return false;
	verdict->over = judge->foresight.undefined;
	return !verdict->over && walks_after_op(judge, op_index);
}

struct taken *judge_taken(struct judge *judge)
{
	return &judge->taken;
}

const struct verdict *judge_verdict(const struct judge *judge)
{
	return &judge->verdict;
}

struct rule_set judge_rules_reached(const struct judge *judge)
{
	struct rule_set reached = judge->reached;

	for (uint32_t settled = judge->settled; settled; settled &= settled - 1)
		rule_set_join(&reached, &judge->rules_when[__builtin_ctz(settled)]);
	return reached;
}

uint64_t judge_pages_held(const struct judge *judge)
{
	return judge->ledger->pages_held;
}

uint64_t judge_peak_pages_held(const struct judge *judge)
{
	return judge->ledger->peak_pages_held;
}
