/* SPDX-License-Identifier: MIT */
/* Bytes of file names and reports as what JSON, XML and URIs take. */
#include <stdlib.h>
#include <string.h>

#include "cli/results_internal.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

void results_rule(const char *signature, char *rule, size_t size)
{
	snprintf(rule, size, "%.*s", (int)strcspn(signature, "/"), signature);
}

/* Bytes of the well-formed sequence that text begins with (RFC 3629); 0: none. */
static size_t sequence_bytes(const char *text)
{
	const unsigned char *b = (const unsigned char *)text;
	size_t nr = b[0] < 0x80 ? 1 : b[0] < 0xc2 ? 0 : b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;

	if (b[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < nr; i++)
		if ((b[i] & 0xc0) != 0x80)
			return 0;
	if ((b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xed && b[1] > 0x9f) ||
	    (b[0] == 0xf0 && b[1] < 0x90) || (b[0] == 0xf4 && b[1] > 0x8f))
		return 0; /* longer than need be, a surrogate, or beyond U+10FFFF */
	return nr;
}

static bool xml_may_hold(const char *text, size_t nr)
{
	unsigned char first = (unsigned char)text[0];

	if (nr == 1)
		return first >= 0x20 || first == '\t' || first == '\n' || first == '\r';
	return strncmp(text, "\xef\xbf\xbe", 3) && strncmp(text, "\xef\xbf\xbf", 3);
}

char *results_clean(const char *text, bool xml)
{
	char *clean = malloc(strlen(text) * strlen(REPLACEMENT) + 1), *to = clean;

	while (clean && *text) {
		size_t nr = sequence_bytes(text);
		bool good = nr && (!xml || xml_may_hold(text, nr));
		size_t nr_out = good ? nr : strlen(REPLACEMENT);

		memcpy(to, good ? text : REPLACEMENT, nr_out);
		to += nr_out;
		text += nr ? nr : 1;
	}
	if (clean)
		*to = '\0';
	return clean;
}

static bool uri_may_hold(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("-._~/", c));
}

char *results_uri(const char *path)
{
	const char *begin = path[0] == '/' ? "file://" : "";
	char *uri = malloc(strlen(begin) + strlen(path) * 3 + 1), *to;

	if (!uri)
		return NULL;
	to = uri + sprintf(uri, "%s", begin);
	for (; *path; path++)
		if (uri_may_hold(*path))
			*to++ = *path;
		else
			to += sprintf(to, "%%%02X", (unsigned char)*path);
	*to = '\0';
	return uri;
}

json_t *results_string(const char *text)
{
	char *clean;
	json_t *string;

	if (!text)
		return json_null();
	clean = results_clean(text, false);
	string = clean ? json_string_nocheck(clean) : NULL;
	free(clean);
	return string;
}

void results_dump(struct results *results, json_t *value, size_t flags)
{
	if (!value || json_dumpf(value, results->out, flags) || fputc('\n', results->out) == EOF)
		results->failed = true;
	json_decref(value);
}
