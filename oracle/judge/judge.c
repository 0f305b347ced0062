/* SPDX-License-Identifier: MIT */
/*
 * The judge's life and the order of asking. Rules come as a table made from rules.def; the first
 * that breaks is the verdict and ends the run. A misuse that leaves the machine undefined ends it
 * too, but is no finding.
 */
#include "oracle/judge/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
_Static_assert(NR_RULES <= 64, "a set of rules is one word");

/* The set of rules that are asked then: a constant where when is one. */
static inline uint64_t rules_asked(enum rule_when when)
{
	uint64_t set = 0;

#define RULE(id, asked, sentence) set |= (uint64_t)(when == WHEN_##asked) << RULE_##id;
#include "oracle/rules/rules.def"
	return set;
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
static bool ask_rules(struct judge *judge, uint64_t set)
{
	for (; set && !judge->verdict.broken; set &= set - 1)
		rules[__builtin_ctzll(set)].ask(judge);
	return !judge->verdict.broken;
}

bool judge_ask_rules(struct judge *judge, enum rule_when when)
{
	return ask_rules(judge, rules_asked(when));
}

/* Those that the op at hand gave something to say no to. */
static uint64_t rules_about_op(const struct judge *judge)
{
	const struct event *event = judge->event;
	uint32_t occasions = judge->occasions;
	uint64_t set = judge->rules_when[WHEN_OP];

	if (event->nr_bad_pages)
		occasions |= 1u << WHEN_REPORT;
	if (judge->foresight.outcome != OUTCOME_SILENT)
		occasions |= 1u << WHEN_MISUSE;
	if (event->unzeroed_pfn != PFN_NONE)
		occasions |= 1u << WHEN_DIRTY;
	if (event->status != EVENT_DONE && op_allocates(judge->call->code))
		occasions |= 1u << WHEN_FAILURE;
	for (; occasions; occasions &= occasions - 1)
		set |= judge->rules_when[__builtin_ctz(occasions)];
	return set;
}

/* ---- life ---- */

/* No view: the machine is what the config says, and only its frames are known. */
static void machine_from_config(struct judge *judge)
{
	const struct buddy_config *config = &judge->ledger->machine;
	struct machine_info *machine = &judge->machine;

	machine->features = config->features;
	machine->pageblock_order = config->pageblock_order;
	machine->nr_nodes = config->nr_nodes;
	machine->nr_cpus = config->nr_cpus;
	memset(machine->zonelist, 0xff, sizeof(machine->zonelist));
	if (!config->nr_memory)
		return;
	machine->base_pfn = config->memory[0].start_pfn;
	machine->end_pfn = config->memory[config->nr_memory - 1].end_pfn;
}

static void base_from_config(struct judge *judge)
{
	const struct buddy_config *config = &judge->ledger->machine;
	struct ledger *ledger = judge->ledger;

	for (uint32_t i = 0; i < ledger->nr_pages; i++)
		ledger_set_base(ledger, ledger->base_pfn + i, false);
	for (uint32_t i = 0; i < config->nr_memory; i++)
		for (pfn_t p = config->memory[i].start_pfn; p < config->memory[i].end_pfn; p++)
			ledger_set_base(ledger, p, true);
	for (uint32_t i = 0; i < config->nr_reserved; i++)
		for (pfn_t p = config->reserved[i].start_pfn; p < config->reserved[i].end_pfn; p++)
			ledger_set_base(ledger, p, false);
}

static void base_is_free(void *context, pfn_t pfn, uint32_t order)
{
	for (uint32_t i = 0; i < 1u << order; i++)
		ledger_set_base(context, pfn + i, true);
}

static void base_from_snapshot(struct judge *judge, const struct snapshot *initial)
{
	struct ledger *ledger = judge->ledger;

	for (uint32_t i = 0; i < ledger->nr_pages; i++)
		ledger_set_base(ledger, ledger->base_pfn + i, false);
	snapshot_each_free(initial, base_is_free, ledger);
}

/* Pages that are on no list now are somebody else's and never ours; the rest is free already. */
static void base_from_view(struct judge *judge)
{
	census_clear(judge);
	rule_free_list_integrity(judge);
	rule_pcp_list_fields(judge);
	judge->verdict.broken = false; /* the first walk tells it again */
	for (uint32_t i = 0; i < judge->ledger->nr_pages; i++)
		if (!page_map_get(judge->census.listed, i))
			ledger_set_base(judge->ledger, judge->ledger->base_pfn + i, false);
}

/* Zeroed memory for all arrays of a judge; without memory it tells how much they need. */
struct arena {
	unsigned char *memory;
	size_t used;
};

static void *arena_array(struct arena *arena, size_t nr, size_t size)
{
	void *array = arena->memory ? arena->memory + arena->used : NULL;

	arena->used += (nr * size + 15) & ~(size_t)15;
	return array;
}

static void place_arrays(struct judge *judge, struct arena *arena)
{
	struct census *census = &judge->census;
	size_t nr_pages = judge->ledger->nr_pages;

	judge->withdrawn = arena_array(arena, nr_regions(judge), 1);
	census->zones = arena_array(arena, census->nr_zones, sizeof(*census->zones));
	census->pcps = arena_array(arena, (size_t)census->nr_zones * census->nr_cpus,
				   sizeof(*census->pcps));
	census->blocks = arena_array(arena, nr_pages, sizeof(*census->blocks));
	census->listed = arena_array(arena, page_map_bytes(judge->ledger->nr_pages), 1);
	census->heads = arena_array(arena, nr_pages, sizeof(*census->heads));
	judge->pageblock_start = arena_array(arena, judge->nr_pageblocks, 1);
	judge->pageblock_type = arena_array(arena, judge->nr_pageblocks, 1);
	judge->pageblock_seen = arena_array(arena, judge->nr_pageblocks, 1);
	judge->pageblock_now = arena_array(arena, judge->nr_pageblocks, 1);
}

static uint32_t at_most(uint32_t nr, uint32_t max)
{
	return nr < max ? nr : max;
}

static bool allocate_arrays(struct judge *judge)
{
	struct arena arena = { 0 };

	judge->census.nr_zones = at_most(judge->machine.nr_zones, MAX_ZONES);
	judge->census.nr_cpus = at_most(judge->machine.nr_cpus, BUDDY_MAX_CPUS);
	judge->nr_pageblocks = judge->view ? pageblocks_count(judge) : 0;
	place_arrays(judge, &arena);
	judge->arrays = calloc(1, arena.used);
	arena = (struct arena){ .memory = judge->arrays };
	if (judge->arrays)
		place_arrays(judge, &arena);
	return judge->arrays;
}

static bool judge_init(struct judge *judge, const struct snapshot *initial)
{
	struct machine_info *machine = &judge->machine;

	if (judge->view)
		judge->view->machine(judge->view->self, machine);
	else
		machine_from_config(judge);
	judge->touched = malloc(CALL_MAX_PFNS * sizeof(*judge->touched));
	if (!judge->touched || !allocate_arrays(judge))
		return false;
	memset(judge->asked_before, 0, sizeof(judge->asked_before));
	judge->request = &judge->asked_before[0].request;
	if (judge->view) {
		for (uint32_t z = 0; z < judge->census.nr_zones; z++)
			judge->view->zone(judge->view->self, z, &judge->zones_before[z]);
		pageblocks_init(judge);
		base_from_view(judge);
	} else if (initial) {
		base_from_snapshot(judge, initial);
	} else {
		base_from_config(judge);
	}
	return true;
}

struct judge *judge_create(struct ledger *ledger, const struct view *view,
			   const struct judge_options *options)
{
	struct judge *judge = calloc(1, sizeof(*judge));

	if (!judge)
		return NULL;
	FUZZ_ASSERT(ledger->judged);
	judge->ledger = ledger;
	judge->view = view;
	ledger->view = view;
	for (uint32_t when = WHEN_OP; when < WHEN_WALK; when++)
		judge->rules_when[when] = rules_asked(when);
	if (!judge_init(judge, options ? options->initial : NULL)) {
		judge_free(judge);
		return NULL;
	}
	walks_init(judge, options ? options->walk_every_ops : 0);
	judge_reset(judge);
	return judge;
}

void judge_reset(struct judge *judge)
{
	if (judge->bad_pages_seen)
		memset(judge->withdrawn, 0, nr_regions(judge));
	if (judge->pageblocks_noted)
		pageblocks_reset(judge);
	judge->verdict.broken = false;
	judge->verdict.over = false;
	judge->verdict.op_index = 0;
	judge->verdict.pfn = PFN_NONE;
	judge->verdict.text[0] = '\0';
	judge->misuse_seen = false;
	judge->boost_written = false;
	judge->bad_pages_seen = false;
	walks_reset(judge);
}

void judge_free(struct judge *judge)
{
	if (!judge)
		return;
	free(judge->touched);
	free(judge->arrays);
	free(judge);
}

/* ---- one op ---- */

void judge_before(struct judge *judge, const struct call *call)
{
	judge->foresight = (struct foresight){ .outcome = OUTCOME_SILENT };
	if (call->misuse || judge->ledger->any_taint)
		judge->foresight = ops_foresee(judge->ledger, call);
	if (!op_allocates(call->code))
		return;
	judge_ask(judge, call);
	judge_read_zones(judge);
}

/* The view of a trapped subject is frozen half-way: only the trap itself is judged. */
static bool judge_trap(struct judge *judge)
{
	ask_rules(judge, rules_asked(WHEN_TRAP));
	judge->verdict.over = true;
	return false;
}

bool judge_after(struct judge *judge, size_t op_index, const struct call *call,
		 const struct event *event)
{
	struct verdict *verdict = &judge->verdict;

	if (verdict->broken || verdict->over)
		return false;
	verdict->op_index = op_index;
	if (event->status == EVENT_SKIPPED || event->status == EVENT_UNSUPPORTED)
		return true;
	judge->call = call;
	judge->event = event;
	judge->misuse_seen = judge->misuse_seen || call->misuse;
	if (event->status == EVENT_TRAPPED)
		return judge_trap(judge);
	judge_take(judge);
	if (!ask_rules(judge, rules_about_op(judge)))
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

uint64_t judge_pages_held(const struct judge *judge)
{
	return judge->ledger->pages_held;
}

uint64_t judge_peak_pages_held(const struct judge *judge)
{
	return judge->ledger->peak_pages_held;
}
