/* SPDX-License-Identifier: MIT */
/*
 * The core against the real Linux, when `make linux` has built one; else skipped. Every seed
 * and regression is made into a program that the kernel can run, and random ones follow.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff/linux/linux_guest.h"
#include "fuzz/input/file_walk.h"
#include "fuzz/input/linux_program.h"
#include "fuzz/input/program_file.h"
#include "oracle/lang/text.h"
#include "tests/diff/programs.h"

#define SKIPPED 77
#define MIN_SEEDS 30
#define NR_RANDOM 200

static bool is_dma32(void)
{
	struct linux_kernel kernel;
	char error[512];

	assert_true(linux_guest_kernel(&kernel, error, sizeof(error)));
	return kernel.nr_zones_configured > 2;
}

struct seeds {
	struct lockstep *lockstep;
	uint32_t nr_programs, nr_different;
	uint64_t nr_batched;
};

static void check_program(struct seeds *seeds, const char *name, const struct program *program)
{
	struct finding finding;

	if (!lockstep_run(seeds->lockstep, program, NULL, &finding)) {
		print_message("%s: %s\n%s\n", name, finding.signature, finding.text);
		seeds->nr_different++;
	}
	seeds->nr_programs++;
	seeds->nr_batched += lockstep_stats(seeds->lockstep)->nr_batched;
}

static void check_seed(struct seeds *seeds, const char *path)
{
	struct program program, fitting;
	char error[512] = "";

	program_init(&program);
	program_init(&fitting);
	if (!text_read_program(path, &program, error, sizeof(error)))
		fail_msg("%s", error);
	assert_true(linux_program_fit(&program, is_dma32(), &fitting));
	check_program(seeds, path, &fitting);
	program_free(&fitting);
	program_free(&program);
}

static void test_corpus(void **state)
{
	static const char *const folders[] = {
		BUDDY_SOURCE_DIR "/corpus/seeds/safety",
		BUDDY_SOURCE_DIR "/corpus/seeds/diff",
		BUDDY_SOURCE_DIR "/corpus/regressions",
	};
	struct seeds seeds = { .lockstep = *state };
	struct file_walk walk;
	const char *path;

	for (uint32_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		assert_true(file_walk_begin(&walk, folders[i]));
		while ((path = file_walk_next(&walk)))
			check_seed(&seeds, path);
		file_walk_end(&walk);
	}
	assert_true(seeds.nr_programs >= MIN_SEEDS);
	assert_int_equal(seeds.nr_different, 0);
	assert_true(seeds.nr_batched > seeds.nr_programs);
}

static void test_random_programs(void **state)
{
	struct seeds seeds = { .lockstep = *state };
	struct program program, fitting;
	uint64_t nr_skipped = 0;

	program_init(&fitting);
	for (uint32_t seed = 0; seed < NR_RANDOM; seed++) {
		program_random(&program, 1024u << seed % 3, 200, seed);
		assert_true(linux_program_fit(&program, is_dma32(), &fitting));
		check_program(&seeds, "random program", &fitting);
		nr_skipped += lockstep_stats(seeds.lockstep)->nr_skipped;
		program_free(&program);
	}
	program_free(&fitting);
	assert_int_equal(seeds.nr_different, 0);
	assert_int_equal(seeds.nr_batched + nr_skipped, NR_RANDOM * 200);
}

/* A program, a thousand others, the program again: nothing of the guest's memory is another. */
static void test_reset_brings_everything_back(void **state)
{
	struct seeds seeds = { .lockstep = *state };
	struct program program;
	char error[512];

	program_random(&program, 2048, 400, 7);
	check_program(&seeds, "random program", &program);
	assert_int_equal(seeds.nr_different, 0);
	assert_true(seeds.nr_batched > 0);
	assert_int_equal(linux_guest_command(LINUX_SELF_CHECK), LINUX_FINE);
	print_message("%s\n", linux_guest_shared(error, sizeof(error))->text);
	program_free(&program);
}

static int start(void **state)
{
	*state = lockstep_of(subject_core(), subject_linux(), false);
	return !*state;
}

static int stop(void **state)
{
	lockstep_free(*state);
	linux_guest_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_corpus),
		cmocka_unit_test(test_random_programs),
		cmocka_unit_test(test_reset_brings_everything_back),
	};
	char error[1024];

	if (!linux_guest_start(error, sizeof(error))) {
		printf("%s\n", error);
		return strstr(error, "there is no kernel") ? SKIPPED : 1;
	}
	return cmocka_run_group_tests(tests, start, stop);
}
