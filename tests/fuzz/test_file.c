/* SPDX-License-Identifier: MIT */
/* Files: text or bytes, plain or packed, whole or not at all; and the walk over folders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "fuzz/input/file.h"
#include "fuzz/input/file_walk.h"
#include "fuzz/input/program_file.h"
#include "oracle/lang/text.h"
#include "tests/fuzz/random_program.h"

static char folder[] = "/tmp/buddyfuzz-test-XXXXXX";

static const char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void write_bytes(const char *name, const void *data, size_t size)
{
	char error[256];

	if (!file_write(path_of(name), data, size, error, sizeof(error)))
		fail_msg("%s", error);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	struct file_walk walk;
	const char *path;

	(void)state;
	if (file_walk_begin(&walk, folder))
		while ((path = file_walk_next(&walk)))
			remove(path);
	file_walk_end(&walk);
	rmdir(path_of("walk/b"));
	remove(path_of("walk/.hidden"));
	remove(path_of("walk/notes.md"));
	rmdir(path_of("walk"));
	return rmdir(folder);
}

static void text_bytes_and_gzip_are_one_program(void **state)
{
	struct random random = { 31 };
	struct program program, got;
	uint8_t bytes[1024];
	const char *reason;
	char error[256];
	size_t size;

	(void)state;
	program_init(&program);
	program_init(&got);
	random_program(&random, 20, &program);
	char *text = print_program(&program, &size);

	write_bytes("p.ops", text, size);
	gzFile gz = gzopen(path_of("p.ops.gz"), "wb");

	assert_int_equal(gzwrite(gz, text, (unsigned int)size), size);
	gzclose(gz);
	size = input_encode(&program, bytes, sizeof(bytes), &reason);
	write_bytes("p.bin", bytes, size);
	static const char *const names[] = { "p.ops", "p.ops.gz", "p.bin" };

	for (size_t i = 0; i < 3; i++) {
		if (!text_read_program(path_of(names[i]), &got, error, sizeof(error)))
			fail_msg("%s", error);
		assert_same_program(&program, &got);
	}
	free(text);
	program_free(&program);
	program_free(&got);
}

static void read_failures_name_the_file(void **state)
{
	struct program program;
	char error[256];

	(void)state;
	program_init(&program);
	assert_false(text_read_program(path_of("absent"), &program, error, sizeof(error)));
	assert_non_null(strstr(error, "absent: cannot be opened: No such file"));
	write_bytes("bad.ops", "tick\nbogus\n", 11);
	assert_false(text_read_program(path_of("bad.ops"), &program, error, sizeof(error)));
	assert_non_null(strstr(error, "bad.ops:2:1: expected an operation, got 'bogus'"));
	write_bytes("cut.gz", "\x1f\x8b\x08\0\0\0\0\0\0\x03garbage", 17);
	assert_false(text_read_program(path_of("cut.gz"), &program, error, sizeof(error)));
	assert_non_null(strstr(error, "cut.gz: cannot be read"));
	program_free(&program);
}

static void text_is_told_from_bytes(void **state)
{
	(void)state;
	assert_true(file_is_text((const uint8_t *)"# \xc3\xa9\r\n\ttick", 11));
	assert_true(file_is_text(NULL, 0));
	assert_false(file_is_text((const uint8_t *)"\x01machine", 8));
	assert_false(file_is_text((const uint8_t *)"machine\0", 8));
	assert_false(file_is_text((const uint8_t *)"\x7f", 1));
}

static void writing_is_all_or_nothing(void **state)
{
	char error[256];
	size_t size;

	(void)state;
	write_bytes("out", "first", 5);
	write_bytes("out", "second", 6);
	uint8_t *data = file_read(path_of("out"), &size, error, sizeof(error));

	assert_non_null(data);
	assert_int_equal(size, 6);
	assert_memory_equal(data, "second", 6);
	free(data);
	assert_false(file_write(path_of("no/such/folder"), "x", 1, error, sizeof(error)));
	assert_non_null(strstr(error, "cannot be written: No such file"));
}

static void walk_is_sorted_and_picks_inputs(void **state)
{
	static const char *const expected[] = { "walk/a", "walk/b/c", "walk/d" };
	struct file_walk walk;
	size_t nr = 0;
	const char *path;

	(void)state;
	assert_int_equal(mkdir(path_of("walk"), 0755), 0);
	assert_int_equal(mkdir(path_of("walk/b"), 0755), 0);
	write_bytes("walk/d", "", 0);
	write_bytes("walk/b/c", "", 0);
	write_bytes("walk/a", "", 0);
	write_bytes("walk/.hidden", "", 0);
	write_bytes("walk/notes.md", "", 0);
	assert_true(file_walk_begin(&walk, path_of("walk")));
	while ((path = file_walk_next(&walk))) {
		assert_string_equal(path, nr < 3 ? path_of(expected[nr]) : "no more");
		nr++;
	}
	assert_int_equal(nr, 3);
	file_walk_end(&walk);
	assert_false(file_walk_begin(&walk, path_of("absent")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_bytes_and_gzip_are_one_program),
		cmocka_unit_test(read_failures_name_the_file),
		cmocka_unit_test(text_is_told_from_bytes),
		cmocka_unit_test(writing_is_all_or_nothing),
		cmocka_unit_test(walk_is_sorted_and_picks_inputs),
	};

	return cmocka_run_group_tests_name("fuzz.file", tests, make_folder, remove_folder);
}
