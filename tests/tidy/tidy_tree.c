/* SPDX-License-Identifier: MIT */
/* Walks the tree (not build/, not .git) and asks every rule about every file of ours. */
#define _GNU_SOURCE
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/tidy/tidy.h"

#define MAX_TEXT_BYTES (4u << 20)

static struct {
	struct tidy_report *report;
	char *allowed;
} walk;

char *file_read(const char *path, size_t *size)
{
	FILE *in = fopen(path, "rb");
	char *text = malloc(MAX_TEXT_BYTES + 1);

	*size = 0;
	if (in && text) {
		*size = fread(text, 1, MAX_TEXT_BYTES, in);
		text[*size] = '\0';
		fclose(in);
		return text;
	}
	if (in)
		fclose(in);
	free(text);
	return NULL;
}

static bool is_ours(const char *path)
{
	static const char *const data[] = { "corpus/", "tests/mutants/" };
	size_t i;

	for (i = 0; i < sizeof(data) / sizeof(data[0]); i++) {
		if (path_in_folder(path, data[i]) && !path_has_suffix(path, ".md"))
			return false;
	}
	return true;
}

/* What is loaded into a kernel has its includes, its names and its licence. */
static bool runs_in_kernel(const char *text)
{
	const char *licence = strstr(text, "SPDX-License-Identifier: GPL-2.0");

	return licence && licence - text < (ptrdiff_t)strcspn(text, "\n");
}

static void check_file(const char *path)
{
	struct tidy_file file = { .path = path };
	char *text;

	if (path_has_suffix(path, ".py"))
		complain(walk.report, path, 1, "no Python: C or shell");
	if (!is_ours(path))
		return;
	text = file_read(path, &file.size);
	if (!text) {
		complain(walk.report, path, 1, "cannot be read");
		return;
	}
	file.text = text;
	if (strlen(text) == file.size) { /* a NUL inside: not text */
		check_licence_line(walk.report, &file);
		check_line_length(walk.report, &file);
		check_forbidden_words(walk.report, &file);
		if (!runs_in_kernel(text)) {
			check_includes(walk.report, &file);
			check_identifiers(walk.report, &file, walk.allowed);
		}
	}
	free(text);
}

static int visit(const char *path, const struct stat *info, int type, struct FTW *where)
{
	const char *name = path + 2; /* after "./" */

	(void)info;
	(void)where;
	if (type == FTW_D && (strcmp(path, "./build") == 0 || strcmp(path, "./.git") == 0))
		return FTW_SKIP_SUBTREE;
	if (type == FTW_F)
		check_file(name);
	return FTW_CONTINUE;
}

void check_tree(struct tidy_report *report)
{
	size_t size;

	walk.report = report;
	walk.allowed = file_read("tests/tidy/underscores", &size);
	if (!walk.allowed) {
		complain(report, "tests/tidy/underscores", 1,
			 "cannot be read; run in the root folder");
		return;
	}
	if (nftw(".", visit, 16, FTW_PHYS | FTW_ACTIONRETVAL) != 0)
		complain(report, ".", 1, "the tree cannot be walked");
	free(walk.allowed);
}

void check_rooms(struct tidy_report *report)
{
	static const char *const rooms[] = { "core",   "oracle",   "diff",  "fuzz", "cli",
					     "corpus", "coverage", "bench", "tests" };
	size_t i;

	for (i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		struct tidy_file file;
		char path[64];
		char *text;

		snprintf(path, sizeof(path), "%s/README.md", rooms[i]);
		file.path = path;
		text = file_read(path, &file.size);
		file.text = text;
		if (text)
			check_readme_length(report, &file);
		else
			complain(report, path, 1, "each room has a README");
		free(text);
	}
}

/* A mark that no file of the core sets would read as a path nobody reached. */
static bool mark_is_used(const char *name)
{
	char command[256];

	snprintf(command, sizeof(command),
		 "grep -rqwE 'MARK\\([^,]+, %s\\)|MARK_%s' core --include=*.c "
		 "--include=*.h",
		 name, name);
	return system(command) == 0;
}

void check_marks(struct tidy_report *report)
{
	static const char path[] = "core/include/buddy/marks.def";
	size_t size;
	char *text = file_read(path, &size);
	const char *at;
	char name[64];

	if (!text) {
		complain(report, path, 1, "cannot be read");
		return;
	}
	for (at = strstr(text, "\nMARK("); at; at = strstr(at + 1, "\nMARK(")) {
		if (sscanf(at, "\nMARK(%63[a-z0-9_])", name) == 1 && !mark_is_used(name))
			complain(report, path, 1, "mark '%s' is set nowhere in core/", name);
	}
	free(text);
}
