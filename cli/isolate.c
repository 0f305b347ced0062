/* SPDX-License-Identifier: MIT */
/*
 * The parent sends an index over a socket, the child runs that file, writes the outcome into the
 * shared memory and answers with a byte. Ctrl-C reaches both of them: the child leaves it to
 * the parent, which tells it by a shared flag.
 */
#define _GNU_SOURCE
#include "cli/isolate.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/interrupt.h"

#define LOOK_EVERY_MS 100
#define STOP_WITHIN_MS 1000
#define WORDS_MAX 256

struct shared {
	volatile sig_atomic_t stop;
	struct lockstep_position position;
	struct outcome outcome;
};

struct isolate {
	struct runner *runner;
	struct shared *shared;
	pid_t child; /* 0: none */
	int socket;  /* the parent's end */
};

/* ---- standard input ---- */

/*
 * Both processes read it, the parent when it tells of a death: it becomes a file that can be read
 * again. false: errno tells.
 */
static bool keep_input(void)
{
	int copy = memfd_create("input", MFD_CLOEXEC);
	char bytes[65536];
	ssize_t nr = copy < 0 ? -1 : 1;

	while (nr > 0) {
		nr = read(STDIN_FILENO, bytes, sizeof(bytes));
		if (nr > 0 && write(copy, bytes, (size_t)nr) != nr)
			nr = -1;
	}
	if (!nr && dup2(copy, STDIN_FILENO) < 0)
		nr = -1;
	if (copy >= 0)
		close(copy);
	return !nr;
}

static bool reads_input(const struct file_list *files)
{
	for (size_t i = 0; i < files->nr; i++)
		if (!strcmp(files->paths[i], "-"))
			return true;
	return false;
}

static void rewind_input(const char *path)
{
	if (!strcmp(path, "-"))
		lseek(STDIN_FILENO, 0, SEEK_SET);
}

/* ---- the child ---- */

static _Noreturn void serve(struct isolate *isolate, int parent)
{
	const struct file_list *files = &isolate->runner->session->files;
	size_t index;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	interrupt_leave_to_parent();
	isolate->runner->tick = NULL;
	while (recv(parent, &index, sizeof(index), 0) == sizeof(index)) {
		rewind_input(files->paths[index]);
		runner_run(isolate->runner, files->paths[index], &isolate->shared->outcome);
		fflush(NULL);
		if (send(parent, "", 1, MSG_NOSIGNAL) != 1)
			break;
	}
	runner_end(isolate->runner);
	exit(EXIT_SUCCESS);
}

/* false: errno tells. */
static bool start_child(struct isolate *isolate)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return false;
	fflush(NULL);
	isolate->child = fork();
	if (!isolate->child) {
		close(ends[0]);
		serve(isolate, ends[1]);
	}
	close(ends[1]);
	isolate->socket = ends[0];
	if (isolate->child > 0)
		return true;
	isolate->child = 0;
	close(isolate->socket);
	return false;
}

/* Waits for its death, not longer than until an interrupt; the status of waitpid(). */
static int bury(struct isolate *isolate)
{
	int status = 0;

	close(isolate->socket);
	while (waitpid(isolate->child, &status, 0) < 0 && errno == EINTR)
		if (interrupt_wanted)
			kill(isolate->child, SIGKILL);
	isolate->child = 0;
	return status;
}

/* ---- the parent ---- */

enum heard { ANSWERED, DIED, SILENT };

static enum heard listen_for_ms(struct isolate *isolate, int timeout_ms)
{
	struct pollfd answer = { .fd = isolate->socket, .events = POLLIN };
	char byte;

	if (poll(&answer, 1, timeout_ms) <= 0)
		return SILENT;
	return recv(isolate->socket, &byte, 1, 0) == 1 ? ANSWERED : DIED;
}

static void tick(const struct isolate *isolate)
{
	const struct runner *runner = isolate->runner;

	if (runner->tick && isolate->shared->position.op_index != LOCKSTEP_BEFORE_OPS)
		runner->tick(runner->tick_context, isolate->shared->position.op_index, 0);
}

static enum heard wait_for_answer(struct isolate *isolate)
{
	enum heard heard = SILENT;

	while (heard == SILENT && !interrupt_wanted) {
		heard = listen_for_ms(isolate, LOOK_EVERY_MS);
		if (heard == SILENT)
			tick(isolate);
	}
	if (heard != SILENT)
		return heard;
	isolate->shared->stop = 1;
	return listen_for_ms(isolate, STOP_WITHIN_MS);
}

static void tell_death(int status, char words[WORDS_MAX])
{
	if (WIFSIGNALED(status))
		snprintf(words, WORDS_MAX, "died of signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(words, WORDS_MAX, "ended the process with status %d%s",
			 WEXITSTATUS(status),
			 WEXITSTATUS(status) ? "; what it printed stands above"
					     : ", as exit(0) does");
}

static const struct outcome *ask(struct isolate *isolate, size_t index)
{
	const struct session *session = isolate->runner->session;
	const char *path = session->files.paths[index];
	struct shared *shared = isolate->shared;
	char words[WORDS_MAX];
	enum heard heard = DIED;

	if (send(isolate->socket, &index, sizeof(index), MSG_NOSIGNAL) == sizeof(index))
		heard = wait_for_answer(isolate);
	if (heard == ANSWERED)
		return &shared->outcome;
	rewind_input(path);
	if (heard == SILENT) {
		kill(isolate->child, SIGKILL);
		bury(isolate);
		outcome_of_stop(session, path, &shared->position, &shared->outcome);
	} else {
		tell_death(bury(isolate), words);
		outcome_of_death(session, path, &shared->position, words, &shared->outcome);
	}
	return &shared->outcome;
}

const struct outcome *isolate_run(struct isolate *isolate, size_t index)
{
	struct outcome *outcome = &isolate->shared->outcome;

	isolate->shared->position.op_index = LOCKSTEP_BEFORE_OPS;
	if (isolate->child || start_child(isolate))
		return ask(isolate, index);
	outcome->verdict = RESULT_ERROR;
	snprintf(outcome->message, sizeof(outcome->message), "no process can be started: %s",
		 strerror(errno));
	return outcome;
}

struct isolate *isolate_begin(struct runner *runner)
{
	struct isolate *isolate;

	if (reads_input(&runner->session->files) && !keep_input())
		return NULL;
	isolate = calloc(1, sizeof(*isolate));

	if (!isolate)
		return NULL;
	isolate->runner = runner;
	isolate->shared = mmap(NULL, sizeof(*isolate->shared), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (isolate->shared == MAP_FAILED) {
		free(isolate);
		return NULL;
	}
	runner->position = &isolate->shared->position;
	runner->stop = &isolate->shared->stop;
	lockstep_tell_position(runner->lockstep, runner->position);
	return isolate;
}

bool isolate_end(struct isolate *isolate, char *what, size_t what_size)
{
	int status = isolate->child ? bury(isolate) : 0;
	char words[WORDS_MAX];

	munmap(isolate->shared, sizeof(*isolate->shared));
	free(isolate);
	if (!status || interrupt_wanted)
		return true;
	tell_death(status, words);
	snprintf(what, what_size, "a subject %s behind the last program", words);
	return false;
}
