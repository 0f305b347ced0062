/* SPDX-License-Identifier: MIT */
/* What stands in a report of TARGET_replay, or of a sanitizer, for results that programs read. */
#include <stdlib.h>
#include <string.h>

#include "cli/fuzz.h"

/* The line behind the one that begins with word; NULL: there is none. */
static const char *line_after(const char *text, const char *word)
{
	const char *at = text;

	while (at && strncmp(at, word, strlen(word)) != 0) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	at = at ? strchr(at, '\n') : NULL;
	return at ? at + 1 : NULL;
}

static void copy_line(char *to, size_t size, const char *from)
{
	size_t length = strcspn(from, "\n");

	if (length >= size)
		length = size - 1;
	memcpy(to, from, length);
	to[length] = '\0';
}

/* "core broke the rule alignment: ..." */
static void take_subject(struct report_facts *facts)
{
	const char *end = strstr(facts->sentence, " broke the rule ");
	size_t length = end ? (size_t)(end - facts->sentence) : 0;

	if (length && length < sizeof(facts->subject)) {
		memcpy(facts->subject, facts->sentence, length);
		facts->subject[length] = '\0';
	}
}

/* The last op up to BF-SIG is the one at fault; how many were left out is told before them. */
static void take_operation(struct report_facts *facts, const char *text)
{
	const char *line = line_after(text, "The program up to the operation at fault:");
	uint64_t nr_ops = 0;

	for (; line && *line && strncmp(line, "BF-SIG: ", 8) != 0; line = line_after(line, "")) {
		if (line[0] == '#') {
			nr_ops += strtoull(line + 1, NULL, 10);
		} else if (strncmp(line, "machine ", 8) != 0) {
			copy_line(facts->operation, sizeof(facts->operation), line);
			nr_ops++;
		}
	}
	if (strstr(text, "\n> at the end\n")) {
		facts->operation_index = nr_ops;
		copy_line(facts->operation, sizeof(facts->operation), "end");
	} else if (nr_ops) {
		facts->operation_index = nr_ops - 1;
	}
}

void report_read(struct report_facts *facts, const char *path)
{
	size_t size;
	uint8_t *bytes = file_bytes(path, &size);
	const char *line;

	*facts = (struct report_facts){ .operation_index = UINT64_MAX };
	if (!bytes)
		return;
	bytes[size] = '\0'; /* file_bytes() has room for it */
	facts->text = (char *)bytes;
	line = line_after(facts->text, "FINDING of ");
	if (!line)
		line = strstr(facts->text, "SUMMARY: ");
	if (line)
		copy_line(facts->sentence, sizeof(facts->sentence), line);
	take_subject(facts);
	take_operation(facts, facts->text);
}

void report_free(struct report_facts *facts)
{
	free(facts->text);
	facts->text = NULL;
}
