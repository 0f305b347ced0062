/* SPDX-License-Identifier: MIT */
/* A recorded run in our language: line by line, until one that has no meaning here. */
#include <stdlib.h>

#include "diff/recorded/recorded_convert.h"

#define MAX_HANDLES (1u << 17)
#define STOPS 'X' /* alloc_contig_range, which no op stands for */

bool conversion_fail(struct conversion *conversion, const char *what)
{
	conversion->parser->scan.line = conversion->recorded->ops[conversion->index].line;
	return field_fail(&conversion->parser->scan, "%s", what);
}

static struct handle *handle_at(struct conversion *conversion, uint32_t id)
{
	struct handle **handle;

	if (id >= conversion->nr_handles) {
		conversion_fail(conversion, "a handle number is too high");
		return NULL;
	}
	handle = &conversion->handles[id];
	if (!*handle)
		*handle = calloc(1, sizeof(**handle));
	if (!*handle)
		conversion_fail(conversion, "out of memory");
	return *handle;
}

struct handle *conversion_handle(struct conversion *conversion, uint32_t id, enum handle_kind kind)
{
	struct handle *handle = handle_at(conversion, id);

	if (!handle || kind == HANDLE_ANY || handle->kind == kind)
		return handle;
	conversion_fail(conversion, kind == HANDLE_EMPTY ? "the handle is in use"
							 : "the handle does not hold such a block");
	return NULL;
}

bool conversion_emit(struct conversion *conversion, const struct op *op,
		     const struct recorded_answer *answer)
{
	struct recorded *recorded = conversion->recorded;
	size_t nr = recorded->program.nr_ops;
	struct recorded_answer *grown =
		recorded_grow(recorded->answers, nr, &conversion->capacity, sizeof(*grown));

	if (!grown)
		return conversion_fail(conversion, "out of memory");
	recorded->answers = grown;
	recorded->answers[nr] = *answer;
	recorded->answers[nr].op = conversion->index;
	recorded->answers[nr].cpu = conversion->cpu;
	return program_append(&recorded->program, op) ||
	       conversion_fail(conversion, "out of memory");
}

static bool convert_all(struct conversion *conversion)
{
	struct recorded *recorded = conversion->recorded;

	/*
	 * The first op of ours, when it is needed, belongs to no recorded one: it carries no
	 * counters.
	 */
	if (recorded->nr_ops && recorded->header.cpu) {
		if (!convert_to_cpu(conversion, recorded->header.cpu))
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
