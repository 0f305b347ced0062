/* SPDX-License-Identifier: MIT */
/* The RESULTS section: one line, one op with its answer. */
#include <stdlib.h>
#include <string.h>

#include "diff/recorded/recorded_scan.h"

const struct recorded_letter *recorded_letter(char code)
{
	const struct recorded_letter *letter = recorded_letters;

	while (letter->code && letter->code != code)
		letter++;
	return letter;
}

const struct op_info *recorded_letter_op(char code)
{
	const struct op_info *info = op_table;

	if (code == 'c') /* as y does it, and then freed */
		code = 'y';
	while (info < op_table + NR_OP_CODES && info->letter != code)
		info++;
	return info < op_table + NR_OP_CODES ? info : &op_table[OP_nop];
}

static bool parse_counters(struct recorded_parser *parser, struct recorded_op *op)
{
	struct scan *scan = &parser->scan;

	while (!field_at_end(scan) && op->nr_counted < RECORDED_MAX_COUNTED_ZONES) {
		if (op->nr_counted && field_accept(scan, ":")) {
			scan->at--; /* the list of pages starts: left to the caller */
			return true;
		}
		if (!field_i64(scan, &op->free_pages[op->nr_counted]) || !field_char(scan, '/') ||
		    !field_i64(scan, &op->pcp_pages[op->nr_counted]))
			return false;
		op->nr_counted++;
	}
	return true;
}

void *recorded_grow(void *array, size_t nr, size_t *capacity, size_t size)
{
	size_t wanted = *capacity ? *capacity * 2 : 256;

	if (nr < *capacity)
		return array;
	array = realloc(array, wanted * size);
	if (array)
		*capacity = wanted;
	return array;
}

/* Where the fragment begins in its chunk. */
static bool parse_offset(struct recorded_parser *parser, struct recorded_op *op)
{
	if (!op->result)
		return true;
	return field_expect(&parser->scan, ":") && field_u32(&parser->scan, &op->d);
}

static bool parse_bulk_pages(struct recorded_parser *parser, struct recorded_op *op)
{
	op->first_pfn = parser->recorded->pfns.nr;
	if (!field_accept(&parser->scan, ":"))
		return op->result == 0 || field_expect(&parser->scan, ":");
	while (!field_at_end(&parser->scan)) {
		if (!recorded_parse_frame(parser, &parser->recorded->pfns))
			return false;
		op->nr_pfns++;
	}
	if (op->nr_pfns != op->result || op->result > op->a)
		return field_fail(&parser->scan,
				  "a bulk request for %u returned %u but lists %u pages", op->a,
				  op->result, op->nr_pfns);
	return true;
}

static bool fail_letter(struct scan *scan)
{
	char letters[64];
	size_t nr = 0;

	for (const struct recorded_letter *letter = recorded_letters; letter->code; letter++) {
		FUZZ_ASSERT(nr < sizeof(letters));
		letters[nr++] = letter->code;
	}
	return field_fail(scan, "expected an operation (one of %.*s)", (int)nr, letters);
}

static bool parse_operands(struct recorded_parser *parser, struct recorded_op *op)
{
	struct scan *scan = &parser->scan;
	uint32_t *to[] = { &op->id, &op->a, &op->b, &op->d };

	for (const struct recorded_letter *letter = recorded_letters; letter->code; letter++) {
		char word[2] = { letter->code, '\0' };

		if (!field_accept(scan, word))
			continue;
		op->code = letter->code;
		for (uint8_t k = 0; k < letter->nr; k++)
			if (!field_u32(scan, to[k]))
				return false;
		return !(recorded_letter_op(op->code)->operands & OPERAND_GFP) ||
		       field_hex(scan, &op->b);
	}
	return fail_letter(scan);
}

bool recorded_append_op(struct recorded *recorded, const struct recorded_op *op)
{
	struct recorded_op *grown = recorded_grow(recorded->ops, recorded->nr_ops,
						  &recorded->ops_capacity, sizeof(*grown));

	if (!grown)
		return false;
	recorded->ops = grown;
	recorded->ops[recorded->nr_ops++] = *op;
	return true;
}

static bool parse_result(struct recorded_parser *parser)
{
	struct scan *scan = &parser->scan;
	struct recorded_op op = { .line = scan->line };
	const struct op_info *info;

	if (!parse_operands(parser, &op) || !field_expect(scan, "=") ||
	    !field_u32(scan, &op.result) || !parse_counters(parser, &op))
		return false;
	info = recorded_letter_op(op.code);
	if (op_is_bulk((uint8_t)(info - op_table)) && !parse_bulk_pages(parser, &op))
		return false;
	if (info->result == RESULT_FRAGMENT && !parse_offset(parser, &op))
		return false;
	return field_finish(scan) &&
	       (recorded_append_op(parser->recorded, &op) || field_fail(scan, "out of memory"));
}

/* EVENTS and TIME tell nothing that is modelled. */
static bool parse_tail(struct scan *scan)
{
	while (field_line(scan))
		if (field_accept(scan, "END"))
			return field_finish(scan);
		else if (!field_accept(scan, "EVENTS") && !field_accept(scan, "TIME"))
			return field_expect(scan, "END");
	return field_fail(scan, "expected END, found the end of the text");
}

bool recorded_parse_results(struct recorded_parser *parser)
{
	struct scan *scan = &parser->scan;
	uint32_t nr;

	if (!field_line(scan))
		return field_fail(scan, "expected 'RESULTS n', found the end of the text");
	if (!field_named(scan, "RESULTS", &nr) || !field_finish(scan))
		return false;
	for (uint32_t i = 0; i < nr; i++) {
		if (!field_line(scan))
			return field_fail(scan, "expected %u results, found %u", nr, i);
		if (!parse_result(parser))
			return false;
	}
	return parse_tail(scan);
}
