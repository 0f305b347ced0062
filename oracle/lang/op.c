/* SPDX-License-Identifier: MIT */
/* The table of operations, built from op.def, and programs as growing arrays of ops. */
#include "oracle/lang/op.h"

#include <stdlib.h>
#include <string.h>

const struct op_info op_table[NR_OP_CODES] = {
#define OP(code, name, operands, unit, result, traits, letter, weight) \
	[(code)] = { #name, operands, unit, result, traits, false, letter, weight },
#define MISUSE(code, name, operands, unit, result, traits, letter, weight) \
	[(code)] = { #name, operands, unit, result, traits, true, letter, weight },
#include "oracle/lang/op.def"
};

void program_init(struct program *program)
{
	memset(program, 0, sizeof(*program));
}

void program_free(struct program *program)
{
	free(program->ops);
	program_init(program);
}

bool program_reserve(struct program *program, size_t nr_ops)
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
	if (!program_reserve(program, program->nr_ops + 1))
		return false;
	program->ops[program->nr_ops++] = *op;
	program_count_slots(program, op);
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
	to->machine_hash = from->machine_hash;
	return true;
}

uint64_t program_machine_hash(const struct program *program)
{
	const unsigned char *bytes = (const unsigned char *)&program->machine;
	uint64_t hash = program->start, word;

	for (size_t i = 0; i + sizeof(word) <= sizeof(program->machine); i += sizeof(word)) {
		memcpy(&word, bytes + i, sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
		hash ^= hash >> 32;
	}
	return hash | 1u;
}

uint32_t config_nr_pages(const struct buddy_config *config)
{
	uint32_t nr_pages = 0;

	for (uint32_t i = 0; i < config->nr_memory; i++)
		nr_pages += config->memory[i].end_pfn - config->memory[i].start_pfn;
	return nr_pages;
}
