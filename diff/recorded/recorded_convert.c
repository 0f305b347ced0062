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
static struct op op_of(const struct conversion *conversion, const struct recorded_op *from)
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
		op.type = (uint8_t)recorded_migratetype(&conversion->recorded->header, from->a);
	if (info->operands & OPERAND_SYSCTL)
		op.type = (uint8_t)from->id;
	if (info->operands & (OPERAND_VALUE | OPERAND_SYSCTL))
		op.value = info->operands & OPERAND_VALUE ? from->id : from->b;
	return op;
}

/* An op whose only recorded answer is a number. */
static bool emit_result(struct conversion *conversion, struct op op, int64_t result)
{
	struct recorded_answer answer = { .counters = true, .pfn = PFN_NONE, .result = result };

	return conversion_emit(conversion, &op, &answer);
}

/* A request for a block or a fragment. */
static bool emit_request(struct conversion *conversion, const struct recorded_op *from)
{
	struct op op = op_of(conversion, from);
	struct recorded_answer answer = {
		.counters = true,
		.pfn = from->result ? from->result : PFN_NONE,
		.result = from->result != 0,
		.offset_bytes = from->d,
	};

	return conversion_emit(conversion, &op, &answer);
}

static bool convert_plain(struct conversion *conversion, const struct recorded_op *from,
			  struct handle *handle)
{
	(void)handle;
	return emit_result(conversion, op_of(conversion, from), 1);
}

/* All that the handle holds is given back. */
static bool convert_gone(struct conversion *conversion, const struct recorded_op *from,
			 struct handle *handle)
{
	handle->kind = HANDLE_EMPTY;
	return convert_plain(conversion, from, handle);
}

/* ---- requests ---- */

static void hold(struct handle *handle, uint32_t order, bool compound)
{
	memset(handle, 0, sizeof(*handle));
	handle->kind = HANDLE_BLOCK;
	handle->order = (uint8_t)order;
	handle->compound = compound;
	handle->refs = 1;
}

static bool convert_alloc(struct conversion *conversion, const struct recorded_op *from,
			  struct handle *handle)
{
	if (from->a > MAX_REQUEST_ORDER || (from->result && from->a > MAX_PAGE_ORDER))
		return conversion_fail(conversion, "the order is too high");
	if (handle->kind != HANDLE_EMPTY)
		return !from->result || conversion_fail(conversion, "the handle is in use");
	if (from->result)
		hold(handle, from->a, from->a && from->b & __GFP_COMP);
	return emit_request(conversion, from);
}

static bool convert_bulk(struct conversion *conversion, const struct recorded_op *from,
			 struct handle *handle)
{
	struct op op = op_of(conversion, from);
	struct recorded_answer answer = {
		.counters = true,
		.pfn = PFN_NONE,
		.result = from->result,
		.first_pfn = from->first_pfn,
		.nr_pfns = from->nr_pfns,
	};

	if (from->a > CALL_MAX_PFNS)
		return conversion_fail(conversion, "a bulk request is too large");
	for (uint32_t k = 0; k < from->a; k++) {
		handle = conversion_handle(conversion, from->id + k, HANDLE_EMPTY);
		if (!handle)
			return false;
		if (k < from->result)
			hold(handle, 0, false);
	}
	return !from->a || conversion_emit(conversion, &op, &answer);
}

static void split(struct handle *handle, uint32_t nr_pages, bool exact)
{
	handle->kind = HANDLE_SPLIT;
	handle->exact = exact;
	handle->nr_pages = handle->nr_left = nr_pages;
}

static bool convert_exact(struct conversion *conversion, const struct recorded_op *from,
			  struct handle *handle)
{
	uint32_t nr_pages = (uint32_t)(((uint64_t)from->a + BUDDY_PAGE_SIZE - 1) / BUDDY_PAGE_SIZE);

	if (from->result && (!nr_pages || nr_pages > 1u << MAX_PAGE_ORDER))
		return conversion_fail(conversion, "so many bytes cannot be allocated");
	if (from->result) {
		hold(handle, 0, false);
		split(handle, nr_pages, true);
	}
	return emit_request(conversion, from);
}

static bool convert_fragment(struct conversion *conversion, const struct recorded_op *from,
			     struct handle *handle)
{
	if (!from->a)
		return conversion_fail(conversion, "a fragment has no bytes");
	if (from->result)
		handle->kind = HANDLE_FRAGMENT;
	return emit_request(conversion, from);
}

/* ---- free and reference ---- */

static bool page_is_gone(const struct handle *handle, uint32_t page)
{
	return handle->gone[page / 64] >> page % 64 & 1;
}

static bool free_rest(struct conversion *conversion, struct handle *handle, uint32_t id)
{
	struct op op = op_make(OP_free_page);
	uint32_t nr = handle->nr_pages, last = nr;

	op.slot = id;
	handle->kind = HANDLE_EMPTY;
	for (uint32_t k = 0; k < nr; k++)
		if (!page_is_gone(handle, k))
			last = k;
	for (uint32_t k = 0; k < nr; k++) {
		struct recorded_answer answer = { .counters = k == last, .pfn = PFN_NONE };

		op.count = k;
		if (!page_is_gone(handle, k) && !conversion_emit(conversion, &op, &answer))
			return false;
	}
	return true;
}

/* FR-5: 2 means that a reference was left; a non-compound block is then down to its first page. */
static bool convert_free(struct conversion *conversion, const struct recorded_op *from,
			 struct handle *handle)
{
	/* Recorders may free a split block whose pages went one by one. */
	if (handle->kind == HANDLE_EMPTY && handle->nr_pages && !handle->nr_left)
		return true;
	if (handle->kind == HANDLE_SPLIT)
		return free_rest(conversion, handle, from->id);
	if (handle->kind != HANDLE_BLOCK || from->result > 2 ||
	    (from->result == 2) != (handle->refs > 1))
		return conversion_fail(conversion, "this free does not fit what its handle holds");
	handle->refs--;
	if (!handle->refs)
		handle->kind = HANDLE_EMPTY;
	else if (!handle->compound)
		handle->order = 0;
	return emit_result(conversion, op_of(conversion, from), handle->refs);
}

static bool convert_reference(struct conversion *conversion, const struct recorded_op *from,
			      struct handle *handle)
{
	struct op op = op_of(conversion, from);
	uint32_t more = op.code == OP_get_page;

	if (handle->kind != HANDLE_BLOCK || from->result != handle->refs + more)
		return conversion_fail(conversion,
				       "this reference does not fit what its handle holds");
	handle->refs = more ? handle->refs + 1 : handle->refs - 1;
	if (!handle->refs)
		handle->kind = HANDLE_EMPTY;
	return emit_result(conversion, op, handle->refs);
}

static bool convert_split(struct conversion *conversion, const struct recorded_op *from,
			  struct handle *handle)
{
	split(handle, 1u << handle->order, false);
	return convert_plain(conversion, from, handle);
}

static bool convert_free_page(struct conversion *conversion, const struct recorded_op *from,
			      struct handle *handle)
{
	if (from->a >= handle->nr_pages || page_is_gone(handle, from->a))
		return conversion_fail(conversion, "this page of the split block is not held");
	handle->gone[from->a / 64] |= 1ull << from->a % 64;
	if (!--handle->nr_left)
		handle->kind = HANDLE_EMPTY;
	return emit_result(conversion, op_of(conversion, from), 0);
}

static bool convert_free_exact(struct conversion *conversion, const struct recorded_op *from,
			       struct handle *handle)
{
	if (!handle->exact || handle->nr_left != handle->nr_pages)
		return conversion_fail(conversion, "the handle does not hold such a block");
	return convert_gone(conversion, from, handle);
}

static bool convert_release(struct conversion *conversion, const struct recorded_op *from,
			    struct handle *handle)
{
	uint32_t nr = 0;

	if (from->a > CALL_MAX_PFNS)
		return conversion_fail(conversion, "a release is too large");
	for (uint32_t k = 0; k < from->a; k++) {
		handle = conversion_handle(conversion, from->id + k, HANDLE_ANY);
		if (!handle)
			return false;
		if (handle->kind != HANDLE_BLOCK || handle->order || handle->refs != 1)
			continue;
		handle->kind = HANDLE_EMPTY;
		nr++;
	}
	if (nr != from->result)
		return conversion_fail(conversion,
				       "this release does not fit what its handles hold");
	return !nr || convert_plain(conversion, from, handle);
}

/* ---- machine ---- */

static bool convert_type(struct conversion *conversion, const struct recorded_op *from,
			 struct handle *handle)
{
	if (recorded_migratetype(&conversion->recorded->header, from->a) == MIGRATE_TYPES ||
	    handle->order < conversion->recorded->header.pageblock_order)
		return conversion_fail(conversion, "this pageblock cannot be retyped");
	return convert_plain(conversion, from, handle);
}

/* Retyped and freed: the counters are those of the second op. */
static bool convert_retype(struct conversion *conversion, const struct recorded_op *from,
			   struct handle *handle)
{
	struct recorded_op retype = *from, free_block = *from;

	if (handle->refs != 1)
		return conversion_fail(conversion, "this pageblock cannot be retyped");
	retype.code = op_table[OP_set_pageblock_type].letter;
	free_block.code = op_table[OP_free_pages].letter;
	free_block.result = 1; /* no reference was left */
	if (!convert_type(conversion, &retype, handle))
		return false;
	conversion->recorded->answers[conversion->recorded->program.nr_ops - 1].counters = false;
	return convert_free(conversion, &free_block, handle);
}

bool convert_to_cpu(struct conversion *conversion, uint32_t cpu)
{
	struct op op = op_make(OP_cpu);

	if (cpu >= conversion->recorded->header.nr_cpus)
		return conversion_fail(conversion, "no such cpu");
	conversion->cpu = (uint8_t)cpu;
	op.cpu = (uint8_t)cpu;
	return emit_result(conversion, op, 1);
}

static bool convert_cpu(struct conversion *conversion, const struct recorded_op *from,
			struct handle *handle)
{
	(void)handle;
	return convert_to_cpu(conversion, from->result);
}

static bool convert_task(struct conversion *conversion, const struct recorded_op *from,
			 struct handle *handle)
{
	if (from->id & ~(uint32_t)OP_TASK_MASK)
		return conversion_fail(conversion, "unknown task flags");
	return convert_plain(conversion, from, handle);
}

static bool convert_sysctl(struct conversion *conversion, const struct recorded_op *from,
			   struct handle *handle)
{
	(void)handle;
	if (from->id >= OP_NR_SYSCTLS || from->a >= MAX_NR_ZONES)
		return conversion_fail(conversion, "there is no such sysctl");
	/* The only setting that a snapshot has and its text has not. */
	if (from->id == OP_SYSCTL_WATERMARK_BOOST_FACTOR)
		conversion->recorded->final->boost_factor = from->b;
	return emit_result(conversion, op_of(conversion, from), 0);
}

/* The recorder always drained all pages from the CPU it was started on. */
static bool convert_drain_all(struct conversion *conversion, const struct recorded_op *from,
			      struct handle *handle)
{
	struct op op = op_of(conversion, from);

	(void)handle;
	op.cpu = (uint8_t)conversion->recorded->header.cpu;
	return emit_result(conversion, op, 1);
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

bool convert_op(struct conversion *conversion, const struct recorded_op *from)
{
	const struct recorded_letter *letter = recorded_letter(from->code);
	struct handle *handle = NULL;

	if (!letter->convert)
		return conversion_fail(conversion, "this operation has no meaning here");
	if (letter->is_refusable && !from->result)
		return true;
	if (letter->holds != HANDLE_NONE) {
		handle = conversion_handle(conversion, from->id, (enum handle_kind)letter->holds);
		if (!handle)
			return false;
	}
	return letter->convert(conversion, from, handle);
}
