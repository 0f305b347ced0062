/* SPDX-License-Identifier: MIT */
/* The ops as calls. What no run can change, like a CPU that is not there, is settled here. */
#include <stdarg.h>
#include <ctype.h>
#include <string.h>

#include "buddy/gfp.h"
#include "fuzz/emit_c/emit_c_program.h"
#include "oracle/lang/names.h"

#define MAX_COLUMNS 100
#define TAB_COLUMNS 8

void statement_put(struct statement *statement, const char *format, ...)
{
	size_t left = sizeof(statement->text) - statement->length;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(statement->text + statement->length, left, format, arguments);
	va_end(arguments);
	if (length > 0)
		statement->length += (size_t)length < left ? (size_t)length : left - 1;
}

void statement_put_comma(struct statement *statement)
{
	statement_put(statement, "%s", statement->comma);
	statement->comma = ", ";
}

/* The next word of a statement, on a line of its own when this one would become too long. */
static void print_word(const char *word, size_t length, size_t *column, FILE *out)
{
	if (*column && *column + 1 + length > MAX_COLUMNS) {
		fputs("\n\t\t", out);
		*column = 2 * TAB_COLUMNS;
	} else if (*column) {
		fputc(' ', out);
		(*column)++;
	} else {
		fputc('\t', out);
		*column = TAB_COLUMNS;
	}
	fprintf(out, "%.*s", (int)length, word);
	*column += length;
}

/* A member and its value stay together. */
static size_t word_length(const char *text)
{
	size_t length = strcspn(text, " ");

	if (*text != '.')
		return length;
	length += strlen(" = ");
	return length + strcspn(text + length, " ");
}

static void print_words(const char *text, size_t *column, FILE *out)
{
	while (*text) {
		size_t length = word_length(text);

		print_word(text, length, column, out);
		text += length + (text[length] == ' ');
	}
}

/* ---- operands ---- */

static bool block_in_memory(const struct buddy_config *machine, pfn_t pfn, uint32_t order)
{
	for (uint32_t i = 0; i < machine->nr_memory && order <= MAX_PAGE_ORDER; i++)
		if (pfn >= machine->memory[i].start_pfn && pfn < machine->memory[i].end_pfn)
			return machine->memory[i].end_pfn - pfn >= 1u << order;
	return false;
}

static pfn_t foreign_pfn(const struct buddy_config *machine, const struct op *op)
{
	pfn_t start = machine->memory[0].start_pfn;
	pfn_t end = machine->memory[machine->nr_memory - 1].end_pfn;

	return start + op->value % (end - start);
}

const char *emit_c_function(const struct program *program, const struct op *op)
{
	const struct buddy_config *machine = &program->machine;
	bool fits = op_table[op->code].name;

	if (op->code == OP_cpu)
		fits = op->cpu != OP_CPU_CURRENT;
	else if (op->code == OP_hook_answers)
		fits = emit_c_tells_hooks(program);
	else if (op->code == OP_set_pageblock_type)
		fits = op->type < MIGRATE_TYPES &&
		       (op->type != MIGRATE_CMA || machine->features & BUDDY_CMA);
	else if (op->code == OP_free_foreign)
		fits = block_in_memory(machine, foreign_pfn(machine, op), op->order);
	return op_table[fits ? op->code : OP_nop].name;
}

/* "GFP_KERNEL|0x10" -> "GFP_KERNEL | 0x10u" */
static void put_gfp(struct statement *statement, gfp_t gfp)
{
	char text[GFP_TEXT_MAX];
	const char *name = text;

	gfp_format(gfp, text);
	statement_put_comma(statement);
	if (!gfp)
		statement_put(statement, "0");
	while (*name) {
		size_t length = strcspn(name, "|");

		statement_put(statement, "%.*s%s%s", (int)length, name, *name == '0' ? "u" : "",
			      name[length] ? " | " : "");
		name += length + (name[length] == '|');
	}
}

void emit_c_constant(struct statement *statement, const char *prefix, const char *name)
{
	statement_put(statement, "%s", prefix);
	for (; *name; name++)
		statement_put(statement, "%c", toupper((unsigned char)*name));
}

static void put_task(struct statement *statement, uint32_t value)
{
	const char *bar = "";

	for (const struct task_flag *flag = task_flags; flag->name; flag++) {
		if (!(value & flag->bit) || strncmp(flag->meaning, "PF_", 3))
			continue;
		statement_put(statement, "%s%s", bar, flag->meaning);
		bar = " | ";
	}
	statement_put(statement, "%s, %s, %s, %s, %s", *bar ? "" : "0",
		      value & (OP_TASK_INTERRUPT | OP_TASK_SOFTIRQ) ? "true" : "false",
		      value & OP_TASK_SOFTIRQ ? "true" : "false",
		      value & OP_TASK_RT ? "true" : "false",
		      value & OP_TASK_OOM_VICTIM ? "true" : "false");
}

/* The numbers of enum buddy_sysctl_name are those of the language. */
static void put_sysctl(struct statement *statement, const struct op *op)
{
	if (op->type < OP_NR_SYSCTLS)
		emit_c_constant(statement, "SYSCTL_", sysctl_names[op->type] + strlen("vm."));
	else
		statement_put(statement, "NR_SYSCTLS");
	statement_put(statement, ", %u, %d", op->order, (int32_t)op->value);
}

static void put_cpu(struct statement *statement, const struct buddy_config *machine, uint8_t cpu)
{
	statement_put_comma(statement);
	if (cpu == OP_CPU_CURRENT)
		statement_put(statement, "CPU_CURRENT");
	else
		statement_put(statement, "%u", cpu % machine->nr_cpus);
}

static void put_node(struct statement *statement, const struct buddy_config *machine, uint8_t node)
{
	statement_put_comma(statement);
	if (node == OP_NODE_LOCAL)
		statement_put(statement, "NODE_LOCAL");
	else
		statement_put(statement, "%u", node % machine->nr_nodes);
}

static void put_arguments(struct statement *statement, const struct program *program,
			  const struct op *op)
{
	uint32_t operands = op_table[op->code].operands;

	if (operands & (OPERAND_DEST | OPERAND_SLOT)) {
		statement_put_comma(statement);
		statement_put(statement, "%u", op->slot);
	}
	if (op->code == OP_free_foreign) {
		statement_put_comma(statement);
		statement_put(statement, "%u", foreign_pfn(&program->machine, op));
	}
	if (operands & OPERAND_ORDER) {
		statement_put_comma(statement);
		statement_put(statement, "%u", op->order);
	}
	if (operands & (OPERAND_COUNT | OPERAND_BYTES | OPERAND_INDEX)) {
		statement_put_comma(statement);
		statement_put(statement, "%u", op->count);
	}
	if (operands & OPERAND_GFP)
		put_gfp(statement, op->gfp);
	if (operands & OPERAND_TYPE) {
		statement_put_comma(statement);
		emit_c_constant(statement, "MIGRATE_", migratetype_names[op->type]);
	}
	if (operands & OPERAND_NODE)
		put_node(statement, &program->machine, op->node);
	if (operands & OPERAND_CPU)
		put_cpu(statement, &program->machine, op->cpu);
}

static void put_call(struct statement *statement, const struct program *program,
		     const struct op *op)
{
	const char *function = emit_c_function(program, op);

	statement_put(statement, "op_%s(", function);
	statement->comma = "";
	if (!strcmp(function, "nop"))
		;
	else if (op->code == OP_task)
		put_task(statement, op->value);
	else if (op->code == OP_hook_answers)
		emit_c_hooks(statement, op->value);
	else if (op->code == OP_sysctl)
		put_sysctl(statement, op);
	else
		put_arguments(statement, program, op);
	statement_put(statement, ")");
}

/* ---- statements ---- */

static void print_slots(const struct op *op, const struct emit_c_answer *answer, FILE *out)
{
	char text[64];
	size_t column = 0;

	snprintf(text, sizeof(text), "expect_slots(%u, %u, (const pfn_t[]){", op->slot,
		 answer->nr_pfns);
	print_words(text, &column, out);
	for (uint32_t i = 0; i < answer->nr_pfns; i++) {
		const char *comma = i + 1 < answer->nr_pfns ? "," : "";

		if (answer->pfns[i] == PFN_NONE)
			snprintf(text, sizeof(text), "PFN_NONE%s", comma);
		else
			snprintf(text, sizeof(text), "%u%s", answer->pfns[i], comma);
		print_words(text, &column, out);
	}
	print_words("});", &column, out);
	fputc('\n', out);
}

static void print_op(const struct program *program, const struct op *op,
		     const struct emit_c_answer *answer, FILE *out)
{
	struct statement statement = { .length = 0 };
	size_t column = 0;
	bool insists = answer && answer->known && strcmp(emit_c_function(program, op), "nop");

	statement_put(&statement, "%s", insists ? "expect(" : "");
	put_call(&statement, program, op);
	if (insists && answer->fits)
		statement_put(&statement, ", %lld)", (long long)answer->answer);
	else if (insists)
		statement_put(&statement, ", SKIPPED)");
	statement_put(&statement, ";");
	print_words(statement.text, &column, out);
	fputc('\n', out);
	if (insists && answer->nr_pfns)
		print_slots(op, answer, out);
}

void emit_c_ops(const struct program *program, const struct emit_c_answers *answers, FILE *out)
{
	fputs("/* clang-format off */\nstatic void run_program(void)\n{\n", out);
	for (size_t i = 0; i < program->nr_ops; i++)
		print_op(program, &program->ops[i], answers ? &answers->of_ops[i] : NULL, out);
	fputs("}\n/* clang-format on */\n", out);
}
