/* SPDX-License-Identifier: MIT */
/*
 * Identifiers that begin with an underscore are a closed list: the kernel's own words, the
 * compiler's, and the C library's. Comments and literals are skipped.
 */
#include <ctype.h>
#include <string.h>

#include "tests/tidy/tidy.h"

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool entry_matches(const char *entry, size_t entry_length, const char *name, size_t length)
{
	if (entry_length && entry[entry_length - 1] == '*')
		return length >= entry_length - 1 && strncmp(entry, name, entry_length - 1) == 0;
	return length == entry_length && strncmp(entry, name, length) == 0;
}

static bool is_allowed(const char *allowed, const char *name, size_t length)
{
	while (*allowed) {
		size_t entry_length = strcspn(allowed, " \t\n#");

		if (entry_length && entry_matches(allowed, entry_length, name, length))
			return true;
		allowed += strcspn(allowed, "\n");
		allowed += *allowed == '\n';
	}
	return false;
}

/* The end of the comment or literal that begins at `at`, or `at` itself. */
static const char *skip_quiet(const char *at)
{
	char quote = *at;

	if (at[0] == '/' && at[1] == '/')
		return at + strcspn(at, "\n");
	if (at[0] == '/' && at[1] == '*') {
		const char *end = strstr(at + 2, "*/");

		return end ? end + 2 : at + strlen(at);
	}
	if (quote != '"' && quote != '\'')
		return at;
	for (at++; *at && *at != quote && *at != '\n'; at++)
		at += at[0] == '\\' && at[1];
	return *at ? at + 1 : at;
}

static size_t word_length(const char *at)
{
	size_t length = 0;

	while (is_word(at[length]))
		length++;
	return length;
}

/* "##_MASK": the tail of a name that a macro makes. */
static bool is_pasted(const char *text, const char *at)
{
	return at - text >= 2 && at[-1] == '#' && at[-2] == '#';
}

void check_identifiers(struct tidy_report *report, const struct tidy_file *file,
		       const char *allowed)
{
	const char *at = file->text;
	const char *counted = file->text;
	unsigned int line = 1;

	if (!path_is_c(file->path))
		return;
	while (*at) {
		const char *after = skip_quiet(at);
		size_t length;

		if (after != at) {
			at = after;
			continue;
		}
		length = word_length(at);
		if (length == 0) {
			at++;
			continue;
		}
		for (; counted < at; counted++)
			line += *counted == '\n';
		if (*at == '_' && !is_pasted(file->text, at) && !is_allowed(allowed, at, length))
			complain(report, file->path, line,
				 "'%.*s': our own names do not begin with an underscore; words of "
				 "the "
				 "kernel are listed in tests/tidy/underscores",
				 (int)length, at);
		at += length;
	}
}
