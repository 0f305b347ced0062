/* SPDX-License-Identifier: MIT */
/* reference [--check]: writes docs/reference-*.md and a section of docs/buddy.1, or tells whether
 * they are up to date. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "docs/reference.h"

enum { EXIT_DIFFERS = 1, EXIT_BAD_USAGE = 2 };

static const struct page {
	const char *path;
	bool (*print)(FILE *out);
} pages[] = {
	{ "docs/reference-ops.md", reference_print_ops },
	{ "docs/reference-rules.md", reference_print_rules },
	{ "docs/reference-machine.md", reference_print_machine },
	{ "docs/buddy.1", reference_print_manual },
};

/* The page as it should be, to be freed; NULL: said on stderr. */
static char *page_text(const struct page *page)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	bool whole = out && page->print(out);

	if (out && fclose(out) == 0 && whole)
		return text;
	free(text);
	return NULL;
}

static int page_check(const struct page *page, const char *text)
{
	char *there = reference_read(page->path);
	bool same = there && strcmp(there, text) == 0;

	if (!same)
		fprintf(stderr, "reference: %s is not what the tables say; `make docs`\n",
			page->path);
	free(there);
	return same ? EXIT_SUCCESS : EXIT_DIFFERS;
}

static int page_write(const struct page *page, const char *text)
{
	char beside[64];
	FILE *out;
	bool written;

	snprintf(beside, sizeof(beside), "%s.%d", page->path, (int)getpid());
	out = fopen(beside, "w");
	written = out && fputs(text, out) >= 0;
	if (out && (fclose(out) != 0 || !written || rename(beside, page->path) != 0)) {
		remove(beside);
		written = false;
	}
	if (!written)
		fprintf(stderr, "reference: %s cannot be written; run in the root folder\n",
			page->path);
	return written ? EXIT_SUCCESS : EXIT_BAD_USAGE;
}

int main(int argc, char **argv)
{
	bool check = argc == 2 && strcmp(argv[1], "--check") == 0;
	int worst = EXIT_SUCCESS;

	if (argc > 1 && !check) {
		bool help = strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0;

		fputs("usage: reference [--check]\n\n"
		      "Writes docs/reference-*.md from the .def files and the mutants; run in the "
		      "root\n"
		      "folder. With --check it compares. Status: 0 done or the same, 1 differs, 2 "
		      "bad\n"
		      "usage or sources.\n",
		      help ? stdout : stderr);
		return help ? EXIT_SUCCESS : EXIT_BAD_USAGE;
	}
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		char *text = page_text(&pages[i]);
		int status = EXIT_BAD_USAGE;

		if (text)
			status = check ? page_check(&pages[i], text) : page_write(&pages[i], text);
		worst = status > worst ? status : worst;
		free(text);
	}
	return worst;
}
