/* SPDX-License-Identifier: MIT */
/* tidy [--core LIB.a] [--compiler CC]: checks the house rules in the folder it stands in. */
#include <stdio.h>
#include <string.h>

#include "tests/tidy/tidy.h"

static const char usage_text[] =
	"Usage: tidy [--core LIBRARY.a] [--compiler CC]\n"
	"Checks the house rules over the tree in the current folder (run it in the root).\n"
	"  --core LIBRARY.a  also: the core has no mutable statics (built without "
	"instrumentation)\n"
	"  --compiler CC     also: each header compiles alone\n"
	"Status: 0 clean, 1 complaints, 2 bad usage.\n";

int main(int argc, char **argv)
{
	struct tidy_report report = { 0 };
	int i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			fputs(usage_text, stdout);
			return 0;
		}
		if (i + 1 < argc && strcmp(argv[i], "--core") == 0) {
			check_sections(&report, argv[++i]);
		} else if (i + 1 < argc && strcmp(argv[i], "--compiler") == 0) {
			check_headers_alone(&report, argv[++i]);
		} else {
			fprintf(stderr, "tidy: '%s' is unknown or lacks a value\n%s", argv[i],
				usage_text);
			return 2;
		}
	}
	check_tree(&report);
	check_rooms(&report);
	check_marks(&report);
	printf("tidy: %u complaint%s\n", report.nr_complaints,
	       report.nr_complaints == 1 ? "" : "s");
	return report.nr_complaints ? 1 : 0;
}
