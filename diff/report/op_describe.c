/* SPDX-License-Identifier: MIT */
/* An op as one line of text for reports; the words are those of the program text. */
#include <stdio.h>

#include "buddy/gfp.h"
#include "diff/report/report.h"
#include "diff/report/text_buffer.h"

static const char *type_name(uint32_t type)
{
	static const char *const names[MIGRATE_TYPES] = {
		"unmovable", "movable", "reclaimable", "highatomic", "cma", "isolate",
	};

	return type < MIGRATE_TYPES ? names[type] : "unknown";
}

static const char *sysctl_name(uint32_t name)
{
	static const char *const names[] = {
		"vm.min_free_kbytes",        "vm.watermark_scale_factor",
		"vm.watermark_boost_factor", "vm.percpu_pagelist_high_fraction",
		"vm.lowmem_reserve_ratio",
	};

	return name < sizeof(names) / sizeof(names[0]) ? names[name] : "unknown";
}

static void put_gfp(struct text_buffer *out, gfp_t gfp)
{
	char text[GFP_TEXT_MAX];

	gfp_format(gfp, text);
	text_put(out, " gfp=%s", text[0] ? text : "none");
}

static void put_operands(struct text_buffer *out, const struct op *op, uint32_t operands)
{
	if (operands & OPERAND_SLOT)
		text_put(out, " r%u", op->slot);
	if (operands & OPERAND_INDEX && op->count)
		text_put(out, " page=%u", op->count);
	if (operands & OPERAND_COUNT)
		text_put(out, " count=%u", op->count);
	if (operands & OPERAND_BYTES)
		text_put(out, " size=%u", op->count);
	if (operands & OPERAND_ORDER)
		text_put(out, " order=%u", op->order);
	if (operands & OPERAND_GFP)
		put_gfp(out, op->gfp);
	if (operands & OPERAND_TYPE)
		text_put(out, " type=%s", type_name(op->type));
	if (operands & OPERAND_SYSCTL)
		text_put(out, " %s[%u]=%d", sysctl_name(op->type), op->order, (int32_t)op->value);
	if (operands & OPERAND_VALUE)
		text_put(out, " value=%u", op->value);
	if (operands & OPERAND_NODE && op->node != OP_NODE_LOCAL)
		text_put(out, " node=%u", op->node);
	if (operands & OPERAND_CPU && op->cpu != OP_CPU_CURRENT)
		text_put(out, " cpu=%u", op->cpu);
}

size_t op_describe(const struct op *op, char *text, size_t size)
{
	struct text_buffer out = { text, size, 0 };
	const struct op_info *info = &op_table[op->code];

	text_put(&out, "%s", info->misuse ? "! " : "");
	if (info->operands & OPERAND_DEST)
		text_put(&out, "r%u = ", op->slot);
	text_put(&out, "%s", info->name ? info->name : "nop");
	put_operands(&out, op, info->operands);
	return out.at;
}
