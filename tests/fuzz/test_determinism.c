/* SPDX-License-Identifier: MIT */
/*
 * The same program gives the same history and the same image: at another address, a second time
 * after a reset, and whether or not somebody traces (diff/lockstep/twins.h).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "diff/lockstep/twins.h"
#include "fuzz/input/file_walk.h"
#include "fuzz/mutate/mutate.h"
#include "oracle/lang/text.h"
#include "tests/fuzz/random_program.h"

static struct twins *create_twins(void)
{
	char error[256];
	struct twins *twins = twins_create(subject_core(), error, sizeof(error));

	if (!twins)
		fail_msg("%s", error);
	return twins;
}

static void check_program(struct twins *twins, const struct program *program)
{
	char error[512];
	size_t size;

	if (!twins_agree(twins, program, error, sizeof(error)))
		fail_msg("%s:\n%s", error, print_program(program, &size));
}

/* What stands in a patch between the line program: and the diff. */
static void read_mutant(const char *path, struct program *program)
{
	static char text[65536];
	FILE *in = fopen(path, "r");
	char *begin, *end;

	assert_non_null(in);
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	begin = strstr(text, "\nprogram:\n");
	end = begin ? strstr(begin, "\n--- ") : NULL;
	if (!end) {
		fail_msg("%s: no program", path);
		return;
	}
	end[1] = '\0';
	parse_text(begin + strlen("\nprogram:\n"), program);
}

static size_t check_mutants(struct twins *twins, struct program *program)
{
	struct file_walk walk;
	const char *path;
	size_t nr_files = 0;

	assert_true(file_walk_begin(&walk, "tests/mutants"));
	while ((path = file_walk_next(&walk)) != NULL) {
		if (!strstr(path, ".patch"))
			continue;
		read_mutant(path, program);
		check_program(twins, program);
		nr_files++;
	}
	file_walk_end(&walk);
	return nr_files;
}

/* The seeds and regressions themselves: the test corpus.verify. */
static void test_mutants(void **state)
{
	struct twins *twins = create_twins();
	struct program program;

	(void)state;
	program_init(&program);
	assert_true(check_mutants(twins, &program) > 30);
	program_free(&program);
	twins_free(twins);
}

/* Mutants of an empty input reach every kind of machine. */
static void test_mutated(void **state)
{
	static uint8_t bytes[4096];
	struct twins *twins = create_twins();
	struct program program;
	uint64_t nr_ops = 0;
	size_t size = 0;

	(void)state;
	program_init(&program);
	for (uint64_t seed = 1; seed <= 1500; seed++) {
		if (seed % 50 == 0)
			size = 0;
		size = mutate_input(bytes, size, sizeof(bytes), seed);
		assert_true(input_decode(bytes, size, &program));
		check_program(twins, &program);
		nr_ops += twins_nr_ops(twins);
	}
	program_free(&program);
	twins_free(twins);
	assert_true(nr_ops > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mutants),
		cmocka_unit_test(test_mutated),
	};

	return cmocka_run_group_tests_name("fuzz.determinism", tests, NULL, NULL);
}
