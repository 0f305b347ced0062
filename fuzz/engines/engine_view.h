/* SPDX-License-Identifier: MIT */
/*
 * What the engine gets to see of a run. libFuzzer weighs each edge that a run has touched, which
 * takes longer than the run; yet it learns from rare ones only: an input enters its corpus for a
 * counter in a bucket that no run before it showed, and energy goes to inputs that touch what fewer
 * than 256 runs have touched. So each bucket of each counter is shown so many times and hidden from
 * then on, but for one run in ENGINE_VIEW_WHOLE_ONCE_IN, which is shown whole: there the engine
 * sees whether a smaller input does as much as the one it has.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENGINE_VIEW_SHOWN 300         /* how often a bucket is shown */
#define ENGINE_VIEW_SHOWN_UNWEIGHED 8 /* the same, when rare edges give no energy */
#define ENGINE_VIEW_WHOLE_ONCE_IN 64
#define ENGINE_VIEW_BUCKETS 8 /* 1, 2, 3, 4-7, 8-15, 16-31, 32-127, 128-255 */

/* Set and not empty: every run is shown whole. */
#define ENGINE_VIEW_ALL_ENV "BUDDY_FUZZ_SHOW_ALL"

struct engine_view {
	uint8_t *counters;
	size_t nr;
	uint16_t limit;                         /* how often a bucket is shown */
	uint8_t *common;                        /* by counter: bits of the hidden buckets */
	uint16_t (*shown)[ENGINE_VIEW_BUCKETS]; /* by counter: how often each was there */
};

/* Of the counters from start to stop; false: there are none, or no memory. Nothing is hidden then.
 */
bool engine_view_init(struct engine_view *view, uint8_t *start, const uint8_t *stop,
		      uint16_t limit);
void engine_view_free(struct engine_view *view);
/* After a run: counts what it shows and clears the counters that are hidden, unless it is whole. */
void engine_view_filter(struct engine_view *view, bool whole);

/* Whether these flags of libFuzzer ask for the true edges of each input (merging, shrinking of the
 * corpus, dictionaries). argv[0] is no flag. */
bool engine_view_wants_all(int argc, char *const *argv);
/* How often the engine of these flags wants to see a bucket. */
uint16_t engine_view_limit(int argc, char *const *argv);

/* For the counters of this process: starts hiding, unless flags or environment are against it or no
 * engine has put counters there. */
void engine_view_start(int argc, char *const *argv);
/* After each run. */
void engine_view_after_run(void);
