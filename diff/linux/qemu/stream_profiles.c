/* SPDX-License-Identifier: MIT */
/* The profiles, as numbers. Rows of odds follow enum kind, the orders, and enum step. */
#include "diff/linux/qemu/stream.h"

#include <string.h>

/* clang-format off */
#define SMALL { 60, 12, 8, 6, 4, 3, 2, 2, 1, 1, 1 }
#define LARGE { 4, 2, 2, 2, 2, 2, 3, 3, 3, 3, 2 }

/* name, what; kinds U M R A user blocking reserves patient; orders;
 * steps J D d B R G P S L c; percent; fill */
const struct profile stream_profiles[] = {
	{ "mixed", "everybody, all calls", { 30, 25, 15, 10, 15, 5, 0 }, SMALL,
	  { 0, 5, 2, 10, 10, 20, 30, 15, 10, 0 }, { 50, 60, 70, 40 }, 0 },
	{ "order0", "single pages in long rows", { 40, 30, 15, 5, 10, 0, 0 }, { 1 },
	  { 0, 2, 0, 0, 0, 0, 0, 0, 0, 0 }, { 98, 2, 90, 10 }, 0 },
	{ "pcp", "what the per-CPU lists keep", { 50, 25, 20, 5, 0, 0, 0 },
	  { 40, 20, 20, 20, 0, 0, 0, 0, 0, 4, 0 },
	  { 0, 10, 3, 0, 0, 0, 0, 0, 0, 0 }, { 95, 5, 70, 30 }, 0 },
	{ "thp", "huge pages on per-CPU lists", { 10, 40, 5, 5, 40, 0, 0 },
	  { 20, 0, 0, 2, 0, 0, 0, 0, 1, 70, 2 },
	  { 0, 6, 3, 0, 0, 0, 20, 5, 0, 0 }, { 90, 15, 60, 40 }, 0 },
	{ "movable", "user memory mostly", { 15, 15, 5, 5, 60, 0, 0 }, SMALL,
	  { 0, 2, 0, 5, 5, 10, 20, 0, 40, 0 }, { 90, 60, 40, 20 }, 0 },
	{ "atomic", "the highatomic reserve", { 25, 20, 10, 45, 0, 0, 0 },
	  { 20, 30, 20, 15, 5, 3, 2, 2, 1, 1, 1 },
	  { 0, 2, 0, 0, 0, 0, 0, 0, 0, 0 }, { 85, 85, 25, 50 }, 85 },
	{ "fragment", "holes of all sizes, stealing", { 35, 35, 30, 0, 0, 0, 0 }, SMALL,
	  { 0, 2, 0, 0, 0, 0, 0, 0, 30, 0 }, { 95, 20, 70, 50 }, 90 },
	{ "exhaust", "until nothing is left, and back", { 45, 25, 15, 10, 3, 2, 0 }, LARGE,
	  { 0, 2, 0, 2, 0, 0, 0, 0, 0, 0 }, { 92, 92, 15, 55 }, 70 },
	{ "reserves", "below the minimum", { 15, 15, 5, 15, 0, 0, 50 }, LARGE,
	  { 0, 2, 0, 0, 0, 0, 0, 0, 0, 0 }, { 95, 80, 20, 50 }, 95 },
	{ "blocking", "the slow path, once through", { 10, 15, 5, 5, 5, 60, 0 }, LARGE,
	  { 0, 2, 0, 2, 0, 0, 0, 0, 10, 0 }, { 90, 75, 20, 55 }, 90 },
	{ "patient", "the slow path, again and again", { 10, 5, 5, 5, 5, 10, 0, 60 }, LARGE,
	  { 0, 2, 0, 2, 0, 0, 0, 0, 10, 0 }, { 90, 75, 20, 55 }, 90 },
	{ "bulk", "arrays of pages", { 40, 30, 15, 10, 5, 0, 0 }, { 8, 2, 1, 1 },
	  { 0, 5, 0, 250, 150, 10, 0, 0, 0, 0 }, { 60, 40, 50, 30 }, 0 },
	{ "release", "pages freed in batches", { 40, 30, 15, 10, 5, 0, 0 }, { 8, 2, 1, 1 },
	  { 0, 2, 0, 100, 250, 20, 10, 0, 20, 0 }, { 80, 60, 50, 40 }, 0 },
	{ "retype", "pageblocks that change their type", { 30, 30, 20, 0, 20, 0, 0 },
	  { 30, 6, 4, 4, 2, 2, 2, 2, 2, 14, 12 },
	  { 0, 2, 0, 0, 0, 0, 0, 0, 0, 60 }, { 80, 60, 40, 20 }, 80 },
};
/* clang-format on */

const size_t nr_stream_profiles = sizeof(stream_profiles) / sizeof(stream_profiles[0]);

const struct profile *stream_profile_find(const char *name)
{
	for (size_t i = 0; i < nr_stream_profiles; i++)
		if (!strcmp(stream_profiles[i].name, name))
			return &stream_profiles[i];
	return NULL;
}
