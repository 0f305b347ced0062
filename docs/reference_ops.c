/* SPDX-License-Identifier: MIT */
/*
 * docs/reference-ops.md: the text form of each operation, a line as the printer writes it, what it
 * does and what it stands for in Linux.
 */
#include <stdlib.h>
#include <string.h>

#include "docs/reference.h"
#include "oracle/lang/text.h"
#include "oracle/lang/text_scan.h"

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
	{ OPERAND_VALUE, "value=N", "a number; what it means stands with the operation" },
	{ OPERAND_ORDER, "order=N", "2^N pages, 0 to 10; larger ones are legal text and fail" },
	{ OPERAND_COUNT, "count=N", "how many slots, from the named one on" },
	{ OPERAND_BYTES, "size=N", "bytes" },
	{ OPERAND_GFP, "gfp=FLAGS",
	  "request flags as the kernel prints them, joined by \\|, or none" },
	{ OPERAND_NODE, "[node=N]", "preferred node; left out: the node of the CPU" },
	{ OPERAND_CPU, "[cpu=N]", "CPU it runs on; left out: the current one" },
};

static const struct {
	uint32_t bit;
	const char *meaning;
} task_bits[] = {
	{ OP_TASK_MEMALLOC, "PF_MEMALLOC" },
	{ OP_TASK_NOFS, "PF_MEMALLOC_NOFS" },
	{ OP_TASK_NOIO, "PF_MEMALLOC_NOIO" },
	{ OP_TASK_PIN, "PF_MEMALLOC_PIN" },
	{ OP_TASK_INTERRUPT, "in interrupt context" },
	{ OP_TASK_SOFTIRQ, "in a soft interrupt" },
	{ OP_TASK_RT, "a real-time task" },
	{ OP_TASK_OOM_VICTIM, "victim of the OOM killer" },
	{ OP_TASK_DUMPCORE, "PF_DUMPCORE" },
};

static const struct {
	enum op_hooks_field field;
	const char *meaning;
} hooks_fields[] = {
	{ OP_HOOKS_RECLAIM, "how often reclaim claims progress; per-CPU lists are drained" },
	{ OP_HOOKS_COMPACT,
	  "what compaction answers, `enum compact_result` modulo 9; success drains, too" },
	{ OP_HOOKS_COMPACT_TIMES, "how often it answers that; then `COMPACT_SKIPPED`" },
	{ OP_HOOKS_CAPTURE, "`COMPACT_SUCCESS` hands a block over (not with `debug_vm`)" },
	{ OP_HOOKS_OOM, "how often the OOM killer claims progress" },
	{ OP_HOOKS_CPUSET, "nodes outside every cpuset: 1 the even ones, 2 the odd ones" },
	{ OP_HOOKS_DIRTY, "nodes at their dirty limit, likewise" },
	{ OP_HOOKS_NODE_RECLAIM, "node reclaim, modulo 5: off, NOSCAN, FULL, SOME, SUCCESS" },
	{ OP_HOOKS_FAIL, "every n-th request is made to fail" },
	{ OP_HOOKS_RECLAIMABLE, "pages that a zone could give: 0 not told, 1, 4096, 2^24" },
	{ OP_HOOKS_ABSENT, "there is neither reclaim nor compaction" },
	{ OP_HOOKS_SYNC, "locks are checked, and every fourth trylock fails" },
};

#define NR_OPERANDS (sizeof(operands) / sizeof(operands[0]))
#define NR_TASK_BITS (sizeof(task_bits) / sizeof(task_bits[0]))
#define NR_HOOKS_FIELDS (sizeof(hooks_fields) / sizeof(hooks_fields[0]))
_Static_assert(OP_TASK_MASK == (1u << NR_TASK_BITS) - 1, "a bit of task without its meaning");

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
	print_names("Migratetypes", text_type_names, out);
	print_names("Tunables", text_sysctl_names, out);
	fputs("Bits of `task value=`:", out);
	for (size_t i = 0; i < NR_TASK_BITS; i++)
		fprintf(out, "%s %u %s", i ? "," : "", task_bits[i].bit, task_bits[i].meaning);
	fputs(".\n", out);
}

static void print_hooks(FILE *out)
{
	fputs("\nFields of `hook_answers value=`, to be added up. What is claimed a number of "
	      "times is\n"
	      "counted from the operation on.\n\n| step | up to | meaning |\n|---|---|---|\n",
	      out);
	for (size_t i = 0; i < NR_HOOKS_FIELDS; i++) {
		uint32_t mask = (uint32_t)hooks_fields[i].field;

		fprintf(out, "| %u | %u | %s |\n", mask & (~mask + 1u),
			op_hooks_get(mask, hooks_fields[i].field), hooks_fields[i].meaning);
	}
}

/* In the order in which the printer writes them: the destination stands before the name. */
static void print_form(const struct op_info *info, FILE *out)
{
	fprintf(out, "%s%s%s", info->misuse ? "! " : "",
		info->operands & OPERAND_DEST ? "rN = " : "", info->name);
	for (size_t i = 1; i < NR_OPERANDS; i++)
		if (info->operands & operands[i].operand)
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
			   : code == OP_hook_answers ? 3 | 1u << 11
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
