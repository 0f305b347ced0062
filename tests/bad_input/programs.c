/* SPDX-License-Identifier: MIT */
/* Program text with one mistake, somewhere among lines that are right; and machine lines. */
#include "tests/bad_input/draft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 8192u
#define MACHINE "machine profile=uml pages=4096\n"

static const char *const good_lines[] = {
	"r0 = alloc_pages order=0 gfp=GFP_KERNEL",
	"free_pages r0",
	"tick",
	"drain_all_pages",
	"sysctl vm.min_free_kbytes=1024",
	"task flags=memalloc",
	"hook_answers reclaim=2",
	"r7 = page_frag_alloc size=1024 gfp=GFP_ATOMIC # a comment",
	"r2 = alloc_pages_bulk_array count=3 gfp=GFP_KERNEL",
	"",
};

static const char *const bad_lines[] = {
	"%w",
	"%w r0",
	"%h%h%h",
	"r0 = %w order=0",
	"r0 = alloc_pages order=%n gfp=GFP_KERNEL",
	"r0 = alloc_pages order=256 gfp=GFP_KERNEL",
	"r0 = alloc_pages order=-1 gfp=GFP_KERNEL",
	"r0 = alloc_pages order= gfp=GFP_KERNEL",
	"r0 = alloc_pages order gfp=GFP_KERNEL",
	"r0 = alloc_pages order=0 gfp=%w",
	"r0 = alloc_pages order=0 gfp=GFP_KERNEL|%w",
	"r0 = alloc_pages order=0 gfp=GFP_KERNEL|",
	"r0 = alloc_pages order=0 gfp=",
	"r0 = alloc_pages gfp=GFP_KERNEL",
	"r0 = alloc_pages order=0",
	"r0 = alloc_pages order=0 order=0 gfp=GFP_KERNEL",
	"r0 = alloc_pages order=0 gfp=GFP_KERNEL %w=1",
	"r0 = alloc_pages order=0 gfp=GFP_KERNEL %w",
	"r0 = alloc_pages order=0 gfp=GFP_KERNEL node=9",
	"r0 = alloc_pages order=0 gfp=GFP_KERNEL cpu=%n",
	"r16777216 = alloc_pages order=0 gfp=GFP_KERNEL",
	"r%n = alloc_pages order=0 gfp=GFP_KERNEL",
	"r = alloc_pages order=0 gfp=GFP_KERNEL",
	"rr0 = alloc_pages order=0 gfp=GFP_KERNEL",
	"R0 = alloc_pages order=0 gfp=GFP_KERNEL",
	"= alloc_pages order=0 gfp=GFP_KERNEL",
	"r0 == alloc_pages order=0 gfp=GFP_KERNEL",
	"alloc_pages order=0 gfp=GFP_KERNEL",
	"r0 = ",
	"r0 = free_pages r0",
	"free_pages",
	"free_pages r0 r1",
	"free_pages r0 = 1",
	"free_pages %w",
	"free_pages r-1",
	"free_pages r%n",
	"! free_pages r0",
	"!",
	"! %w",
	"misuse_double_free_pages r0",
	"cpu cpu=64",
	"cpu cpu=%n",
	"cpu %w",
	"sysctl",
	"sysctl %w=1",
	"sysctl vm.min_free_kbytes",
	"sysctl vm.min_free_kbytes=%w",
	"sysctl vm.min_free_kbytes=%n",
	"sysctl vm.min_free_kbytes[=1",
	"sysctl vm.min_free_kbytes[0=1",
	"sysctl vm.lowmem_reserve_ratio=1",
	"task",
	"task flags=%w",
	"task flags=memalloc|%w",
	"task value=%n",
	"hook_answers %w=1",
	"hook_answers reclaim=%n",
	"hook_answers reclaim=1 reclaim=1",
	"tick tick",
	"tick %w",
	"r0 = page_frag_alloc size=%n gfp=GFP_KERNEL",
	"r0 = alloc_pages_bulk_array count=%n gfp=GFP_KERNEL",
	"machine",
	"machine profile=uml pages=64",
	"tick%b",
	"%b",
	"# %b in a comment",
	"free_pages r0%b",
};

/* The first line. */
static const char *const bad_machines[] = {
	"machine %w",
	"machine %w=1",
	"machine =",
	"machine =1",
	"machine profile",
	"machine profile=",
	"machine profile=%w",
	"machine profile=uml,%w",
	"machine profile=uml pages",
	"machine profile=uml pages=",
	"machine profile=uml pages=0",
	"machine profile=uml pages=%n",
	"machine profile=uml pages=-5",
	"machine profile=uml pages=%w",
	"machine profile=uml pages=4294967295",
	"machine profile=uml start=4294967295 pages=64",
	"machine profile=uml start=%n",
	"machine profile=uml start=%w pages=64",
	"machine pages=64 cpus=2 profile=uml",
	"machine profile=uml pages=64 %w=3",
	"machine profile=uml pages=64 %w",
	"machine profile=uml pages=64 +%w",
	"machine profile=uml pages=64 -%w",
	"machine profile=uml pages=64 +",
	"machine profile=uml pages=64 cpus=0",
	"machine profile=uml pages=64 cpus=%n",
	"machine profile=uml pages=64 cpus=999",
	"machine profile=uml pages=64 cpus=%w",
	"machine profile=uml pages=64 nodes=0",
	"machine profile=uml pages=64 nodes=99",
	"machine profile=uml pages=64 nodes=%w",
	"machine profile=uml pages=64 cpu_node=%w",
	"machine profile=uml pages=64 cpu_node=0,1,2,3,4,5,6,7,8,9",
	"machine profile=uml pages=64 pageblock=99",
	"machine profile=uml pages=64 pageblock=%n",
	"machine profile=uml pages=64 zones=%w",
	"machine profile=uml pages=64 zones=",
	"machine profile=uml pages=64 zones=normal,%w",
	"machine profile=uml pages=64 zone_end=%w",
	"machine profile=uml pages=64 zone_end=normal",
	"machine profile=uml pages=64 zone_end=normal:%n",
	"machine profile=uml pages=64 distance=%w",
	"machine profile=uml pages=64 distance=999",
	"machine profile=uml pages=64 start_state=%w",
	"machine profile=uml pages=64 start_state=",
	"machine profile=uml pages=64 vm.%w=1",
	"machine profile=uml pages=64 vm.min_free_kbytes=%w",
	"machine profile=uml pages=64 vm.min_free_kbytes=%n",
	"machine profile=uml pages=64 vm.lowmem_reserve_ratio=%w",
	"machine profile=uml memory=%w",
	"machine profile=uml memory=0",
	"machine profile=uml memory=0+",
	"machine profile=uml memory=0+%n",
	"machine profile=uml memory=4294967295+2",
	"machine profile=uml memory=0+64@9",
	"machine profile=uml memory=0+64,32+64",
	"machine profile=uml memory=64+64,0+64",
	"machine profile=uml memory=0+0",
	"machine profile=uml memory=none",
	"machine profile=uml pages=64 reserved=%w",
	"machine profile=uml pages=64 reserved=0+%n",
	"machine profile=uml pages=64 %b",
	"machine%b",
};

#define NR(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

static size_t put_line(char *text, size_t nr, const char *line, size_t length)
{
	memcpy(text + nr, line, length);
	text[nr + length] = '\n';
	return nr + length + 1;
}

/* Lines that are right, with the bad one among them; text has TEXT_MAX bytes. Its line: *at. */
static size_t build_text(struct draft *draft, const char *head, const char *pattern, char *text,
			 uint32_t *at)
{
	uint32_t nr_lines = draw(draft, draw(draft, 4) ? 12 : 120);
	size_t nr = head ? put_line(text, 0, head, strlen(head)) : 0, length;
	char line[512];

	*at = draw(draft, nr_lines + 1);
	if (!head)
		*at = 0;
	for (uint32_t i = 0; i < nr_lines + 1; i++) {
		const char *good = good_lines[draw(draft, NR(good_lines))];

		length = draw_text(draft, i == *at ? pattern : good, line, sizeof(line));
		nr = put_line(text, nr, line, length);
	}
	*at += head ? 2 : 1;
	return nr;
}

/* Text as other systems write it, and what is no text at all. */
static size_t make_foreign(struct draft *draft, char *text, size_t size)
{
	static char wide[2 * TEXT_MAX];
	bool big_end = draw(draft, 2), mark = draw(draft, 2);
	size_t nr = 0;

	if (mark) {
		wide[nr++] = big_end ? '\xfe' : '\xff';
		wide[nr++] = big_end ? '\xff' : '\xfe';
	}
	for (size_t i = 0; i < size && nr + 2 < TEXT_MAX; i++) {
		wide[nr + big_end] = text[i];
		wide[nr + !big_end] = '\0';
		nr += 2;
	}
	memcpy(text, wide, nr);
	return nr;
}

static void make_program(struct draft *draft, const char *head, const char *pattern,
			 const char *suffix)
{
	static char text[2 * TEXT_MAX];
	char name[DRAFT_TEXT_BYTES];
	uint32_t line;
	size_t size = build_text(draft, head, pattern, text, &line);

	if (!draw(draft, 12)) {
		size = make_foreign(draft, text, size);
		line = 1;
	}
	make_file(draft, suffix, text, size, name);
	/* As standard input, which a corpus is not. */
	if (!draft->nr_places && strcmp(draft->arguments[0], "corpus") != 0 && !draw(draft, 10)) {
		snprintf(draft->input, sizeof(draft->input), "%s/%s", draft->folder, name);
		snprintf(name, sizeof(name), "-");
	}
	add_argument(draft, "%s", name);
	if (!strcmp(name, "-"))
		expect_place(draft, "-:");
	else
		expect_place(draft, "%s:%u:", name, line);
}

/* Commands that take several programs, and those that take one. Returns how many files follow. */
static uint32_t begin_command(struct draft *draft)
{
	static const char *const subjects[] = { "core", "bitmap" };

	switch (draw(draft, 8)) {
	case 0:
		add_argument(draft, "emit-c");
		add_argument(draft, "-o");
		add_argument(draft, "out.c");
		return 1;
	case 1:
		add_argument(draft, "shrink");
		return 1;
	case 2:
		add_argument(draft, "corpus");
		add_argument(draft, "stats");
		return 10;
	case 3:
	case 4:
		add_argument(draft, "diff");
		for (uint32_t i = 0; i < 2; i++) {
			add_argument(draft, "--subject");
			add_argument(draft, "%s", subjects[i]);
		}
		return 10;
	default:
		add_argument(draft, "run");
		return 10;
	}
}

void draft_program(struct draft *draft)
{
	static const char *const suffixes[] = { ".ops", ".ops", ".program" };

	for (uint32_t left = begin_command(draft); left; left--)
		make_program(draft, "machine profile=uml pages=4096",
			     bad_lines[draw(draft, NR(bad_lines))], suffixes[draw(draft, 3)]);
}

void draft_machine(struct draft *draft)
{
	for (uint32_t left = begin_command(draft); left; left--)
		make_program(draft, NULL, bad_machines[draw(draft, NR(bad_machines))], ".ops");
}
