/* SPDX-License-Identifier: MIT */
/* What stands around an emitted program: the pieces that it needs, and main(). */
#include <string.h>

#include "fuzz/emit_c/emit_c_pieces.h"
#include "oracle/lang/names.h"

static bool line_is_wanted(const struct emission *emission, char mark)
{
	switch (mark) {
	case 'A':
		return !emission->rules;
	case 'N':
		return !emission->rules && !(emission->needs & NEED_REPORTS);
	case 'R':
		return emission->rules;
	case 'F':
		return emission->needs & NEED_FAIL;
	default:
		return !(emission->needs & NEED_CAPTURE);
	}
}

static void print_line(const struct emission *emission, const char *line, size_t length, FILE *out)
{
	if (*line != '@')
		fwrite(line, 1, length, out);
	else if (line_is_wanted(emission, line[1]))
		fwrite(line + 2, 1, length - 2, out);
}

static void print_pieces(const struct emission *emission, const struct piece *pieces, FILE *out)
{
	for (; pieces->text; pieces++) {
		const char *line = pieces->text;

		if (pieces->needs != ALWAYS && !(pieces->needs & emission->needs))
			continue;
		while (*line) {
			size_t length = strcspn(line, "\n") + 1;

			print_line(emission, line, length, out);
			line += length;
		}
	}
}

/* ---- in front ---- */

static void print_title(const struct emission *emission, FILE *out)
{
	bool judge = emission->needs & (NEED_RULES | NEED_START);

	fprintf(out,
		"/* SPDX-License-Identifier: MIT */\n"
		"/*\n"
		" * %s as a C test, written by `buddy emit-c%s`:\n"
		" * %s.\n"
		" *\n"
		" *\tcc -std=c11 THIS.c $(pkg-config --cflags --libs %s) -o test && ./test\n"
		" *\n"
		" * Status 0: %s; 1: it says what is not; 2: it cannot start.\n"
		" */\n"
		"/* clang-format off */\n",
		emission->title, emission->rules ? " --rule" : "",
		emission->rules ? "after each call the judge says whether a rule is broken"
				: "each call with what it must answer",
		judge ? "buddyfuzz-judge" : "buddyfuzz",
		emission->rules ? "every rule holds" : "every answer is as expected");
}

/* One asks on each CPU. */
static void print_tasks(const struct emission *emission, FILE *out)
{
	uint32_t nr_cpus = emission->program->machine.nr_cpus;

	fprintf(out, "static struct task task[%u] = { { .sys = &sys }", nr_cpus);
	for (uint32_t cpu = 1; cpu < nr_cpus; cpu++)
		fprintf(out, ",\n\t{ .sys = &sys, .cpu = %u }", cpu);
	fputs(" };\n", out);
}

void emit_c_head(const struct emission *emission, FILE *out)
{
	uint32_t nr_slots = emission->program->nr_slots;

	print_title(emission, out);
	print_pieces(emission, state_pieces, out);
	if (emission->needs & (NEED_TASK | NEED_CPUSET))
		print_tasks(emission, out);
	if (emission->needs & NEED_SLOTS)
		fprintf(out, "static struct page *r[%u];\n", nr_slots);
	if (emission->needs & NEED_ZEROED && !emission->rules)
		fprintf(out, "\n#define FIRST_FRAME %u\n#define NR_FRAMES %u\n", emission->base_pfn,
			emission->span_pages);
	print_pieces(emission, emission->rules ? rule_pieces : answer_pieces, out);
	print_pieces(emission, call_pieces, out);
	print_pieces(emission, hook_pieces, out);
}

/* ---- behind ---- */

static void print_boot(const struct emission *emission, FILE *out)
{
	bool starts = emission->needs & NEED_START;

	fprintf(out, "\tstruct buddy_hooks hooks = { .bug = bug%s };\n",
		emission->rules ? "" : ", .bad_page = bad_page");
	fprintf(out, "%s\tvoid *image;\n\n", starts ? "\tconst char *problem;\n" : "");
	if (!emission->rules && emission->needs & NEED_ZEROED)
		fputs("\thooks.clear_pages = clear_pages;\n", out);
	if (emission->needs & NEED_NOFAIL)
		fputs("\thooks.nofail_wait = nofail_wait;\n", out);
	emit_c_machine(emission->program, out);
	fprintf(out,
		"\timage = aligned_alloc(64, buddy_image_size(&config));\n"
		"\tif (!image || buddy_boot(&sys, &config, image, buddy_image_size(&config),%s "
		"&hooks))\n"
		"\t\treturn 2;\n",
		starts ? "\n\t\t\t\t BUDDY_BOOT_IMPORT," : " 0,");
	if (starts)
		fprintf(out,
			"\tproblem = buddy_start_state(&sys, &config, \"%s\");\n"
			"\tif (problem) {\n"
			"\t\tputs(problem);\n"
			"\t\treturn 2;\n"
			"\t}\n",
			program_start_names[emission->program->start]);
}

static void print_judge(const struct emission *emission, FILE *out)
{
	fprintf(out,
		"\tjudge = buddy_judge_create(&config, &sys, %u);\n"
		"\tif (!judge)\n"
		"\t\treturn 2;\n"
		"\thooks.context = judge;\n"
		"\thooks.bad_page = buddy_judge_bad_page;\n"
		"\thooks.clear_pages = buddy_judge_clear_pages;\n"
		"\tbuddy_set_hooks(&sys, &hooks);\n",
		emission->program->nr_slots);
}

/* Was everything given back when the run ended? */
static bool came_to_the_end(const struct emission *emission)
{
	const struct emit_c_recording *recording = emission->recording;

	return recording->zones && (recording->finding.kind == FINDING_NONE ||
				    recording->finding.op_index >= emission->program->nr_ops);
}

void emit_c_tail(const struct emission *emission, FILE *out)
{
	fputs("\nint main(void)\n{\n", out);
	print_boot(emission, out);
	if (emission->rules)
		print_judge(emission, out);
	fputs("\trun_program();\n", out);
	if (emission->rules)
		fprintf(out,
			"\tcheck(buddy_judge_%s(judge));\n"
			"\tbuddy_judge_free(judge);\n",
			came_to_the_end(emission) ? "end" : "walk");
	if (emission->needs & NEED_REPORTS && !emission->rules)
		fputs("\tbegin(op_number, op_text);\n", out);
	fprintf(out, "\tputs(\"%u ops, every %s\");\n\tfree(image);\n\treturn 0;\n}\n",
		emission->nr_emitted, emission->rules ? "rule holds" : "answer is as expected");
}
