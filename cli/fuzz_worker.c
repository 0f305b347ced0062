/* SPDX-License-Identifier: MIT */
/*
 * Worker processes: each its own process group, killed by the kernel should this process die.
 * Address space randomisation is off in workers, without which a libFuzzer seed does not repeat a
 * run.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/fuzz.h"

#define GRACE_MS 2000
#define STOP_WAIT_MS 8000
#define INTERRUPT_WAIT_MS 800
#define POLL_MS 20

void command_add(struct command_line *command, const char *format, ...)
{
	size_t room = sizeof(command->text) - command->used;
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(command->text + command->used, room, format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= room || command->nr_args == COMMAND_MAX_ARGS) {
		fprintf(stderr, "buddy fuzz: a command line is too long; use shorter paths\n");
		exit(2);
	}
	command->argv[command->nr_args++] = command->text + command->used;
	command->argv[command->nr_args] = NULL;
	command->used += (size_t)length + 1;
}

double clock_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void exec_child(const struct command_line *command, const char *log, pid_t parent)
{
	int in = open("/dev/null", O_RDONLY);
	int out = log ? open(log, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || in < 0 || out < 0 || !command->argv[0])
		_exit(126);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	personality(ADDR_NO_RANDOMIZE);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	execvp(command->argv[0], command->argv);
	dprintf(STDERR_FILENO, "cannot run %s: %s\n", command->argv[0], strerror(errno));
	_exit(127);
}

static pid_t child_start(const struct command_line *command, const char *log,
			 const struct fuzz_campaign *campaign, uint32_t worker)
{
	pid_t parent = getpid();
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		fprintf(stderr, "buddy fuzz: cannot start a process: %s\n", strerror(errno));
		exit(2);
	}
	if (pid == 0) {
		if (campaign)
			engine_environment(campaign, worker);
		exec_child(command, log, parent);
	}
	setpgid(pid, pid);
	return pid;
}

void worker_start(struct fuzz_campaign *campaign, uint32_t worker)
{
	struct command_line command = { 0 };

	engine_command(campaign, worker, &command);
	campaign->workers[worker].pid =
		child_start(&command, campaign->workers[worker].log, campaign, worker);
	campaign->nr_starts++;
}

void workers_reap(struct fuzz_campaign *campaign)
{
	uint32_t i;

	for (i = 0; i < campaign->options.nr_workers; i++) {
		struct fuzz_worker *worker = &campaign->workers[i];

		if (worker->pid && waitpid(worker->pid, &worker->status, WNOHANG) == worker->pid) {
			kill(-worker->pid, SIGKILL);
			worker->pid = 0;
			worker->ended = true;
		}
	}
}

static void workers_signal(const struct fuzz_campaign *campaign, int number)
{
	uint32_t i;

	for (i = 0; i < campaign->options.nr_workers; i++) {
		if (campaign->workers[i].pid)
			kill(campaign->workers[i].pid, number);
	}
}

static uint32_t nr_running(const struct fuzz_campaign *campaign)
{
	uint32_t i, nr = 0;

	for (i = 0; i < campaign->options.nr_workers; i++) {
		nr += campaign->workers[i].pid != 0;
	}
	return nr;
}

/* false: nobody may wait any longer, or somebody still runs after wait_ms. */
static bool workers_wait(struct fuzz_campaign *campaign, uint32_t wait_ms)
{
	uint32_t waited_ms;

	for (waited_ms = 0; waited_ms < wait_ms && !interrupt_pending(); waited_ms += POLL_MS) {
		workers_reap(campaign);
		if (!nr_running(campaign))
			return true;
		poll(NULL, 0, POLL_MS);
	}
	return false;
}

/*
 * Asks first, so that engines write what they hold: on SIGTERM libFuzzer ends in the middle of a
 * file, on SIGUSR1 behind it. Insists when they do not answer, or somebody does not want to wait.
 */
uint32_t workers_stop(struct fuzz_campaign *campaign)
{
	uint32_t waited_ms, nr_deaf;

	if (campaign->options.engine == FUZZ_LIBFUZZER) {
		workers_signal(campaign, SIGUSR1);
		if (workers_wait(campaign, GRACE_MS))
			return 0;
	}
	workers_signal(campaign, SIGTERM);
	if (workers_wait(campaign, STOP_WAIT_MS))
		return 0;
	nr_deaf = nr_running(campaign);
	workers_signal(campaign, SIGKILL);
	for (waited_ms = 0; waited_ms < STOP_WAIT_MS && nr_running(campaign);
	     waited_ms += POLL_MS) {
		poll(NULL, 0, POLL_MS);
		workers_reap(campaign);
	}
	return nr_deaf;
}

/* Asks with SIGINT, on which a shrinker writes its best; insists after INTERRUPT_WAIT_MS. */
static void command_interrupt(pid_t pid)
{
	uint32_t waited_ms;

	kill(pid, SIGINT);
	for (waited_ms = 0; waited_ms < INTERRUPT_WAIT_MS; waited_ms += POLL_MS) {
		if (waitpid(pid, NULL, WNOHANG) != 0)
			return;
		poll(NULL, 0, POLL_MS);
	}
	kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int command_run(const struct command_line *command, const char *log, uint32_t timeout_s,
		bool ignore_interrupts)
{
	double end_s = clock_s() + timeout_s;
	int status = 0;
	pid_t pid;

	unlink(log);
	pid = child_start(command, log, NULL, 0);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (interrupt_pending() && !ignore_interrupts) {
			command_interrupt(pid);
			return COMMAND_INTERRUPTED;
		}
		if (clock_s() > end_s) {
			kill(-pid, SIGKILL);
			waitpid(pid, &status, 0);
			return COMMAND_TIMEOUT;
		}
		poll(NULL, 0, POLL_MS);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
