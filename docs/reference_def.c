/* SPDX-License-Identifier: MIT */
/* The comments of a .def file. */
#include <stdlib.h>
#include <string.h>

#include "docs/reference.h"

#define FILE_MAX_BYTES (1u << 20)
#define HEADING "/* ---- "

char *reference_read(const char *path)
{
	FILE *in = fopen(path, "rb");
	char *text = in ? calloc(1, FILE_MAX_BYTES) : NULL;

	if (text)
		text[fread(text, 1, FILE_MAX_BYTES - 1, in)] = '\0';
	else
		fprintf(stderr, "reference: %s cannot be read; run in the root folder\n", path);
	if (in)
		fclose(in);
	return text;
}

/* Where the comment begins whose end is right above line, or NULL. */
static const char *comment_above(const char *text, const char *line)
{
	const char *at = line;

	if (at - text < 3 || strncmp(at - 3, "*/\n", 3) != 0)
		return NULL;
	for (at -= 3; at > text; at--)
		if (at[0] == '/' && at[1] == '*')
			return at;
	return NULL;
}

/* Copies the words of a comment, single blanks between them. */
static void copy_words(const char *from, const char *end, char *to)
{
	size_t length = 0;
	bool gap = false;

	for (; from < end && length + 2 < DEF_COMMENT_MAX; from++) {
		bool margin = *from == '*' && from[-1] == ' ' && from[1] == ' ';

		if (*from == ' ' || *from == '\n' || *from == '\t' || margin) {
			gap = length > 0;
			continue;
		}
		if (gap)
			to[length++] = ' ';
		gap = false;
		to[length++] = *from;
	}
	to[length] = '\0';
}

const char *def_comment(const char *text, const char *head, char *comment)
{
	const char *line = text, *above;
	size_t length = strlen(head);

	comment[0] = '\0';
	while (line && strncmp(line, head, length) != 0) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	above = line ? comment_above(text, line) : NULL;
	if (above && strncmp(above, HEADING, strlen(HEADING)) != 0)
		copy_words(above + 2, line - 3, comment);
	return line;
}

void def_print_heading(const char *text, const char *at, const char **printed, FILE *out)
{
	const char *next, *heading = NULL;

	for (next = strstr(text, HEADING); next && next < at; next = strstr(next + 1, HEADING))
		heading = next;
	if (!heading || heading == *printed)
		return;
	*printed = heading;
	heading += strlen(HEADING);
	fprintf(out, "\n## %c%.*s\n", heading[0] - 'a' + 'A', (int)strcspn(heading + 1, "-\n") - 1,
		heading + 1);
}
