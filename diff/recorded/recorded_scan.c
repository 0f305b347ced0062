/* SPDX-License-Identifier: MIT */
/* Lines and fields of a recording. Numbers are checked for range; nothing reads beyond the text. */
#include <stdio.h>
#include <string.h>

#include "diff/recorded/recorded_scan.h"

#define SHOWN_MAX 24 /* bytes of the offending text that an error quotes */

bool field_fail(struct scan *scan, const char *format, ...)
{
	va_list args;
	int n;

	if (scan->failed)
		return false;
	scan->failed = true;
	if (!scan->error_size)
		return false;
	n = snprintf(scan->error, scan->error_size, "line %u: ", scan->line);
	if (n < 0 || (size_t)n >= scan->error_size)
		return false;
	va_start(args, format);
	vsnprintf(scan->error + n, scan->error_size - (size_t)n, format, args);
	va_end(args);
	return false;
}

bool field_line(struct scan *scan)
{
	const char *newline;

	if (scan->next == scan->end)
		return false;
	newline = memchr(scan->next, '\n', (size_t)(scan->end - scan->next));
	scan->at = scan->next;
	scan->line_end = newline ? newline : scan->end;
	scan->next = newline ? newline + 1 : scan->end;
	scan->line++;
	return true;
}

static void skip_blanks(struct scan *scan)
{
	while (scan->at < scan->line_end && *scan->at == ' ')
		scan->at++;
}

bool field_at_end(const struct scan *scan)
{
	const char *p = scan->at;

	while (p < scan->line_end && *p == ' ')
		p++;
	return p == scan->line_end;
}

static size_t word_length(const struct scan *scan)
{
	const char *p = scan->at;

	while (p < scan->line_end && *p != ' ')
		p++;
	return (size_t)(p - scan->at);
}

/* Length and start of what an error message quotes; printable bytes only. */
static int shown(const struct scan *scan, char text[SHOWN_MAX + 1])
{
	int n = 0;

	while (n < SHOWN_MAX && scan->at + n < scan->line_end) {
		char c = scan->at[n];

		text[n++] = c >= ' ' && c <= '~' ? c : '?';
	}
	text[n] = '\0';
	return n;
}

bool field_fail_expected(struct scan *scan, const char *what)
{
	char text[SHOWN_MAX + 1];

	if (shown(scan, text))
		return field_fail(scan, "expected %s, found '%s'", what, text);
	return field_fail(scan, "expected %s, found the end of the line", what);
}

bool field_accept(struct scan *scan, const char *word)
{
	size_t length = strlen(word);

	skip_blanks(scan);
	if (word_length(scan) != length || memcmp(scan->at, word, length))
		return false;
	scan->at += length;
	return true;
}

bool field_expect(struct scan *scan, const char *word)
{
	char what[40];

	if (field_accept(scan, word))
		return true;
	snprintf(what, sizeof(what), "'%s'", word);
	return field_fail_expected(scan, what);
}

bool field_word(struct scan *scan, const char **word, size_t *length)
{
	skip_blanks(scan);
	*word = scan->at;
	*length = word_length(scan);
	if (!*length)
		return field_fail_expected(scan, "a word");
	scan->at += *length;
	return true;
}

static int digit_value(char c, uint32_t base)
{
	int value = -1;

	if (c >= '0' && c <= '9')
		value = c - '0';
	else if (c >= 'a' && c <= 'f')
		value = c - 'a' + 10;
	return value < (int)base ? value : -1;
}

static bool scan_number(struct scan *scan, uint32_t base, uint32_t limit, uint32_t *value)
{
	const char *start;
	uint64_t n = 0;

	skip_blanks(scan);
	for (start = scan->at; scan->at < scan->line_end; scan->at++) {
		int digit = digit_value(*scan->at, base);

		if (digit < 0)
			break;
		n = n * base + (uint64_t)digit;
		if (n > limit) {
			scan->at = start;
			return field_fail_expected(scan, "a smaller number");
		}
	}
	if (scan->at == start)
		return field_fail_expected(scan, base == 16 ? "a hexadecimal number" : "a number");
	*value = (uint32_t)n;
	return true;
}

bool field_u32(struct scan *scan, uint32_t *value)
{
	return scan_number(scan, 10, UINT32_MAX, value);
}

bool field_hex(struct scan *scan, uint32_t *value)
{
	return scan_number(scan, 16, UINT32_MAX, value);
}

bool field_i64(struct scan *scan, int64_t *value)
{
	bool negative;
	uint32_t n = 0;

	skip_blanks(scan);
	negative = scan->at < scan->line_end && *scan->at == '-';
	scan->at += negative;
	if (!scan_number(scan, 10, INT32_MAX, &n))
		return false;
	*value = negative ? -(int64_t)n : (int64_t)n;
	return true;
}

bool field_char(struct scan *scan, char c)
{
	char what[4] = { '\'', c, '\'', '\0' };

	if (scan->at < scan->line_end && *scan->at == c) {
		scan->at++;
		return true;
	}
	return field_fail_expected(scan, what);
}

bool field_named(struct scan *scan, const char *name, uint32_t *value)
{
	return field_expect(scan, name) && field_u32(scan, value);
}

bool field_named_i32(struct scan *scan, const char *name, int32_t *value)
{
	int64_t n;

	if (!field_expect(scan, name) || !field_i64(scan, &n))
		return false;
	*value = (int32_t)n;
	return true;
}

bool field_finish(struct scan *scan)
{
	return field_at_end(scan) || field_fail_expected(scan, "the end of the line");
}
