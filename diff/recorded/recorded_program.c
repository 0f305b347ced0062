/* SPDX-License-Identifier: MIT */
/*
 * From the recording's letters to our language. The recorded answers drive the conversion: a
 * request that the recorder refused ("0") changed nothing and gets no op; freeing a split block
 * becomes one free_page per page that is left; retyping a pageblock becomes set_pageblock_type and
 * free_pages. Handles become slots: a ledger knows what they hold, and which op fits them.
 */
#include <stdlib.h>
#include <string.h>

#include "diff/recorded/recorded_scan.h"
#include "oracle/ledger/slots.h"
#include "oracle/ops/ops.h"

#define MAX_HANDLES (1u << 17)
#define MAX_REQUEST_ORDER 15  /* larger ones do not fit an op */
#define MAX_SYSCTL_NAME 7     /* a larger number does not fit an op */
#define SYSCTL_BOOST_FACTOR 2 /* as enum buddy_sysctl_name numbers it */

struct conversion {
	struct recorded_parser *parser;
	struct recorded *recorded;
	struct ledger *ledger; /* slots are handles */
	uint8_t cpu;
	size_t capacity; /* of recorded->answers */
	uint32_t index;  /* of the recorded op being converted */
};

static bool fail(struct conversion *conversion, const char *what)
{
	conversion->parser->scan.line = conversion->recorded->ops[conversion->index].line;
	return field_fail(&conversion->parser->scan, "%s", what);
}

/* NULL: the handle number is too high; the error is noted. */
static const struct slot *handle_at(struct conversion *conversion, uint32_t id)
{
	if (id < conversion->ledger->nr_slots)
		return &conversion->ledger->slots[id];
	fail(conversion, "a handle number is too high");
	return NULL;
}

static uint32_t handle_order(const struct conversion *conversion, const struct slot *handle)
{
	return ledger_page(conversion->ledger, handle->pfn)->order;
}

/* References on the block that the handle holds; 0: it holds none. */
static uint32_t handle_refs(const struct conversion *conversion, const struct slot *handle)
{
	return handle->kind == SLOT_BLOCK
		       ? (uint32_t)ledger_page(conversion->ledger, handle->pfn)->refs
		       : 0;
}

static const struct slot *handle_of_kind(struct conversion *conversion, uint32_t id,
					 enum slot_kind kind)
{
	const struct slot *handle = handle_at(conversion, id);

	if (!handle || handle->kind == kind)
		return handle;
	fail(conversion,
	     kind == SLOT_EMPTY ? "the handle is in use" : "the handle does not hold such a block");
	return NULL;
}

/* The ledger learns what was answered. */
static bool take(struct conversion *conversion, const struct op *op,
		 const struct recorded_answer *answer)
{
	struct event event = { .pfns = conversion->recorded->pfns + answer->first_pfn };
	struct call call;

	if (!ops_resolve(conversion->ledger, op, &call))
		return false;
	event_clear(&event);
	event.pfn = answer->pfn;
	event.result = answer->result;
	event.offset_bytes = answer->offset_bytes;
	event.nr_pfns = answer->nr_pfns;
	ops_take(conversion->ledger, op, &call, &event, NULL);
	return true;
}

static bool emit(struct conversion *conversion, const struct op *op,
		 const struct recorded_answer *answer)
{
	struct recorded *recorded = conversion->recorded;
	size_t nr = recorded->program.nr_ops;
	size_t capacity = conversion->capacity;
	struct recorded_answer *grown;

	if (!take(conversion, op, answer))
		return fail(conversion, "this operation does not fit what its handle holds");
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

static bool convert_alloc(struct conversion *conversion, const struct recorded_op *from)
{
	const struct slot *handle = handle_at(conversion, from->id);
	struct op op = slot_op(OP_alloc_pages, from->id);
	struct recorded_answer answer = { .counters = true, .pfn = PFN_NONE };

	if (!handle)
		return false;
	if (from->a > MAX_REQUEST_ORDER || (from->result && from->a > MAX_PAGE_ORDER))
		return fail(conversion, "the order is too high");
	if (handle->kind != SLOT_EMPTY)
		return !from->result || fail(conversion, "the handle is in use");
	op.order = (uint8_t)from->a;
	op.gfp = from->b;
	if (from->result) {
		answer.pfn = from->result;
		answer.result = 1;
	}
	return emit(conversion, &op, &answer);
}

static bool convert_bulk_as(struct conversion *conversion, const struct recorded_op *from,
			    enum op_code code)
{
	struct op op = slot_op(code, from->id);
	struct recorded_answer answer = {
		.counters = true,
		.pfn = PFN_NONE,
		.result = from->result,
		.first_pfn = from->first_pfn,
		.nr_pfns = from->nr_pfns,
	};

	if (from->a > CALL_MAX_PFNS)
		return fail(conversion, "a bulk request is too large");
	for (uint32_t k = 0; k < from->a; k++)
		if (!handle_of_kind(conversion, from->id + k, SLOT_EMPTY))
			return false;
	op.count = from->a;
	op.gfp = from->b;
	return !from->a || emit(conversion, &op, &answer);
}

static bool convert_bulk(struct conversion *conversion, const struct recorded_op *from)
{
	return convert_bulk_as(conversion, from, OP_alloc_pages_bulk_array);
}

/* The last one carries the counters. */
static bool free_rest(struct conversion *conversion, const struct slot *handle, uint32_t id)
{
	struct op op = slot_op(OP_free_page, id);

	while (handle->kind == SLOT_SPLIT) {
		struct recorded_answer answer = { .counters = handle->nr_left == 1,
						  .pfn = PFN_NONE };

		op.count = handle->first_left;
		if (!emit(conversion, &op, &answer))
			return false;
	}
	return true;
}

/* FR-5: 2 means that a reference was left; a non-compound block is then down to its first page. */
static bool convert_free(struct conversion *conversion, const struct recorded_op *from)
{
	const struct slot *handle = handle_at(conversion, from->id);
	uint32_t refs;

	if (!handle || !from->result)
		return handle;
	/* Recorders may free a split block whose pages went one by one. */
	if (handle->kind == SLOT_EMPTY && handle->nr_pages)
		return true;
	if (handle->kind == SLOT_SPLIT)
		return free_rest(conversion, handle, from->id);
	refs = handle_refs(conversion, handle);
	if (!refs || from->result > 2 || (from->result == 2) != (refs > 1))
		return fail(conversion, "this free does not fit what its handle holds");
	return emit_result(conversion, slot_op(OP_free_pages, from->id), refs - 1);
}

static bool convert_get(struct conversion *conversion, const struct recorded_op *from)
{
	const struct slot *handle = handle_at(conversion, from->id);

	if (!handle || !from->result)
		return handle;
	if (handle->kind != SLOT_BLOCK || from->result != handle_refs(conversion, handle) + 1)
		return fail(conversion, "this get_page does not fit what its handle holds");
	return emit_result(conversion, slot_op(OP_get_page, from->id), from->result);
}

static bool convert_put(struct conversion *conversion, const struct recorded_op *from)
{
	const struct slot *handle = handle_at(conversion, from->id);

	if (!handle || !from->result)
		return handle;
	if (from->result != handle_refs(conversion, handle))
		return fail(conversion, "this put_page does not fit what its handle holds");
	return emit_result(conversion, slot_op(OP_put_page, from->id), from->result - 1);
}

static bool convert_split(struct conversion *conversion, const struct recorded_op *from)
{
	if (!from->result)
		return true;
	return handle_of_kind(conversion, from->id, SLOT_BLOCK) &&
	       emit_result(conversion, slot_op(OP_split_page, from->id), 1);
}

static bool convert_free_page(struct conversion *conversion, const struct recorded_op *from)
{
	struct op op = slot_op(OP_free_page, from->id);
	const struct slot *handle;

	if (!from->result)
		return true;
	handle = handle_of_kind(conversion, from->id, SLOT_SPLIT);
	if (!handle)
		return false;
	if (!slot_has_page(conversion->ledger, from->id, from->a))
		return fail(conversion, "this page of the split block is not held");
	op.count = from->a;
	return emit_result(conversion, op, 0);
}

static bool convert_lru(struct conversion *conversion, const struct recorded_op *from)
{
	if (!from->result)
		return true;
	return handle_of_kind(conversion, from->id, SLOT_BLOCK) &&
	       emit_result(conversion, slot_op(OP_set_lru, from->id), 1);
}

static bool convert_release(struct conversion *conversion, const struct recorded_op *from)
{
	struct op op = slot_op(OP_release_pages, from->id);
	struct call call;
	uint32_t nr;

	if (from->a > CALL_MAX_PFNS)
		return fail(conversion, "a release is too large");
	if (!handle_at(conversion, from->id))
		return false;
	op.count = from->a;
	nr = ops_resolve(conversion->ledger, &op, &call) ? call.count : 0;
	if (nr != from->result)
		return fail(conversion, "this release does not fit what its handles hold");
	return !nr || emit_result(conversion, op, 1);
}

static bool convert_retype(struct conversion *conversion, const struct recorded_op *from)
{
	struct op op = slot_op(OP_set_pageblock_type, from->id);
	struct recorded_answer answer = { .pfn = PFN_NONE, .result = 1 };
	uint32_t type = recorded_migratetype(&conversion->recorded->header, from->a);
	const struct slot *handle;

	if (!from->result)
		return true;
	handle = handle_of_kind(conversion, from->id, SLOT_BLOCK);
	if (!handle)
		return false;
	if (type == MIGRATE_TYPES || handle_refs(conversion, handle) != 1 ||
	    handle_order(conversion, handle) < conversion->recorded->header.pageblock_order)
		return fail(conversion, "this pageblock cannot be retyped");
	op.type = (uint8_t)type;
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

static bool convert_bulk_list(struct conversion *conversion, const struct recorded_op *from)
{
	return convert_bulk_as(conversion, from, OP_alloc_pages_bulk_list);
}

static bool convert_exact(struct conversion *conversion, const struct recorded_op *from)
{
	uint32_t nr_pages = pages_of_bytes(from->a);
	const struct slot *handle = handle_of_kind(conversion, from->id, SLOT_EMPTY);
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
	}
	return emit(conversion, &op, &answer);
}

static bool convert_free_exact(struct conversion *conversion, const struct recorded_op *from)
{
	const struct slot *handle = handle_of_kind(conversion, from->id, SLOT_SPLIT);

	if (!handle)
		return false;
	if (!handle->exact || handle->nr_left != handle->nr_pages)
		return fail(conversion, "the handle does not hold such a block");
	return emit_result(conversion, slot_op(OP_free_pages_exact, from->id), 1);
}

static bool convert_fragment(struct conversion *conversion, const struct recorded_op *from)
{
	const struct slot *handle = handle_of_kind(conversion, from->id, SLOT_EMPTY);
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
	}
	return emit(conversion, &op, &answer);
}

static bool convert_free_fragment(struct conversion *conversion, const struct recorded_op *from)
{
	const struct slot *handle = handle_of_kind(conversion, from->id, SLOT_FRAG);

	if (!handle)
		return false;
	return emit_result(conversion, slot_op(OP_page_frag_free, from->id), 1);
}

static bool convert_type(struct conversion *conversion, const struct recorded_op *from)
{
	struct op op = slot_op(OP_set_pageblock_type, from->id);
	uint32_t type = recorded_migratetype(&conversion->recorded->header, from->a);
	const struct slot *handle = handle_of_kind(conversion, from->id, SLOT_BLOCK);

	if (!handle)
		return false;
	if (type == MIGRATE_TYPES ||
	    handle_order(conversion, handle) < conversion->recorded->header.pageblock_order)
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
	if (from->id == SYSCTL_BOOST_FACTOR)
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
	return emit_result(
		conversion,
		op_make(from->code == 'D' ? OP_drain_local_pages : OP_page_frag_cache_drain), 1);
}

/* The recorder always drained all pages from the CPU it was started on. */
static bool convert_drain_all(struct conversion *conversion, const struct recorded_op *from)
{
	struct op op = op_make(OP_drain_all_pages);

	(void)from;
	op.cpu = (uint8_t)conversion->recorded->header.cpu;
	return emit_result(conversion, op, 1);
}

static const struct converter {
	char code;
	bool (*convert)(struct conversion *conversion, const struct recorded_op *from);
} converters[] = {
	{ 'A', convert_alloc },   { 'B', convert_bulk },          { 'b', convert_bulk_list },
	{ 'F', convert_free },    { 'G', convert_get },           { 'P', convert_put },
	{ 'S', convert_split },   { 'f', convert_free_page },     { 'L', convert_lru },
	{ 'R', convert_release }, { 'c', convert_retype },        { 'y', convert_type },
	{ 'E', convert_exact },   { 'e', convert_free_exact },    { 'K', convert_fragment },
	{ 'T', convert_task },    { 'k', convert_free_fragment }, { 'V', convert_sysctl },
	{ 'J', convert_cpu },     { 'd', convert_drain_all },     { 'D', convert_plain },
	{ 'C', convert_plain },
};

static bool convert_op(struct conversion *conversion, const struct recorded_op *from)
{
	for (size_t i = 0; i < sizeof(converters) / sizeof(converters[0]); i++)
		if (converters[i].code == from->code)
			return converters[i].convert(conversion, from);
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
		if (recorded->ops[i].code == 'X') {
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
		bool is_run = op->code == 'B' || op->code == 'b' || op->code == 'R';
		uint64_t end = (uint64_t)op->id + (is_run ? op->a : 1);

		if (!strchr("JTV", op->code) && end > nr)
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
	};
	bool ok;

	recorded->program.machine = recorded->machine;
	conversion.ledger = ledger_create(&recorded->machine, count_handles(recorded), false);
	if (!conversion.ledger)
		return field_fail(&parser->scan, "out of memory");
	ok = convert_all(&conversion);
	ledger_free(conversion.ledger);
	return ok;
}
