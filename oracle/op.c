/* SPDX-License-Identifier: MIT */
/* The table of operations, built from op.def, and programs as growing arrays of ops. */
#include "oracle/op.h"

#include <stdlib.h>
#include <string.h>

const struct op_info op_table[NR_OP_CODES] = {
#define OP(code, name, operands, unit) [(code)] = { #name, operands, unit, false },
#define MISUSE(code, name, operands, unit) [(code)] = { #name, operands, unit, true },
#include "oracle/op.def"
};

const char *const program_start_names[NR_PROGRAM_STARTS] = {
	[START_FRESH] = "fresh",
	[START_FRAGMENTED] = "fragmented",
	[START_LOW] = "low",
	[START_BOOSTED] = "boosted",
};

struct op op_make(enum op_code code)
{
	struct op op = { .code = (uint8_t)code, .cpu = OP_CPU_CURRENT, .node = OP_NODE_LOCAL };

	return op;
}

void program_init(struct program *program)
{
	memset(program, 0, sizeof(*program));
}

void program_free(struct program *program)
{
	free(program->ops);
	program_init(program);
}

/* One more than the highest slot that op names; a run of slots counts to its end. */
static uint32_t op_slot_end(const struct op *op)
{
	const struct op_info *info = &op_table[op->code % NR_OP_CODES];
	uint64_t end;

	if (!(info->operands & (OPERAND_DEST | OPERAND_SLOT)))
		return 0;
	end = (uint64_t)op->slot + 1;
	if (info->operands & OPERAND_COUNT && op->count > 1)
		end += op->count - 1;
	return end > UINT32_MAX ? UINT32_MAX : (uint32_t)end;
}

static bool program_reserve(struct program *program, size_t nr_ops)
{
	size_t capacity = program->capacity ? program->capacity : 64;
	struct op *ops;

	if (nr_ops <= program->capacity)
		return true;
	while (capacity < nr_ops)
		capacity *= 2;
	ops = realloc(program->ops, capacity * sizeof(*ops));
	if (!ops)
		return false;
	program->ops = ops;
	program->capacity = capacity;
	return true;
}

bool program_append(struct program *program, const struct op *op)
{
	uint32_t end = op_slot_end(op);

	if (!program_reserve(program, program->nr_ops + 1))
		return false;
	program->ops[program->nr_ops++] = *op;
	if (end > program->nr_slots)
		program->nr_slots = end;
	return true;
}

bool program_copy(struct program *to, const struct program *from)
{
	if (!program_reserve(to, from->nr_ops))
		return false;
	if (from->nr_ops)
		memcpy(to->ops, from->ops, from->nr_ops * sizeof(*to->ops));
	to->nr_ops = from->nr_ops;
	to->nr_slots = from->nr_slots;
	to->machine = from->machine;
	to->start = from->start;
	return true;
}
