/* SPDX-License-Identifier: MIT */
/*
 * An observer of a judged run notes what each answer shows. Numbers that grow without end (counts,
 * sizes) are noted by their logarithm, so that a longer program is not a new one by that alone.
 */
#include "fuzz/reach/features.h"
#include "oracle/lang/fuzz_assert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_MARK NR_MARKS

enum feature_kind {
	FEATURE_ANSWER,  /* op, answer, order, mobility */
	FEATURE_PLACE,   /* op, mobility, zone and pageblock type that it got */
	FEATURE_PAIR,    /* op and the one before it, answer */
	FEATURE_GFP,     /* op, one bit of gfp, answer */
	FEATURE_OPERAND, /* op, type or value */
	FEATURE_REPORT,  /* op, reason of a bad page */
	FEATURE_MARK,    /* mark, op */
	FEATURE_MARKS,   /* mark and the last one that an earlier op hit */
	FEATURE_PATH,    /* op, all marks that it hit */
	FEATURE_HITS,    /* mark, how often in all */
	FEATURE_RULE,
	FEATURE_STOP,   /* op at which no order was left */
	FEATURE_MACHINE /* which figure, its value */
};

enum answer { ANSWER_DONE, ANSWER_NOTHING, ANSWER_PART, ANSWER_TRAPPED, ANSWER_STALLED };

struct features {
	struct lockstep *lockstep;
	struct machine_info machine;
	bool machine_known;
	uint32_t marks[NR_MARKS], marks_before[NR_MARKS];
	uint32_t last_mark; /* NO_MARK: none so far */
	uint8_t last_code;
	struct rule_set rules;
	bool ended;
	uint8_t seen[NR_FEATURES / 8];
	uint32_t *ids; /* [NR_FEATURES] */
	size_t nr_ids;
};

static uint32_t feature_id(enum feature_kind kind, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	const uint32_t parts[] = { a, b, c, d };
	uint64_t hash = (uint64_t)kind + 1;

	for (uint32_t i = 0; i < 4; i++) {
		hash = (hash ^ parts[i]) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 29;
	}
	return (uint32_t)(hash >> 32) & (NR_FEATURES - 1);
}

static void note(struct features *features, enum feature_kind kind, uint32_t a, uint32_t b,
		 uint32_t c, uint32_t d)
{
	uint32_t id = feature_id(kind, a, b, c, d);

	if (features->seen[id / 8] >> (id % 8) & 1)
		return;
	features->seen[id / 8] |= (uint8_t)(1u << (id % 8));
	FUZZ_ASSERT(features->nr_ids < sizeof(features->seen) * 8);
	features->ids[features->nr_ids++] = id;
}

static uint32_t log2_of(uint64_t value)
{
	uint32_t log = 0;

	for (; value; value >>= 1)
		log++;
	return log;
}

/* What is special has a bucket of its own: cheap orders, the huge page, the largest, too large. */
static uint32_t order_bucket(uint32_t order)
{
	if (order <= 3)
		return order;
	if (order < 9)
		return 4;
	return order <= MAX_PAGE_ORDER ? order : MAX_PAGE_ORDER + 1;
}

static uint32_t mobility_of(gfp_t gfp)
{
	return (gfp & __GFP_MOVABLE ? 1u : 0) | (gfp & __GFP_RECLAIMABLE ? 2u : 0);
}

static enum answer answer_of(const struct call *call, const struct event *event)
{
	if (event->status == EVENT_TRAPPED)
		return ANSWER_TRAPPED;
	if (event->status == EVENT_STALLED)
		return ANSWER_STALLED;
	if (op_is_bulk(call->code) && event->result > 0)
		return event->result < call->count ? ANSWER_PART : ANSWER_DONE;
	if (op_allocates(call->code))
		return event->pfn == PFN_NONE ? ANSWER_NOTHING : ANSWER_DONE;
	return event->result ? ANSWER_DONE : ANSWER_NOTHING;
}

/* ---- one op ---- */

static void note_marks(struct features *features, uint8_t code)
{
	uint32_t last = features->last_mark;
	uint64_t path = 0;

	for (uint32_t mark = 0; mark < NR_MARKS; mark++) {
		if (features->marks[mark] == features->marks_before[mark])
			continue;
		note(features, FEATURE_MARK, mark, code, 0, 0);
		note(features, FEATURE_MARKS, last, mark, 0, 0);
		features->last_mark = mark;
		path |= UINT64_C(1) << mark % 64;
	}
	if (path)
		note(features, FEATURE_PATH, code, (uint32_t)path, (uint32_t)(path >> 32), 0);
	memcpy(features->marks_before, features->marks, sizeof(features->marks));
}

static void note_place(struct features *features, const struct call *call,
		       const struct event *event)
{
	const struct view *view = lockstep_view(features->lockstep, 0);
	struct page_info page;

	if (!view || event->pfn == PFN_NONE || !view->page(view->self, event->pfn, &page))
		return;
	note(features, FEATURE_PLACE, call->code, mobility_of(call->gfp), page.zone,
	     (uint32_t)view->pageblock(view->self, event->pfn));
}

static void note_request(struct features *features, const struct op *op, const struct call *call,
			 enum answer answer)
{
	uint32_t operands = op_table[op->code].operands;

	if (operands & OPERAND_GFP)
		for (uint32_t bit = 0; bit < 27; bit++)
			if (call->gfp >> bit & 1)
				note(features, FEATURE_GFP, op->code, bit, answer, 0);
	if (operands & (OPERAND_TYPE | OPERAND_SYSCTL))
		note(features, FEATURE_OPERAND, op->code, op->type, answer,
		     operands & OPERAND_SYSCTL ? log2_of(op->value) : 0);
	if (operands & (OPERAND_TASK | OPERAND_HOOKS))
		for (uint32_t bit = 0; bit < 27; bit++)
			if (op->value >> bit & 1)
				note(features, FEATURE_OPERAND, op->code, bit, 0, 0);
}

static void note_op(struct features *features, const struct op *op, const struct call *call,
		    const struct event *event)
{
	enum answer answer = answer_of(call, event);

	note(features, FEATURE_ANSWER, op->code, answer, order_bucket(call->order),
	     mobility_of(call->gfp));
	note(features, FEATURE_PAIR, features->last_code, op->code, answer, 0);
	features->last_code = op->code;
	for (uint32_t i = 0; i < event->nr_bad_pages && i < EVENT_MAX_BAD_PAGES; i++)
		note(features, FEATURE_REPORT, op->code, event->bad_pages[i].reason, 0, 0);
	note_request(features, op, call, answer);
	note_place(features, call, event);
	note_marks(features, op->code);
}

/* ---- the machine ---- */

static void note_machine(struct features *features, const struct program *program)
{
	const struct machine_info *machine = &features->machine;
	const uint32_t figures[] = {
		machine->nr_cpus,
		machine->nr_nodes,
		machine->nr_zones,
		machine->pageblock_order,
		log2_of(machine->end_pfn - machine->base_pfn),
		program->machine.nr_memory,
		program->machine.nr_reserved,
		machine->mobility_disabled,
		program->start,
	};

	for (uint32_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		note(features, FEATURE_MACHINE, i, figures[i], 0, 0);
	for (uint32_t bit = 0; bit < 32; bit++)
		note(features, FEATURE_MACHINE, 32 + bit, machine->features >> bit & 1, 0, 0);
}

static void learn_machine(struct features *features)
{
	const struct view *view = lockstep_view(features->lockstep, 0);

	if (features->machine_known || !view)
		return;
	view->machine(view->self, &features->machine);
	features->machine_known = true;
}

/* ---- runs ---- */

static bool observe(void *context, size_t op_index, const struct op *op, const struct call *call,
		    const struct event *event)
{
	struct features *features = context;

	(void)op_index;
	learn_machine(features);
	if (op)
		note_op(features, op, call, event);
	else
		features->ended = true;
	return true;
}

static int compare_ids(const void *a, const void *b)
{
	uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;

	return (first > second) - (first < second);
}

static void forget(struct features *features)
{
	for (size_t i = 0; i < features->nr_ids; i++)
		features->seen[features->ids[i] / 8] = 0;
	features->nr_ids = 0;
	features->ended = false;
	features->machine_known = false;
	features->last_mark = NO_MARK;
	features->last_code = OP_nop;
	memset(features->marks, 0, sizeof(features->marks));
	memset(features->marks_before, 0, sizeof(features->marks_before));
}

/* The observer does not see the op that ends a run: a trap, a misuse that nobody can judge. */
static void note_stop(struct features *features, const struct program *program)
{
	const struct lockstep_stats *stats = lockstep_stats(features->lockstep);
	uint64_t nr_done = stats->nr_ops + stats->nr_skipped;
	const struct op *op;

	if (!nr_done || nr_done > program->nr_ops)
		return;
	op = &program->ops[nr_done - 1];
	note(features, FEATURE_STOP, op->code, features->machine.features & BUDDY_DEBUG_VM, 0, 0);
}

static void note_whole_run(struct features *features, const struct program *program, bool clean)
{
	learn_machine(features);
	if (!features->ended && clean)
		note_stop(features, program);
	features->rules = lockstep_rules_reached(features->lockstep);
	for (uint32_t rule = 0; rule < NR_RULES; rule++)
		if (rule_set_has(&features->rules, rule))
			note(features, FEATURE_RULE, rule, 0, 0, 0);
	for (uint32_t mark = 0; mark < NR_MARKS; mark++)
		if (features->marks[mark])
			note(features, FEATURE_HITS, mark, log2_of(features->marks[mark]), 0, 0);
	note_machine(features, program);
	qsort(features->ids, features->nr_ids, sizeof(*features->ids), compare_ids);
}

bool features_run(struct features *features, const struct program *program, struct reach *reach,
		  struct finding *finding)
{
	bool clean;

	forget(features);
	clean = lockstep_run(features->lockstep, program, NULL, finding);
	*reach = (struct reach){ .ids = features->ids };
	if (finding->kind == FINDING_ERROR)
		return false;
	note_whole_run(features, program, clean);
	reach->nr_ids = features->nr_ids;
	memcpy(reach->marks, features->marks, sizeof(reach->marks));
	reach->rules = features->rules;
	reach->nr_executed = lockstep_stats(features->lockstep)->nr_ops;
	reach->ended = features->ended && clean;
	return clean;
}

struct features *features_create(char *error, size_t error_size)
{
	const struct lockstep_options options = { .judge = true,
						  .walk_every_ops = LOCKSTEP_WALK_AUTO,
						  .free_at_end = true };
	const struct subject_ops *core = subject_core();
	struct features *features = calloc(1, sizeof(*features));

	snprintf(error, error_size, "out of memory");
	if (!features)
		return NULL;
	features->ids = malloc(NR_FEATURES * sizeof(*features->ids));
	if (features->ids)
		features->lockstep =
			lockstep_create(&core, 1, &options, features->marks, error, error_size);
	if (!features->lockstep) {
		features_free(features);
		return NULL;
	}
	lockstep_observe(features->lockstep, observe, features);
	return features;
}

void features_free(struct features *features)
{
	if (features->lockstep)
		lockstep_free(features->lockstep);
	free(features->ids);
	free(features);
}
