/* SPDX-License-Identifier: MIT */
/*
 * A candidate runs in a child, so that traps, sanitizer aborts and endless loops are answers like
 * any other. The child writes its signature into a pipe; silence and a bad exit mean "crash".
 */
#include "fuzz/replay_shrink.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz/file.h"
#include "fuzz/harness.h"
#include "fuzz/shrink.h"
#include "fuzz/text.h"

#define CANDIDATE_MAX_S 20u
#define SIGNATURE_MAX sizeof(((struct finding *)NULL)->signature)

struct job {
	const struct target *target;
	char wanted[SIGNATURE_MAX];
	time_t told; /* when progress was printed last */
};

/* Never returns. */
static void run_child(const struct target *target, const struct program *program, int out)
{
	static struct finding finding;
	int null = open("/dev/null", O_WRONLY);

	if (null >= 0) {
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
	}
	alarm(CANDIDATE_MAX_S);
	if (!target_run_program(target, program, &finding) &&
	    write(out, finding.signature, strlen(finding.signature)) < 0)
		_exit(3);
	_exit(0);
}

static void read_signature(int in, char *signature)
{
	size_t nr = 0;
	ssize_t got;

	while (nr < SIGNATURE_MAX - 1 &&
	       (got = read(in, signature + nr, SIGNATURE_MAX - 1 - nr)) > 0)
		nr += (size_t)got;
	signature[nr] = '\0';
}

/* "" when the program is clean. */
static void run_forked(const struct target *target, const struct program *program, char *signature)
{
	int pipes[2], status = 0;

	snprintf(signature, SIGNATURE_MAX, "error/fork");
	if (pipe(pipes))
		return;
	pid_t child = fork();

	if (child == 0) {
		close(pipes[0]);
		run_child(target, program, pipes[1]);
	}
	close(pipes[1]);
	if (child > 0) {
		read_signature(pipes[0], signature);
		waitpid(child, &status, 0);
		if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
			snprintf(signature, SIGNATURE_MAX, "hang");
		else if (!WIFEXITED(status) || WEXITSTATUS(status))
			snprintf(signature, SIGNATURE_MAX, "crash");
	}
	close(pipes[0]);
}

/* A finding keeps its rule; the op after which it shows may move while ops are dropped. Differences
 * are named by their op alone. */
static bool same_rule(const char *a, const char *b)
{
	size_t rule = strcspn(b, "/");

	if (!strncmp(b, "difference/", rule + 1))
		return !strcmp(a, b);
	return strcspn(a, "/") == rule && !strncmp(a, b, rule);
}

static bool test(void *context, const struct program *candidate)
{
	struct job *job = context;
	char signature[SIGNATURE_MAX];

	run_forked(job->target, candidate, signature);
	return same_rule(signature, job->wanted);
}

static bool tell(void *context, size_t nr_ops, size_t nr_tests)
{
	struct job *job = context;
	time_t now = time(NULL);

	if (now != job->told)
		fprintf(stderr, "shrinking: %zu operations, %zu runs\n", nr_ops, nr_tests);
	job->told = now;
	return true;
}

static bool write_result(const struct job *job, const struct program *program, const char *path)
{
	char error[1024], *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	bool written = false;

	if (out) {
		fprintf(out, "# %s: %s\n", job->target->name, job->wanted);
		text_print(program, out);
		fclose(out);
		written = file_write(path, text, size, error, sizeof(error));
	} else {
		snprintf(error, sizeof(error), "%s: out of memory", path);
	}
	if (!written)
		fprintf(stderr, "%s_replay: %s\n", job->target->name, error);
	free(text);
	return written;
}

static int shrink_to(struct job *job, struct program *program, const char *path, const char *out)
{
	const struct shrink_options options = { .progress = tell };
	size_t before = program->nr_ops;

	run_forked(job->target, program, job->wanted);
	if (!job->wanted[0]) {
		fprintf(stderr, "%s_replay: %s: does not fail, there is nothing to shrink\n",
			job->target->name, path);
		return 1;
	}
	size_t nr_tests = shrink_program(program, test, job, &options);

	if (!write_result(job, program, out))
		return 2;
	printf("Shrunk %zu to %zu operations in %zu runs: %s\nBF-SIG: %s\n", before,
	       program->nr_ops, nr_tests, out, job->wanted);
	return 0;
}

int replay_shrink(const struct target *target, const char *path, const char *out)
{
	struct job job = { .target = target };
	struct program program;
	char error[1024];
	int status = 2;

	program_init(&program);
	if (text_read_program(path, &program, error, sizeof(error)))
		status = shrink_to(&job, &program, path, out);
	else
		fprintf(stderr, "%s_replay: %s\n", target->name, error);
	program_free(&program);
	return status;
}
