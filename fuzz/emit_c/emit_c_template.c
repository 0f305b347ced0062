/* SPDX-License-Identifier: MIT */
/*
 * The file as emit_c_template.c.in has it, whose lines stand there as they will in the file but for
 *	#if WORDS, #endif  lines for files of which the program's part has one of the words
 *	LINE //? WORDS     the same of one line
 *	//? WORDS          the same of all lines up to the next closing brace in front
 *	@name@             a value (below)
 * !WORD: does not have it. Two words are none of the program's: rules means a file that asks the
 * judge, start one that begins on a used machine.
 */
#include <ctype.h>
#include <string.h>

#include "fuzz/emit_c/emission.h"
#include "oracle/lang/names.h"

extern const char emit_c_template[]; /* made of the template by the build */

struct file {
	const struct emission *emission;
	const char *steps;
	uint32_t depth, hidden; /* of #if; hidden: the outermost that is not for this file, or 0 */
	bool hides_definition;
	FILE *out;
};

/* ---- steps, in lines of at most 100 columns ---- */

#define MAX_COLUMNS 100u
#define TAB_COLUMNS 8u

/* A member and its value stay together. */
static size_t word_length(const char *text)
{
	size_t length = strcspn(text, " \n");

	if (*text != '.' || strncmp(text + length, " = ", 3) != 0)
		return length;
	return length + 3 + strcspn(text + length + 3, " \n");
}

static bool ends_inside_string(const char *word, size_t length, bool inside)
{
	for (size_t i = 0; i < length; i++)
		if (word[i] == '"' && (!i || word[i - 1] != '\\'))
			inside = !inside;
	return inside;
}

/* Broken at blanks; in a string the blank stays in front, and the string is closed and opened. */
static const char *put_statement(const char *text, FILE *out)
{
	size_t tabs = strspn(text, "\t"), column = tabs * (TAB_COLUMNS - 1), length;
	bool in_string = false;

	for (;; text += length + 1) {
		length = word_length(text);
		fprintf(out, "%.*s", (int)length, text);
		column += length;
		in_string = ends_inside_string(text, length, in_string);
		if (text[length] != ' ')
			break;
		if (column + 3 + word_length(text + length + 1) <= MAX_COLUMNS) {
			fputc(' ', out);
			column++;
			continue;
		}
		fprintf(out, in_string ? " \"\n%.*s\"" : "\n%.*s", (int)tabs + 2, "\t\t\t\t");
		column = (tabs + 2) * TAB_COLUMNS + in_string;
	}
	fputc('\n', out);
	return text + length + 1;
}

/* ---- what is there ---- */

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Does the text have the word, not as a part of a longer name? */
static bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (; (text = strstr(text, word)); text++)
		if (!is_name(text[-1]) && !(is_name(word[length - 1]) && is_name(text[length])))
			return true;
	return false;
}

static bool has(const struct file *file, const char *word)
{
	const struct emission *emission = file->emission;

	if (*word == '!')
		return !has(file, word + 1);
	if (!strcmp(word, "rules"))
		return emission->rules;
	if (!strcmp(word, "start"))
		return emission->program->start != START_FRESH;
	return has_word(file->steps, word);
}

static bool is_for(const struct file *file, const char *words, const char *end)
{
	char word[32];

	for (; words < end; words += strspn(words, " ")) {
		size_t size = strcspn(words, " \n");

		FUZZ_ASSERT(size && size < sizeof(word));
		snprintf(word, sizeof(word), "%.*s", (int)size, words);
		words += size;
		if (has(file, word))
			return true;
	}
	return false;
}

/* ---- values ---- */

static void put_value(const struct file *file, const char *name)
{
	const struct emission *emission = file->emission;
	const struct program *program = emission->program;
	uint8_t start = program->start;
	const struct {
		const char *name, *text; /* NULL: the number */
		uint32_t number;
	} values[] = {
		{ "title", emission->title, 0 },
		{ "option", emission->rules ? " --rule" : "", 0 },
		{ "library", emission->rules || start ? "buddyfuzz-judge" : "buddyfuzz", 0 },
		{ "outcome", emission->rules ? "rule holds" : "answer is as expected", 0 },
		{ "last_look", emission->came_to_the_end ? "end" : "walk", 0 },
		{ "boot", start ? "BUDDY_BOOT_IMPORT" : "0", 0 },
		{ "start", program_start_names[start], 0 },
		{ "cpus", NULL, program->machine.nr_cpus },
		{ "slots", NULL, program->nr_slots },
		{ "first_frame", NULL, emission->base_pfn },
		{ "frames", NULL, emission->span_pages },
		{ "ops", NULL, emission->nr_emitted },
	};
	size_t i = 0, nr = sizeof(values) / sizeof(values[0]);

	while (i < nr && strcmp(name, values[i].name) != 0)
		i++;
	FUZZ_ASSERT(i < nr);
	if (values[i].text)
		fputs(values[i].text, file->out);
	else
		fprintf(file->out, "%u", values[i].number);
}

/* ---- lines ---- */

static void put(const struct file *file, const char *name)
{
	if (!strcmp(name, "machine"))
		emit_c_machine(file->emission->program, file->out);
	else if (strcmp(name, "steps") != 0)
		put_value(file, name);
	else
		for (const char *step = file->steps; *step;)
			step = put_statement(step, file->out);
}

static void put_line(const struct file *file, const char *line, const char *end)
{
	char name[16];

	while (line < end)
		if (*line != '@') {
			fputc(*line++, file->out);
		} else {
			size_t length = strcspn(++line, "@");

			FUZZ_ASSERT(length < sizeof(name));
			snprintf(name, sizeof(name), "%.*s", (int)length, line);
			put(file, name);
			line += length + 1;
		}
	fputc('\n', file->out);
}

/* Is it one of the lines that say for which files others are? */
static bool take_condition(struct file *file, const char *line, const char *end)
{
	if (!strncmp(line, "#if ", 4)) {
		file->depth++;
		if (!file->hidden && !is_for(file, line + 4, end))
			file->hidden = file->depth;
	} else if (!strncmp(line, "#endif\n", 7)) {
		if (file->hidden == file->depth--)
			file->hidden = 0;
	} else if (!strncmp(line, "//? ", 4)) {
		file->hides_definition = !is_for(file, line + 4, end);
	} else {
		return false;
	}
	return true;
}

static void take_line(struct file *file, const char *line, const char *end)
{
	static const char mark[] = " //? ";
	const char *words = strstr(line, mark);

	if (file->hides_definition) {
		file->hides_definition = strncmp(line, "}\n", 2) != 0;
		return;
	}
	if (take_condition(file, line, end) || file->hidden)
		return;
	if (!words || words > end)
		put_line(file, line, end);
	else if (is_for(file, words + strlen(mark), end))
		put_line(file, line, words);
}

void emit_c_file(const struct emission *emission, const char *steps, FILE *out)
{
	struct file file = { .emission = emission, .steps = steps, .out = out };

	for (const char *line = emit_c_template, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		take_line(&file, line, end);
	}
}
