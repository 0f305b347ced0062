/* SPDX-License-Identifier: MIT */
/* What is hidden from the engine: nothing that is rare, and nothing at all where it was asked for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fuzz/engines/engine_view.h"
#include "tests/fuzz/random_program.h"

#define MAX_COUNTERS 80
#define GUARD 0xa5

/* As an instrumented file has them. */
__attribute__((section("__sancov_cntrs"), used)) static uint8_t own_counters[21];

static unsigned int bucket_of(uint8_t counter)
{
	static const uint8_t first[ENGINE_VIEW_BUCKETS] = { 1, 2, 3, 4, 8, 16, 32, 128 };
	unsigned int bucket = 0;

	while (bucket + 1 < ENGINE_VIEW_BUCKETS && counter >= first[bucket + 1])
		bucket++;
	return bucket;
}

/* Each value hides those of its bucket, and no others. */
static void values_share_buckets(void **state)
{
	(void)state;
	for (unsigned int known = 1; known < 256; known++) {
		for (unsigned int value = 1; value < 256; value++) {
			uint8_t counter = (uint8_t)known;
			struct engine_view view;

			assert_true(engine_view_init(&view, &counter, &counter + 1, 1));
			engine_view_filter(&view, false);
			assert_int_equal(counter, known);
			counter = (uint8_t)value;
			engine_view_filter(&view, false);
			assert_int_equal(
				counter,
				bucket_of((uint8_t)known) == bucket_of((uint8_t)value) ? 0 : value);
			engine_view_free(&view);
		}
	}
}

struct slow_view {
	unsigned int shown[MAX_COUNTERS][ENGINE_VIEW_BUCKETS];
};

static uint8_t slow_filter(struct slow_view *view, size_t i, uint8_t counter, unsigned int limit)
{
	if (!counter)
		return 0;
	return view->shown[i][bucket_of(counter)]++ < limit ? counter : 0;
}

/* A run of few or many edges, of small counts mostly. */
static void random_run(struct random *random, uint8_t *counters, size_t nr)
{
	uint32_t density = random_u32(random) % 5;

	for (size_t i = 0; i < nr; i++) {
		uint32_t value = random_u32(random);

		counters[i] = 0;
		if (value % 4 < density)
			counters[i] = (uint8_t)(value >> 8 & 1 ? value >> 16 : value >> 16 & 7);
	}
}

/* Every number of counters at every alignment does what one counter after another would do. */
static void same_as_one_by_one(void **state)
{
	struct random random = { 71 };

	(void)state;
	for (size_t nr = 1; nr <= MAX_COUNTERS - 16; nr++) {
		uint8_t bytes[MAX_COUNTERS + 16], wanted[MAX_COUNTERS + 16];
		uint8_t *counters = bytes + 1 + nr % 16;
		struct slow_view slow = { 0 };
		unsigned int limit = 1 + random_u32(&random) % 5;
		struct engine_view view;

		memset(bytes, GUARD, sizeof(bytes));
		assert_true(engine_view_init(&view, counters, counters + nr, (uint16_t)limit));
		for (int run = 0; run < 200; run++) {
			bool whole = random_u32(&random) % 8 == 0;

			random_run(&random, counters, nr);
			memcpy(wanted, bytes, sizeof(bytes));
			for (size_t i = 0; i < nr; i++) {
				uint8_t shown = slow_filter(&slow, i, counters[i], limit);

				if (!whole)
					wanted[(size_t)(counters - bytes) + i] = shown;
			}
			engine_view_filter(&view, whole);
			assert_memory_equal(bytes, wanted, sizeof(bytes));
		}
		engine_view_free(&view);
	}
}

static void without_counters_nothing_happens(void **state)
{
	uint8_t counter = 1;
	struct engine_view view;

	(void)state;
	assert_false(engine_view_init(&view, NULL, NULL, 1));
	engine_view_filter(&view, false);
	assert_false(engine_view_init(&view, &counter, &counter, 1));
	engine_view_filter(&view, false);
	assert_int_equal(counter, 1);
}

static void flags_are_understood(void **state)
{
	char name[] = "-merge=1", entropic[] = "-entropic=0", again[] = "-entropic=1";
	char *const plain[] = { name, "-seed=1", "-max_len=144", "corpus-merge=1" };
	char *const weighed[] = { name, entropic, again };
	static const char *const asking[] = {
		"-merge=1",           "-merge_inner=1", "-merge_control_file=x",
		"-set_cover_merge=1", "-shrink=1",      "-analyze_dict=1"
	};

	(void)state;
	assert_false(engine_view_wants_all(4, plain));
	for (size_t i = 0; i < sizeof(asking) / sizeof(asking[0]); i++) {
		char flag[32];
		char *const arguments[] = { name, entropic, flag };

		snprintf(flag, sizeof(flag), "%s", asking[i]);
		assert_true(engine_view_wants_all(3, arguments));
	}
	assert_int_equal(engine_view_limit(4, plain), ENGINE_VIEW_SHOWN);
	assert_int_equal(engine_view_limit(2, weighed), ENGINE_VIEW_SHOWN_UNWEIGHED);
	assert_int_equal(engine_view_limit(3, weighed), ENGINE_VIEW_SHOWN);
}

static unsigned int visible_runs(unsigned int nr)
{
	unsigned int nr_visible = 0;

	for (unsigned int i = 0; i < nr; i++) {
		own_counters[20] = 5;
		engine_view_after_run();
		nr_visible += own_counters[20] == 5;
	}
	return nr_visible;
}

/* The counters of this process: shown as long as nobody starts, or everything is asked for. */
static void counters_of_the_process(void **state)
{
	const unsigned int nr = 50 * ENGINE_VIEW_WHOLE_ONCE_IN;
	char name[] = "name", merge[] = "-merge=1";
	char *arguments[] = { name, merge };

	(void)state;
	assert_int_equal(visible_runs(nr), nr);
	engine_view_start(2, arguments);
	assert_int_equal(visible_runs(nr), nr);
	setenv(ENGINE_VIEW_ALL_ENV, "1", 1);
	engine_view_start(1, arguments);
	assert_int_equal(visible_runs(nr), nr);
	unsetenv(ENGINE_VIEW_ALL_ENV);
	engine_view_start(1, arguments);
	/* Whole runs are among the first ones, too. */
	assert_int_equal(visible_runs(nr),
			 ENGINE_VIEW_SHOWN + 50 - ENGINE_VIEW_SHOWN / ENGINE_VIEW_WHOLE_ONCE_IN);
	own_counters[20] = 6;
	own_counters[19] = 1;
	engine_view_after_run();
	assert_int_equal(own_counters[20], 0);
	assert_int_equal(own_counters[19], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_share_buckets),
		cmocka_unit_test(same_as_one_by_one),
		cmocka_unit_test(without_counters_nothing_happens),
		cmocka_unit_test(flags_are_understood),
		cmocka_unit_test(counters_of_the_process),
	};

	return cmocka_run_group_tests_name("fuzz.engine_view", tests, NULL, NULL);
}
