/* SPDX-License-Identifier: MIT */
/*
 * Programs as text: prints ops and whole programs. Operands stand in one fixed order, so equal
 * programs are equal text. Parsing is text_parse.c, the machine line text_machine.c, files
 * text_file.c.
 */
#include "oracle/lang/text.h"

#include <string.h>

#include "buddy/gfp.h"
#include "oracle/lang/text_line.h"
#include "oracle/lang/text_scan.h"

const char *const text_sysctl_names[] = {
	"vm.min_free_kbytes",        "vm.watermark_scale_factor",
	"vm.watermark_boost_factor", "vm.percpu_pagelist_high_fraction",
	"vm.lowmem_reserve_ratio",   NULL
};
const char *const text_type_names[] = { "unmovable", "movable", "reclaimable", "highatomic",
					"cma",       "isolate", NULL };

static void put_gfp(struct line *line, gfp_t gfp)
{
	char text[GFP_TEXT_MAX];

	if (!gfp_format(gfp, text))
		strcpy(text, "none");
	line_put(line, " gfp=%s", text);
}

static void put_type(struct line *line, uint32_t type)
{
	if (type < MIGRATE_TYPES)
		line_put(line, " type=%s", text_type_names[type]);
	else
		line_put(line, " type=%u", type);
}

static void put_sysctl(struct line *line, const struct op *op)
{
	line_put(line, " %s", text_sysctl_names[op->type % OP_NR_SYSCTLS]);
	if (op->order || op->type == OP_SYSCTL_LOWMEM_RESERVE_RATIO)
		line_put(line, "[%u]", op->order);
	line_put(line, "=%d", (int32_t)op->value);
}

/* The order of the operands in print: what is touched, what is wanted, how, where. */
static void put_operands(struct line *line, const struct op *op, uint32_t operands)
{
	if (operands & OPERAND_SLOT)
		line_put(line, " r%u", op->slot);
	if (operands & OPERAND_SYSCTL)
		put_sysctl(line, op);
	if (operands & OPERAND_INDEX && op->count)
		line_put(line, " page=%u", op->count);
	if (operands & OPERAND_TYPE)
		put_type(line, op->type);
	if (operands & OPERAND_VALUE)
		line_put(line, " value=%u", op->value);
	if (operands & OPERAND_ORDER)
		line_put(line, " order=%u", op->order);
	if (operands & OPERAND_COUNT)
		line_put(line, " count=%u", op->count);
	if (operands & OPERAND_BYTES)
		line_put(line, " size=%u", op->count);
	if (operands & OPERAND_GFP)
		put_gfp(line, op->gfp);
	if (operands & OPERAND_NODE && op->node != OP_NODE_LOCAL)
		line_put(line, " node=%u", op->node);
	if (operands & OPERAND_CPU && op->cpu != OP_CPU_CURRENT)
		line_put(line, " cpu=%u", op->cpu);
}

size_t text_format_op(const struct op *op, char *text)
{
	const struct op_info *info = &op_table[op->code];
	struct line line = { text, 0, TEXT_OP_MAX };

	if (!info->name)
		info = &op_table[OP_nop];
	if (info->misuse)
		line_put(&line, "! ");
	if (info->operands & OPERAND_DEST)
		line_put(&line, "r%u = ", op->slot);
	line_put(&line, "%s", info->name);
	put_operands(&line, op, info->operands);
	return line.length;
}

bool text_print(const struct program *program, FILE *out)
{
	char text[TEXT_MACHINE_MAX];
	size_t length = text_format_machine(program, text);

	text[length++] = '\n';
	fwrite(text, 1, length, out);
	for (size_t i = 0; i < program->nr_ops; i++) {
		length = text_format_op(&program->ops[i], text);
		text[length++] = '\n';
		fwrite(text, 1, length, out);
	}
	return !ferror(out);
}
