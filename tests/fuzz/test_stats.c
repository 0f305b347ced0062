/* SPDX-License-Identifier: MIT */
/* Counters in a shared file: sums over processes, and what dead processes counted stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/engines/fuzz_stats.h"

static char path[] = "/tmp/buddyfuzz-stats-XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return remove(path);
}

static void nothing_open_nothing_counted(void **state)
{
	struct fuzz_totals totals = { .counts = { 1, 1 } };

	(void)state;
	fuzz_stats_add(FUZZ_EXECUTIONS, 1);
	fuzz_stats_add(FUZZ_CHECKED_OPS, 5);
	fuzz_stats_add(FUZZ_FINDINGS, 1);
	assert_false(fuzz_stats_read("/nonexistent/stats", &totals));
	assert_int_equal(totals.counts[FUZZ_EXECUTIONS], 0);
	assert_int_equal(totals.counts[FUZZ_CHECKED_OPS], 0);
	assert_false(fuzz_stats_open("/nonexistent/stats"));
}

static void own_counts_are_read_back(void **state)
{
	struct fuzz_totals totals;

	(void)state;
	assert_true(fuzz_stats_open(path));
	for (int i = 0; i < 3; i++)
		fuzz_stats_add(FUZZ_EXECUTIONS, 1);
	fuzz_stats_add(FUZZ_CHECKED_OPS, 1000);
	fuzz_stats_add(FUZZ_DECLINED_OPS, 7);
	fuzz_stats_add(FUZZ_FINDINGS, 1);
	assert_true(fuzz_stats_read(path, &totals));
	assert_int_equal(totals.counts[FUZZ_EXECUTIONS], 3);
	assert_int_equal(totals.counts[FUZZ_CHECKED_OPS], 1000);
	assert_int_equal(totals.counts[FUZZ_DECLINED_OPS], 7);
	assert_int_equal(totals.counts[FUZZ_FINDINGS], 1);
	assert_int_equal(totals.nr_workers, 1);
	fuzz_stats_close();
	assert_true(fuzz_stats_read(path, &totals));
	assert_int_equal(totals.nr_workers, 0);
	assert_int_equal(totals.counts[FUZZ_EXECUTIONS], 3);
}

/* More processes than lines, one after the other: dead ones make room and nothing is lost. */
static void dead_workers_keep_their_counts(void **state)
{
	struct fuzz_totals before, after;
	int nr = (int)FUZZ_STATS_SLOTS + 20;

	(void)state;
	fuzz_stats_read(path, &before);
	for (int i = 0; i < nr; i++) {
		pid_t child = fork();
		int status;

		assert_true(child >= 0);
		if (child == 0) {
			if (!fuzz_stats_open(path))
				_exit(1);
			fuzz_stats_add(FUZZ_EXECUTIONS, 1);
			_exit(0); /* without close, as a crash would */
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
	assert_true(fuzz_stats_read(path, &after));
	assert_int_equal(after.counts[FUZZ_EXECUTIONS],
			 before.counts[FUZZ_EXECUTIONS] + (uint64_t)nr);
}

/* At the same time: each has a line of its own. */
static void workers_do_not_disturb_each_other(void **state)
{
	enum { NR_WORKERS = 8, NR_ADDS = 2000 };
	struct fuzz_totals before, after;
	pid_t children[NR_WORKERS];

	(void)state;
	fuzz_stats_read(path, &before);
	for (int i = 0; i < NR_WORKERS; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			bool opened = fuzz_stats_open(path);

			for (int j = 0; j < NR_ADDS; j++)
				fuzz_stats_add(FUZZ_CHECKED_OPS, 3);
			_exit(!opened);
		}
	}
	for (int i = 0; i < NR_WORKERS; i++) {
		int status = -1;

		waitpid(children[i], &status, 0);
		assert_int_equal(status, 0);
	}
	fuzz_stats_read(path, &after);
	assert_int_equal(after.counts[FUZZ_CHECKED_OPS],
			 before.counts[FUZZ_CHECKED_OPS] + NR_WORKERS * NR_ADDS * 3u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_open_nothing_counted),
		cmocka_unit_test(own_counts_are_read_back),
		cmocka_unit_test(dead_workers_keep_their_counts),
		cmocka_unit_test(workers_do_not_disturb_each_other),
	};

	return cmocka_run_group_tests_name("fuzz.stats", tests, make_file, remove_file);
}
