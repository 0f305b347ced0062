/* SPDX-License-Identifier: MIT */
/* An interrupt while a file is shrunken by runs that nobody can end from outside. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fuzz/shrink/shrink_file.h"
#include "fuzz/targets/harness.h"

#define EXIT_INTERRUPTED 130
#define STAY_S 30u /* longer than anybody waits for who was interrupted */

static const char text[] = "machine profile=uml pages=64\n"
			   "r0 = alloc_pages order=0 gfp=GFP_KERNEL\n"
			   "r1 = alloc_pages order=0 gfp=GFP_KERNEL\n";

/* The file itself fails; the first candidate says so through the pipe and does not come back. */
static bool fails_then_stays(void *context, const struct program *program, struct finding *finding)
{
	static bool ran;
	const int *out = context;
	unsigned int left_s = STAY_S;

	(void)program;
	if (ran) {
		if (write(*out, "", 1) != 1)
			_exit(1);
		while (left_s)
			left_s = sleep(left_s);
		_exit(1);
	}
	ran = true;
	finding_set(finding, FINDING_RULE, "no_overlap/alloc_pages", "told");
	return false;
}

static void write_text(const char *path)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

static int shrink_in_child(const char *path, const char *result)
{
	int pipes[2], status;
	char byte;

	assert_int_equal(pipe(pipes), 0);
	pid_t child = fork();

	if (!child) {
		const struct shrink_job job = {
			.command = "test",
			.title = "test",
			.run = fails_then_stays,
			.context = &pipes[1],
			.in_process = true,
			.path = path,
			.out = result,
			.replay = "",
		};

		_exit(shrink_file(&job));
	}
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(kill(child, SIGINT), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(pipes[0]);
	close(pipes[1]);
	return status;
}

static void interrupts_keep_the_best(void **state)
{
	char folder[] = "/tmp/test_shrink_file.XXXXXX", path[64], result[64];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/in.ops", folder);
	snprintf(result, sizeof(result), "%s/out.ops", folder);
	write_text(path);
	int status = shrink_in_child(path, result);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_INTERRUPTED);
	assert_int_equal(access(result, R_OK), 0);
	unlink(path);
	unlink(result);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interrupts_keep_the_best),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
