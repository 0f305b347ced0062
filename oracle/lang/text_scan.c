/* SPDX-License-Identifier: MIT */
/* Words, numbers and errors: the bottom of the text parser. It never reads past scan->end. */
#include "oracle/lang/text_scan.h"

#include <string.h>

#include "oracle/lang/names.h"
#include "oracle/lang/text_line.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

bool scan_more(struct scan *scan)
{
	while (scan->at < scan->end && is_blank(*scan->at))
		scan->at++;
	return scan->at < scan->end;
}

struct word scan_word(struct scan *scan, const char *stops)
{
	scan_more(scan);
	struct word word = { scan->at, 0 };

	while (scan->at < scan->end && !is_blank(*scan->at)) {
		/* strchr also finds the NUL at the end of stops */
		if (!*scan->at || strchr(stops, *scan->at))
			break;
		scan->at++;
	}
	word.length = (size_t)(scan->at - word.text);
	return word;
}

bool scan_accept(struct scan *scan, char c)
{
	bool here = scan->at < scan->end && *scan->at == c;

	scan->at += here;
	return here;
}

bool word_is(struct word word, const char *text)
{
	return strlen(text) == word.length && !memcmp(word.text, text, word.length);
}

bool scan_expected(struct scan *scan, const char *at, const char *expected)
{
	char got[41];
	size_t nr = 0;

	while (at + nr < scan->end && nr < sizeof(got) - 1 && !is_blank(at[nr])) {
		got[nr] = at[nr] >= ' ' && at[nr] <= '~' ? at[nr] : '?';
		nr++;
	}
	got[nr] = '\0';
	scan->error->line = scan->line;
	scan->error->column = (uint32_t)(at - scan->line_start) + 1;
	snprintf(scan->error->message, sizeof(scan->error->message), "expected %s, got %s%s%s",
		 expected, nr ? "'" : "", nr ? got : "the end of the line", nr ? "'" : "");
	return false;
}

static int digit_of(char c, uint32_t base)
{
	int digit = c >= '0' && c <= '9'   ? c - '0'
		    : c >= 'a' && c <= 'f' ? c - 'a' + 10
		    : c >= 'A' && c <= 'F' ? c - 'A' + 10
					   : 99;

	return digit < (int)base ? digit : -1;
}

static bool read_number(struct word word, uint32_t max, uint32_t *value)
{
	uint32_t base = 10;
	uint64_t number = 0;
	size_t i = 0;

	if (word.length > 2 && word.text[0] == '0' && (word.text[1] | 0x20) == 'x') {
		base = 16;
		i = 2;
	}
	if (i == word.length)
		return false;
	for (; i < word.length; i++) {
		int digit = digit_of(word.text[i], base);

		if (digit < 0)
			return false;
		number = number * base + (uint32_t)digit;
		if (number > max)
			return false;
	}
	*value = (uint32_t)number;
	return true;
}

bool scan_u32(struct scan *scan, struct word word, uint32_t max, const char *what, uint32_t *value)
{
	char expected[96];

	if (read_number(word, max, value))
		return true;
	snprintf(expected, sizeof(expected), "%s (0 to %u)", what, max);
	return scan_expected(scan, word.text, expected);
}

bool scan_i32(struct scan *scan, struct word word, const char *what, int32_t *value)
{
	bool negative = word.length && word.text[0] == '-';
	struct word digits = { word.text + negative, word.length - negative };
	uint32_t number;

	if (!read_number(digits, INT32_MAX, &number))
		return scan_expected(scan, word.text, what);
	*value = negative ? -(int32_t)number : (int32_t)number;
	return true;
}

bool scan_name(struct scan *scan, struct word word, const char *what, const char *const *names,
	       uint32_t nr, uint32_t *value)
{
	char expected[160];
	struct line line = { expected, 0, sizeof(expected) };
	int found = name_find(names, word.text, word.length);

	if (found >= 0 && (uint32_t)found < nr) {
		*value = (uint32_t)found;
		return true;
	}
	line_put(&line, "%s", what);
	for (uint32_t i = 0; i < nr && names[i]; i++)
		line_put(&line, "%s%s", i ? ", " : " (", names[i]);
	line_put(&line, ")");
	return scan_expected(scan, word.text, expected);
}
