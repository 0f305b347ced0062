/* SPDX-License-Identifier: MIT */
/* Rules that need the tools: the core has no mutable statics, each header compiles alone. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tidy/tidy.h"

static bool is_mutable_section(const char *name)
{
	static const char *const exact[] = { ".data", ".bss", ".tdata", ".tbss" };
	size_t i;

	for (i = 0; i < sizeof(exact) / sizeof(exact[0]); i++) {
		size_t length = strlen(exact[i]);

		if (strcmp(name, exact[i]) == 0)
			return true;
		if (strncmp(name, exact[i], length) == 0 && name[length] == '.' &&
		    strncmp(name, ".data.rel.ro", 12) != 0)
			return true;
	}
	return false;
}

/* Not nm, which shows constant tables with pointers in them as data, too. */
void check_sections(struct tidy_report *report, const char *library)
{
	char line[1024], member[512] = "", name[256];
	unsigned int nr_members = 0;
	unsigned long size_bytes;
	FILE *in;

	snprintf(line, sizeof(line), "size -A '%s'", library);
	in = popen(line, "r");
	while (in && fgets(line, sizeof(line), in)) {
		if (sscanf(line, "%511s (ex %*s", member) == 1 && strstr(line, "(ex ")) {
			nr_members++;
			continue;
		}
		if (sscanf(line, "%255s %lu", name, &size_bytes) == 2 && size_bytes &&
		    is_mutable_section(name))
			complain(report, member, 1,
				 "%lu bytes of %s: the core keeps no state outside "
				 "its image",
				 size_bytes, name);
	}
	if (!in || pclose(in) != 0 || nr_members == 0)
		complain(report, library, 1, "`size -A` shows nothing");
}

static void check_header(struct tidy_report *report, const char *compiler, const char *header)
{
	char command[1024];

	snprintf(command, sizeof(command),
		 "%s -std=gnu11 -fsyntax-only -Wall -Wextra -Werror -I. -Icore/include %s -x c "
		 "-include '%s' /dev/null",
		 compiler, strncmp(header, "core/", 5) == 0 ? "-Icore" : "", header);
	if (system(command) != 0)
		complain(report, header, 1, "does not compile alone; include what it uses");
}

void check_headers_alone(struct tidy_report *report, const char *compiler)
{
	FILE *in = popen("find core oracle diff fuzz cli bench -name '*.h' ! -path 'diff/linux/*'",
			 "r");
	unsigned int nr_headers = 0;
	char header[512];

	while (in && fgets(header, sizeof(header), in)) {
		header[strcspn(header, "\n")] = '\0';
		check_header(report, compiler, header);
		nr_headers++;
	}
	if (!in || pclose(in) != 0 || nr_headers == 0)
		complain(report, ".", 1, "no headers found; run in the root folder");
}
