/* SPDX-License-Identifier: MIT */
/* Rules that look at lines: licence, length, words that must not occur, the size of a README. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/tidy/tidy.h"

void complain(struct tidy_report *report, const char *path, unsigned int line, const char *format,
	      ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(report->last, sizeof(report->last), format, args);
	va_end(args);
	report->nr_complaints++;
	if (!report->quiet)
		printf("%s:%u: %s\n", path, line, report->last);
}

bool path_has_suffix(const char *path, const char *suffix)
{
	size_t length = strlen(path), wanted = strlen(suffix);

	return length >= wanted && strcmp(path + length - wanted, suffix) == 0;
}

bool path_in_folder(const char *path, const char *folder)
{
	return strncmp(path, folder, strlen(folder)) == 0;
}

bool path_is_c(const char *path)
{
	return path_has_suffix(path, ".c") || path_has_suffix(path, ".h") ||
	       path_has_suffix(path, ".def");
}

bool path_is_script(const char *path, const char *text)
{
	return strncmp(text, "#!", 2) == 0 || path_has_suffix(path, ".cmake") ||
	       path_has_suffix(path, "CMakeLists.txt") || path_has_suffix(path, "Makefile") ||
	       path_has_suffix(path, ".awk") || path_has_suffix(path, ".sh");
}

static const char *line_end(const char *line)
{
	return line + strcspn(line, "\n");
}

void check_licence_line(struct tidy_report *report, const struct tidy_file *file)
{
	const char *first = file->text, *end, *found;

	if (!path_is_c(file->path) && !path_is_script(file->path, file->text))
		return;
	if (strncmp(first, "#!", 2) == 0 && *line_end(first))
		first = line_end(first) + 1;
	end = line_end(first);
	found = strstr(first, "SPDX-License-Identifier: ");
	if (!found || found > end)
		complain(report, file->path, 1,
			 "no licence line; begin with /* SPDX-License-Identifier: MIT */");
}

/* Columns as an editor shows them: tabs to the next stop, a UTF-8 sequence is one. */
static size_t line_columns(const char *line, const char *end)
{
	size_t columns = 0;

	for (; line < end; line++) {
		if (*line == '\t')
			columns += TIDY_TAB_COLUMNS - columns % TIDY_TAB_COLUMNS;
		else if (((unsigned char)*line & 0xc0) != 0x80)
			columns++;
	}
	return columns;
}

void check_line_length(struct tidy_report *report, const struct tidy_file *file)
{
	const char *line = file->text;
	unsigned int number = 1, first = 0, nr_long = 0;

	if (!path_is_c(file->path) && !path_is_script(file->path, file->text))
		return;
	for (; *line; number++) {
		const char *end = line_end(line);
		size_t columns = line_columns(line, end);

		if (columns > TIDY_MAX_COLUMNS && nr_long++ == 0)
			first = number;
		line = *end ? end + 1 : end;
	}
	if (nr_long)
		complain(report, file->path, first,
			 "%u lines of more than %d columns, first here; `make format`", nr_long,
			 TIDY_MAX_COLUMNS);
}

static unsigned int line_of(const char *text, const char *at)
{
	unsigned int number = 1;

	for (; text < at; text++)
		number += *text == '\n';
	return number;
}

/* Spelled in two halves, so that this file passes too. */
void check_forbidden_words(struct tidy_report *report, const struct tidy_file *file)
{
	static const struct {
		const char *word;
		const char *why;
	} forbidden[] = {
		{ "TO"
		  "DO",
		  "finish it, or open an issue" },
		{ "FIX"
		  "ME",
		  "fix it" },
		{ "/wo"
		  "rk/",
		  "a path of somebody's machine" },
		{ "/ho"
		  "me/",
		  "a path of somebody's machine" },
		{ "/ro"
		  "ot/",
		  "a path of somebody's machine" },
	};
	size_t i;

	for (i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
		const char *found = strstr(file->text, forbidden[i].word);

		if (found)
			complain(report, file->path, line_of(file->text, found), "'%s': %s",
				 forbidden[i].word, forbidden[i].why);
	}
}

void check_readme_length(struct tidy_report *report, const struct tidy_file *file)
{
	unsigned int nr_lines = 0;
	const char *line = file->text;

	while (*line) {
		const char *end = line_end(line);

		nr_lines += *line != '|'; /* rows of a table are data */
		line = *end ? end + 1 : end;
	}
	if (nr_lines > TIDY_README_LINES)
		complain(report, file->path, nr_lines,
			 "%u lines, at most %d: a room's README is a signpost", nr_lines,
			 TIDY_README_LINES);
}
