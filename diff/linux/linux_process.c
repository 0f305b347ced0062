/* SPDX-License-Identifier: MIT */
/*
 * Starting, watching and ending the guest. The keeper runs in a session of its own, so that a
 * terminal's Ctrl-C reaches the harness alone, and adopts what the guest leaves behind. User-Mode
 * Linux wants a fixed address layout (no randomisation) to behave the same every time.
 */
#define _GNU_SOURCE
#include "diff/linux/linux_process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MEMORY_FOLDER "/dev/shm"
#define PATH_BYTES 1024
#define MAX_ARGUMENTS 24
#define REAP_ROUNDS 200 /* of 10 ms */
#define MAX_FILES 64

/* All that a fork needs to know, made before it. */
struct plan {
	char kernel[PATH_BYTES], root[PATH_BYTES + 16];
	char folder[LINUX_FOLDER_BYTES]; /* files of the guest; removed at its end */
	char uml_dir[PATH_BYTES + 16];
	char *arguments[MAX_ARGUMENTS];
	int control, log, shared; /* the guest's ends */
};

/* ---- the guest's own files ---- */

static void remove_files(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[2 * PATH_BYTES];

	for (int i = 0; dir && i < MAX_FILES && (entry = readdir(dir)); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			unlink(path);
	}
	if (dir)
		closedir(dir);
	rmdir(folder);
}

/* One folder named by the kernel's umid, with its pid file in it. */
static void remove_folder(const char *folder)
{
	char path[PATH_BYTES + 16];

	snprintf(path, sizeof(path), "%s/guest", folder);
	remove_files(path);
	remove_files(folder);
}

static const char *temporary_folder(void)
{
	const char *folder = getenv("TMPDIR");

	if (!access(MEMORY_FOLDER, W_OK | X_OK))
		return MEMORY_FOLDER;
	return folder && *folder ? folder : "/tmp";
}

static bool make_folder(struct plan *plan, char *error, size_t error_size)
{
	snprintf(plan->folder, sizeof(plan->folder), "%s/buddy-linux-XXXXXX", temporary_folder());
	if (mkdtemp(plan->folder))
		return true;
	snprintf(error, error_size, "cannot make a folder %s: %s", plan->folder, strerror(errno));
	return false;
}

/* ---- in the guest's process ---- */

static void run_guest(const struct plan *plan)
{
	const struct rlimit no_core = { 0, 0 };
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	dup2(plan->log, STDOUT_FILENO);
	dup2(plan->log, STDERR_FILENO);
	dup2(plan->shared, LINUX_SHARED_FD);
	if (plan->shared == LINUX_SHARED_FD)
		fcntl(LINUX_SHARED_FD, F_SETFD, 0);
	close_range(LINUX_SHARED_FD + 1, ~0u, 0);
	setrlimit(RLIMIT_CORE, &no_core);
	personality(ADDR_NO_RANDOMIZE);
	setenv("TMPDIR", temporary_folder(), 1);
	execv(plan->kernel, plan->arguments);
	fprintf(stderr, "cannot run %s: %s\n", plan->kernel, strerror(errno));
	_exit(127);
}

/* ---- in the keeper ---- */

static void on_child(int signal_number)
{
	(void)signal_number;
}

static void prepare_keeper(struct plan *plan)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM };
	struct sigaction action = { .sa_handler = on_child };
	sigset_t children;
	int nothing = open("/dev/null", O_RDWR);

	setsid();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	sigaction(SIGCHLD, &action, NULL);
	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	sigprocmask(SIG_SETMASK, &children, NULL);
	/* Above the numbers that are about to be given away. */
	plan->control = fcntl(plan->control, F_DUPFD, 10);
	plan->log = fcntl(plan->log, F_DUPFD, 10);
	plan->shared = fcntl(plan->shared, F_DUPFD, 10);
	for (int fd = 0; fd < 3; fd++)
		dup2(nothing, fd);
}

static void close_all_but(int a, int b)
{
	int low = a < b ? a : b, high = a < b ? b : a;

	close_range(3, (unsigned int)low - 1, 0);
	if (high > low + 1)
		close_range((unsigned int)low + 1, (unsigned int)high - 1, 0);
	close_range((unsigned int)high + 1, ~0u, 0);
}

/* Waits until the harness is gone or the guest has ended; *status is the guest's then. */
static bool guest_ended(const struct plan *plan, pid_t guest, int *status)
{
	struct pollfd control = { .fd = plan->control, .events = POLLIN };
	sigset_t none;

	sigemptyset(&none);
	for (;;) {
		pid_t pid;

		while ((pid = waitpid(-1, status, WNOHANG)) > 0)
			if (pid == guest)
				return true;
		if (ppoll(&control, 1, NULL, &none) > 0 || errno != EINTR)
			return false;
	}
}

static void reap_all(pid_t guest)
{
	const struct timespec pause = { 0, 10 * 1000 * 1000 };

	for (int i = 0; i < REAP_ROUNDS; i++) {
		pid_t pid;

		kill(-guest, SIGKILL);
		do
			pid = waitpid(-1, NULL, WNOHANG);
		while (pid > 0);
		if (pid < 0)
			return;
		nanosleep(&pause, NULL);
	}
}

static void keep(struct plan *plan)
{
	int status = 0;
	bool ended;
	pid_t guest;

	prepare_keeper(plan);
	guest = fork();
	if (!guest)
		run_guest(plan);
	if (guest < 0)
		_exit(1);
	setpgid(guest, guest);
	close_all_but(plan->control, plan->log);
	ended = guest_ended(plan, guest, &status);
	reap_all(guest);
	if (ended && WIFSIGNALED(status))
		dprintf(plan->log, "the guest was ended by signal %d\n", WTERMSIG(status));
	else if (ended)
		dprintf(plan->log, "the guest ended with status %d\n", WEXITSTATUS(status));
	remove_folder(plan->folder);
	_exit(0);
}

/* ---- in the harness ---- */

static void set_arguments(struct plan *plan)
{
	static const char *const fixed[] = {
		"mem=128M",          "root=/dev/root",
		"rootfstype=hostfs", "rw",
		"init=/init",        "con=null",
		"con0=null,fd:1",    "time-travel=inf-cpu",
		"norandmaps",        "panic=-1",
		"umid=guest",        LINUX_FILE_ARGUMENT LINUX_SHARED_PATH,
	};
	size_t nr = 0;

	plan->arguments[nr++] = plan->kernel;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		plan->arguments[nr++] = (char *)(uintptr_t)fixed[i];
	plan->arguments[nr++] = plan->root;
	plan->arguments[nr++] = plan->uml_dir;
	plan->arguments[nr] = NULL;
}

static bool open_pipes(struct plan *plan, struct linux_process *process, char *error,
		       size_t error_size)
{
	int control[2] = { -1, -1 }, log[2];

	if (pipe2(control, O_CLOEXEC) || pipe2(log, O_CLOEXEC)) {
		snprintf(error, error_size, "cannot make a pipe: %s", strerror(errno));
		close(control[0]); /* none, or the first of two that could be made */
		close(control[1]);
		return false;
	}
	plan->control = control[0];
	process->control = control[1];
	process->log = log[0];
	plan->log = log[1];
	fcntl(process->log, F_SETFL, O_NONBLOCK);
	return true;
}

bool linux_process_start(struct linux_process *process, const char *folder, int shared_fd,
			 char *error, size_t error_size)
{
	struct plan plan = { .shared = shared_fd };

	process->keeper = 0;
	if (!make_folder(&plan, error, error_size))
		return false;
	snprintf(plan.kernel, sizeof(plan.kernel), "%s/linux", folder);
	snprintf(plan.root, sizeof(plan.root), "rootflags=%s/root", folder);
	snprintf(plan.uml_dir, sizeof(plan.uml_dir), "uml_dir=%s/", plan.folder);
	set_arguments(&plan);
	if (!open_pipes(&plan, process, error, error_size)) {
		remove_folder(plan.folder);
		return false;
	}
	process->keeper = fork();
	if (!process->keeper) {
		close(process->control); /* else it would never see the harness go */
		keep(&plan);
	}
	close(plan.control);
	close(plan.log);
	snprintf(process->folder, sizeof(process->folder), "%s", plan.folder);
	if (process->keeper > 0)
		return true;
	snprintf(error, error_size, "cannot start a process: %s", strerror(errno));
	process->keeper = 0;
	close(process->control);
	close(process->log);
	remove_folder(plan.folder);
	return false;
}

bool linux_process_alive(struct linux_process *process)
{
	pid_t pid;

	if (!process->keeper)
		return false;
	pid = waitpid(process->keeper, NULL, WNOHANG);
	if (!pid || (pid < 0 && errno == EINTR))
		return true;
	process->keeper = 0;
	close(process->control);
	remove_folder(process->folder); /* a keeper that was killed has not done it */
	return false;
}

void linux_process_stop(struct linux_process *process)
{
	if (!process->keeper)
		return;
	close(process->control);
	while (waitpid(process->keeper, NULL, 0) < 0 && errno == EINTR)
		;
	process->keeper = 0;
	remove_folder(process->folder);
}

void linux_process_close_log(struct linux_process *process)
{
	close(process->log);
	process->log = -1;
}
