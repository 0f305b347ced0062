/* SPDX-License-Identifier: MIT */
/*
 * docs/reference-ops.md: the text form of each operation, a line as the printer writes it, what it
 * does and what it stands for in Linux.
 */
#include <stdlib.h>
#include <string.h>

#include "docs/reference.h"
#include "oracle/lang/names.h"
#include "oracle/lang/text.h"

#define DEF_PATH "oracle/lang/op.def"
#define KERNEL_WORD "Linux: "

static const struct {
	uint32_t operand;
	const char *form, *meaning;
} operands[] = {
	{ OPERAND_DEST, "rN =", "the slot that is filled; it must be empty" },
	{ OPERAND_SLOT, "rN", "the slot whose block is meant" },
	{ OPERAND_SYSCTL, "NAME[INDEX]=VALUE",
	  "a tunable; [INDEX] for lowmem_reserve_ratio alone" },
	{ OPERAND_INDEX, "[page=N]", "page of the block, counted from its first; left out: 0" },
	{ OPERAND_TYPE, "type=NAME", "migratetype" },
	{ OPERAND_TASK, "flags=NAMES", "names joined by \\|, or none" },
	{ OPERAND_HOOKS, "[FIELD=N ..]", "fields of the answers, below; left out: 0" },
	{ OPERAND_VALUE, "value=N", "a number; what it means stands with the operation" },
	{ OPERAND_ORDER, "order=N", "2^N pages, 0 to 10; larger ones are legal text and fail" },
	{ OPERAND_COUNT, "count=N", "how many slots, from the named one on" },
	{ OPERAND_BYTES, "size=N", "bytes" },
	{ OPERAND_GFP, "gfp=FLAGS",
	  "request flags as the kernel prints them, joined by \\|, or none" },
	{ OPERAND_NODE, "[node=N]", "preferred node; left out: the node of the CPU" },
	{ OPERAND_CPU, "[cpu=N]", "CPU it runs on; left out: the current one" },
};

#define NR_OPERANDS (sizeof(operands) / sizeof(operands[0]))

static void print_names(const char *what, const char *const *names, FILE *out)
{
	fprintf(out, "%s:", what);
	for (size_t i = 0; names[i]; i++)
		fprintf(out, "%s `%s`", i ? "," : "", names[i]);
	fputs(".\n\n", out);
}

static void print_intro(FILE *out)
{
	fputs("# Operations\n\n"
	      "Made of `oracle/lang/op.def` by `make docs`; changes are made there.\n\n"
	      "A program is a machine line and operations, one a line; `#` begins a comment. "
	      "Blocks\n"
	      "live in slots `r0`, `r1`, ...; an operation that does not fit its slot is skipped. "
	      "`!`\n"
	      "marks what a correct caller never does. Ids in brackets are explained in\n"
	      "[provenance.md](provenance.md).\n\n"
	      "| operand | meaning |\n|---|---|\n",
	      out);
	for (size_t i = 0; i < NR_OPERANDS; i++)
		fprintf(out, "| `%s` | %s |\n", operands[i].form, operands[i].meaning);

	fputs("\n", out);
	print_names("Migratetypes", migratetype_names, out);
	print_names("Tunables", sysctl_names, out);
	fputs("Flags of `task`:", out);
	for (const struct task_flag *flag = task_flags; flag->name; flag++)
		fprintf(out, "%s `%s` %s", flag == task_flags ? "" : ",", flag->name,
			flag->meaning);
	fputs(". `value=N` with their sum means the same.\n", out);
}

static void print_hooks(FILE *out)
{
	fputs("\nFields of `hook_answers`. What is claimed a number of times is counted from the "
	      "operation\n"
	      "on. `value=N` stands for the sum of all, each times its step.\n\n"
	      "| field | values | step | meaning |\n|---|---|---|---|\n",
	      out);
	for (const struct hooks_field *field = hooks_fields; field->name; field++) {
		fprintf(out, "| `%s=` |", field->name);
		for (size_t i = 0; field->names && field->names[i]; i++)
			fprintf(out, "%s %s", i ? "," : "", field->names[i]);
		if (!field->names)
			fprintf(out, " 0 to %u", op_hooks_get(field->mask, field->mask));
		fprintf(out, " | %u | %s |\n", field->mask & (~field->mask + 1u), field->meaning);
	}
}

/* In the order in which the printer writes them: the destination stands before the name. */
static void print_form(const struct op_info *info, FILE *out)
{
	fprintf(out, "%s%s%s", info->misuse ? "! " : "",
		info->operands & OPERAND_DEST ? "rN = " : "", info->name);
	for (size_t i = 1; i < NR_OPERANDS; i++)
		if (info->operands & operands[i].operand &&
		    (operands[i].operand != OPERAND_VALUE ||
		     !(info->operands & (OPERAND_TASK | OPERAND_HOOKS))))
			fprintf(out, " %s", operands[i].form);
	fputs("\n", out);
}

/* Operands that read well; each op's line uses those that it has. */
static void print_example(enum op_code code, FILE *out)
{
	const struct op_info *info = &op_table[code];
	struct op op = op_make(code);
	char line[TEXT_OP_MAX];

	if (info->operands & OPERAND_ORDER)
		op.order = 3;
	if (info->operands & OPERAND_GFP)
		op.gfp = code == OP_page_frag_alloc ? GFP_ATOMIC : GFP_KERNEL;
	if (info->operands & (OPERAND_INDEX | OPERAND_COUNT))
		op.count = info->operands & OPERAND_COUNT ? 8 : 2;
	if (info->operands & OPERAND_BYTES)
		op.count = info->unit * 6;
	if (info->operands & OPERAND_TYPE)
		op.type = MIGRATE_CMA;
	if (info->operands & OPERAND_VALUE)
		op.value = code == OP_task           ? OP_TASK_MEMALLOC | OP_TASK_NOIO
			   : code == OP_hook_answers ? op_hooks_put(3, OP_HOOKS_RECLAIM) |
							       op_hooks_put(1, OP_HOOKS_OOM)
						     : 17;
	if (info->operands & OPERAND_SYSCTL)
		op.value = 4096;
	if (code == OP_cpu)
		op.cpu = 1;
	text_format_op(&op, line);
	fprintf(out, "%s  # for example\n", line);
}

static bool print_op(enum op_code code, const char *text, const char **heading, FILE *out)
{
	const struct op_info *info = &op_table[code];
	char head[80], comment[DEF_COMMENT_MAX], *kernel;
	const char *at;

	snprintf(head, sizeof(head), "%s(%u, %s,", info->misuse ? "MISUSE" : "OP", code,
		 info->name);
	at = def_comment(text, head, comment);
	if (!at || !comment[0]) {
		fprintf(stderr, "reference: " DEF_PATH ": %s: no comment above its line\n",
			info->name);
		return false;
	}
	kernel = strstr(comment, KERNEL_WORD);
	def_print_heading(text, at, heading, out);
	fprintf(out, "\n### %s\n\nOpcode %u. %.*s\n\n", info->name, code,
		kernel ? (int)(kernel - comment - 1) : (int)strlen(comment), comment);
	fputs("```\n", out);
	print_form(info, out);
	if (info->operands)
		print_example(code, out);
	fputs("```\n", out);
	if (kernel)
		fprintf(out, "\nIn Linux: `%s`.\n", kernel + strlen(KERNEL_WORD));
	return true;
}

bool reference_print_ops(FILE *out)
{
	char *text = reference_read(DEF_PATH);
	const char *heading = NULL;
	bool whole = text != NULL;

	if (text)
		print_intro(out);
	print_hooks(out);
	for (unsigned int code = 0; whole && code < NR_OP_CODES; code++)
		if (op_table[code].name)
			whole = print_op((enum op_code)code, text, &heading, out);
	free(text);
	return whole;
}
