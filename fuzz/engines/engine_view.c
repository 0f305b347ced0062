/* SPDX-License-Identifier: MIT */
/* Sixteen counters at once: it is done after every run. */
#include "fuzz/engines/engine_view.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK 16u

typedef uint8_t chunk __attribute__((vector_size(CHUNK)));

/* It touches nothing but counters and what is counted of them, from end to end. All functions of
 * the loop have it, or they are not inlined. */
#define UNCHECKED __attribute__((no_sanitize("address", "undefined")))

UNCHECKED static inline chunk load(const uint8_t *bytes)
{
	chunk loaded;

	__builtin_memcpy(&loaded, bytes, sizeof(loaded));
	return loaded;
}

UNCHECKED static inline void store(uint8_t *bytes, chunk stored)
{
	__builtin_memcpy(bytes, &stored, sizeof(stored));
}

UNCHECKED static inline bool is_zero(chunk bytes)
{
	typedef uint64_t words __attribute__((vector_size(CHUNK)));
	words both = (words)bytes;

	return !(both[0] | both[1]);
}

/* A bit a counter, its bucket's. Each step takes the bit of the bucket below away. */
UNCHECKED static inline chunk buckets_of(chunk counters)
{
	chunk bits = (chunk)(counters >= 1) & 1;

	bits ^= (chunk)(counters >= 2) & (1 | 2);
	bits ^= (chunk)(counters >= 3) & (2 | 4);
	bits ^= (chunk)(counters >= 4) & (4 | 8);
	bits ^= (chunk)(counters >= 8) & (8 | 16);
	bits ^= (chunk)(counters >= 16) & (16 | 32);
	bits ^= (chunk)(counters >= 32) & (32 | 64);
	bits ^= (chunk)(counters >= 128) & (64 | 128);
	return bits;
}

UNCHECKED static void count_rare(struct engine_view *view, size_t first, chunk rare)
{
	uint8_t bits[CHUNK];

	store(bits, rare);
	for (size_t i = 0; i < CHUNK; i++) {
		if (!bits[i])
			continue;
		if (++view->shown[first + i][__builtin_ctz(bits[i])] == view->limit)
			view->common[first + i] |= bits[i];
	}
}

/* The counters of a chunk that stay visible; the rest is zero. */
UNCHECKED static inline chunk rare_of(struct engine_view *view, size_t first, chunk counters)
{
	chunk rare = buckets_of(counters) & ~load(view->common + first);

	if (is_zero(rare))
		return rare;
	count_rare(view, first, rare);
	return counters & (chunk)(rare != 0);
}

UNCHECKED static void filter_rest(struct engine_view *view, size_t first, bool whole)
{
	uint8_t rest[CHUNK] = { 0 };
	chunk visible;

	memcpy(rest, view->counters + first, view->nr - first);
	visible = rare_of(view, first, load(rest));
	store(rest, visible);
	if (!whole)
		memcpy(view->counters + first, rest, view->nr - first);
}

UNCHECKED void engine_view_filter(struct engine_view *view, bool whole)
{
	size_t i;

	for (i = 0; i + CHUNK <= view->nr; i += CHUNK) {
		chunk counters = load(view->counters + i), visible;

		if (is_zero(counters))
			continue;
		visible = rare_of(view, i, counters);
		if (!whole)
			store(view->counters + i, visible);
	}
	if (i < view->nr)
		filter_rest(view, i, whole);
}

bool engine_view_init(struct engine_view *view, uint8_t *start, const uint8_t *stop, uint16_t limit)
{
	size_t nr = start ? (size_t)(stop - start) : 0,
	       nr_places = (nr + CHUNK - 1) / CHUNK * CHUNK;

	memset(view, 0, sizeof(*view));
	if (!nr)
		return false;
	view->common = calloc(nr_places, sizeof(*view->common));
	view->shown = calloc(nr_places, sizeof(*view->shown));
	if (!view->common || !view->shown) {
		engine_view_free(view);
		return false;
	}
	view->counters = start;
	view->nr = nr;
	view->limit = limit;
	return true;
}

void engine_view_free(struct engine_view *view)
{
	free(view->common);
	free(view->shown);
	memset(view, 0, sizeof(*view));
}

bool engine_view_wants_all(int argc, char *const *argv)
{
	static const char *const flags[] = { "-merge", "-set_cover_merge",
					     "-shrink=", "-analyze_dict" };

	for (int i = 1; i < argc; i++)
		for (size_t j = 0; j < sizeof(flags) / sizeof(flags[0]); j++)
			if (!strncmp(argv[i], flags[j], strlen(flags[j])))
				return true;
	return false;
}

uint16_t engine_view_limit(int argc, char *const *argv)
{
	uint16_t limit = ENGINE_VIEW_SHOWN;

	for (int i = 1; i < argc; i++)
		if (!strncmp(argv[i], "-entropic=", strlen("-entropic=")))
			limit = strcmp(argv[i], "-entropic=0") ? ENGINE_VIEW_SHOWN
							       : ENGINE_VIEW_SHOWN_UNWEIGHED;
	return limit;
}

/* ---- the counters of this process ---- */

/* The linker names both ends of a section. NULL: nobody has put anything there. */
#define SECTION_END __attribute__((weak, visibility("hidden")))

extern uint8_t __start___sancov_cntrs[] SECTION_END;
extern uint8_t __stop___sancov_cntrs[] SECTION_END;
extern uint8_t __start___libfuzzer_extra_counters[] SECTION_END;
extern uint8_t __stop___libfuzzer_extra_counters[] SECTION_END;

static struct engine_view edges, marks;
static uint32_t nr_runs;

void engine_view_start(int argc, char *const *argv)
{
	const char *all = getenv(ENGINE_VIEW_ALL_ENV);
	uint16_t limit = engine_view_limit(argc, argv);

	if ((all && *all) || engine_view_wants_all(argc, argv))
		return;
	engine_view_init(&edges, __start___sancov_cntrs, __stop___sancov_cntrs, limit);
	engine_view_init(&marks, __start___libfuzzer_extra_counters,
			 __stop___libfuzzer_extra_counters, limit);
}

void engine_view_after_run(void)
{
	bool whole = ++nr_runs % ENGINE_VIEW_WHOLE_ONCE_IN == 0;

	engine_view_filter(&edges, whole);
	engine_view_filter(&marks, whole);
}
