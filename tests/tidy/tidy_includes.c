/* SPDX-License-Identifier: MIT */
/*
 * Who may include whom: core <- oracle <- diff <- fuzz <- cli. A row allows, for files whose path
 * begins with `who`, the includes that begin with one of `whom`; the longest matching row counts.
 */
#include <stdio.h>
#include <string.h>

#include "tests/tidy/tidy.h"

#define MAX_WHOM 12

#define VOCABULARY "buddy/types.h", "buddy/config.h", "buddy/gfp.h", "buddy/hooks.h"
#define EYES "buddy/inspect.h"

struct include_rule {
	const char *who;
	const char *whom[MAX_WHOM];
};

static const struct include_rule rules[] = {
	{ "core/", { NULL } }, /* files live in the rooms below */
	{ "core/include/buddy/", { "buddy/" } },
	{ "core/base/", { "base/", "buddy/" } },
	{ "core/stat/", { "stat/", "base/", "buddy/" } },
	{ "core/alloc/", { "alloc/", "stat/", "base/", "buddy/" } },
	{ "core/page/", { "page/", "alloc/", "stat/", "base/", "buddy/" } },
	{ "core/tune/", { "tune/", "alloc/", "stat/", "base/", "buddy/" } },
	{ "core/boot/", { "boot/", "tune/", "alloc/", "stat/", "base/", "buddy/" } },
	{ "core/image/", { "image/", "alloc/", "base/", "buddy/" } },
	{ "core/eyes/", { "eyes/", "base/", "buddy/" } },
	{ "oracle/", { NULL } },
	{ "oracle/lang/", { "oracle/lang/", VOCABULARY } },
	{ "oracle/eyes/", { "oracle/eyes/", "oracle/lang/", VOCABULARY, EYES } },
	{ "oracle/ledger/", { "oracle/ledger/", "oracle/lang/", VOCABULARY } },
	{ "oracle/ops/",
	  { "oracle/ops/", "oracle/ledger/", "oracle/eyes/", "oracle/lang/", VOCABULARY } },
	{ "oracle/judge/", { "oracle/", VOCABULARY, EYES } },
	{ "oracle/rules/", { "oracle/", VOCABULARY, EYES } },
	{ "diff/subjects/subject_core", { "diff/start/", "diff/subjects/", "oracle/", "buddy/" } },
	{ "diff/examples/", { NULL } }, /* strangers */
	{ "diff/plugin/buddyfuzz/", { NULL } },
	{ "diff/start/", { "diff/start/", "diff/subjects/", "oracle/", "buddy/" } },
	{ "diff/judge/", { "diff/judge/", "diff/start/", "diff/subjects/", "oracle/", "buddy/" } },
	{ "diff/", { "diff/", "oracle/", VOCABULARY, EYES, "buddy/marks" } },
	{ "fuzz/", { "fuzz/", "diff/", "oracle/", VOCABULARY, EYES, "buddy/marks" } },
	{ "cli/",
	  { "cli/", "fuzz/", "diff/", "oracle/", VOCABULARY, EYES, "buddy/marks",
	    "buddy/version" } },
	{ "tests/core/",
	  { "tests/", "base/", "stat/", "alloc/", "page/", "tune/", "boot/", "image/", "eyes/",
	    "buddy/" } },
	{ "tests/", { "tests/", "cli/", "fuzz/", "diff/", "oracle/", "buddy/" } },
	{ "docs/", { "docs/", "fuzz/", "oracle/" } },
	{ "bench/", { "bench/", "fuzz/", "diff/", "oracle/", "buddy/" } },
};

/* What core may take from the C library: freestanding headers and the two that need no system. */
static const char *const core_system_headers[] = {
	"assert.h",  "errno.h",  "limits.h", "stdalign.h", "stdatomic.h",
	"stdbool.h", "stddef.h", "stdint.h", "string.h",
};

static const struct include_rule *rule_for(const char *path)
{
	const struct include_rule *best = NULL;
	size_t i, best_length = 0;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		size_t length = strlen(rules[i].who);

		if (length > best_length && strncmp(path, rules[i].who, length) == 0) {
			best = &rules[i];
			best_length = length;
		}
	}
	return best;
}

static bool rule_allows(const struct include_rule *rule, const char *header)
{
	size_t i;

	for (i = 0; i < MAX_WHOM && rule->whom[i]; i++) {
		if (strncmp(header, rule->whom[i], strlen(rule->whom[i])) == 0)
			return true;
	}
	return false;
}

static void check_quoted(struct tidy_report *report, const char *path, unsigned int line,
			 const char *header)
{
	const struct include_rule *rule = rule_for(path);

	if (!strchr(header, '/') && path_in_folder(path, "tests/"))
		return; /* a helper beside the test */
	if (!strchr(header, '/'))
		complain(report, path, line,
			 "\"%s\": name it from the root, as in \"oracle/lang/op.h\"", header);
	else if (rule && !rule_allows(rule, header))
		complain(report, path, line,
			 "may not include \"%s\": %s stands on others (docs/architecture.md)",
			 header, rule->who);
}

static void check_angled(struct tidy_report *report, const char *path, unsigned int line,
			 const char *header)
{
	size_t i;

	if (!path_in_folder(path, "core/"))
		return;
	if (strcmp(header, "pthread.h") == 0 && strstr(path, "sync_pthread"))
		return;
	if (strcmp(header, "stdlib.h") == 0 && strcmp(path, "core/base/check.c") == 0)
		return; /* abort() */
	for (i = 0; i < sizeof(core_system_headers) / sizeof(core_system_headers[0]); i++) {
		if (strcmp(header, core_system_headers[i]) == 0)
			return;
	}
	complain(report, path, line,
		 "core may not include <%s>: freestanding headers and <string.h>", header);
}

static void check_include_line(struct tidy_report *report, const char *path, unsigned int line,
			       const char *text)
{
	char header[256];

	if (sscanf(text, " # include \"%255[^\"\n]\"", header) == 1)
		check_quoted(report, path, line, header);
	else if (sscanf(text, " # include <%255[^>\n]>", header) == 1)
		check_angled(report, path, line, header);
}

void check_includes(struct tidy_report *report, const struct tidy_file *file)
{
	const char *line = file->text;
	unsigned int number = 1;

	if (!path_is_c(file->path))
		return;
	for (; *line; number++) {
		const char *end = line + strcspn(line, "\n");

		check_include_line(report, file->path, number, line);
		line = *end ? end + 1 : end;
	}
}
