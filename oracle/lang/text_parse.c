/* SPDX-License-Identifier: MIT */
/*
 * Text to programs. Line by line: blank, machine or operation. Operands may stand in any order,
 * each once; the required ones are asked for by name. The first mistake ends the parse with line
 * and column.
 */
#include <string.h>

#include "buddy/gfp.h"
#include "oracle/lang/text_scan.h"
#include "oracle/lang/event.h"

#define TEXT_MAX_SLOT 0xffffffu
#define TEXT_DEFAULT_PAGES 4096u

const struct operand_key text_operand_keys[] = {
	{ "page", OPERAND_INDEX, true },   { "type", OPERAND_TYPE, false },
	{ "value", OPERAND_VALUE, false }, { "order", OPERAND_ORDER, false },
	{ "count", OPERAND_COUNT, false }, { "size", OPERAND_BYTES, false },
	{ "gfp", OPERAND_GFP, false },     { "node", OPERAND_NODE, true },
	{ "cpu", OPERAND_CPU, true },      { NULL, 0, false },
};

struct op_parse {
	struct scan *scan;
	const struct buddy_config *machine;
	const struct op_info *info;
	struct op *op;
	uint32_t seen; /* operands found so far */
};

static int find_name(const char *const *names, struct word word)
{
	for (int i = 0; names[i]; i++)
		if (word_is(word, names[i]))
			return i;
	return -1;
}

static bool parse_gfp(struct scan *scan, struct word word, gfp_t *gfp)
{
	size_t offset = 0;

	if (word.length && gfp_parse(word.text, word.length, gfp, &offset))
		return true;
	return scan_expected(scan, word.text + offset,
			     "gfp flags such as GFP_KERNEL|__GFP_ZERO or none");
}

static bool parse_type(struct scan *scan, struct word word, uint8_t *type)
{
	int found = find_name(text_type_names, word);
	uint32_t number = (uint32_t)found;

	if (found < 0 && (!word.length || word.text[0] < '0' || word.text[0] > '9'))
		return scan_expected(scan, word.text,
				     "a migratetype (unmovable, movable, reclaimable, "
				     "highatomic, cma, isolate)");
	if (found < 0 && !scan_u32(scan, word, UINT8_MAX, "a migratetype", &number))
		return false;
	*type = (uint8_t)number;
	return true;
}

/* "r" and a number. */
static bool parse_slot(struct scan *scan, struct word word, uint32_t *slot)
{
	if (word.length < 2 || word.text[0] != 'r' || word.text[1] < '0' || word.text[1] > '9')
		return scan_expected(scan, word.text, "a slot such as r0");

	struct word digits = { word.text + 1, word.length - 1 };

	return scan_u32(scan, digits, TEXT_MAX_SLOT, "a slot number", slot);
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

	switch (operand) {
	case OPERAND_GFP:
		return parse_gfp(scan, word, &op->gfp);
	case OPERAND_TYPE:
		return parse_type(scan, word, &op->type);
	case OPERAND_VALUE:
		return scan_u32(scan, word, UINT32_MAX, "a value", &op->value);
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
	int name = find_name(text_sysctl_names, word), value;

	if (name < 0)
		return scan_expected(scan, word.text, "a sysctl such as vm.min_free_kbytes");
	parse->op->type = (uint8_t)name;
	if (scan->at < scan->end && *scan->at == '[') {
		scan->at++;
		if (!parse_small(scan, scan_word(scan, "]"), UINT8_MAX, "an index",
				 &parse->op->order))
			return false;
		if (scan->at == scan->end || *scan->at != ']')
			return scan_expected(scan, scan->at, "']'");
		scan->at++;
	} else if (name == OP_SYSCTL_LOWMEM_RESERVE_RATIO) {
		return scan_expected(scan, scan->at, "[index] of a zone kind");
	}
	if (scan->at == scan->end || *scan->at != '=')
		return scan_expected(scan, scan->at, "'=' and a value");
	scan->at++;
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

static bool unknown_operand(struct op_parse *parse, const char *at)
{
	char expected[160];
	size_t length = (size_t)snprintf(expected, sizeof(expected), "the end of the line");

	for (const struct operand_key *key = text_operand_keys; key->key; key++)
		if (parse->info->operands & key->operand & ~parse->seen)
			length += (size_t)snprintf(expected + length, sizeof(expected) - length,
						   " or %s=", key->key);
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

	if (!key)
		return unknown_operand(parse, word.text);
	if (scan->at == scan->end || *scan->at != '=')
		return scan_expected(scan, scan->at, "'='");
	scan->at++;
	parse->seen |= key->operand;
	return parse_value(parse, key->operand, scan_word(scan, ""));
}

static bool check_missing(struct op_parse *parse)
{
	uint32_t missing = parse->info->operands & ~parse->seen;
	char expected[32];

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

	if (scan_more(scan) && *scan->at == '=') {
		if (!parse_slot(scan, word, &slot))
			return false;
		scan->at++;
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
	struct op_parse parse = { scan, machine, NULL, op, OPERAND_DEST };

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
	struct op op;

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
