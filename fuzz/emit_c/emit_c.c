/* SPDX-License-Identifier: MIT */
/*
 * The files of fuzz/emit_c/, which the build turns into a table of lines, and the program put
 * together. Parts that the program has no use for are left out: an unused function is a warning.
 */
#include "fuzz/emit_c/emit_c.h"
#include "oracle/lang/names.h"

#include <string.h>

#include "fuzz/emit_c/emit_c_program.h"

static const char *const lines[] = {
#include "fuzz/emit_c_lines.inc"
};
#define NR_LINES (sizeof(lines) / sizeof(lines[0]))

#define MIN_SLOTS OP_FUZZ_SLOTS /* as in a run: a row of slots is cut at the table's end */

struct emission {
	const struct program *program;
	const struct emit_c_answers *answers;
	FILE *out;
	bool needs[NR_OP_CODES]; /* functions, by opcode */
	bool needs_expect, needs_slots, needs_locks;
	bool part;  /* the part at hand is wanted */
	bool on;    /* and the line within */
	bool blank; /* the last line was empty */
};

/* ---- what it needs ---- */

static const char *after(const char *line, const char *start)
{
	size_t length = strlen(start);

	return strncmp(line, start, length) ? NULL : line + length;
}

static uint8_t code_of(const char *name, size_t length)
{
	for (uint32_t code = 0; code < NR_OP_CODES; code++)
		if (op_table[code].name && strlen(op_table[code].name) == length &&
		    !strncmp(op_table[code].name, name, length))
			return (uint8_t)code;
	return OP_nop;
}

static void note_needs(struct emission *emission)
{
	const struct program *program = emission->program;
	const struct emit_c_answers *answers = emission->answers;

	for (size_t i = 0; i < program->nr_ops; i++) {
		const char *function = emit_c_function(program, &program->ops[i]);

		emission->needs[code_of(function, strlen(function))] = true;
		if (answers && answers->of_ops[i].known && strcmp(function, "nop"))
			emission->needs_expect = true;
		if (answers && answers->of_ops[i].nr_pfns)
			emission->needs_slots = true;
		if (program->ops[i].code == OP_hook_answers &&
		    program->ops[i].value & OP_HOOKS_SYNC)
			emission->needs_locks = true;
	}
}

static bool is_word(const char *word, size_t length, const char *wanted)
{
	return strlen(wanted) == length && !strncmp(word, wanted, length);
}

/* "alloc_*": all that begin so. */
static bool matches(const char *word, size_t length, const char *name)
{
	return word[length - 1] == '*' ? !strncmp(name, word, length - 1)
				       : is_word(word, length, name);
}

static bool needs_ops(const struct emission *emission, const char *word, size_t length)
{
	for (uint32_t code = 0; code < NR_OP_CODES; code++)
		if (emission->needs[code] && op_table[code].name &&
		    matches(word, length, op_table[code].name))
			return true;
	return false;
}

/* "fragmented", "*": any but a fresh one. */
static bool needs_start(const struct emission *emission, const char *word, size_t length)
{
	enum program_start start = emission->program->start;

	return start != START_FRESH && matches(word, length, program_start_names[start]);
}

static bool needs_word(const struct emission *emission, const char *word, size_t length)
{
	const char *state = after(word, "start_");

	if (state)
		return needs_start(emission, state, length - (size_t)(state - word));
	if (is_word(word, length, "expect"))
		return emission->needs_expect;
	if (is_word(word, length, "expect_slots"))
		return emission->needs_slots;
	if (is_word(word, length, "hook_locks"))
		return emission->needs_locks;
	return needs_ops(emission, word, length);
}

static bool needs_part(const struct emission *emission, const char *names)
{
	for (size_t length; *names && *names != '*';
	     names += length + strspn(names + length, " ")) {
		length = strcspn(names, " ");
		if (needs_word(emission, names, length))
			return true;
	}
	return false;
}

/* ---- lines ---- */

static void put_line(struct emission *emission, const char *line)
{
	bool blank = !*line;

	if (!blank || !emission->blank)
		fprintf(emission->out, "%s\n", line);
	emission->blank = blank;
}

static void put_program(struct emission *emission, const char *what)
{
	uint32_t nr_slots = emission->program->nr_slots;

	if (after(what, " start")) {
		emit_c_start(emission->program, emission->out);
		return;
	}
	if (after(what, " slots")) {
		fprintf(emission->out, "#define NR_SLOTS %uu\n\n",
			nr_slots > MIN_SLOTS ? nr_slots : MIN_SLOTS);
	} else {
		emit_c_machine(emission->program, emission->out);
		emit_c_ops(emission->program, emission->answers, emission->out);
		fputs("\n", emission->out);
	}
	emission->blank = true;
}

/* A line that begins a part, or the head of the next file. false: an ordinary line. */
static bool begin_part(struct emission *emission, const char *line)
{
	const char *mark = line + strspn(line, "\t"), *rest;

	if (after(mark, "/* SPDX-")) {
		emission->part = false;
		if (!emission->blank)
			put_line(emission, "");
	} else if (after(mark, "/* @always")) {
		emission->part = true;
	} else if ((rest = after(mark, "/* @part "))) {
		emission->part = needs_part(emission, rest);
	} else if ((rest = after(mark, "/* @also "))) {
		emission->on = emission->part && needs_part(emission, rest);
		return true;
	} else if ((rest = after(mark, "/* @program"))) {
		emission->part = false;
		put_program(emission, rest);
	} else if (!after(mark, "/* @end")) {
		return false;
	}
	emission->on = emission->part;
	return true;
}

static void print_head(const char *title, bool expects, FILE *out)
{
	fprintf(out,
		"/* SPDX-License-Identifier: MIT */\n"
		"/*\n"
		" * %s as a C test case, written by `buddy emit-c%s`.\n"
		" *\n"
		" *\tcc -std=c11 -Icore/include THIS.c libbuddy.a -o test && ./test\n"
		" *\n"
		" * Status 0: every check held; 1: one did not, its rule and sentence are "
		"printed.\n"
		" */\n",
		title, expects ? " --expect" : "");
}

bool emit_c_print(const struct program *program, const char *title,
		  const struct emit_c_answers *answers, FILE *out)
{
	struct emission emission = {
		.program = program,
		.answers = answers,
		.out = out,
		.blank = true,
	};

	note_needs(&emission);
	print_head(title, answers, out);
	for (size_t i = 0; i < NR_LINES; i++)
		if (!begin_part(&emission, lines[i]) && emission.on)
			put_line(&emission, lines[i]);
	return !fflush(out) && !ferror(out);
}

bool emit_c_asks(const char *rule)
{
	size_t length = strcspn(rule, "/");

	for (size_t i = 0; i < NR_LINES; i++) {
		const char *name = strchr(lines[i], '"');

		if (strstr(lines[i], "fail(\"") && name && strcspn(name + 1, "\"") == length &&
		    !strncmp(name + 1, rule, length))
			return true;
	}
	return false;
}
