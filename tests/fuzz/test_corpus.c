/* SPDX-License-Identifier: MIT */
/*
 * Files of a corpus: which are programs, which form is right. That the seeds and regressions
 * themselves are right is the test corpus.verify.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fuzz/input/corpus_file.h"
#include "fuzz/input/file_walk.h"
#include "fuzz/input/input.h"
#include "tests/fuzz/random_program.h"

#define MACHINE "machine profile=uml pages=512\n"

/* Checks a file with these contents; error gets "" when it is right. */
static void check_contents(const void *contents, size_t size, bool is_text, char error[256])
{
	struct corpus_file file = { .data = malloc(size + 1), .size = size, .is_text = is_text };
	struct program program;
	bool right;

	assert_non_null(file.data);
	memcpy(file.data, contents, size);
	program_init(&program);
	if (is_text)
		parse_text(contents, &program);
	else
		assert_true(input_decode(contents, size, &program));
	error[0] = '\0';
	right = corpus_file_check(&file, &program, error, 256);
	assert_int_equal(right, !error[0]);
	program_free(&program);
	corpus_file_free(&file);
}

static void expect_text(const char *text, const char *wanted)
{
	char error[256];

	check_contents(text, strlen(text), true, error);
	if (wanted[0] ? !strstr(error, wanted) : error[0])
		fail_msg("of\n%s'%s' is said, not '%s'", text, error, wanted);
}

static void comments_are_no_part_of_the_form(void **state)
{
	(void)state;
	expect_text(MACHINE "tick\n", "");
	expect_text("# why\n\n" MACHINE "\t# here\ntick # and there\n", "");
	expect_text(MACHINE "tick\n\n# the end", "");
}

static void another_form_is_told(void **state)
{
	(void)state;
	expect_text(MACHINE "tick \n", "'tick ' should be 'tick'");
	expect_text("machine pages=512 profile=uml\n",
		    "'machine pages=512 profile=uml' should be 'machine profile=uml pages=512'");
	expect_text(MACHINE "r0 = alloc_pages gfp=GFP_KERNEL order=1",
		    "should be 'r0 = alloc_pages order=1 gfp=GFP_KERNEL'");
}

static void what_cannot_be_packed_is_told(void **state)
{
	(void)state;
	expect_text(MACHINE "free_pages r4096\n", "no binary form: a slot is above r4095");
	expect_text("machine profile=uml pages=32768\n", "no binary form");
}

static void versions_are_known_or_told(void **state)
{
	uint8_t bytes[INPUT_HEADER_BYTES] = { INPUT_VERSION };
	char error[256];

	(void)state;
	check_contents(bytes, sizeof(bytes), false, error);
	assert_string_equal(error, "");
	bytes[0] = 1;
	check_contents(bytes, sizeof(bytes), false, error);
	assert_string_equal(error, "");
	bytes[0] = INPUT_VERSION + 1;
	check_contents(bytes, sizeof(bytes), false, error);
	assert_non_null(strstr(error, "version byte 3 is unknown"));
	check_contents(bytes, 0, false, error);
	assert_non_null(strstr(error, "version byte 0 is unknown"));
}

static void programs_are_told_from_other_files(void **state)
{
	(void)state;
	assert_true(corpus_file_is_program("seeds/a.ops"));
	assert_true(corpus_file_is_program("seeds/a.ops.gz"));
	assert_true(corpus_file_is_program("0123456789abcdef"));
	assert_true(corpus_file_is_program("id:000001,orig:a.ops"));
	assert_false(corpus_file_is_program("README.md"));
	assert_false(corpus_file_is_program("seeds/replay/cut.txt"));
	assert_false(corpus_file_is_program("linux/mixed.txt.gz"));
	assert_false(corpus_file_is_program("safety_seed_corpus.zip"));
}

static struct op_set codes_of_folder(const char *folder, size_t *nr_files)
{
	struct program program;
	struct file_walk walk;
	struct corpus_file file;
	const char *path;
	char error[1024];
	struct op_set codes = { { 0 } };

	program_init(&program);
	assert_true(file_walk_begin(&walk, folder));
	for (*nr_files = 0; (path = file_walk_next(&walk)); ++*nr_files) {
		if (!corpus_file_read(path, &file, &program, error, sizeof(error)))
			fail_msg("%s", error);
		assert_true(file.is_text);
		for (size_t i = 0; i < program.nr_ops; i++)
			op_set_add(&codes, program.ops[i].code);
		corpus_file_free(&file);
	}
	file_walk_end(&walk);
	program_free(&program);
	return codes;
}

static void safety_seeds_cover_every_op(void **state)
{
	size_t nr_files;
	struct op_set codes = codes_of_folder(BUDDY_SOURCE_DIR "/corpus/seeds/safety", &nr_files);

	(void)state;
	assert_true(nr_files >= 30);
	for (int code = 1; code < NR_OP_CODES; code++)
		if (op_table[code].name && !op_set_has(&codes, (uint8_t)code))
			fail_msg("no seed of the target safety has the operation %s",
				 op_table[code].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comments_are_no_part_of_the_form),
		cmocka_unit_test(another_form_is_told),
		cmocka_unit_test(what_cannot_be_packed_is_told),
		cmocka_unit_test(versions_are_known_or_told),
		cmocka_unit_test(programs_are_told_from_other_files),
		cmocka_unit_test(safety_seeds_cover_every_op),
	};

	return cmocka_run_group_tests_name("fuzz.corpus", tests, NULL, NULL);
}
