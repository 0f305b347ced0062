/* SPDX-License-Identifier: MIT */
/*
 * A recorded run in our language: line by line, until one that has no meaning here. The recorded
 * answers drive the conversion: a request that the recorder refused ("0") changed nothing and gets
 * no op; freeing a split block becomes one free_page per page that is left; retyping a pageblock
 * becomes set_pageblock_type and free_pages. Handles become slots: a ledger knows what they hold,
 * and which op fits them.
 */
#include <stdlib.h>

#include "diff/recorded/recorded_scan.h"
#include "oracle/ledger/slots.h"
#include "oracle/ops/ops.h"

#define MAX_HANDLES (1u << 17)
#define MAX_REQUEST_ORDER 15 /* larger ones do not fit an op */
#define STOPS 'X'            /* alloc_contig_range, which no op stands for */

struct conversion {
	struct recorded_parser *parser;
	struct recorded *recorded;
	struct ledger *ledger;          /* slots are handles */
	uint32_t index;                 /* of the recorded op being converted */
	const struct recorded_op *from; /* that op */
	struct op op;                   /* what is made of it, or of a part of it */
	struct taken taken;
	pfn_t pfns[CALL_MAX_PFNS];
};

static bool fail(struct conversion *at, const char *what)
{
	at->parser->scan.line = at->recorded->ops[at->index].line;
	return field_fail(&at->parser->scan, "%s", what);
}

/* What the letter stands for, with its numbers as operands (recorder.c puts them the same way). */
static struct op op_of(const struct recorded *recorded, const struct recorded_op *from)
{
	const struct op_info *info = recorded_letter_op(from->code);
	struct op op = op_make((enum op_code)(info - op_table));

	if (info->operands & (OPERAND_DEST | OPERAND_SLOT))
		op.slot = from->id;
	if (info->operands & OPERAND_GFP)
		op.gfp = from->b;
	if (info->operands & (OPERAND_ORDER | OPERAND_SYSCTL))
		op.order = (uint8_t)from->a;
	if (info->operands & (OPERAND_COUNT | OPERAND_BYTES | OPERAND_INDEX))
		op.count = from->a;
	if (info->operands & OPERAND_TYPE)
		op.type = (uint8_t)recorded_migratetype(&recorded->header, from->a);
	if (info->operands & OPERAND_SYSCTL)
		op.type = (uint8_t)from->id;
	if (info->operands & (OPERAND_VALUE | OPERAND_SYSCTL))
		op.value = info->operands & OPERAND_VALUE ? from->id : from->b;
	return op;
}

/* ---- an op and its answer ---- */

static const struct slot *slot_of(const struct conversion *at)
{
	return &at->ledger->slots[at->op.slot];
}

/* FR-5: what is left on a block after a free that says whether anything is; -1: it cannot be. */
static int64_t left_by_free(const struct conversion *at)
{
	const struct ledger_page *head = ledger_page(at->ledger, slot_of(at)->pfn);
	int64_t refs = head ? head->refs : 0;

	return at->from->result == (refs > 1 ? 2 : 1) ? refs - 1 : -1;
}

static int64_t references_left(const struct conversion *at)
{
	switch (at->op.code) {
	case OP_free_pages:
		return left_by_free(at);
	case OP_get_page:
		return at->from->result;
	case OP_put_page:
		return at->from->result - 1ll;
	default:
		return 0;
	}
}

static struct recorded_answer answer_of(const struct conversion *at)
{
	const struct recorded_op *from = at->from;
	struct recorded_answer answer = {
		.op = at->index,
		.counters = true,
		.pfn = PFN_NONE,
		.result = from->result,
		.offset_bytes = from->d,
		.first_pfn = from->first_pfn,
		.nr_pfns = from->nr_pfns,
	};

	switch ((enum op_result)op_table[at->op.code].result) {
	case RESULT_BLOCK:
	case RESULT_FRAGMENT:
		answer.pfn = from->result ? from->result : PFN_NONE;
		answer.result = from->result != 0;
		break;
	case RESULT_REFS:
		answer.result = references_left(at);
		break;
	case RESULT_ERRNO:
	case RESULT_DONE:
		answer.result = op_table[at->op.code].result == RESULT_DONE;
		break;
	case RESULT_ARRAY:
	case RESULT_LIST:
		break;
	}
	return answer;
}

/* The ledger learns what was answered. false: it cannot be. */
static bool take(struct conversion *at, const struct recorded_answer *answer)
{
	struct event event = { .pfns = at->pfns };
	struct call call;

	if (!ops_resolve(at->ledger, &at->op, &call))
		return false;
	event_clear(&event);
	recorded_tell(at->recorded, answer, &call, &event);
	ops_take(at->ledger, &at->op, &call, &event, &at->taken);
	return !(at->taken.notes & 1u << TAKEN_ANSWER);
}

static bool fail_unfit(struct conversion *at)
{
	const char *what = recorded_letter(at->from->code)->unfit;

	if (!what && op_allocates(at->op.code))
		what = "the handle is in use";
	return fail(at, what ? what : "the handle does not hold such a block");
}

/* Of several ops that a line becomes the last one carries its counters. */
static bool emit(struct conversion *at)
{
	struct recorded *recorded = at->recorded;
	size_t nr = recorded->program.nr_ops;
	struct recorded_answer answer = answer_of(at), *grown;

	if (!take(at, &answer))
		return fail_unfit(at);
	answer.cpu = (uint8_t)at->ledger->cpu;
	grown = recorded_grow(recorded->answers, nr, &recorded->answers_capacity, sizeof(*grown));
	if (!grown)
		return fail(at, "out of memory");
	recorded->answers = grown;
	recorded->answers[nr] = answer;
	if (nr && recorded->answers[nr - 1].op == answer.op)
		recorded->answers[nr - 1].counters = false;
	return program_append(&recorded->program, &at->op) || fail(at, "out of memory");
}

/* ---- letters that are more than their op, or less ---- */

static bool convert_alloc(struct conversion *at)
{
	if (at->from->a > MAX_REQUEST_ORDER || (at->from->result && at->from->a > MAX_PAGE_ORDER))
		return fail(at, "the order is too high");
	return (!at->from->result && slot_of(at)->kind != SLOT_EMPTY) || emit(at);
}

/* Where the kernel knows an array with pages in it, the recorders know none. */
static bool convert_bulk(struct conversion *at)
{
	if (at->from->a > CALL_MAX_PFNS)
		return fail(at, "a bulk request is too large");
	for (uint32_t k = 0; k < at->from->a; k++)
		if (slot_of(at)[k].kind != SLOT_EMPTY)
			return fail_unfit(at);
	return !at->from->a || emit(at);
}

static bool convert_exact(struct conversion *at)
{
	uint32_t nr_pages = pages_of_bytes(at->from->a);

	if (at->from->result && (!nr_pages || nr_pages > 1u << MAX_PAGE_ORDER))
		return fail(at, "so many bytes cannot be allocated");
	return emit(at);
}

static bool convert_fragment(struct conversion *at)
{
	return at->from->a ? emit(at) : fail(at, "a fragment has no bytes");
}

static bool free_rest(struct conversion *at)
{
	bool done = true;

	at->op.code = OP_free_page;
	while (done && slot_of(at)->kind == SLOT_SPLIT) {
		at->op.count = slot_of(at)->first_left;
		done = emit(at);
	}
	return done;
}

/* Recorders may free a split block whose pages went one by one. */
static bool convert_free(struct conversion *at)
{
	const struct slot *slot = slot_of(at);

	if (slot->kind == SLOT_EMPTY && slot->nr_pages)
		return true;
	return slot->kind == SLOT_SPLIT ? free_rest(at) : emit(at);
}

static bool convert_release(struct conversion *at)
{
	struct call call;
	uint32_t nr;

	if (at->from->a > CALL_MAX_PFNS)
		return fail(at, "a release is too large");
	nr = ops_resolve(at->ledger, &at->op, &call) ? call.count : 0;
	if (nr != at->from->result)
		return fail_unfit(at);
	return !nr || emit(at);
}

static bool convert_retype(struct conversion *at)
{
	if (!emit(at))
		return false;
	at->op.code = OP_free_pages;
	at->op.type = 0;
	return emit(at);
}

static bool convert_to_cpu(struct conversion *at, uint32_t cpu)
{
	if (cpu >= at->recorded->header.nr_cpus)
		return fail(at, "no such cpu");
	at->op = op_make(OP_cpu);
	at->op.cpu = (uint8_t)cpu;
	return emit(at);
}

static bool convert_cpu(struct conversion *at)
{
	return convert_to_cpu(at, at->from->result);
}

static bool convert_task(struct conversion *at)
{
	return at->from->id & ~(uint32_t)OP_TASK_MASK ? fail(at, "unknown task flags") : emit(at);
}

static bool convert_sysctl(struct conversion *at)
{
	if (at->from->id >= OP_NR_SYSCTLS || at->from->a >= MAX_NR_ZONES)
		return fail(at, "there is no such sysctl");
	/* The only setting that a snapshot has and its text has not. */
	if (at->from->id == OP_SYSCTL_WATERMARK_BOOST_FACTOR)
		at->recorded->final->boost_factor = at->from->b;
	return emit(at);
}

/* The recorder always drained all pages from the CPU it was started on. */
static bool convert_drain_all(struct conversion *at)
{
	at->op.cpu = (uint8_t)at->recorded->header.cpu;
	return emit(at);
}

/* ---- all of them ---- */

static const char unfit_reference[] = "this reference does not fit what its handle holds";

const struct recorded_letter recorded_letters[] = {
	{ 'A', 2, false, convert_alloc, NULL },
	{ 'F', 1, true, convert_free, "this free does not fit what its handle holds" },
	{ 'G', 1, true, emit, unfit_reference },
	{ 'P', 1, true, emit, unfit_reference },
	{ 'S', 1, true, emit, NULL },
	{ 'f', 2, true, emit, "this page of the split block is not held" },
	{ 'L', 1, true, emit, NULL },
	{ 'R', 2, false, convert_release, "this release does not fit what its handles hold" },
	{ 'B', 2, false, convert_bulk, NULL },
	{ 'c', 2, true, convert_retype, "this pageblock cannot be retyped" },
	{ 'D', 0, false, emit, NULL },
	{ 'd', 0, false, convert_drain_all, NULL },
	{ 'J', 1, false, convert_cpu, NULL },
	{ STOPS, 4, false, NULL, NULL },
	{ 'b', 2, false, convert_bulk, NULL },
	{ 'E', 2, false, convert_exact, NULL },
	{ 'e', 1, false, emit, NULL },
	{ 'K', 2, false, convert_fragment, NULL },
	{ 'k', 1, false, emit, NULL },
	{ 'C', 0, false, emit, NULL },
	{ 'y', 2, false, emit, NULL },
	{ 'T', 1, false, convert_task, NULL },
	{ 'V', 3, true, convert_sysctl, NULL },
	{ '\0', 0, false, NULL, NULL },
};

static bool convert_op(struct conversion *at)
{
	const struct recorded_letter *letter = recorded_letter(at->from->code);

	if (letter->is_refusable && !at->from->result)
		return true;
	at->op = op_of(at->recorded, at->from);
	if (op_slot_end(&at->op) > at->ledger->nr_slots)
		return fail(at, "a handle number is too high");
	return letter->convert(at);
}

static bool convert_all(struct conversion *at)
{
	struct recorded *recorded = at->recorded;

	at->from = recorded->ops;
	/* The first op of ours, when it is needed, belongs to no recorded one. */
	if (recorded->nr_ops && recorded->header.cpu) {
		if (!convert_to_cpu(at, recorded->header.cpu))
			return false;
		recorded->answers[0].counters = false;
	}
	for (; at->index < recorded->nr_ops; at->index++, at->from++) {
		if (at->from->code == STOPS) {
			recorded->stop_reason = "alloc_contig_range";
			recorded->stop_op = at->index;
			return true;
		}
		if (!convert_op(at))
			return false;
	}
	return true;
}

/* One more than the highest handle that the ops name. */
static uint32_t count_handles(const struct recorded *recorded)
{
	uint32_t nr = 0;

	for (size_t i = 0; i < recorded->nr_ops; i++) {
		struct op op = op_of(recorded, &recorded->ops[i]);

		if (op_slot_end(&op) > nr)
			nr = op_slot_end(&op);
	}
	return nr < MAX_HANDLES ? nr : MAX_HANDLES;
}

bool recorded_build_program(struct recorded_parser *parser)
{
	struct recorded *recorded = parser->recorded;
	struct conversion *at = calloc(1, sizeof(*at));
	bool ok = false;

	if (!at)
		return field_fail(&parser->scan, "out of memory");
	at->parser = parser;
	at->recorded = recorded;
	recorded->program.machine = recorded->machine;
	at->ledger = ledger_create(&recorded->machine, count_handles(recorded), false);
	if (at->ledger)
		ok = convert_all(at);
	else
		field_fail(&parser->scan, "out of memory");
	ledger_free(at->ledger);
	free(at);
	return ok;
}
