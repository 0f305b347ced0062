/* SPDX-License-Identifier: MIT */
/*
 * The steps of the recorded run as statements, each a call and what it must answer:
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

/* ---- a step ---- */

static void put_quoted(struct line *text, const char *words)
{
	line_put(text, "\"");
	for (; *words; words++)
		line_put(text, *words == '"' || *words == '\\' ? "\\%c" : "%c", *words);
	line_put(text, "\"");
}

/* Nothing follows a trap. */
static void print_trap(struct emission *emission, const struct emit_c_step *step)
{
	const char *condition = step->event.bug_condition;

	emission_need(emission, NEED_TRAP);
	SAY(emission, "expect_trap(");
	put_quoted(&emission->statement, condition ? condition : "");
	line_put(&emission->statement, ");");
	emit_c_print_statement(emission, 1);
	SAY(emission, "OP(%zu, %s);", step->op_index, emission->call_text);
	emit_c_print_statement(emission, 1);
	SAY(emission, "fail(\"the allocator goes on\");");
	emit_c_print_statement(emission, 1);
}

static void print_call(struct emission *emission, const struct emit_c_step *step,
		       enum answer_kind kind)
{
	if (step->event.status == EVENT_TRAPPED) {
		print_trap(emission, step);
		return;
	}
	SAY(emission, "OP(%zu, %s);", step->op_index, emission->call_text);
	emit_c_print_statement(emission, 1);
	emit_c_expect_answer(emission, step, kind);
}

/* "drain_all_pages(&task[0]), answer(1)" */
static void put_answer(struct emission *emission, const struct emit_c_step *step,
		       enum answer_kind kind)
{
	static const enum need needs[] = {
		[ANSWERS_NOTHING] = NEED_RESULT,    [ANSWERS_PAGE] = NEED_PFN,
		[ANSWERS_FRAGMENT] = NEED_FRAGMENT, [ANSWERS_PAGES] = NEED_PFNS,
		[ANSWERS_REFS] = NEED_RESULT,       [ANSWERS_RESULT] = NEED_RESULT,
	};
	const char *call = emission->call_text;
	uint32_t slot = step->op.slot;

	emission_need(emission, needs[kind]);
	if (kind == ANSWERS_PAGE)
		SAY(emission, "%s, answer_page(r[%u]);", call, slot);
	else if (kind == ANSWERS_FRAGMENT)
		SAY(emission, "%s, answer_fragment(r[%u]);", call, slot);
	else if (kind == ANSWERS_PAGES)
		SAY(emission, "answer_pages((%s), &r[%u]);", call, slot);
	else if (kind == ANSWERS_REFS)
		SAY(emission, "%s, answer(%s);", call, emission->about_text);
	else if (kind == ANSWERS_RESULT)
		SAY(emission, "answer(%s);", call);
	else
		SAY(emission, "%s%sanswer(1);", call, *call ? ", " : "");
}

static void print_told(struct emission *emission, const struct emit_c_step *step,
		       enum answer_kind kind)
{
	char words[TEXT_OP_MAX];

	text_format_op(&step->op, words);
	SAY(emission, "if (op(%zu, ", step->op_index);
	put_quoted(&emission->statement, words);
	line_put(&emission->statement, "))");
	emit_c_print_statement(emission, 1);
	put_answer(emission, step, kind);
	emit_c_print_statement(emission, 2);
}

/* Ops in front of this one that were not done. */
static void print_left_out(struct emission *emission, size_t op_index)
{
	char words[TEXT_OP_MAX];

	for (; emission->next_op < op_index; emission->next_op++) {
		const struct op *op = &emission->program->ops[emission->next_op];

		if (op->code == OP_nop)
			continue;
		text_format_op(op, words);
		fprintf(emission->out, "\t/* op %zu does not fit here: %.60s */\n",
			emission->next_op, words);
	}
	emission->next_op = op_index + 1;
}

static void print_step(struct emission *emission, const struct emit_c_step *step)
{
	enum answer_kind kind = emit_c_call(emission, step);

	emission->nr_emitted++;
	if (step->op_index < emission->program->nr_ops)
		print_left_out(emission, step->op_index);
	if (emission->rules)
		print_told(emission, step, kind);
	else if (emission->call_text[0])
		print_call(emission, step, kind);
	emit_c_update(emission, step);
}

/* ---- all of them ---- */

/* Up to where the rule broke, as far as it is known. */
static bool is_wanted(const struct emission *emission, const struct emit_c_step *step)
{
	const struct finding *finding = &emission->recording->finding;

	if (!emission->rules)
		return step->op_index < emission->program->nr_ops;
	if (step->op_index == emission->program->nr_ops && !(emission->needs & NEED_CACHE) &&
	    step->op.code == OP_page_frag_cache_drain)
		return false; /* there is no cache */
	return finding->kind == FINDING_NONE || step->op_index <= finding->op_index;
}

/* What gives everything back comes after a look at what the program has left. */
static bool is_first_release(const struct emission *emission, size_t i)
{
	const struct emit_c_step *steps = emission->recording->steps;
	size_t nr_ops = emission->program->nr_ops;

	return emission->rules && steps[i].op_index == nr_ops &&
	       (!i || steps[i - 1].op_index < nr_ops);
}

void emit_c_steps(struct emission *emission)
{
	const struct emit_c_recording *recording = emission->recording;

	for (size_t i = 0; i < recording->nr_steps; i++) {
		if (!is_wanted(emission, &recording->steps[i]))
			continue;
		if (is_first_release(emission, i))
			fputs("\tcheck(buddy_judge_walk(judge));\n", emission->out);
		print_step(emission, &recording->steps[i]);
	}
	if (emission->rules || !recording->zones)
		return;
	print_left_out(emission, emission->program->nr_ops);
	emit_c_expect_zones(emission);
}
