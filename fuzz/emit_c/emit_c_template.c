/* SPDX-License-Identifier: MIT */
/*
 * The file as emit_c_template.c.in has it, whose lines stand there as they will in the file but for
 *	#if WORDS, #else, #endif  lines for files of which the program's part has one of the words
 *	LINE //? WORDS            the same of one line
 *	@name@                    a value (below)
 * The words rules and start mean files that ask the judge, and that begin on a used machine.
 */
#include <ctype.h>
#include <string.h>

#include "fuzz/emit_c/emission.h"
#include "oracle/lang/names.h"

extern const char emit_c_template[]; /* made of the template by the build */

struct file {
	const struct emission *emission;
	const char *machine, *steps;
	uint32_t depth, hidden; /* of #if; hidden: the outermost that is not for this file, or 0 */
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

static bool is_for(const struct file *file, const char *words, size_t length)
{
	char word[32];

	for (const char *end = words + length; words < end; words += strspn(words, " ")) {
		size_t size = strcspn(words, " \n");

		FUZZ_ASSERT(size && size < sizeof(word));
		snprintf(word, sizeof(word), "%.*s", (int)size, words);
		words += size;
		if (!strcmp(word, "rules")   ? file->emission->rules
		    : !strcmp(word, "start") ? file->emission->program->start != START_FRESH
					     : has_word(file->steps, word))
			return true;
	}
	return false;
}

/* ---- values ---- */

static const char *text_of(const struct file *file, const char *name)
{
	const struct emission *emission = file->emission;
	uint8_t start = emission->program->start;
	const struct {
		const char *name, *text;
	} texts[] = {
		{ "title", emission->title },
		{ "option", emission->rules ? " --rule" : "" },
		{ "library", emission->rules || start ? "buddyfuzz-judge" : "buddyfuzz" },
		{ "outcome", emission->rules ? "rule holds" : "answer is as expected" },
		{ "last_look", emission->came_to_the_end ? "end" : "walk" },
		{ "boot", start ? "BUDDY_BOOT_IMPORT" : "0" },
		{ "start", program_start_names[start] },
		{ "machine", file->machine },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!strcmp(name, texts[i].name))
			return texts[i].text;
	return NULL;
}

static uint32_t number_of(const struct emission *emission, const char *name)
{
	const struct {
		const char *name;
		uint32_t number;
	} numbers[] = {
		{ "cpus", emission->program->machine.nr_cpus },
		{ "slots", emission->program->nr_slots },
		{ "first_frame", emission->base_pfn },
		{ "frames", emission->span_pages },
		{ "ops", emission->nr_emitted },
	};
	size_t i = 0;

	while (strcmp(name, numbers[i].name) != 0)
		FUZZ_ASSERT(++i < sizeof(numbers) / sizeof(numbers[0]));
	return numbers[i].number;
}

static void put_value(const struct file *file, const char *name)
{
	const char *text = text_of(file, name);

	if (!strcmp(name, "steps"))
		for (text = file->steps; *text;)
			text = put_statement(text, file->out);
	else if (text)
		fputs(text, file->out);
	else
		fprintf(file->out, "%u", number_of(file->emission, name));
}

/* ---- lines ---- */

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
			put_value(file, name);
			line += length + 1;
		}
}

/* Is it one of the lines that say for which files others are? */
static bool take_condition(struct file *file, const char *line, const char *end)
{
	if (!strncmp(line, "#if ", 4)) {
		file->depth++;
		if (!file->hidden && !is_for(file, line + 4, (size_t)(end - line) - 4))
			file->hidden = file->depth;
	} else if (!strncmp(line, "#else\n", 6)) {
		if (!file->hidden)
			file->hidden = file->depth;
		else if (file->hidden == file->depth)
			file->hidden = 0;
	} else if (!strncmp(line, "#endif\n", 7)) {
		if (file->hidden == file->depth)
			file->hidden = 0;
		file->depth--;
	} else {
		return false;
	}
	return true;
}

void emit_c_file(const struct emission *emission, const char *machine, const char *steps, FILE *out)
{
	static const char mark[] = " //? ";
	struct file file = { emission, machine, steps, 0, 0, out };

	for (const char *line = emit_c_template, *end; *line; line = end + 1) {
		const char *words = strstr(line, mark);

		end = strchr(line, '\n');
		if (take_condition(&file, line, end) || file.hidden)
			continue;
		if (!words || words > end)
			put_line(&file, line, end + 1);
		else if (is_for(&file, words + strlen(mark),
				(size_t)(end - words) - strlen(mark))) {
			put_line(&file, line, words);
			fputc('\n', out);
		}
	}
}
