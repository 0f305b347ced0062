/* SPDX-License-Identifier: MIT */
/* Recordings with one word that is another, and traces of which nothing can be used. */
#include "tests/bad_input/draft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)65536)

static char text[TEXT_MAX];

static size_t put(size_t nr, const void *data, size_t size)
{
	size = size < TEXT_MAX - nr ? size : TEXT_MAX - nr;
	memcpy(text + nr, data, size);
	return nr + size;
}

/* ---- recordings ---- */

/* One word of a line behind the first becomes another. Returns its line, from 1. */
static uint32_t change_word(struct draft *draft, const char *from, size_t size, size_t *to_size)
{
	uint32_t nr_words = 0, line = 1, chosen, word = 0;
	char other[32];
	size_t nr = 0;

	size_t known = 0; /* what is read: the lines from EVENTS on tell nothing */

	while (known + 7 < size && memcmp(from + known, "\nEVENTS", 7) != 0)
		known++;
	for (size_t i = 1; i < known; i++)
		nr_words += strchr(" \n", from[i]) && !strchr(" \n", from[i - 1]);
	chosen = 30 + draw(draft, nr_words - 30); /* behind the first line */
	draw_text(draft, draw(draft, 3) ? "%w" : "%w%b", other, sizeof(other));
	for (size_t i = 0; i < size && word < chosen; i++) {
		bool ends = i && strchr(" \n", from[i]) && !strchr(" \n", from[i - 1]);

		word += ends;
		if (word == chosen)
			break;
		line += from[i] == '\n';
		nr = put(nr, from + i, 1);
	}
	size_t rest = nr;

	while (nr && !strchr(" \n", text[nr - 1]))
		nr--;
	nr = put(nr, other, strlen(other));
	*to_size = put(nr, from + rest, size - rest);
	return line;
}

/* Only so many of its lines. */
static size_t cut_lines(struct draft *draft, const char *from, size_t size)
{
	size_t nr = 1 + draw(draft, (uint32_t)size - 5); /* without the last line, END, at least */

	while (nr && from[nr - 1] != '\n')
		nr--;
	return put(0, from, nr);
}

void draft_recording(struct draft *draft)
{
	static const char *const sources[] = { "corpus/seeds/replay/mixed-50.txt",
					       "corpus/seeds/replay/letters-28.txt",
					       "corpus/seeds/replay/contig-50.txt",
					       "corpus/seeds/safety/orders.ops", "LICENSE" };

	add_argument(draft, "replay");
	for (uint32_t left = 10; left; left--) {
		char name[DRAFT_TEXT_BYTES];
		uint32_t kind = draw(draft, 12), source = kind < 10 ? kind % 3 : 3 + kind % 2;
		size_t size, to_size;
		char *from = (char *)read_source(sources[source], &size);
		uint32_t line = source < 3 ? change_word(draft, from, size, &to_size) : 1;

		bool is_cut = source < 3 && !draw(draft, 5);

		if (is_cut)
			to_size = cut_lines(draft, from, size);
		else if (source >= 3)
			to_size = put(0, from, draw(draft, 4) ? size : 0);
		make_file(draft, ".txt", text, to_size, name);
		add_argument(draft, "%s", name);
		if (is_cut)
			expect_place(draft, "%s: line ", name);
		else
			expect_place(draft, "%s: line %u", name, line);
		free(from);
	}
}

/* ---- traces ---- */

static const char *const useless_lines[] = {
	"# captured on: %w",
	"%w %w %w",
	"%h%h%h%b",
	"",
	"    cat  4168 [000]   818.500001:   kmem:mm_page_alloc: page=0x21e000 pfn=%w order=0 "
	"migratetype=1 gfp_flags=GFP_KERNEL",
	"    cat  4168 [000]   818.500001:   kmem:mm_page_alloc: page=0x21e000 pfn=0x21e000 "
	"order=%w migratetype=1 gfp_flags=GFP_KERNEL",
	"    cat  4168 [000]   818.500001:   kmem:mm_page_alloc: page=0x21e000 order=0 "
	"migratetype=1 gfp_flags=GFP_KERNEL",
	"    cat  4168 [000]   818.500001:   kmem:mm_page_alloc: page=0x21e000 pfn=0x21e000 "
	"order=99 migratetype=1 gfp_flags=GFP_KERNEL",
	"    cat  4168 [000]   818.500001:   sched:sched_switch: prev_comm=%w",
	"    cat  4168 [000]   818.500001:   kmem:mm_page_free: page=0x21e000 pfn=0x21e000 order=0",
};

#define NR_USELESS ((uint32_t)(sizeof(useless_lines) / sizeof(useless_lines[0])))

static size_t make_useless(struct draft *draft)
{
	uint32_t nr_lines = draw(draft, 40);
	char line[512];
	size_t nr = 0;

	for (uint32_t i = 0; i < nr_lines; i++) {
		size_t length = draw_text(draft, useless_lines[draw(draft, NR_USELESS)], line,
					  sizeof(line));

		nr = put(put(nr, line, length), "\n", 1);
	}
	return nr;
}

void draft_trace(struct draft *draft)
{
	static const char *const dialects[] = { "--perf", "--ftrace", "--auto" };
	bool other_dialect = !draw(draft, 4), to_file = draw(draft, 2);
	uint32_t dialect = draw(draft, other_dialect ? 2 : 3);
	char name[DRAFT_TEXT_BYTES];
	size_t size;
	char *from = (char *)read_source(
		dialect ? "tests/import/sample.perf.txt" : "tests/import/sample.ftrace.txt", &size);

	size = other_dialect ? put(0, from, size) : make_useless(draft);
	make_file(draft, ".trace", text, size, name);
	add_argument(draft, "import");
	add_argument(draft, "%s", dialects[dialect]);
	add_argument(draft, "%s", name);
	if (to_file) {
		add_argument(draft, "--output");
		add_argument(draft, "out.ops");
	}
	expect_place(draft, "%s:", name);
	free(from);
}
