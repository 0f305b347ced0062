/* SPDX-License-Identifier: MIT */
/*
 * From the recording's letters to our language. The recorded answers drive the conversion: a
 * request that the recorder refused ("0") changed nothing and gets no op; freeing a split block
 * becomes one free_page per page that is left; retyping a pageblock becomes set_pageblock_type and
 * free_pages. Handles become slots.
 */
#include <stdlib.h>
#include <string.h>

#include "diff/recorded/recorded_scan.h"
#include "oracle/lang/event.h"

#define MAX_HANDLES (1u << 17)
#define MAX_REQUEST_ORDER 15 /* larger ones do not fit an op */
#define MAX_SYSCTL_NAME 7    /* a larger number does not fit an op */
#define STOPS 'X'            /* alloc_contig_range, which no op stands for */

enum handle_kind { HANDLE_EMPTY, HANDLE_BLOCK, HANDLE_SPLIT, HANDLE_FRAGMENT };

struct handle {
	uint8_t kind;
	uint8_t order;
	bool compound;
	bool exact; /* SPLIT by alloc_pages_exact */
	uint32_t refs;
	uint32_t nr_pages;                          /* SPLIT */
	uint32_t nr_left;                           /* SPLIT */
	uint64_t gone[(1u << MAX_PAGE_ORDER) / 64]; /* SPLIT: pages that were freed */
};

struct conversion {
	struct recorded_parser *parser;
	struct recorded *recorded;
	struct handle **handles; /* allocated when first used */
	uint32_t nr_handles;
	uint8_t cpu;
	size_t capacity; /* of recorded->answers */
	uint32_t index;  /* of the recorded op being converted */
};

static bool fail(struct conversion *conversion, const char *what)
{
	conversion->parser->scan.line = conversion->recorded->ops[conversion->index].line;
	return field_fail(&conversion->parser->scan, "%s", what);
}

/* NULL: the handle number is too high or memory is short; the error is noted. */
static struct handle *handle_at(struct conversion *conversion, uint32_t id)
{
	struct handle **handle;

	if (id >= conversion->nr_handles) {
		fail(conversion, "a handle number is too high");
		return NULL;
	}
	handle = &conversion->handles[id];
	if (!*handle)
		*handle = calloc(1, sizeof(**handle));
	if (!*handle)
		fail(conversion, "out of memory");
	return *handle;
}

static struct handle *handle_of_kind(struct conversion *conversion, uint32_t id,
				     enum handle_kind kind)
{
	struct handle *handle = handle_at(conversion, id);

	if (!handle || handle->kind == kind)
		return handle;
	fail(conversion, kind == HANDLE_EMPTY ? "the handle is in use"
					      : "the handle does not hold such a block");
	return NULL;
}

static bool emit(struct conversion *conversion, const struct op *op,
		 const struct recorded_answer *answer)
{
	struct recorded *recorded = conversion->recorded;
	size_t nr = recorded->program.nr_ops;
	size_t capacity = conversion->capacity;
	struct recorded_answer *grown;

	if (nr == capacity) {
		capacity = capacity ? capacity * 2 : 256;
		grown = realloc(recorded->answers, capacity * sizeof(*grown));
		if (!grown)
			return fail(conversion, "out of memory");
		recorded->answers = grown;
		conversion->capacity = capacity;
	}
	recorded->answers[nr] = *answer;
	recorded->answers[nr].op = conversion->index;
	recorded->answers[nr].cpu = conversion->cpu;
	return program_append(&recorded->program, op) || fail(conversion, "out of memory");
}

/* An op whose only recorded answer is a number. */
static bool emit_result(struct conversion *conversion, struct op op, int64_t result)
{
	struct recorded_answer answer = { .counters = true, .pfn = PFN_NONE, .result = result };

	return emit(conversion, &op, &answer);
}

static struct op slot_op(enum op_code code, uint32_t slot)
{
	struct op op = op_make(code);

	op.slot = slot;
	return op;
}

static void hold(struct handle *handle, uint32_t order, bool compound)
{
	memset(handle, 0, sizeof(*handle));
	handle->kind = HANDLE_BLOCK;
	handle->order = (uint8_t)order;
	handle->compound = compound;
	handle->refs = 1;
}

/* The op that the letter stands for. */
static enum op_code op_of(const struct recorded_op *from)
{
	return (enum op_code)(recorded_letter_op(from->code) - op_table);
}

static bool convert_alloc(struct conversion *conversion, const struct recorded_op *from)
{
	struct handle *handle = handle_at(conversion, from->id);
	struct op op = slot_op(OP_alloc_pages, from->id);
	struct recorded_answer answer = { .counters = true, .pfn = PFN_NONE };

	if (!handle)
		return false;
	if (from->a > MAX_REQUEST_ORDER || (from->result && from->a > MAX_PAGE_ORDER))
		return fail(conversion, "the order is too high");
	if (handle->kind != HANDLE_EMPTY)
		return !from->result || fail(conversion, "the handle is in use");
	op.order = (uint8_t)from->a;
	op.gfp = from->b;
	if (from->result) {
		answer.pfn = from->result;
		answer.result = 1;
		hold(handle, from->a, from->a && from->b & __GFP_COMP);
	}
	return emit(conversion, &op, &answer);
}

static bool convert_bulk(struct conversion *conversion, const struct recorded_op *from)
{
	struct op op = slot_op(op_of(from), from->id);
	struct recorded_answer answer = {
		.counters = true,
		.pfn = PFN_NONE,
		.result = from->result,
		.first_pfn = from->first_pfn,
		.nr_pfns = from->nr_pfns,
	};

	if (from->a > CALL_MAX_PFNS)
		return fail(conversion, "a bulk request is too large");
	for (uint32_t k = 0; k < from->a; k++) {
		struct handle *handle = handle_of_kind(conversion, from->id + k, HANDLE_EMPTY);

		if (!handle)
			return false;
		if (k < from->result)
			hold(handle, 0, false);
	}
	op.count = from->a;
	op.gfp = from->b;
	return !from->a || emit(conversion, &op, &answer);
}

static bool free_rest(struct conversion *conversion, struct handle *handle, uint32_t id)
{
	struct op op = slot_op(OP_free_page, id);
	uint32_t nr = handle->nr_pages, last = nr;

	handle->kind = HANDLE_EMPTY;
	for (uint32_t k = 0; k < nr; k++)
		if (!(handle->gone[k / 64] >> k % 64 & 1))
			last = k;
	for (uint32_t k = 0; k < nr; k++) {
		struct recorded_answer answer = { .counters = k == last, .pfn = PFN_NONE };

		op.count = k;
		if (!(handle->gone[k / 64] >> k % 64 & 1) && !emit(conversion, &op, &answer))
			return false;
	}
	return true;
}

/* FR-5: 2 means that a reference was left; a non-compound block is then down to its first page. */
static bool convert_free(struct conversion *conversion, const struct recorded_op *from)
{
	struct handle *handle = handle_at(conversion, from->id);

	if (!handle || !from->result)
		return handle;
	/* Recorders may free a split block whose pages went one by one. */
	if (handle->kind == HANDLE_EMPTY && handle->nr_pages && !handle->nr_left)
		return true;
	if (handle->kind == HANDLE_SPLIT)
		return free_rest(conversion, handle, from->id);
	if (handle->kind != HANDLE_BLOCK || from->result > 2 ||
	    (from->result == 2) != (handle->refs > 1))
		return fail(conversion, "this free does not fit what its handle holds");
	handle->refs--;
	if (!handle->refs)
		handle->kind = HANDLE_EMPTY;
	else if (!handle->compound)
		handle->order = 0;
	return emit_result(conversion, slot_op(OP_free_pages, from->id), handle->refs);
}

static bool convert_get(struct conversion *conversion, const struct recorded_op *from)
{
	struct handle *handle = handle_at(conversion, from->id);

	if (!handle || !from->result)
		return handle;
	if (handle->kind != HANDLE_BLOCK || from->result != handle->refs + 1)
		return fail(conversion, "this get_page does not fit what its handle holds");
	handle->refs++;
	return emit_result(conversion, slot_op(OP_get_page, from->id), handle->refs);
}

static bool convert_put(struct conversion *conversion, const struct recorded_op *from)
{
	struct handle *handle = handle_at(conversion, from->id);

	if (!handle || !from->result)
		return handle;
	if (handle->kind != HANDLE_BLOCK || from->result != handle->refs)
		return fail(conversion, "this put_page does not fit what its handle holds");
	handle->refs--;
	if (!handle->refs)
		handle->kind = HANDLE_EMPTY;
	return emit_result(conversion, slot_op(OP_put_page, from->id), handle->refs);
}

static bool convert_split(struct conversion *conversion, const struct recorded_op *from)
{
	struct handle *handle;

	if (!from->result)
		return true;
	handle = handle_of_kind(conversion, from->id, HANDLE_BLOCK);
	if (!handle)
		return false;
	handle->kind = HANDLE_SPLIT;
	handle->nr_pages = handle->nr_left = 1u << handle->order;
	return emit_result(conversion, slot_op(OP_split_page, from->id), 1);
}

static bool convert_free_page(struct conversion *conversion, const struct recorded_op *from)
{
	struct op op = slot_op(OP_free_page, from->id);
	struct handle *handle;

	if (!from->result)
		return true;
	handle = handle_of_kind(conversion, from->id, HANDLE_SPLIT);
	if (!handle)
		return false;
	if (from->a >= handle->nr_pages || handle->gone[from->a / 64] >> from->a % 64 & 1)
		return fail(conversion, "this page of the split block is not held");
	handle->gone[from->a / 64] |= 1ull << from->a % 64;
	if (!--handle->nr_left)
		handle->kind = HANDLE_EMPTY;
	op.count = from->a;
	return emit_result(conversion, op, 0);
}

static bool convert_lru(struct conversion *conversion, const struct recorded_op *from)
{
	if (!from->result)
		return true;
	return handle_of_kind(conversion, from->id, HANDLE_BLOCK) &&
	       emit_result(conversion, slot_op(OP_set_lru, from->id), 1);
}

static bool convert_release(struct conversion *conversion, const struct recorded_op *from)
{
	struct op op = slot_op(OP_release_pages, from->id);
	uint32_t nr = 0;

	if (from->a > CALL_MAX_PFNS)
		return fail(conversion, "a release is too large");
	for (uint32_t k = 0; k < from->a; k++) {
		struct handle *handle = handle_at(conversion, from->id + k);

		if (!handle)
			return false;
		if (handle->kind != HANDLE_BLOCK || handle->order || handle->refs != 1)
			continue;
		handle->kind = HANDLE_EMPTY;
		nr++;
	}
	if (nr != from->result)
		return fail(conversion, "this release does not fit what its handles hold");
	op.count = from->a;
	return !nr || emit_result(conversion, op, 1);
}

static bool convert_retype(struct conversion *conversion, const struct recorded_op *from)
{
	struct op op = slot_op(OP_set_pageblock_type, from->id);
	struct recorded_answer answer = { .pfn = PFN_NONE, .result = 1 };
	uint32_t type = recorded_migratetype(&conversion->recorded->header, from->a);
	struct handle *handle;

	if (!from->result)
		return true;
	handle = handle_of_kind(conversion, from->id, HANDLE_BLOCK);
	if (!handle)
		return false;
	if (type == MIGRATE_TYPES || handle->refs != 1 ||
	    handle->order < conversion->recorded->header.pageblock_order)
		return fail(conversion, "this pageblock cannot be retyped");
	op.type = (uint8_t)type;
	handle->kind = HANDLE_EMPTY;
	return emit(conversion, &op, &answer) &&
	       emit_result(conversion, slot_op(OP_free_pages, from->id), 0);
}

static bool emit_cpu(struct conversion *conversion, uint32_t cpu)
{
	struct op op = op_make(OP_cpu);

	if (cpu >= conversion->recorded->header.nr_cpus)
		return fail(conversion, "no such cpu");
	conversion->cpu = (uint8_t)cpu;
	op.cpu = (uint8_t)cpu;
	return emit_result(conversion, op, 1);
}

static bool convert_exact(struct conversion *conversion, const struct recorded_op *from)
{
	uint32_t nr_pages = (uint32_t)(((uint64_t)from->a + BUDDY_PAGE_SIZE - 1) / BUDDY_PAGE_SIZE);
	struct handle *handle = handle_of_kind(conversion, from->id, HANDLE_EMPTY);
	struct op op = slot_op(OP_alloc_pages_exact, from->id);
	struct recorded_answer answer = { .counters = true, .pfn = PFN_NONE };

	if (!handle)
		return false;
	if (from->result && (!nr_pages || nr_pages > 1u << MAX_PAGE_ORDER))
		return fail(conversion, "so many bytes cannot be allocated");
	op.count = from->a;
	op.gfp = from->b;
	if (from->result) {
		answer.pfn = from->result;
		answer.result = 1;
		hold(handle, 0, false);
		handle->kind = HANDLE_SPLIT;
		handle->exact = true;
		handle->nr_pages = handle->nr_left = nr_pages;
	}
	return emit(conversion, &op, &answer);
}

static bool convert_free_exact(struct conversion *conversion, const struct recorded_op *from)
{
	struct handle *handle = handle_of_kind(conversion, from->id, HANDLE_SPLIT);

	if (!handle)
		return false;
	if (!handle->exact || handle->nr_left != handle->nr_pages)
		return fail(conversion, "the handle does not hold such a block");
	handle->kind = HANDLE_EMPTY;
	return emit_result(conversion, slot_op(OP_free_pages_exact, from->id), 1);
}

static bool convert_fragment(struct conversion *conversion, const struct recorded_op *from)
{
	struct handle *handle = handle_of_kind(conversion, from->id, HANDLE_EMPTY);
	struct op op = slot_op(OP_page_frag_alloc, from->id);
	struct recorded_answer answer = { .counters = true, .pfn = PFN_NONE };

	if (!handle)
		return false;
	if (!from->a)
		return fail(conversion, "a fragment has no bytes");
	op.count = from->a;
	op.gfp = from->b;
	if (from->result) {
		answer.pfn = from->result;
		answer.offset_bytes = from->d;
		answer.result = 1;
		handle->kind = HANDLE_FRAGMENT;
	}
	return emit(conversion, &op, &answer);
}

static bool convert_free_fragment(struct conversion *conversion, const struct recorded_op *from)
{
	struct handle *handle = handle_of_kind(conversion, from->id, HANDLE_FRAGMENT);

	if (!handle)
		return false;
	handle->kind = HANDLE_EMPTY;
	return emit_result(conversion, slot_op(OP_page_frag_free, from->id), 1);
}

static bool convert_type(struct conversion *conversion, const struct recorded_op *from)
{
	struct op op = slot_op(OP_set_pageblock_type, from->id);
	uint32_t type = recorded_migratetype(&conversion->recorded->header, from->a);
	struct handle *handle = handle_of_kind(conversion, from->id, HANDLE_BLOCK);

	if (!handle)
		return false;
	if (type == MIGRATE_TYPES || handle->order < conversion->recorded->header.pageblock_order)
		return fail(conversion, "this pageblock cannot be retyped");
	op.type = (uint8_t)type;
	return emit_result(conversion, op, 1);
}

static bool convert_task(struct conversion *conversion, const struct recorded_op *from)
{
	struct op op = op_make(OP_task);

	if (from->id & ~(uint32_t)OP_TASK_MASK)
		return fail(conversion, "unknown task flags");
	op.value = from->id;
	return emit_result(conversion, op, 1);
}

/* A value that was refused changed nothing. */
static bool convert_sysctl(struct conversion *conversion, const struct recorded_op *from)
{
	struct op op = op_make(OP_sysctl);

	if (!from->result)
		return true;
	if (from->id > MAX_SYSCTL_NAME || from->a >= MAX_NR_ZONES)
		return fail(conversion, "there is no such sysctl");
	/* The only setting that a snapshot has and its text has not. */
	if (from->id == OP_SYSCTL_WATERMARK_BOOST_FACTOR)
		conversion->recorded->final->boost_factor = from->b;
	op.type = (uint8_t)from->id;
	op.order = (uint8_t)from->a;
	op.value = from->b;
	return emit_result(conversion, op, 0);
}

static bool convert_cpu(struct conversion *conversion, const struct recorded_op *from)
{
	return emit_cpu(conversion, from->result);
}

static bool convert_plain(struct conversion *conversion, const struct recorded_op *from)
{
	return emit_result(conversion, op_make(op_of(from)), 1);
}

/* The recorder always drained all pages from the CPU it was started on. */
static bool convert_drain_all(struct conversion *conversion, const struct recorded_op *from)
{
	struct op op = op_make(OP_drain_all_pages);

	(void)from;
	op.cpu = (uint8_t)conversion->recorded->header.cpu;
	return emit_result(conversion, op, 1);
}

const struct recorded_letter recorded_letters[] = {
	{ 'A', 2, convert_alloc },         { 'F', 1, convert_free },
	{ 'G', 1, convert_get },           { 'P', 1, convert_put },
	{ 'S', 1, convert_split },         { 'f', 2, convert_free_page },
	{ 'L', 1, convert_lru },           { 'R', 2, convert_release },
	{ 'B', 2, convert_bulk },          { 'c', 2, convert_retype },
	{ 'D', 0, convert_plain },         { 'd', 0, convert_drain_all },
	{ 'J', 1, convert_cpu },           { STOPS, 4, NULL },
	{ 'b', 2, convert_bulk },          { 'E', 2, convert_exact },
	{ 'e', 1, convert_free_exact },    { 'K', 2, convert_fragment },
	{ 'k', 1, convert_free_fragment }, { 'C', 0, convert_plain },
	{ 'y', 2, convert_type },          { 'T', 1, convert_task },
	{ 'V', 3, convert_sysctl },        { '\0', 0, NULL },
};

static bool convert_op(struct conversion *conversion, const struct recorded_op *from)
{
	const struct recorded_letter *letter = recorded_letter(from->code);

	if (letter->convert)
		return letter->convert(conversion, from);
	return fail(conversion, "this operation has no meaning here");
}

static bool convert_all(struct conversion *conversion)
{
	struct recorded *recorded = conversion->recorded;

	/*
	 * The first op of ours, when it is needed, belongs to no recorded one: it carries no
	 * counters.
	 */
	if (recorded->nr_ops && recorded->header.cpu) {
		if (!emit_cpu(conversion, recorded->header.cpu))
			return false;
		recorded->answers[0].counters = false;
	}
	for (uint32_t i = 0; i < recorded->nr_ops; i++) {
		conversion->index = i;
		if (recorded->ops[i].code == STOPS) {
			recorded->stop_reason = "alloc_contig_range";
			recorded->stop_op = i;
			return true;
		}
		if (!convert_op(conversion, &recorded->ops[i]))
			return false;
	}
	return true;
}

/* One more than the highest handle that the ops name. */
static uint32_t count_handles(const struct recorded *recorded)
{
	uint32_t nr = 0;

	for (size_t i = 0; i < recorded->nr_ops; i++) {
		const struct recorded_op *op = &recorded->ops[i];
		uint32_t operands = recorded_letter_op(op->code)->operands;
		uint64_t end = (uint64_t)op->id + (operands & OPERAND_COUNT ? op->a : 1);

		/* Those without an op name a handle, too. */
		if ((!operands || operands & (OPERAND_DEST | OPERAND_SLOT)) && end > nr)
			nr = end > MAX_HANDLES ? MAX_HANDLES : (uint32_t)end;
	}
	return nr;
}

bool recorded_build_program(struct recorded_parser *parser)
{
	struct recorded *recorded = parser->recorded;
	struct conversion conversion = {
		.parser = parser,
		.recorded = recorded,
		.nr_handles = count_handles(recorded),
	};
	bool ok;

	recorded->program.machine = recorded->machine;
	conversion.handles = calloc(conversion.nr_handles + 1, sizeof(struct handle *));
	if (!conversion.handles)
		return field_fail(&parser->scan, "out of memory");
	ok = convert_all(&conversion);
	for (uint32_t i = 0; i < conversion.nr_handles; i++)
		free(conversion.handles[i]);
	free(conversion.handles);
	return ok;
}
