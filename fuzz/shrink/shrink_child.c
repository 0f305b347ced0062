/* SPDX-License-Identifier: MIT */
/*
 * The child writes its finding, which holds no pointers, into a pipe, also one of nothing: a
 * subject that ends the process with status 0 is not clean.
 */
#include "fuzz/shrink/shrink_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/targets/harness.h"

#define POLL_MS 100

static bool write_all(int out, const void *data, size_t size)
{
	const char *bytes = data;
	ssize_t wrote;

	for (; size; size -= (size_t)wrote, bytes += wrote) {
		wrote = write(out, bytes, size);
		if (wrote < 0 && errno == EINTR)
			wrote = 0;
		else if (wrote <= 0)
			return false;
	}
	return true;
}

/* Never returns. Ctrl-C is for the parent, which ends its child by itself. */
static void run_child(program_runner run, void *context, const struct program *program,
		      uint32_t limit_s, int out)
{
	static struct finding finding;
	int null = open("/dev/null", O_WRONLY);

	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	if (null >= 0) {
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
	}
	alarm(limit_s);
	if (run(context, program, &finding))
		finding.kind = FINDING_NONE;
	_exit(write_all(out, &finding, sizeof(finding)) ? 0 : 3);
}

/* Returns the bytes that came before the child closed its end, or until interrupted. */
static size_t read_finding(int in, const volatile sig_atomic_t *interrupted,
			   struct finding *finding)
{
	struct pollfd waiting = { .fd = in, .events = POLLIN };
	char *bytes = (char *)finding;
	size_t nr = 0;

	while (!*interrupted && nr < sizeof(*finding)) {
		if (poll(&waiting, 1, POLL_MS) <= 0)
			continue;
		ssize_t got = read(in, bytes + nr, sizeof(*finding) - nr);

		if (got == 0 || (got < 0 && errno != EINTR))
			break;
		nr += got > 0 ? (size_t)got : 0;
	}
	return nr;
}

static void tell_death(int status, uint32_t limit_s, struct finding *finding)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		finding_set(finding, FINDING_DIFFERENCE, "hang",
			    "The program did not end within %u s.\n", limit_s);
	else if (WIFSIGNALED(status))
		finding_set(finding, FINDING_DIFFERENCE, "crash",
			    "The process died of signal %d (%s).\n", WTERMSIG(status),
			    strsignal(WTERMSIG(status)));
	else
		finding_set(
			finding, FINDING_DIFFERENCE, "crash",
			"The process ended with status %d; its report is on standard error when "
			"the program is replayed.\n",
			WEXITSTATUS(status));
}

static bool judge_child(pid_t child, int in, uint32_t limit_s,
			const volatile sig_atomic_t *interrupted, struct finding *finding)
{
	size_t nr = read_finding(in, interrupted, finding);
	bool heard = !*interrupted;
	int status = 0;

	if (!heard)
		kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (!heard) {
		finding_set(finding, FINDING_ERROR, "error/interrupted", "interrupted");
		return false;
	}
	if (nr == sizeof(*finding))
		return finding->kind == FINDING_NONE;
	memset(finding, 0, sizeof(*finding));
	tell_death(status, limit_s, finding);
	finding->op_index = SIZE_MAX;
	return false;
}

bool child_run(program_runner run, void *context, const struct program *program, uint32_t limit_s,
	       const volatile sig_atomic_t *interrupted, struct finding *finding)
{
	int pipes[2];
	pid_t child = -1;
	bool clean;

	memset(finding, 0, sizeof(*finding));
	if (!pipe(pipes)) {
		fflush(NULL);
		child = fork();
		if (child < 0) {
			close(pipes[0]);
			close(pipes[1]);
		}
	}
	if (child < 0) {
		finding_set(finding, FINDING_ERROR, "error/fork", "cannot start a process: %s",
			    strerror(errno));
		return false;
	}

	if (!child) {
		close(pipes[0]);
		run_child(run, context, program, limit_s, pipes[1]);
	}
	close(pipes[1]);
	clean = judge_child(child, pipes[0], limit_s, interrupted, finding);
	close(pipes[0]);
	return clean;
}
