/* SPDX-License-Identifier: MIT */
/* Statements in lines of at most 100 columns. */
#include <string.h>

#include "fuzz/emit_c/emission.h"

#define MAX_COLUMNS 100u
#define TAB_COLUMNS 8u

static void print_indented(FILE *out, uint32_t tabs, size_t *column)
{
	for (uint32_t i = 0; i < tabs; i++)
		fputc('\t', out);
	*column = (size_t)tabs * TAB_COLUMNS;
}

/* A member and its value stay together. */
static size_t word_length(const char *text)
{
	size_t length = strcspn(text, " ");

	if (*text != '.' || strncmp(text + length, " = ", 3) != 0)
		return length;
	return length + 3 + strcspn(text + length + 3, " ");
}

static bool ends_inside_string(const char *word, size_t length, bool inside)
{
	for (size_t i = 0; i < length; i++)
		if (word[i] == '"' && (!i || word[i - 1] != '\\'))
			inside = !inside;
	return inside;
}

/* Broken at blanks; in a string the blank stays in front, and the string is closed and opened. */
static void print_wrapped(FILE *out, uint32_t tabs, const char *text)
{
	size_t column, length;
	bool in_string = false;

	print_indented(out, tabs, &column);
	for (;; text += length + 1) {
		length = word_length(text);
		fprintf(out, "%.*s", (int)length, text);
		column += length;
		in_string = ends_inside_string(text, length, in_string);
		if (!text[length])
			break;
		if (column + 3 + word_length(text + length + 1) <= MAX_COLUMNS) {
			fputc(' ', out);
			column++;
			continue;
		}
		fputs(in_string ? " \"\n" : "\n", out);
		print_indented(out, tabs + 2, &column);
		fputs(in_string ? "\"" : "", out);
		column += in_string;
	}
	fputc('\n', out);
}

void emit_c_print_statement(struct emission *emission, uint32_t tabs)
{
	FUZZ_ASSERT(emission->statement.length + 1 < sizeof(emission->statement_text));
	print_wrapped(emission->out, tabs, emission->statement_text);
}
