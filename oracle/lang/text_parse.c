/* SPDX-License-Identifier: MIT */
/*
 * Text to programs. Line by line: blank, machine or operation. Operands may stand in any order,
 * each once; the required ones are asked for by name. The first mistake ends the parse with line
 * and column.
 */
#include <string.h>

#include "oracle/lang/event.h"
#include "oracle/lang/names.h"
#include "oracle/lang/text_line.h"
#include "oracle/lang/text_scan.h"

#define TEXT_MAX_SLOT 0xffffffu
#define TEXT_DEFAULT_PAGES 4096u

const struct operand_key text_operand_keys[] = {
	{ "page", OPERAND_INDEX, true },
	{ "type", OPERAND_TYPE, false },
	{ "flags", OPERAND_TASK, false },
	{ "value", OPERAND_VALUE, false },
	{ "order", OPERAND_ORDER, false },
	{ "count", OPERAND_COUNT, false },
	{ "size", OPERAND_BYTES, false },
	{ "gfp", OPERAND_GFP, false },
	{ "node", OPERAND_NODE, true },
	{ "cpu", OPERAND_CPU, true },
	{ NULL, 0, false },
};

struct op_parse {
	struct scan *scan;
	const struct buddy_config *machine;
	const struct op_info *info;
	struct op *op;
	uint32_t seen;   /* operands found so far */
	uint32_t fields; /* and fields of OPERAND_HOOKS */
};

/* "r" and a number. */
static bool parse_slot(struct scan *scan, struct word word, uint32_t *slot)
{
	if (word.length < 2 || word.text[0] != 'r' || word.text[1] < '0' || word.text[1] > '9')
		return scan_expected(scan, word.text, "a slot such as r0");
	word.text++;
	word.length--;
	return scan_u32(scan, word, TEXT_MAX_SLOT, "a slot number", slot);
}

static bool parse_small(struct scan *scan, struct word word, uint32_t max, const char *what,
			uint8_t *value)
{
	uint32_t number;

	if (!scan_u32(scan, word, max, what, &number))
		return false;
	*value = (uint8_t)number;
	return true;
}

static bool parse_value(struct op_parse *parse, uint32_t operand, struct word word)
{
	struct scan *scan = parse->scan;
	struct op *op = parse->op;
	uint32_t number;

	switch (operand) {
	case OPERAND_GFP:
		return scan_gfp(scan, word, &op->gfp);
	case OPERAND_TYPE:
		if (!scan_named(scan, word, "a migratetype", migratetype_names, UINT8_MAX, &number))
			return false;
		op->type = (uint8_t)number;
		return true;
	case OPERAND_TASK:
		return scan_task(scan, word, &op->value);
	case OPERAND_VALUE: /* beside fields, what they do not say */
		if (!scan_u32(scan, word, UINT32_MAX, "a value", &number))
			return false;
		op->value |= number;
		return true;
	case OPERAND_ORDER:
		return parse_small(scan, word, UINT8_MAX, "an order", &op->order);
	case OPERAND_NODE:
		return parse_small(scan, word, parse->machine->nr_nodes - 1,
				   "a node of the machine", &op->node);
	case OPERAND_CPU:
		return parse_small(scan, word, parse->machine->nr_cpus - 1, "a cpu of the machine",
				   &op->cpu);
	case OPERAND_COUNT:
		return scan_u32(scan, word, CALL_MAX_PFNS, "a count", &op->count);
	default:
		return scan_u32(scan, word, UINT32_MAX, "a number", &op->count);
	}
}

/* NAME=value or NAME[index]=value; word is NAME. */
static bool parse_sysctl(struct op_parse *parse, struct word word)
{
	struct scan *scan = parse->scan;
	int name = name_find(sysctl_names, word.text, word.length), value;

	if (name < 0)
		return scan_expected(scan, word.text, "a sysctl such as vm.min_free_kbytes");
	parse->op->type = (uint8_t)name;
	if (scan_accept(scan, '[')) {
		if (!parse_small(scan, scan_word(scan, "]"), UINT8_MAX, "an index",
				 &parse->op->order))
			return false;
		if (!scan_accept(scan, ']'))
			return scan_expected(scan, scan->at, "']'");
	} else if (name == OP_SYSCTL_LOWMEM_RESERVE_RATIO) {
		return scan_expected(scan, scan->at, "[index] of a zone kind");
	}
	if (!scan_accept(scan, '='))
		return scan_expected(scan, scan->at, "'=' and a value");
	if (!scan_i32(scan, scan_word(scan, ""), "a number of 32 bits", &value))
		return false;
	parse->op->value = (uint32_t)value;
	return true;
}

static const struct operand_key *find_key(uint32_t operands, struct word word)
{
	for (const struct operand_key *key = text_operand_keys; key->key; key++)
		if (operands & key->operand && word_is(word, key->key))
			return key;
	return NULL;
}

/* One that did not stand before. */
static const struct hooks_field *find_field(const struct op_parse *parse, struct word word)
{
	for (const struct hooks_field *field = hooks_fields; field->name; field++)
		if (!(parse->fields & field->mask) && word_is(word, field->name))
			return field;
	return NULL;
}

static bool parse_field(struct op_parse *parse, const struct hooks_field *field, struct word word)
{
	uint32_t max = op_hooks_get(field->mask, field->mask), number;

	if (!scan_named(parse->scan, word, "an answer", field->names, max, &number))
		return false;
	parse->fields |= field->mask;
	parse->op->value |= op_hooks_put(number, field->mask);
	return true;
}

static bool unknown_operand(struct op_parse *parse, const char *at)
{
	char expected[256];
	struct line line = { expected, 0, sizeof(expected) };

	line_put(&line, "the end of the line");
	for (const struct operand_key *key = text_operand_keys; key->key; key++)
		if (parse->info->operands & key->operand & ~parse->seen)
			line_put(&line, " or %s=", key->key);
	for (const struct hooks_field *field = hooks_fields; field->name; field++)
		if (parse->info->operands & OPERAND_HOOKS && !(parse->fields & field->mask))
			line_put(&line, " or %s=", field->name);
	return scan_expected(parse->scan, at, expected);
}

static bool parse_operand(struct op_parse *parse)
{
	struct scan *scan = parse->scan;
	struct word word = scan_word(scan, "=[");
	uint32_t open = parse->info->operands & ~parse->seen;

	if (open & OPERAND_SLOT) {
		parse->seen |= OPERAND_SLOT;
		return parse_slot(scan, word, &parse->op->slot);
	}
	if (open & OPERAND_SYSCTL) {
		parse->seen |= OPERAND_SYSCTL;
		return parse_sysctl(parse, word);
	}
	const struct operand_key *key = find_key(open, word);
	const struct hooks_field *field = open & OPERAND_HOOKS ? find_field(parse, word) : NULL;

	if (!key && !field)
		return unknown_operand(parse, word.text);
	if (!scan_accept(scan, '='))
		return scan_expected(scan, scan->at, "'='");
	if (field)
		return parse_field(parse, field, scan_word(scan, ""));
	parse->seen |= key->operand;
	if (open & OPERAND_TASK && key->operand & (OPERAND_VALUE | OPERAND_TASK))
		parse->seen |= OPERAND_VALUE | OPERAND_TASK; /* one is the other */
	return parse_value(parse, key->operand, scan_word(scan, ""));
}

static bool check_missing(struct op_parse *parse)
{
	uint32_t missing = parse->info->operands & ~parse->seen;
	char expected[32];

	if (missing & OPERAND_HOOKS)
		missing &= ~(uint32_t)OPERAND_VALUE; /* no field: nothing is done */
	if (missing & OPERAND_SLOT)
		return scan_expected(parse->scan, parse->scan->at, "a slot such as r0");
	if (missing & OPERAND_SYSCTL)
		return scan_expected(parse->scan, parse->scan->at,
				     "a sysctl such as vm.min_free_kbytes=1024");
	for (const struct operand_key *key = text_operand_keys; key->key; key++)
		if (missing & key->operand && !key->optional) {
			snprintf(expected, sizeof(expected), "%s=", key->key);
			return scan_expected(parse->scan, parse->scan->at, expected);
		}
	return true;
}

static int find_op(struct word word)
{
	for (int i = 0; i < NR_OP_CODES; i++)
		if (op_table[i].name && word_is(word, op_table[i].name))
			return i;
	return -1;
}

/* "! ", "rN = " and the name; leaves the cursor at the operands. */
static bool parse_op_head(struct scan *scan, struct op *op)
{
	const char *mark = scan->at;
	bool misuse = *scan->at == '!', has_dest = false;
	uint32_t slot = 0;

	scan->at += misuse;
	struct word word = scan_word(scan, "=");
	const char *first = word.text;

	if (scan_more(scan) && scan_accept(scan, '=')) {
		if (!parse_slot(scan, word, &slot))
			return false;
		has_dest = true;
		word = scan_word(scan, "=");
	}
	int code = find_op(word);

	if (code < 0)
		return scan_expected(scan, word.text, "an operation");
	*op = op_make((enum op_code)code);
	if (op_table[code].misuse != misuse)
		return scan_expected(scan, mark,
				     misuse ? "no '!': this is not a misuse"
					    : "'!' in front of a deliberate misuse");
	if (has_dest != !!(op_table[code].operands & OPERAND_DEST))
		return scan_expected(scan, first,
				     has_dest ? "no 'rN =': nothing is allocated"
					      : "'rN =' in front of an allocation");
	op->slot = slot;
	return true;
}

static bool parse_op(struct scan *scan, const struct buddy_config *machine, struct op *op)
{
	struct op_parse parse = { scan, machine, NULL, op, OPERAND_DEST, 0 };

	if (!parse_op_head(scan, op))
		return false;
	parse.info = &op_table[op->code];
	while (scan_more(scan))
		if (!parse_operand(&parse))
			return false;
	return check_missing(&parse);
}

static bool parse_machine(struct scan *scan, struct program *program, bool *has_machine)
{
	const char *at = scan->at;

	if (*has_machine || program->nr_ops)
		return scan_expected(scan, at,
				     "an operation: the machine comes once, before all operations");
	*has_machine = true;
	scan->at += strlen("machine");
	if (!text_parse_machine(scan, program))
		return false;
	const char *wrong = buddy_config_error(&program->machine);

	if (!wrong)
		return true;
	scan_expected(scan, at, "");
	snprintf(scan->error->message, sizeof(scan->error->message), "no such machine can boot: %s",
		 wrong);
	return false;
}

static bool is_machine_line(const struct scan *scan)
{
	size_t length = strlen("machine");
	size_t left = (size_t)(scan->end - scan->at);

	return left >= length && !memcmp(scan->at, "machine", length) &&
	       (left == length || strchr(" \t\r", scan->at[length]));
}

static bool parse_line(struct scan *scan, struct program *program, bool *has_machine)
{
	struct op op = op_make(OP_nop);

	if (!scan_more(scan))
		return true;
	if (is_machine_line(scan))
		return parse_machine(scan, program, has_machine);
	if (!parse_op(scan, &program->machine, &op))
		return false;
	if (program_append(program, &op))
		return true;
	scan_expected(scan, scan->line_start, "");
	snprintf(scan->error->message, sizeof(scan->error->message), "out of memory");
	return false;
}

bool text_parse(const char *text, size_t size, struct program *program, struct text_error *error)
{
	struct scan scan = { .line = 0, .error = error };
	bool has_machine = false;

	program->machine = buddy_config_uml(0, TEXT_DEFAULT_PAGES);
	program->start = START_FRESH;
	program->nr_ops = 0;
	program->nr_slots = 0;
	for (size_t at = 0; at < size;) {
		const char *newline = memchr(text + at, '\n', size - at);
		size_t length = newline ? (size_t)(newline - text) - at : size - at;
		const char *comment = memchr(text + at, '#', length);

		scan.line++;
		scan.line_start = scan.at = text + at;
		scan.end = comment ? comment : scan.at + length;
		if (!parse_line(&scan, program, &has_machine))
			return false;
		at += length + 1;
	}
	return true;
}
