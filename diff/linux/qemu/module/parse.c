// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stream is text: a letter and its operands a line, as in a recording left of " = "; lines that
 * begin with # are comments. Whatever could hang or hurt the kernel is refused here.
 */
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/pageblock-flags.h>
#include <linux/string.h>

#include "recorder.h"

#define MAX_REQUEST_ORDER 15
#define MAX_OPERANDS 3

static bool parse_number(const char *word, bool hexadecimal, u32 *value)
{
	return word && !kstrtou32(word, hexadecimal ? 16 : 10, value);
}

static const char *check_handles(const struct recorder_op *op)
{
	u32 nr = op->letter == 'B' || op->letter == 'R' ? op->a : 1;

	if (nr > RECORDER_MAX_BULK)
		return "names too many pages at once";
	if (op->id >= RECORDER_MAX_HANDLES || nr > RECORDER_MAX_HANDLES - op->id)
		return "has a handle that is too high";
	return NULL;
}

static const char *check_operands(const struct recorder_op *op)
{
	switch (op->letter) {
	case 'J':
		return op->id < nr_cpu_ids && cpu_online(op->id) ? NULL : "names no such CPU";
	case 'A':
		if (op->a > MAX_REQUEST_ORDER)
			return "has an order that is too high";
		fallthrough;
	case 'B':
		/* It would ask for ever: the ways out are fenced. */
		if (op->b & (__force u32)__GFP_NOFAIL)
			return "must not fail, which cannot be recorded";
		return check_handles(op);
	case 'c':
		if (op->a >= MIGRATE_PCPTYPES && !(IS_ENABLED(CONFIG_CMA) && op->a == 4))
			return "has a type that blocks cannot be given";
		fallthrough;
	default:
		return check_handles(op);
	}
}

static const char *parse_op(char *line, struct recorder_op *op)
{
	u32 *operands[MAX_OPERANDS] = { &op->id, &op->a, &op->b };
	const struct recorder_letter *letter = recorder_letter(line[0]);
	u32 nr = letter ? letter->nr_numbers + letter->gfp : 0;
	char *word = strsep(&line, " ");

	memset(op, 0, sizeof(*op));
	if (!letter || word[1])
		return "is no operation (one of A F G P S f L R B c D d J)";
	op->letter = letter->letter;
	for (u32 k = 0; k < nr; k++) {
		word = strsep(&line, " ");
		if (!parse_number(word, letter->gfp && k + 1 == nr, operands[k]))
			return "lacks an operand that can be read";
	}
	return line ? "has too many operands" : check_operands(op);
}

int recorder_parse(void)
{
	char *rest = recorder.stream, *line, shown[48];
	u32 nr_lines = 0;
	const char *problem;

	recorder.stream[recorder.stream_size] = '\0';
	recorder.nr_ops = 0;
	while ((line = strsep(&rest, "\n"))) {
		nr_lines++;
		if (!line[0] || line[0] == '#')
			continue;
		strscpy(shown, line, sizeof(shown));
		problem = "is one too many";
		if (recorder.nr_ops < RECORDER_MAX_OPS)
			problem = parse_op(line, &recorder.ops[recorder.nr_ops]);
		if (problem) {
			pr_err("buddy_recorder: line %u of the stream, '%s', %s\n", nr_lines, shown,
			       problem);
			return -EINVAL;
		}
		recorder.nr_ops++;
	}
	return 0;
}
