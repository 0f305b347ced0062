/* SPDX-License-Identifier: MIT */
/* Arguments that no command takes, values out of range, plug-ins and paths that are none. */
#include "tests/bad_input/draft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GOOD_PROGRAM "machine profile=uml pages=512\nr0 = alloc_pages order=0 gfp=GFP_KERNEL\n"

/*
 * Arguments, with a bar between two. @ is a program that is right, d a folder that holds one, ^
 * stands before what the complaint names. Patterns as in draw_text().
 */
static const char *const lines[] = {
	"^zz%w",
	"^--%w",
	"run|^--%w|@",
	"^run",
	"run|^%w.ops",
	"run|@|^%w.ops",
	"run|--judge|^%w|@",
	"run|--judge=^%w|@",
	"run|--walk|^%w|@",
	"run|--walk|^%n|@",
	"run|--walk|^-1|@",
	"run|--subject|^%w|@",
	"run|@|^--subject",
	"run|@|^--judge",
	"^run|--subject|core|--subject|bitmap|@",
	"diff|^--%w|@",
	"^diff",
	"diff|--subject|core|--subject|^%w|@",
	"diff|--subject|core|--subject|core|--subject|core|--subject|core|--subject|^bitmap|@",
	"diff|--subject|core|--subject|bitmap|^%w.ops",
	"replay|^--%w",
	"^replay",
	"replay|^%w.txt",
	"replay|^@",
	"^shrink",
	"shrink|^--%w|@",
	"shrink|^%w.ops",
	"shrink|^@",
	"shrink|@|^-o",
	"^shrink|@|@",
	"shrink|--signature|%w|^@",
	"^emit-c",
	"emit-c|^--%w|@",
	"emit-c|^%w.ops",
	"emit-c|@|^-o",
	"emit-c|-o|^no/such/%w.c|@",
	"emit-c|@|^@",
	"fuzz|^--%w",
	"fuzz|--time|^%w",
	"fuzz|--time|^%n",
	"fuzz|--time|^0",
	"fuzz|--jobs|^%w",
	"fuzz|--jobs|^%n",
	"fuzz|--jobs|^0",
	"fuzz|--seed|^%w",
	"fuzz|--seed|^99999999999999999999",
	"fuzz|--engine|^%w",
	"fuzz|--target|^../%w",
	"fuzz|--max-len|^%w",
	"fuzz|--max-len|^%n",
	"fuzz|--max-len|^0",
	"fuzz|--binary|^%w",
	"fuzz|^%w",
	"fuzz|^--time",
	"record|^--%w",
	"^record",
	"^record|@",
	"record|--seed|^%w|--programs|new",
	"record|--seed|^99999999999999999999|--programs|new",
	"record|--seed|^-1|--programs|new",
	"record|-o|new.txt.gz|^%w.ops",
	"record|--all|new|--recipe|^%w",
	"record|--all|new|--recipe|^@",
	"record|--programs|^@/%w",
	"record|--list|^--seed",
	"import|^--%w|@",
	"^import",
	"import|^%w",
	"import|^@",
	"import|--pages|^%w|@",
	"import|--pages|^%n|@",
	"import|--pages|^0|@",
	"import|--skip|^%w|@",
	"import|--limit|^0|@",
	"import|--limit|^%n|@",
	"import|--profile|^%w|@",
	"import|--perf|@|^@",
	"^corpus",
	"corpus|^%w",
	"corpus|stats|^%w",
	"corpus|stats|^--text|d",
	"corpus|stats|^--%w|d",
	"corpus|^stats",
	"corpus|verify|^%w",
	"corpus|^verify",
	"corpus|merge|new|^%w",
	"corpus|^merge|new",
	"corpus|merge|^@|d",
	"corpus|merge|^--%w|new|d",
	"corpus|pack|new|^%w",
	"corpus|^pack|new",
	"corpus|pack|^@|d",
	"corpus|minimize|^%w",
	"corpus|^minimize",
	"corpus|^minimize|d|d",
	"corpus|minimize|-o|^d|d",
	"corpus|minimize|-o|^d/%w|d",
	"corpus|minimize|-o|^@|d",
	"corpus|minimize|d|^-o",
};

#define NR_LINES ((uint32_t)(sizeof(lines) / sizeof(lines[0])))

static void make_folder(struct draft *draft)
{
	char path[2 * DRAFT_TEXT_BYTES];

	snprintf(path, sizeof(path), "%s/d", draft->folder);
	if (mkdir(path, 0755))
		return; /* it is there */
	snprintf(path, sizeof(path), "%s/d/good.ops", draft->folder);
	FILE *out = fopen(path, "w");

	if (!out)
		abort();
	fputs(GOOD_PROGRAM, out);
	fclose(out);
}

/* The good program and the folder take the place of @ and d; ^ goes. */
static void add_part(struct draft *draft, const char *part)
{
	char pattern[DRAFT_TEXT_BYTES], text[DRAFT_TEXT_BYTES], good[DRAFT_TEXT_BYTES];
	const char *mark = strchr(part, '^'), *at = strchr(part, '@');
	size_t length = mark ? (size_t)(mark - part) : 0;

	snprintf(pattern, sizeof(pattern), "%.*s%s", (int)length, part, mark ? mark + 1 : part);
	if (at) {
		make_file(draft, ".ops", GOOD_PROGRAM, strlen(GOOD_PROGRAM), good);
		snprintf(pattern, sizeof(pattern), "%s%s", good, at + 1);
	} else if (!strcmp(pattern, "d") || !strncmp(pattern, "d/", 2)) {
		make_folder(draft);
	}
	draw_text(draft, pattern, text, sizeof(text));
	add_argument(draft, "%s", text);
	if (mark)
		expect_place(draft, "%s", text + length);
}

void draft_option(struct draft *draft)
{
	char line[DRAFT_TEXT_BYTES], *left = line, *part;

	snprintf(line, sizeof(line), "%s", lines[draw(draft, NR_LINES)]);
	while ((part = strsep(&left, "|")))
		add_part(draft, part);
}

/* ---- plug-ins ---- */

static void add_command_with_subject(struct draft *draft, const char *subject)
{
	static const char *const commands[] = { "run", "diff", "shrink" };
	uint32_t command = draw(draft, 3);
	char good[DRAFT_TEXT_BYTES];

	add_argument(draft, "%s", commands[command]);
	if (command == 1) {
		add_argument(draft, "--subject");
		add_argument(draft, "core");
	}
	add_argument(draft, "--subject");
	add_argument(draft, "%s", subject);
	make_file(draft, ".ops", GOOD_PROGRAM, strlen(GOOD_PROGRAM), good);
	add_argument(draft, "%s", good);
	expect_place(draft, "%s", subject);
}

void draft_plugin(struct draft *draft)
{
	char name[DRAFT_TEXT_BYTES], subject[DRAFT_TEXT_BYTES + 4], word[64];
	uint32_t kind = draw(draft, 6);
	size_t length = draw_text(draft,
				  kind == 1 ? "\x7f"
					      "ELF%b%b%w"
					    : "%w%h%w",
				  word, sizeof(word));

	if (kind == 0) {
		snprintf(subject, sizeof(subject), "%s/stranger.so", draft->build);
	} else if (kind == 2) {
		snprintf(subject, sizeof(subject), "./%s.so", "absent");
	} else if (kind == 3) {
		make_folder(draft);
		snprintf(subject, sizeof(subject), "./d");
	} else {
		make_file(draft, draw(draft, 3) ? ".so" : ".plugin", word, kind == 4 ? 0 : length,
			  name);
		snprintf(subject, sizeof(subject), "./%s", name);
	}
	add_command_with_subject(draft, subject);
}

/* ---- what is no file ---- */

static void make_odd_file(struct draft *draft, char name[DRAFT_TEXT_BYTES])
{
	char path[2 * DRAFT_TEXT_BYTES];
	int made = 0;

	snprintf(name, DRAFT_TEXT_BYTES, "odd%u.ops", draft->nr_files++);
	snprintf(path, sizeof(path), "%s/%s", draft->folder, name);
	switch (draw(draft, 5)) {
	case 0:
		made = mkfifo(path, 0600);
		break;
	case 1:
		made = symlink("nowhere", path);
		break;
	case 2:
		made = symlink(name, path); /* itself */
		break;
	case 3:
		made = symlink("/dev/zero", path);
		break;
	default:
		snprintf(name, DRAFT_TEXT_BYTES, "/dev/%s", draw(draft, 2) ? "zero" : "null");
	}
	if (made)
		abort();
}

void draft_no_file(struct draft *draft)
{
	static const struct {
		const char *words[2];
		bool many;
	} commands[] = {
		{ { "run" }, true },     { { "replay" }, true },  { { "emit-c" }, false },
		{ { "shrink" }, false }, { { "import" }, false }, { { "corpus", "stats" }, false },
	};
	uint32_t command = draw(draft, 6);
	char name[DRAFT_TEXT_BYTES];

	for (uint32_t i = 0; i < 2 && commands[command].words[i]; i++)
		add_argument(draft, "%s", commands[command].words[i]);
	make_odd_file(draft, name);
	add_argument(draft, "%s", name);
	expect_place(draft, "%s", name);
}
