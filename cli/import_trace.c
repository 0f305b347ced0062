/* SPDX-License-Identifier: MIT */
/* Reads trace lines: finds the "[cpu] ... time: event:" anchor, then the fields by name. */
#include "cli/import_trace.h"

#include <string.h>

#include "buddy/gfp.h"

/* A piece of the line. */
struct span {
	const char *at;
	size_t length;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool span_is(struct span span, const char *word)
{
	return strlen(word) == span.length && memcmp(span.at, word, span.length) == 0;
}

static struct span skip(struct span span, size_t nr)
{
	return (struct span){ span.at + nr, span.length - nr };
}

static struct span skip_blanks(struct span span)
{
	while (span.length > 0 && is_blank(span.at[0]))
		span = skip(span, 1);
	return span;
}

/* Cuts the next word off the front of rest. Empty at the end of the line. */
static struct span next_word(struct span *rest)
{
	struct span word = skip_blanks(*rest);
	size_t length = 0;

	while (length < word.length && !is_blank(word.at[length]))
		length++;
	*rest = skip(word, length);
	word.length = length;
	return word;
}

/* Cuts decimal digits off the front; false when there is none or they do not fit. */
static bool take_decimal(struct span *span, uint64_t *value)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < span->length && is_digit(span->at[i]); i++) {
		uint64_t digit = (uint64_t)(span->at[i] - '0');

		if (sum > (UINT64_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*span = skip(*span, i);
	*value = sum;
	return i > 0;
}

static unsigned int hex_value(char c)
{
	if (is_digit(c))
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned int)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned int)(c - 'A') + 10;
	return 16;
}

/* A whole word as hex with 0x or as decimal: kernels before 6 print frames in decimal. */
static bool parse_number(struct span word, uint64_t *value)
{
	uint64_t sum = 0;

	if (word.length < 3 || word.at[0] != '0' || (word.at[1] | 0x20) != 'x')
		return take_decimal(&word, value) && word.length == 0;
	if (word.length > 2 + 16)
		return false;
	for (size_t i = 2; i < word.length; i++) {
		unsigned int digit = hex_value(word.at[i]);

		if (digit > 15)
			return false;
		sum = sum << 4 | digit;
	}
	*value = sum;
	return true;
}

/* "seconds.fraction:" with up to nine decimals. */
static bool parse_time(struct span word, uint64_t *time_ns)
{
	uint64_t seconds, fraction;
	size_t nr_decimals;

	if (!take_decimal(&word, &seconds) || word.length < 3 || word.at[0] != '.')
		return false;
	word = skip(word, 1);
	nr_decimals = word.length - 1;
	if (!take_decimal(&word, &fraction) || !span_is(word, ":") || nr_decimals > 9)
		return false;
	for (; nr_decimals < 9; nr_decimals++)
		fraction *= 10;
	*time_ns = seconds * 1000000000u + fraction;
	return true;
}

/*
 * rest stands behind a '['. Reads "cpu] [flags] time: [system:]event:" and leaves rest at the
 * fields. The flags word of ftrace is optional.
 */
static bool parse_anchor(struct span *rest, struct trace_line *line, struct span *event)
{
	struct span word;
	uint64_t cpu;

	if (!take_decimal(rest, &cpu) || cpu > UINT32_MAX || rest->length == 0 ||
	    rest->at[0] != ']')
		return false;
	*rest = skip(*rest, 1);
	word = next_word(rest);
	if (!parse_time(word, &line->time_ns)) {
		word = next_word(rest);
		if (!parse_time(word, &line->time_ns))
			return false;
	}
	*event = next_word(rest);
	if (event->length < 2 || event->at[event->length - 1] != ':')
		return false;
	event->length--;
	line->cpu = (uint32_t)cpu;
	return true;
}

static bool find_anchor(struct span text, struct trace_line *line, struct span *event,
			struct span *fields)
{
	const char *bracket;

	while ((bracket = memchr(text.at, '[', text.length)) != NULL) {
		text = skip(text, (size_t)(bracket - text.at) + 1);
		*fields = text;
		if (parse_anchor(fields, line, event))
			return true;
	}
	return false;
}

/* The value of "name=value", or false. */
static bool find_field(struct span fields, const char *name, struct span *value)
{
	size_t length = strlen(name);

	for (;;) {
		struct span word = next_word(&fields);

		if (word.length == 0)
			return false;
		if (word.length > length && memcmp(word.at, name, length) == 0 &&
		    word.at[length] == '=') {
			*value = skip(word, length + 1);
			return true;
		}
	}
}

static void parse_gfp(struct span value, struct trace_line *line)
{
	size_t offset;

	if (gfp_parse(value.at, value.length, &line->gfp, &offset))
		return;
	line->gfp = 0;
	while (value.length > 0) {
		const char *bar = memchr(value.at, '|', value.length);
		size_t length = bar ? (size_t)(bar - value.at) : value.length;
		gfp_t mask;

		if (gfp_parse(value.at, length, &mask, &offset))
			line->gfp |= mask;
		else
			line->nr_unknown_names++;
		value = skip(value, bar ? length + 1 : length);
	}
}

static const char *parse_fields(struct span fields, struct trace_line *line)
{
	struct span value;
	uint64_t order;

	if (!find_field(fields, "pfn", &value))
		return "pfn= is missing";
	if (span_is(value, "-1"))
		line->pfn = TRACE_PFN_FAILED;
	else if (!parse_number(value, &line->pfn))
		return "pfn= is neither 0x hex nor decimal";
	if (!find_field(fields, "order", &value))
		return "order= is missing";
	if (!parse_number(value, &order) || order >= 64)
		return "order= is not a number below 64";
	line->order = (uint32_t)order;
	if (line->kind == TRACE_LINE_ALLOC) {
		if (!find_field(fields, "gfp_flags", &value))
			return "gfp_flags= is missing";
		parse_gfp(value, line);
		if (line->pfn == 0)
			line->pfn = TRACE_PFN_FAILED;
	}
	return NULL;
}

static const char *find_text(struct span text, const char *needle)
{
	size_t length = strlen(needle);

	for (size_t i = 0; i + length <= text.length; i++) {
		if (memcmp(text.at + i, needle, length) == 0)
			return text.at + i;
	}
	return NULL;
}

/* "CPU:1 [LOST 12 EVENTS]", "PERF_RECORD_LOST lost 12", "[EVENTS DROPPED]". */
static void parse_lost(struct span text, struct trace_line *line)
{
	static const char *const marks[] = {
		"[LOST ",
		"PERF_RECORD_LOST lost ",
		"[EVENTS DROPPED]",
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const char *mark = find_text(text, marks[i]);
		struct span rest;

		if (!mark)
			continue;
		rest = skip(text, (size_t)(mark - text.at) + strlen(marks[i]));
		line->kind = TRACE_LINE_LOST;
		if (!take_decimal(&rest, &line->nr_lost))
			line->nr_lost = 1;
		return;
	}
}

/* "kmem:mm_page_alloc" is perf, "mm_page_alloc" is ftrace. */
static enum trace_line_kind event_kind(struct span event, enum trace_dialect *dialect)
{
	const char *colon = memchr(event.at, ':', event.length);

	*dialect = colon ? DIALECT_PERF : DIALECT_FTRACE;
	if (colon) {
		struct span system = { event.at, (size_t)(colon - event.at) };

		event = skip(event, system.length + 1);
		if (!span_is(system, "kmem"))
			return TRACE_LINE_OTHER_EVENT;
	}
	if (span_is(event, "mm_page_alloc"))
		return TRACE_LINE_ALLOC;
	if (span_is(event, "mm_page_free"))
		return TRACE_LINE_FREE;
	if (span_is(event, "mm_page_free_batched"))
		return TRACE_LINE_FREE_BATCHED;
	return TRACE_LINE_OTHER_EVENT;
}

void trace_parse_line(const char *text, size_t length, struct trace_line *line)
{
	struct span whole = { text, length }, event, fields;

	*line = (struct trace_line){ .kind = TRACE_LINE_NOISE };
	if (!find_anchor(whole, line, &event, &fields)) {
		parse_lost(whole, line);
		return;
	}
	line->kind = event_kind(event, &line->dialect);
	if (line->kind < TRACE_LINE_ALLOC)
		return;
	line->problem = parse_fields(fields, line);
	if (line->problem)
		line->kind = TRACE_LINE_MALFORMED;
}
