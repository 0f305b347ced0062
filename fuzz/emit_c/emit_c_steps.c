/* SPDX-License-Identifier: MIT */
/*
 * The steps of the run as statements, each a call and what it must answer:
 *
 *	OP(3, get_page(&task[0], r[0]));
 *	expect(refs(r[0]), 2);
 *
 * With the rules, the judge is told of the op and of its answer instead:
 *
 *	if (op(3, "get_page r0"))
 *		get_page(&task[0], r[0]), answer(refs(r[0]));
 */
#include "fuzz/emit_c/emission.h"
#include "oracle/lang/text.h"

/* Forms of emit_c_put(). */
static const struct {
	const char *told, *expected;
} answers[] = {
	[ANSWERS_NOTHING] = { "$C, answer(1)", "" },
	[ANSWERS_PAGE] = { "$C, answer_page(r[$s])", "\texpect(pfn(r[$s]), $F);\n" },
	[ANSWERS_FRAGMENT] = { "$C, answer_fragment(r[$s])", "\texpect(pfn(r[$s]), $F);\n" },
	[ANSWERS_PAGES] = { "answer_pages(($C), &r[$s])", "\texpect(result, $R);\n" },
	[ANSWERS_REFS] = { "$C, answer($a)", "\texpect($a, $R);\n" },
	[ANSWERS_RESULT] = { "answer($C)", "\texpect(result, $R);\n" },
};

/* ---- what must come ---- */

static void put_numbers(struct emission *emission, const uint32_t *numbers, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		if (numbers[i] == PFN_NONE)
			PUT(emission, "%sPFN_NONE", i ? ", " : "");
		else
			PUT(emission, "%s%u", i ? ", " : "", numbers[i]);
	PUT(emission, " });\n");
}

static bool is_new(const struct step *step, uint32_t i)
{
	return i < step->event->nr_pfns && step->event->pfns[i] != PFN_NONE &&
	       (step->op->code != OP_alloc_pages_bulk_array || step->call->pfns[i] == PFN_NONE);
}

/* Runs of slots that the bulk request has filled. */
static void expect_each_zeroed(struct emission *emission, const struct step *step)
{
	for (uint32_t i = 0, nr = 0; i < step->event->nr_pfns; i += nr + 1) {
		for (nr = 0; is_new(step, i + nr);)
			nr++;
		if (nr)
			PUT(emission, "\texpect_each_zeroed(&r[%u], %u);\n", step->op->slot + i,
			    nr);
	}
}

static void expect_pages(struct emission *emission, const struct step *step)
{
	const struct event *event = step->event;

	if (event->nr_pfns) {
		PUT(emission, "\texpect_pfns(&r[%u], %u, (const pfn_t[]){ ", step->op->slot,
		    event->nr_pfns);
		put_numbers(emission, event->pfns, event->nr_pfns);
	}
	if (step->call->gfp & __GFP_ZERO)
		expect_each_zeroed(emission, step);
}

static void expect_zeroed(struct emission *emission, const struct step *step)
{
	const struct call *call = step->call;

	if (call->gfp & __GFP_ZERO && step->event->pfn != PFN_NONE)
		PUT(emission, "\texpect_zeroed(r[%u], %u);\n", step->op->slot,
		    call->code == OP_alloc_pages_exact ? pages_of_bytes(call->count)
						       : 1u << call->order);
}

static void expect_reports(struct emission *emission, const struct event *event)
{
	static const char *const reasons[NR_BAD_PAGE_REASONS] = {
		"BAD_PAGE_NONE",     "BAD_PAGE_MAPCOUNT",      "BAD_PAGE_MAPPING",
		"BAD_PAGE_REFCOUNT", "BAD_PAGE_FLAGS_AT_FREE", "BAD_PAGE_FLAGS_AT_PREP"
	};

	for (uint32_t i = 0; i < event->nr_bad_pages && i < EVENT_MAX_BAD_PAGES; i++)
		PUT(emission, "\texpect_bad_page(%u, %s);\n", event->bad_pages[i].pfn,
		    reasons[event->bad_pages[i].reason % NR_BAD_PAGE_REASONS]);
	if (event->nr_bad_pages > EVENT_MAX_BAD_PAGES)
		PUT(emission, "\texpect(nr_bad_pages, %u);\n", event->nr_bad_pages);
}

void emit_c_expect_zones(struct emission *emission, const struct view *view)
{
	struct machine_info machine;
	struct zone_info info;

	view->machine(view->self, &machine);
	for (uint32_t z = 0; z < machine.nr_zones; z++) {
		view->zone(view->self, z, &info);
		PUT(emission, "\texpect_free_blocks(%u, (const uint32_t[]){ ", z);
		put_numbers(emission, info.nr_free, NR_PAGE_ORDERS);
	}
}

/* ---- a step ---- */

static void print_call(struct emission *emission, const struct step *step, enum answer_kind kind)
{
	if (step->event->status == EVENT_TRAPPED) { /* nothing follows */
		emit_c_put(emission, step, "\texpect_trap($B);\n\tOP($i, $C);\n");
		PUT(emission, "\tfail(\"the allocator goes on\");\n");
		return;
	}
	emit_c_put(emission, step, "\tOP($i, $C);\n");
	emit_c_put(emission, step, answers[kind].expected);
	if (kind == ANSWERS_PAGE)
		expect_zeroed(emission, step);
	else if (kind == ANSWERS_FRAGMENT && step->event->pfn != PFN_NONE)
		PUT(emission, "\texpect(frag_offset, %u);\n", step->event->offset_bytes);
	else if (kind == ANSWERS_PAGES)
		expect_pages(emission, step);
	expect_reports(emission, step->event);
}

void emit_c_left_out(struct emission *emission, size_t op_index)
{
	char words[TEXT_OP_MAX];

	for (; emission->next_op < op_index; emission->next_op++) {
		const struct op *op = &emission->program->ops[emission->next_op];

		if (op->code == OP_nop)
			continue;
		text_format_op(op, words);
		PUT(emission, "\t/* op %zu does not fit here: %.60s */\n", emission->next_op,
		    words);
	}
	emission->next_op = op_index + 1;
}

void emit_c_step(struct emission *emission, const struct step *step)
{
	enum answer_kind kind = emit_c_answer_kind(step);
	bool silent = emit_c_is_silent(emission, step);

	emission->nr_emitted++;
	if (step->op->code == OP_page_frag_alloc || step->op->code == OP_page_frag_cache_drain)
		emission->has_fragments = true;
	if (step->op_index < emission->program->nr_ops)
		emit_c_left_out(emission, step->op_index);
	if (emission->rules) {
		emit_c_put(emission, step, "\tif (op($i, $q))\n\t\t");
		emit_c_put(emission, step, silent ? "answer(1)" : answers[kind].told);
		PUT(emission, ";\n");
	} else if (!silent) {
		print_call(emission, step, kind);
	}
	emit_c_update(emission, step);
}
