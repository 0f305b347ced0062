/* SPDX-License-Identifier: MIT */
/* The replay programs from outside: output, exit status, and the chain from a finding to its three
 * ops. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/input/file.h"
#include "oracle/lang/op.h"

static char folder[] = "/tmp/buddyfuzz-replay-XXXXXX";
static char output[1 << 16];

/* Runs BUILD/TARGET_replay in the folder of the test; keeps what it prints. Returns its status. */
static int run(const char *target, const char *arguments)
{
	char command[1024];
	int length = snprintf(command, sizeof(command), "cd %s && %s/%s_replay %s 2>&1", folder,
			      BUDDY_BINARY_DIR, target, arguments);

	assert_true(length > 0 && (size_t)length < sizeof(command));
	FILE *in = popen(command, "r");

	assert_non_null(in);
	size_t nr = fread(output, 1, sizeof(output) - 1, in);

	output[nr] = '\0';
	int status = pclose(in);

	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void assert_prints(const char *text)
{
	if (!strstr(output, text))
		fail_msg("'%s' is missing in:\n%s", text, output);
}

static void write_text(const char *name, const char *text)
{
	char path[256], error[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (!file_write(path, text, strlen(text), error, sizeof(error)))
		fail_msg("%s", error);
}

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	write_text("clean.ops",
		   "machine profile=uml pages=64\nr0 = alloc_pages order=2 gfp=GFP_KERNEL\n");
	write_text("bad.ops", "machine\nfre_pages r0\n");
	write_text("fails.ops", "machine profile=x86_64 pages=4096 cpus=2\n"
				"r5 = alloc_pages order=1 gfp=GFP_KERNEL\n"
				"r9 = alloc_pages order=2 gfp=GFP_ATOMIC|__GFP_ZERO cpu=1\n"
				"r7 = alloc_pages order=4 gfp=GFP_KERNEL\n"
				"tick\n"
				"free_pages r5\n"
				"free_pages r9\n"
				"free_pages r7\n"
				"tick\n"
				"drain_local_pages cpu=1\n"
				"tick\n");
	return 0;
}

static int remove_folder(void **state)
{
	static const char *const names[] = { "clean.ops", "bad.ops",   "fails.ops",
					     "small.ops", "fails.bin", NULL };
	char path[256];

	(void)state;
	for (size_t i = 0; names[i]; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		remove(path);
	}
	return rmdir(folder);
}

static void help_and_usage(void **state)
{
	(void)state;
	assert_int_equal(run("canary", "--help"), 0);
	assert_prints("usage: canary_replay");
	assert_int_equal(run("canary", ""), 2);
	assert_prints("no input given");
	assert_int_equal(run("canary", "--bogus x"), 2);
	assert_prints("unknown option: --bogus");
	assert_int_equal(run("canary", "absent.ops"), 2);
	assert_prints("absent.ops: no such file or folder");
	assert_int_equal(run("canary", "bad.ops"), 2);
	assert_prints("bad.ops:2:1: expected an operation, got 'fre_pages'");
	assert_int_equal(run("codec", "--shrink out clean.ops"), 2);
	assert_prints("raw bytes");
}

static void clean_and_failing_inputs(void **state)
{
	(void)state;
	assert_int_equal(run("canary", "--quiet clean.ops"), 0);
	assert_string_equal(output, "Replayed 1 inputs, 0 findings\n");
	assert_int_equal(run("canary", "clean.ops fails.ops"), 1);
	assert_prints("clean.ops: clean\n");
	assert_prints("planted on purpose");
	assert_prints("\ndrain_local_pages cpu=1\nBF-SIG: canary/drain\n");
	assert_prints("Replayed 2 inputs, 1 findings\n");
	assert_int_equal(run("codec", "--quiet ."), 0);
}

static void show_and_pack(void **state)
{
	(void)state;
	assert_int_equal(run("canary", "--pack fails.ops fails.bin"), 0);
	assert_int_equal(run("canary", "--show fails.bin"), 0);
	assert_prints("machine profile=x86_64 pages=4096 cpus=2\nr5 = alloc_pages order=1 "
		      "gfp=GFP_KERNEL\n");
	assert_int_equal(run("canary", "--quiet fails.bin"), 1);
	assert_int_equal(run("canary", "--show bad.ops"), 2);
	assert_int_equal(run("canary", "--pack fails.ops no/such/out"), 2);
}

static void canary_shrinks_to_three_ops(void **state)
{
	(void)state;
	assert_int_equal(run("canary", "--shrink small.ops fails.ops"), 0);
	assert_prints("Shrunk 10 to 3 operations");
	assert_prints("BF-SIG: canary/drain");
	assert_int_equal(run("canary", "--show small.ops"), 0);
	assert_string_equal(output, "machine profile=uml pages=64\n"
				    "r0 = alloc_pages order=2 gfp=GFP_KERNEL\n"
				    "free_pages r0\n"
				    "drain_local_pages\n");
	assert_int_equal(run("canary", "--quiet small.ops"), 1);
	assert_int_equal(run("canary", "--shrink small.ops clean.ops"), 2);
	assert_prints("does not fail");
}

/* From the tables: a new operation is in it by itself. A target over programs has no words. */
static void words_of_text(void **state)
{
	char expected[64];

	(void)state;
	assert_int_equal(run("codec", "--dict"), 0);
	for (uint32_t code = 0; code < NR_OP_CODES; code++) {
		const struct op_info *info = &op_table[code];

		if (!info->name)
			continue;
		snprintf(expected, sizeof(expected), "\"%s%s%s\"\n", info->misuse ? "! " : "",
			 info->operands & OPERAND_DEST ? "r0 = " : "", info->name);
		assert_prints(expected);
	}
	assert_prints("\" order=\"\n");
	assert_prints("\"|__GFP_ZERO\"\n");
	assert_int_equal(run("safety", "--dict"), 0);
	assert_string_equal(output, "");
	assert_int_equal(run("safety", "--dict x"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_and_usage), cmocka_unit_test(clean_and_failing_inputs),
		cmocka_unit_test(show_and_pack),  cmocka_unit_test(canary_shrinks_to_three_ops),
		cmocka_unit_test(words_of_text),
	};

	return cmocka_run_group_tests_name("fuzz.replay", tests, make_folder, remove_folder);
}
