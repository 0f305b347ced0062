/* SPDX-License-Identifier: MIT */
/*
 * From a letter to ops. The recorded answers drive the conversion: a request that the recorder
 * refused ("0") changed nothing and gets no op; freeing a split block becomes one free_page per
 * page that is left; retyping a pageblock becomes set_pageblock_type and free_pages. Handles become
 * slots.
 */
#include <string.h>

#include "diff/recorded/recorded_convert.h"
#include "oracle/lang/event.h"

#define MAX_REQUEST_ORDER 15 /* larger ones do not fit an op */

/* ---- what all have in common ---- */

/* What the letter stands for, with its numbers as operands (recorder.c puts them the same way). */
static struct op op_of(const struct conversion *at)
{
	const struct op_info *info = recorded_letter_op(at->from->code);
	struct op op = op_make((enum op_code)(info - op_table));

	if (info->operands & (OPERAND_DEST | OPERAND_SLOT))
		op.slot = at->from->id;
	if (info->operands & OPERAND_GFP)
		op.gfp = at->from->b;
	if (info->operands & (OPERAND_ORDER | OPERAND_SYSCTL))
		op.order = (uint8_t)at->from->a;
	if (info->operands & (OPERAND_COUNT | OPERAND_BYTES | OPERAND_INDEX))
		op.count = at->from->a;
	if (info->operands & OPERAND_TYPE)
		op.type = (uint8_t)recorded_migratetype(&at->recorded->header, at->from->a);
	if (info->operands & OPERAND_SYSCTL)
		op.type = (uint8_t)at->from->id;
	if (info->operands & (OPERAND_VALUE | OPERAND_SYSCTL))
		op.value = info->operands & OPERAND_VALUE ? at->from->id : at->from->b;
	return op;
}

/* An op whose only recorded answer is a number. */
static bool emit_result(struct conversion *at, struct op op, int64_t result)
{
	struct recorded_answer answer = { .counters = true, .pfn = PFN_NONE, .result = result };

	return conversion_emit(at, &op, &answer);
}

/* A request for a block or a fragment. */
static bool emit_request(struct conversion *at)
{
	struct op op = op_of(at);
	struct recorded_answer answer = {
		.counters = true,
		.pfn = at->from->result ? at->from->result : PFN_NONE,
		.result = at->from->result != 0,
		.offset_bytes = at->from->d,
	};

	return conversion_emit(at, &op, &answer);
}

static bool convert_plain(struct conversion *at)
{
	return emit_result(at, op_of(at), 1);
}

/* All that the handle holds is given back. */
static bool convert_gone(struct conversion *at)
{
	at->handle->kind = HANDLE_EMPTY;
	return convert_plain(at);
}

/* ---- requests ---- */

static void hold(struct handle *handle, uint32_t order, bool compound)
{
	*handle = (struct handle){
		.kind = HANDLE_BLOCK,
		.order = (uint8_t)order,
		.compound = compound,
		.refs = 1,
	};
}

static bool convert_alloc(struct conversion *at)
{
	if (at->from->a > MAX_REQUEST_ORDER || (at->from->result && at->from->a > MAX_PAGE_ORDER))
		return conversion_fail(at, "the order is too high");
	if (at->handle->kind != HANDLE_EMPTY)
		return !at->from->result || conversion_fail(at, "the handle is in use");
	if (at->from->result)
		hold(at->handle, at->from->a, at->from->a && at->from->b & __GFP_COMP);
	return emit_request(at);
}

static bool convert_bulk(struct conversion *at)
{
	struct op op = op_of(at);
	struct recorded_answer answer = {
		.counters = true,
		.pfn = PFN_NONE,
		.result = at->from->result,
		.first_pfn = at->from->first_pfn,
		.nr_pfns = at->from->nr_pfns,
	};

	if (at->from->a > CALL_MAX_PFNS)
		return conversion_fail(at, "a bulk request is too large");
	for (uint32_t k = 0; k < at->from->a; k++) {
		struct handle *handle = conversion_handle(at, at->from->id + k, HANDLE_EMPTY);

		if (!handle)
			return false;
		if (k < at->from->result)
			hold(handle, 0, false);
	}
	return !at->from->a || conversion_emit(at, &op, &answer);
}

static void split(struct handle *handle, uint32_t nr_pages, bool exact)
{
	handle->kind = HANDLE_SPLIT;
	handle->exact = exact;
	handle->nr_pages = handle->nr_left = nr_pages;
}

static bool convert_exact(struct conversion *at)
{
	uint32_t nr_pages =
		(uint32_t)(((uint64_t)at->from->a + BUDDY_PAGE_SIZE - 1) / BUDDY_PAGE_SIZE);

	if (at->from->result && (!nr_pages || nr_pages > 1u << MAX_PAGE_ORDER))
		return conversion_fail(at, "so many bytes cannot be allocated");
	if (at->from->result) {
		hold(at->handle, 0, false);
		split(at->handle, nr_pages, true);
	}
	return emit_request(at);
}

static bool convert_fragment(struct conversion *at)
{
	if (!at->from->a)
		return conversion_fail(at, "a fragment has no bytes");
	if (at->from->result)
		at->handle->kind = HANDLE_FRAGMENT;
	return emit_request(at);
}

/* ---- free and reference ---- */

static bool page_is_gone(const struct handle *handle, uint32_t page)
{
	return handle->gone[page / 64] >> page % 64 & 1;
}

static bool free_rest(struct conversion *at)
{
	struct op op = op_make(OP_free_page);
	uint32_t nr = at->handle->nr_pages, last = nr;

	op.slot = at->from->id;
	at->handle->kind = HANDLE_EMPTY;
	for (uint32_t k = 0; k < nr; k++)
		if (!page_is_gone(at->handle, k))
			last = k;
	for (uint32_t k = 0; k < nr; k++) {
		struct recorded_answer answer = { .counters = k == last, .pfn = PFN_NONE };

		op.count = k;
		if (!page_is_gone(at->handle, k) && !conversion_emit(at, &op, &answer))
			return false;
	}
	return true;
}

/* FR-5: 2 means that a reference was left; a non-compound block is then down to its first page. */
static bool convert_free(struct conversion *at)
{
	/* Recorders may free a split block whose pages went one by one. */
	if (at->handle->kind == HANDLE_EMPTY && at->handle->nr_pages && !at->handle->nr_left)
		return true;
	if (at->handle->kind == HANDLE_SPLIT)
		return free_rest(at);
	if (at->handle->kind != HANDLE_BLOCK || at->from->result > 2 ||
	    (at->from->result == 2) != (at->handle->refs > 1))
		return conversion_fail(at, "this free does not fit what its handle holds");
	at->handle->refs--;
	if (!at->handle->refs)
		at->handle->kind = HANDLE_EMPTY;
	else if (!at->handle->compound)
		at->handle->order = 0;
	return emit_result(at, op_of(at), at->handle->refs);
}

static bool convert_reference(struct conversion *at)
{
	struct op op = op_of(at);
	uint32_t more = op.code == OP_get_page;

	if (at->handle->kind != HANDLE_BLOCK || at->from->result != at->handle->refs + more)
		return conversion_fail(at, "this reference does not fit what its handle holds");
	at->handle->refs = more ? at->handle->refs + 1 : at->handle->refs - 1;
	if (!at->handle->refs)
		at->handle->kind = HANDLE_EMPTY;
	return emit_result(at, op, at->handle->refs);
}

static bool convert_split(struct conversion *at)
{
	split(at->handle, 1u << at->handle->order, false);
	return convert_plain(at);
}

static bool convert_free_page(struct conversion *at)
{
	if (at->from->a >= at->handle->nr_pages || page_is_gone(at->handle, at->from->a))
		return conversion_fail(at, "this page of the split block is not held");
	at->handle->gone[at->from->a / 64] |= 1ull << at->from->a % 64;
	if (!--at->handle->nr_left)
		at->handle->kind = HANDLE_EMPTY;
	return emit_result(at, op_of(at), 0);
}

static bool convert_free_exact(struct conversion *at)
{
	if (!at->handle->exact || at->handle->nr_left != at->handle->nr_pages)
		return conversion_fail(at, "the handle does not hold such a block");
	return convert_gone(at);
}

static bool convert_release(struct conversion *at)
{
	uint32_t nr = 0;

	if (at->from->a > CALL_MAX_PFNS)
		return conversion_fail(at, "a release is too large");
	for (uint32_t k = 0; k < at->from->a; k++) {
		struct handle *handle = conversion_handle(at, at->from->id + k, HANDLE_ANY);

		if (!handle)
			return false;
		if (handle->kind != HANDLE_BLOCK || handle->order || handle->refs != 1)
			continue;
		handle->kind = HANDLE_EMPTY;
		nr++;
	}
	if (nr != at->from->result)
		return conversion_fail(at, "this release does not fit what its handles hold");
	return !nr || convert_plain(at);
}

/* ---- machine ---- */

static bool convert_type(struct conversion *at)
{
	if (recorded_migratetype(&at->recorded->header, at->from->a) == MIGRATE_TYPES ||
	    at->handle->order < at->recorded->header.pageblock_order)
		return conversion_fail(at, "this pageblock cannot be retyped");
	return convert_plain(at);
}

/* Retyped and freed: the counters are those of the second op. */
static bool convert_retype(struct conversion *at)
{
	const struct recorded_op *whole = at->from;
	struct recorded_op part = *whole;
	bool done;

	if (at->handle->refs != 1)
		return conversion_fail(at, "this pageblock cannot be retyped");
	at->from = &part;
	part.code = op_table[OP_set_pageblock_type].letter;
	done = convert_type(at);
	if (done) {
		at->recorded->answers[at->recorded->program.nr_ops - 1].counters = false;
		part.code = op_table[OP_free_pages].letter;
		part.result = 1; /* no reference was left */
		done = convert_free(at);
	}
	at->from = whole;
	return done;
}

bool convert_to_cpu(struct conversion *at, uint32_t cpu)
{
	struct op op = op_make(OP_cpu);

	if (cpu >= at->recorded->header.nr_cpus)
		return conversion_fail(at, "no such cpu");
	at->cpu = (uint8_t)cpu;
	op.cpu = (uint8_t)cpu;
	return emit_result(at, op, 1);
}

static bool convert_cpu(struct conversion *at)
{
	return convert_to_cpu(at, at->from->result);
}

static bool convert_task(struct conversion *at)
{
	if (at->from->id & ~(uint32_t)OP_TASK_MASK)
		return conversion_fail(at, "unknown task flags");
	return convert_plain(at);
}

static bool convert_sysctl(struct conversion *at)
{
	if (at->from->id >= OP_NR_SYSCTLS || at->from->a >= MAX_NR_ZONES)
		return conversion_fail(at, "there is no such sysctl");
	/* The only setting that a snapshot has and its text has not. */
	if (at->from->id == OP_SYSCTL_WATERMARK_BOOST_FACTOR)
		at->recorded->final->boost_factor = at->from->b;
	return emit_result(at, op_of(at), 0);
}

/* The recorder always drained all pages from the CPU it was started on. */
static bool convert_drain_all(struct conversion *at)
{
	struct op op = op_of(at);

	op.cpu = (uint8_t)at->recorded->header.cpu;
	return emit_result(at, op, 1);
}

/* ---- all of them ---- */

const struct recorded_letter recorded_letters[] = {
	{ 'A', 2, HANDLE_ANY, false, convert_alloc },
	{ 'F', 1, HANDLE_ANY, true, convert_free },
	{ 'G', 1, HANDLE_ANY, true, convert_reference },
	{ 'P', 1, HANDLE_ANY, true, convert_reference },
	{ 'S', 1, HANDLE_BLOCK, true, convert_split },
	{ 'f', 2, HANDLE_SPLIT, true, convert_free_page },
	{ 'L', 1, HANDLE_BLOCK, true, convert_plain },
	{ 'R', 2, HANDLE_NONE, false, convert_release },
	{ 'B', 2, HANDLE_NONE, false, convert_bulk },
	{ 'c', 2, HANDLE_BLOCK, true, convert_retype },
	{ 'D', 0, HANDLE_NONE, false, convert_plain },
	{ 'd', 0, HANDLE_NONE, false, convert_drain_all },
	{ 'J', 1, HANDLE_NONE, false, convert_cpu },
	{ 'X', 4, HANDLE_NONE, false, NULL },
	{ 'b', 2, HANDLE_NONE, false, convert_bulk },
	{ 'E', 2, HANDLE_EMPTY, false, convert_exact },
	{ 'e', 1, HANDLE_SPLIT, false, convert_free_exact },
	{ 'K', 2, HANDLE_EMPTY, false, convert_fragment },
	{ 'k', 1, HANDLE_FRAGMENT, false, convert_gone },
	{ 'C', 0, HANDLE_NONE, false, convert_plain },
	{ 'y', 2, HANDLE_BLOCK, false, convert_type },
	{ 'T', 1, HANDLE_NONE, false, convert_task },
	{ 'V', 3, HANDLE_NONE, true, convert_sysctl },
	{ '\0', 0, HANDLE_NONE, false, NULL },
};

bool convert_op(struct conversion *at, const struct recorded_op *from)
{
	const struct recorded_letter *letter = recorded_letter(from->code);

	at->from = from;
	at->handle = NULL;
	if (!letter->convert)
		return conversion_fail(at, "this operation has no meaning here");
	if (letter->is_refusable && !from->result)
		return true;
	if (letter->holds != HANDLE_NONE) {
		at->handle = conversion_handle(at, from->id, (enum handle_kind)letter->holds);
		if (!at->handle)
			return false;
	}
	return letter->convert(at);
}
