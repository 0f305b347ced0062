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
	remove(path_of("walk/c-pipe"));
	remove(path_of("walk/c-up"));
	remove(path_of("walk/c-nowhere"));
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
	char late[2048];

	(void)state;
	assert_true(file_is_text((const uint8_t *)"# \xc3\xa9\r\n\ttick", 11));
	assert_true(file_is_text(NULL, 0));
	assert_false(file_is_text((const uint8_t *)"\x01machine", 8));
	assert_false(file_is_text((const uint8_t *)"machine\0", 8));
	assert_false(file_is_text((const uint8_t *)"\x7f", 1));
	memset(late, ' ', sizeof(late));
	late[sizeof(late) - 1] = '\x7f';
	assert_false(file_is_text((const uint8_t *)late, sizeof(late)));
}

/* Writes the file and has it refused with such a sentence. */
static void expect_refused(const char *name, const void *data, size_t size, const char *wanted)
{
	struct program program;
	char error[512] = "";

	write_bytes(name, data, size);
	program_init(&program);
	if (text_read_program(path_of(name), &program, error, sizeof(error)))
		fail_msg("%s is taken for a program", name);
	if (!strstr(error, wanted))
		fail_msg("of %s '%s' is said, not '%s'", name, error, wanted);
	program_free(&program);
	remove(path_of(name));
}

static void text_with_a_control_character_is_no_program(void **state)
{
	static const char nul[] = "machine profile=uml pages=64\n\0r0 = bogus\n";
	static const char *const names[] = { "c.ops", "c.ops.txt", "c.conf" };

	(void)state;
	for (size_t i = 0; i < 3; i++)
		expect_refused(names[i], nul, sizeof(nul) - 1,
			       ":2:1: expected text, got the control character 0x00");
	expect_refused("c.bin", nul, sizeof(nul) - 1, ":2:1: expected text, got the control");
	expect_refused("c", nul, sizeof(nul) - 1, ":2:1: expected text, got the control");
	expect_refused("del.ops", "tick\n # \x7f", 9, "del.ops:2:4: expected text");
	expect_refused("wide.ops", "\xff\xfet\0i\0c\0k\0", 10, "wide.ops:1:4: expected text");
	expect_refused("one.ops", "\x01tick\n", 6, "one.ops:1:1: expected text");
}

/* A version and a header do not make a .bin: each byte is as it is written. */
static void only_whole_canonical_bytes_are_a_program(void **state)
{
	struct program program;
	uint8_t bytes[1024], other[1024];
	const char *reason;

	(void)state;
	program_init(&program);
	parse_text("machine profile=uml pages=512\ntick\ntick\ntick\n", &program);
	size_t size = input_encode(&program, bytes, sizeof(bytes), &reason);

	expect_refused("v.bin",
		       "\x7f"
		       "ELF\2\1\1",
		       8, "v.bin: at byte 0: expected text, or");
	expect_refused("v", "\0\0\0\0", 4, "v: at byte 0: expected text, or a version");
	expect_refused("h.bin", bytes, 9, "h.bin: at byte 9: expected a header");
	expect_refused("h", bytes, 9, "h: at byte 9: expected a header");
	expect_refused("cut.bin", bytes, size - 1, "the last record is cut off");
	memcpy(other, bytes, size);
	other[INPUT_HEADER_BYTES + 2 * INPUT_RECORD_BYTES] = 0xfe; /* no operation */
	expect_refused("op.bin", other, size, "op.bin: at byte 48: expected canonical bytes");
	other[0] = 0x1b;
	expect_refused("op", other, size, "op: at byte 0: expected text, or a version");
	program_free(&program);
}

/* What engines write has spare bits and ends anywhere. */
static void inputs_of_engines_are_read(void **state)
{
	static const char *const names[] = { "0008de689a73a4d28bebf9b7b8acac58239443b0",
					     "crash-0008de689a73a4d28bebf9b7b8acac58239443b0",
					     "id:000000,sig:06,orig:a.b", "mine" };
	uint8_t bytes[60];
	struct program program;
	char error[256];

	(void)state;
	program_init(&program);
	memset(bytes, 0xa5, sizeof(bytes));
	static const uint8_t versions[] = { 0, 1, 2, 3, 200 };

	for (size_t v = 0; v < sizeof(versions); v++)
		for (size_t i = 0; i < 4; i++) {
			if (i == 3 && (!versions[v] || versions[v] > INPUT_VERSION))
				continue; /* a name that anybody may give */
			bytes[0] = versions[v];
			write_bytes(names[i], bytes, sizeof(bytes));
			if (!text_read_program(path_of(names[i]), &program, error, sizeof(error)))
				fail_msg("%s", error);
			assert_int_equal(program.nr_ops, versions[v] == 1 ? 5 : 2);
			remove(path_of(names[i]));
		}
	program_free(&program);
}

/* ---- gzip ---- */

/* The text as the bytes of a .gz file; returns their number. */
static size_t pack_text(const char *text, uint8_t *packed, size_t capacity)
{
	gzFile gz = gzopen(path_of("packed"), "wb");
	size_t size;

	gzwrite(gz, text, (unsigned int)strlen(text));
	gzclose(gz);
	FILE *in = fopen(path_of("packed"), "rb"); /* as it is */

	assert_non_null(in);
	size = fread(packed, 1, capacity, in);
	fclose(in);
	remove(path_of("packed"));
	return size;
}

static void a_cut_file_is_not_read_in_part(void **state)
{
	uint8_t packed[256];
	char text[1024] = "";

	(void)state;
	for (size_t at = 0; at < 900; at += strlen("tick\n"))
		memcpy(text + at, "tick\n", sizeof("tick\n"));
	size_t size = pack_text(text, packed, sizeof(packed) - 1);

	for (size_t length = 2; length < size; length++)
		expect_refused("cut.ops.gz", packed, length, "cut off; expected more of it");
	expect_refused("cut.ops.gz", packed, 1, "expected gzip data");
	expect_refused("cut.ops.gz", packed, 0, "expected gzip data");
	packed[size] = 'x';
	expect_refused("more.ops.gz", packed, size + 1, "expected the end of the file");
	packed[size - 5] ^= 1; /* of the checksum and the length the last one of the former */
	expect_refused("crc.ops.gz", packed, size, "incorrect data check");
}

static void members_of_gzip_follow_each_other(void **state)
{
	uint8_t packed[512];
	struct program program;
	char error[256];

	(void)state;
	program_init(&program);
	size_t size = pack_text("tick\n", packed, sizeof(packed));

	size += pack_text("tick\ntick\n", packed + size, sizeof(packed) - size);
	write_bytes("two.ops.gz", packed, size);
	if (!text_read_program(path_of("two.ops.gz"), &program, error, sizeof(error)))
		fail_msg("%s", error);
	assert_int_equal(program.nr_ops, 3);
	program_free(&program);
}

/* ---- what is no file ---- */

static void what_is_no_file_is_refused_at_once(void **state)
{
	char error[256];
	size_t size;

	(void)state;
	assert_int_equal(mkfifo(path_of("pipe"), 0600), 0);
	assert_null(file_read(path_of("pipe"), &size, error, sizeof(error)));
	assert_non_null(strstr(error, "pipe: is a pipe; expected a regular file, or '-'"));
	assert_null(file_read("/dev/zero", &size, error, sizeof(error)));
	assert_string_equal(error, "/dev/zero: is a device; expected a regular file, or '-' for "
				   "standard input");
	assert_null(file_read(folder, &size, error, sizeof(error)));
	assert_non_null(strstr(error, "is a folder"));
	remove(path_of("pipe"));
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
	static const char *const expected[] = { "walk/a", "walk/b/c", "walk/d", "walk/e" };
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
	assert_int_equal(mkfifo(path_of("walk/c-pipe"), 0600), 0);
	assert_int_equal(symlink("..", path_of("walk/c-up")), 0);
	assert_int_equal(symlink("nowhere", path_of("walk/c-nowhere")), 0);
	assert_int_equal(symlink("d", path_of("walk/e")), 0);
	assert_true(file_walk_begin(&walk, path_of("walk")));
	while ((path = file_walk_next(&walk))) {
		assert_string_equal(path, nr < 4 ? path_of(expected[nr]) : "no more");
		nr++;
	}
	assert_int_equal(nr, 4);
	assert_int_equal(walk.nr_left_out, 3);
	assert_non_null(walk.left_out);
	file_walk_end(&walk);
	assert_false(file_walk_begin(&walk, path_of("absent")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_bytes_and_gzip_are_one_program),
		cmocka_unit_test(read_failures_name_the_file),
		cmocka_unit_test(text_is_told_from_bytes),
		cmocka_unit_test(text_with_a_control_character_is_no_program),
		cmocka_unit_test(only_whole_canonical_bytes_are_a_program),
		cmocka_unit_test(inputs_of_engines_are_read),
		cmocka_unit_test(a_cut_file_is_not_read_in_part),
		cmocka_unit_test(members_of_gzip_follow_each_other),
		cmocka_unit_test(what_is_no_file_is_refused_at_once),
		cmocka_unit_test(writing_is_all_or_nothing),
		cmocka_unit_test(walk_is_sorted_and_picks_inputs),
	};

	return cmocka_run_group_tests_name("fuzz.file", tests, make_folder, remove_folder);
}
