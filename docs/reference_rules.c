/* SPDX-License-Identifier: MIT */
/* docs/reference-rules.md: what each rule says, when it is asked, what trips it. */
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "docs/reference.h"
#include "oracle/judge/judge.h"

#define DEF_PATH "oracle/rules/rules.def"
#define MUTANTS "tests/mutants/"

static const char *const when_asked[] = {
#define RULE(id, when, sentence) #when,
#include "oracle/rules/rules.def"
};

static void print_intro(FILE *out)
{
	fputs("# Rules\n\n"
	      "Made of `oracle/rules/rules.def` and `tests/mutants` by `make docs`; changes are "
	      "made "
	      "there.\n\n"
	      "What must be true of an allocator. A rule marked WALK is asked over the whole "
	      "machine, now\n"
	      "and then (below) and at the end; END after everything was given back; any other "
	      "word is the\n"
	      "kind of operation (`rules.def`) after which it is asked, about the pages touched. "
	      "They are\n"
	      "asked in this order, and the first broken one is the verdict. Each is followed by "
	      "the\n"
	      "behaviour of Linux that it rests on ([provenance.md](provenance.md)) and by the "
	      "faults in the\n"
	      "core that must trip it.\n",
	      out);
}

static void print_delays(FILE *out)
{
	fputs("\n## How late a fault may show\n\n"
	      "With `walk=auto`, the default, counted in executed operations "
	      "(`oracle/judge/judge_walk.c`):\n\n"
	      "| what is looked at | when | a fault shows at the latest |\n"
	      "|---|---|---|\n"
	      "| answer, pages of the operation | after it | at once |\n"
	      "| lists, counters, pageblock types | every 256; above 2048 pages every "
	      "pages / 8 | that many later |\n"
	      "| reference counts and marks of pages ever touched | with these, 256 or pages / 8 "
	      "of them in rotation | 8 times that |\n"
	      "| everything | after a suspicious operation, from the 64th on and at most every 64; "
	      "above 16384 pages pages / 256 | at once |\n"
	      "| everything | behind the last operation of a program of 64 or more, before its "
	      "pages are freed | there |\n"
	      "| everything | at the end, after all was freed and drained | there, unless it was "
	      "mended |\n\n"
	      "Suspicious is what changes much, leaves the beaten track or is wrong on purpose: a "
	      "drain, a\n"
	      "tunable, a pageblock type that is set, misuse, a page called bad, a request that "
	      "got nothing or\n"
	      "was given up, reclaim or compaction that claimed something.\n\n"
	      "`--walk N` (`BUDDY_WALK=N` for targets) looks at everything every N operations "
	      "instead, 0 at the\n"
	      "end only. However late a walk saw it, a finding names the operation behind which "
	      "the fault shows:\n"
	      "the program is run again with walks closer and closer together, at the end after "
	      "every operation\n"
	      "(`diff/lockstep/lockstep_narrow.c`). So the name of what a walk saw does not depend "
	      "on when "
	      "it "
	      "looked; what an\n"
	      "operation trips over before any walk has the name that it always had.\n",
	      out);
}

/* The sentence of a patch is what stands before its program. */
static bool print_mutant(const char *path, size_t prefix, FILE *out)
{
	char *text = reference_read(path), *line = text;
	bool first = true;

	if (!text)
		return false;
	fprintf(out, "- `%.*s`:", (int)(strlen(path) - prefix - strlen(".patch")), path + prefix);
	while (*line && strncmp(line, "program:\n", 9) != 0) {
		size_t length = strcspn(line, "\n");

		if (length)
			fprintf(out, " %.*s", (int)length, line);
		first &= !length;
		line += length + (line[length] != '\0');
	}
	fputs("\n", out);
	if (first)
		fprintf(stderr, "reference: %s: no sentence before the program\n", path);
	if (!*line)
		fprintf(stderr, "reference: %s: no line program:\n", path);
	first |= !*line;
	free(text);
	return !first;
}

static bool print_mutants(const char *rule, FILE *out)
{
	char pattern[256];
	glob_t found;
	bool whole;

	snprintf(pattern, sizeof(pattern), MUTANTS "%s-*.patch", rule);
	whole = glob(pattern, 0, NULL, &found) == 0;
	if (!whole)
		fprintf(stderr, "reference: no %s; each rule has a mutant\n", pattern);
	for (size_t i = 0; whole && i < found.gl_pathc; i++)
		whole = print_mutant(found.gl_pathv[i], strlen(MUTANTS) + strlen(rule) + 1, out);
	globfree(&found);
	return whole;
}

static bool print_rule(enum rule_id rule, const char *text, const char **heading, FILE *out)
{
	char head[80], comment[DEF_COMMENT_MAX];
	const char *at;

	snprintf(head, sizeof(head), "RULE(%s,", rule_name(rule));
	at = def_comment(text, head, comment);
	if (!at || !comment[0]) {
		fprintf(stderr, "reference: " DEF_PATH ": %s: no ids in a comment above its line\n",
			rule_name(rule));
		return false;
	}
	def_print_heading(text, at, heading, out);
	fprintf(out, "\n### %s\n\n%s: %s. Rests on %s.\n\n", rule_name(rule), when_asked[rule],
		rule_sentence(rule), comment);
	return print_mutants(rule_name(rule), out);
}

bool reference_print_rules(FILE *out)
{
	char *text = reference_read(DEF_PATH);
	const char *heading = NULL;
	bool whole = text != NULL;

	if (text) {
		print_intro(out);
		print_delays(out);
	}
	for (unsigned int rule = 0; whole && rule < NR_RULES; rule++)
		whole = print_rule((enum rule_id)rule, text, &heading, out);
	free(text);
	return whole;
}
