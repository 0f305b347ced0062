/* SPDX-License-Identifier: MIT */
/* Each house rule holds on good text and complains about bad text: a check that never says no
 * checks nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/tidy/tidy.h"

#define SPDX "/* SPDX-License-Identifier: MIT */\n"

static const char allowed[] = "# comment\n__GFP_*\n__free_pages\n";

typedef void (*check_function)(struct tidy_report *report, const struct tidy_file *file);

static void check_identifiers_here(struct tidy_report *report, const struct tidy_file *file)
{
	check_identifiers(report, file, allowed);
}

struct sample {
	check_function check;
	const char *path;
	const char *good;
	const char *bad;
};

#define TEN "0123456789"
#define NINETY TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define HUNDRED NINETY TEN

static const struct sample samples[] = {
	{ check_licence_line, "core/base/a.c", SPDX "int a;\n", "int a;\n" SPDX },
	{ check_licence_line, "scripts/run", "#!/bin/sh\n# SPDX-License-Identifier: MIT\n",
	  "#!/bin/sh\necho\n" },
	{ check_line_length, "oracle/a.h", SPDX HUNDRED "\n", SPDX HUNDRED "x\n" },
	{ check_line_length, "oracle/a.h", "\t" NINETY "12", "\t" NINETY "123" },
	{ check_forbidden_words, "docs/a.md", "to do\n",
	  "TO"
	  "DO: more\n" },
	{ check_forbidden_words, "docs/a.md", "a home/ folder\n",
	  "see /ho"
	  "me/me/x\n" },
	{ check_includes, "core/alloc/a.c", "#include \"base/page.h\"\n",
	  "#include \"page/folio.h\"\n" },
	{ check_includes, "core/base/a.c", "#include \"base/pieces.h\"\n",
	  "#include \"boot/zones.h\"\n" },
	{ check_includes, "core/stat/a.c", "#include \"base/image.h\"\n",
	  "#include \"alloc/pcp.h\"\n" },
	{ check_includes, "core/boot/a.c", "#include \"tune/sizing.h\"\n",
	  "#include \"eyes/inspect_memory.h\"\n" },
	{ check_includes, "core/eyes/a.c", "#include \"base/row.h\"\n",
	  "#include \"alloc/free_area.h\"\n" },
	{ check_includes, "oracle/lang/a.c", "#include \"oracle/lang/op.h\"\n",
	  "#include \"oracle/ops/ops.h\"\n" },
	{ check_includes, "oracle/ops/a.c", "#include \"oracle/eyes/view.h\"\n",
	  "#include \"oracle/judge/judge.h\"\n" },
	{ check_includes, "oracle/ledger/a.c", "#include \"oracle/lang/event.h\"\n",
	  "#include \"oracle/judge/judge.h\"\n" },
	{ check_includes, "core/alloc/a.c", "#include <string.h>\n", "#include <stdio.h>\n" },
	{ check_includes, "core/base/a.h", "#include \"buddy/types.h\"\n",
	  "#include \"oracle/lang/op.h\"\n" },
	{ check_includes, "oracle/judge/a.c", "#include \"buddy/inspect.h\"\n",
	  "#include \"buddy/buddy.h\"\n" },
	{ check_includes, "oracle/judge/a.c", "#include \"oracle/lang/op.h\"\n",
	  "#include \"diff/subjects/subject.h\"\n" },
	{ check_includes, "diff/subjects/subject_core.c", "#include \"buddy/buddy.h\"\n",
	  "#include \"fuzz/input/file.h\"\n" },
	{ check_includes, "diff/lockstep/lockstep.c", "#include \"oracle/judge/judge.h\"\n",
	  "#include \"buddy/buddy.h\"\n" },
	{ check_includes, "fuzz/a.c", "#include \"diff/lockstep/lockstep.h\"\n",
	  "#include \"cli/cli.h\"\n" },
	{ check_includes, "fuzz/a.c", "#include \"oracle/lang/text.h\"\n",
	  "#include \"text.h\"\n" },
	{ check_includes, "cli/a.c", "#include \"oracle/lang/text.h\"\n",
	  "#include \"base/page.h\"\n" },
	{ check_identifiers_here, "core/a.c", "x = __GFP_ZERO; __free_pages();\n",
	  "x = __my_own;\n" },
	{ check_identifiers_here, "core/a.c", "/* __x */ \"__y\" a__b '\\'' \"\\\"__z\"\n",
	  "/* x */ _Own y;\n" },
	{ check_readme_length, "core/README.md", "one\n| table |\n",
	  "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n" },
};

static unsigned int complaints(const struct sample *sample, const char *text)
{
	struct tidy_report report = { .quiet = true };
	struct tidy_file file = { .path = sample->path, .text = text, .size = strlen(text) };

	sample->check(&report, &file);
	return report.nr_complaints;
}

static void test_rules_hold(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		if (complaints(&samples[i], samples[i].good))
			fail_msg("sample %zu: a complaint about good text", i);
	}
}

static void test_rules_complain(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		if (complaints(&samples[i], samples[i].bad) != 1)
			fail_msg("sample %zu: bad text passes", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules_hold),
		cmocka_unit_test(test_rules_complain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
