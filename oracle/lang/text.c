/* SPDX-License-Identifier: MIT */
/*
 * Programs as text: prints ops and whole programs. Operands stand in one fixed order, so equal
 * programs are equal text. Parsing is text_parse.c, the machine line text_machine.c, files
 * text_file.c.
 */
#include "oracle/lang/text.h"

#include <string.h>

#include "buddy/gfp.h"
#include "oracle/lang/names.h"
#include "oracle/lang/text_line.h"

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
		line_put(line, " type=%s", migratetype_names[type]);
	else
		line_put(line, " type=%u", type);
}

static void put_sysctl(struct line *line, const struct op *op)
{
	line_put(line, " %s", name_of(sysctl_names, op->type));
	if (op->order || op->type == OP_SYSCTL_LOWMEM_RESERVE_RATIO)
		line_put(line, "[%u]", op->order);
	line_put(line, "=%d", (int32_t)op->value);
}

static void put_task(struct line *line, uint32_t value)
{
	const char *mark = " flags=";

	for (const struct task_flag *flag = task_flags; flag->name; flag++) {
		if (!(value & flag->bit))
			continue;
		line_put(line, "%s%s", mark, flag->name);
		mark = "|";
	}
	if (value & ~(uint32_t)OP_TASK_MASK)
		line_put(line, "%s%#x", mark, value & ~(uint32_t)OP_TASK_MASK);
	else if (!value)
		line_put(line, "%snone", mark);
}

/* Fields that are 0 are left out; a value without a name is a number. */
static void put_hooks(struct line *line, uint32_t value)
{
	for (const struct hooks_field *field = hooks_fields; field->name; field++) {
		uint32_t number = op_hooks_get(value, field->mask);
		const char *const *name = field->names;

		for (uint32_t i = 0; name && *name && i < number; i++)
			name++;
		if (number && name && *name)
			line_put(line, " %s=%s", field->name, *name);
		else if (number)
			line_put(line, " %s=%u", field->name, number);
	}
	if (value & ~(uint32_t)OP_HOOKS_MASK)
		line_put(line, " value=%u", value & ~(uint32_t)OP_HOOKS_MASK);
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
	if (operands & OPERAND_TASK)
		put_task(line, op->value);
	else if (operands & OPERAND_HOOKS)
		put_hooks(line, op->value);
	else if (operands & OPERAND_VALUE)
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

size_t text_format_event(const struct event *event, char *text)
{
	struct line line = { text, 0, TEXT_EVENT_MAX };

	line_put(&line, "%s", name_of(event_status_names, event->status));
	if (event->status == EVENT_TRAPPED)
		line_put(&line, " on %s", event->bug_condition ? event->bug_condition : "?");
	if (event->pfn != PFN_NONE)
		line_put(&line, ", page frame %u", event->pfn);
	line_put(&line, ", result %lld", (long long)event->result);
	for (uint32_t i = 0; i < event->nr_pfns && i < TEXT_EVENT_PFNS; i++)
		line_put(&line, "%s %d", i ? "" : ", pages", (int32_t)event->pfns[i]);
	if (event->nr_pfns > TEXT_EVENT_PFNS)
		line_put(&line, " ... (%u)", event->nr_pfns);
	for (uint32_t i = 0; i < event->nr_bad_pages && i < EVENT_MAX_BAD_PAGES; i++)
		line_put(&line, ", page frame %u bad for %s", event->bad_pages[i].pfn,
			 name_of(bad_page_names, event->bad_pages[i].reason));
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
