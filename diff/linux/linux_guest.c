/* SPDX-License-Identifier: MIT */
/*
 * One command is one exchange of numbers in the shared file: spin for as long as a short program
 * takes, then sleep in slices, looking after the guest's life and the deadline in between. What the
 * guest printed is read after each command; a line that tells of a broken kernel ends it.
 */
#define _GNU_SOURCE
#include "diff/linux/linux_guest.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "diff/linux/linux_process.h"

#define SPIN_NS 60000
#define SPIN_STEPS 64 /* between two looks at the clock */
#define SLICE_NS (20 * 1000 * 1000)
#define DEADLINE_MS 10000
#define START_DEADLINES 3
#define LOG_BYTES 16384
#define MAX_PARENTS 5
#define NS_PER_S 1000000000ll
#define NS_PER_MS 1000000ll

static struct guest {
	struct linux_process process;
	struct linux_shared *shared;
	int shared_fd;
	pid_t owner; /* a fork of the harness starts a guest of its own */
	uint32_t generation;
	size_t log_bytes;
	char log[LOG_BYTES];
} guest;

const char *linux_trouble_name(enum linux_trouble trouble)
{
	static const char *const names[] = {
		[LINUX_FINE] = "fine",
		[LINUX_REFUSED] = "linux-refused",
		[LINUX_PANIC] = "linux-panic",
		[LINUX_BUG] = "linux-bug",
		[LINUX_BAD_PAGE] = "linux-bad-page",
		[LINUX_HANG] = "linux-hang",
		[LINUX_DEATH] = "linux-death",
	};

	return names[trouble];
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static int64_t deadline_ns(void)
{
	const char *text = getenv("BUDDY_LINUX_DEADLINE_MS");
	long ms = text ? strtol(text, NULL, 10) : 0;

	return (ms > 0 && ms < INT_MAX ? ms : DEADLINE_MS) * NS_PER_MS;
}

/* ---- which kernel ---- */

static bool has_kernel(const char *folder)
{
	char path[2 * PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/linux", folder);
	return !access(path, X_OK);
}

/* build/linux of the folder we stand in, else of the one that this program was built in. */
static bool search_kernel(const char *variant, char *folder)
{
	char program[PATH_MAX], path[2 * PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	snprintf(path, sizeof(path), "build/linux/%s", variant);
	if (has_kernel(path))
		return realpath(path, folder);
	program[length > 0 ? length : 0] = '\0';
	for (int i = 0; i < MAX_PARENTS && strrchr(program, '/'); i++) {
		*strrchr(program, '/') = '\0';
		snprintf(path, sizeof(path), "%s/linux/%s", program, variant);
		if (has_kernel(path))
			return realpath(path, folder);
	}
	return false;
}

/* folder has room for PATH_MAX bytes. */
static bool find_kernel(char *folder, char *error, size_t error_size)
{
	const char *variant = getenv("BUDDY_LINUX_VARIANT"), *base = getenv("BUDDY_LINUX_DIR");
	char path[PATH_MAX];

	if (!variant || !*variant)
		variant = "plain";
	if (base && *base) {
		snprintf(path, sizeof(path), "%s/%s", base, variant);
		if (has_kernel(path) && realpath(path, folder))
			return true;
	} else if (search_kernel(variant, folder)) {
		return true;
	}
	snprintf(error, error_size,
		 "there is no kernel %s/%s/linux: run `make linux VARIANT=%s` first",
		 base && *base ? base : "build/linux", variant, variant);
	return false;
}

/* ---- the log ---- */

/* When it is full, the older half goes. */
static void read_log(void)
{
	for (;;) {
		ssize_t nr;

		if (guest.log_bytes == LOG_BYTES - 1) {
			guest.log_bytes -= LOG_BYTES / 2;
			memmove(guest.log, guest.log + LOG_BYTES / 2, guest.log_bytes);
		}
		nr = read(guest.process.log, guest.log + guest.log_bytes,
			  LOG_BYTES - 1 - guest.log_bytes);
		if (nr <= 0)
			break;
		guest.log_bytes += (size_t)nr;
	}
	guest.log[guest.log_bytes] = '\0';
}

static void forget_log(void)
{
	guest.log_bytes = 0;
	guest.log[0] = '\0';
}

static enum linux_trouble judge_log(void)
{
	static const struct {
		const char *words;
		enum linux_trouble trouble;
	} signs[] = {
		{ "Bad page state", LINUX_BAD_PAGE },
		{ "kernel BUG at", LINUX_BUG },
		{ "BUG: ", LINUX_BUG },
		{ "Kernel panic", LINUX_PANIC },
	};

	for (size_t i = 0; guest.log_bytes && i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strstr(guest.log, signs[i].words))
			return signs[i].trouble;
	return LINUX_FINE;
}

const char *linux_guest_log(void)
{
	return guest.log;
}

/* ---- one exchange ---- */

/* The protocol spells its words for kernel code, which has no C11 atomics. */
static atomic_uint *shared_word(unsigned int *word)
{
	return (atomic_uint *)word;
}

static void futex_wake(unsigned int *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void futex_wait(unsigned int *word, unsigned int value)
{
	const struct timespec slice = { 0, SLICE_NS };

	syscall(SYS_futex, word, FUTEX_WAIT, value, &slice, NULL, 0);
}

static bool answered(unsigned int request)
{
	return atomic_load(shared_word(&guest.shared->answer)) == request;
}

static bool spin(unsigned int request)
{
	int64_t end = now_ns() + SPIN_NS;

	do {
		for (int i = 0; i < SPIN_STEPS; i++)
			if (answered(request))
				return true;
		sched_yield(); /* both may have to share one CPU */
	} while (now_ns() < end);
	return false;
}

static enum linux_trouble wait_for_answer(unsigned int request, int64_t end)
{
	struct linux_shared *shared = guest.shared;
	enum linux_trouble trouble = LINUX_FINE;

	if (spin(request))
		return LINUX_FINE;
	atomic_store(shared_word(&shared->host_sleeps), 1);
	while (!answered(request)) {
		futex_wait(&shared->answer, request - 1);
		if (answered(request))
			break;
		read_log();
		trouble = judge_log();
		if (!trouble && !linux_process_alive(&guest.process))
			trouble = LINUX_DEATH;
		if (!trouble && now_ns() > end)
			trouble = LINUX_HANG;
		if (trouble)
			break;
	}
	atomic_store(shared_word(&shared->host_sleeps), 0);
	return trouble;
}

static void stop_process(void)
{
	linux_process_stop(&guest.process);
	read_log();
	linux_process_close_log(&guest.process);
}

/* Its words say more than the way it ended. */
static enum linux_trouble end_guest(enum linux_trouble trouble)
{
	enum linux_trouble told;

	stop_process();
	told = judge_log();
	return told == LINUX_FINE || trouble == LINUX_HANG ? trouble : told;
}

static enum linux_trouble exchange(enum linux_command command, int64_t limit_ns)
{
	struct linux_shared *shared = guest.shared;
	unsigned int request = shared->request + 1;
	enum linux_trouble trouble;

	shared->command = command;
	shared->error = 0;
	atomic_store(shared_word(&shared->request), request);
	if (atomic_load(shared_word(&shared->guest_sleeps)))
		futex_wake(&shared->request);
	trouble = wait_for_answer(request, now_ns() + limit_ns);
	if (!trouble) {
		read_log();
		trouble = judge_log();
	}
	if (trouble)
		return end_guest(trouble);
	forget_log();
	return shared->error ? LINUX_REFUSED : LINUX_FINE;
}

enum linux_trouble linux_guest_command(enum linux_command command)
{
	return exchange(command, deadline_ns());
}

/* ---- life ---- */

/* A fork of the harness gets memory of its own, at the same place: others point there. */
static void leave_parents_guest(void)
{
	if (!guest.shared)
		return;
	if (guest.process.keeper) {
		close(guest.process.control);
		close(guest.process.log);
	}
	guest.process.keeper = 0;
	guest.process.log = -1;
	close(guest.shared_fd);
}

static void *map_shared(int fd)
{
	int flags = guest.shared ? MAP_SHARED | MAP_FIXED : MAP_SHARED;

	if (fd < 0 || ftruncate(fd, sizeof(*guest.shared)))
		return MAP_FAILED;
	return mmap(guest.shared, sizeof(*guest.shared), PROT_READ | PROT_WRITE, flags, fd, 0);
}

struct linux_shared *linux_guest_shared(char *error, size_t error_size)
{
	void *memory;
	int fd;

	if (guest.shared && guest.owner == getpid())
		return guest.shared;
	fd = memfd_create("buddy-linux", MFD_CLOEXEC);
	memory = map_shared(fd);
	if (memory == MAP_FAILED) {
		snprintf(error, error_size, "cannot make the file that is shared with Linux: %s",
			 strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	if (!guest.shared)
		atexit(linux_guest_stop);
	leave_parents_guest();
	guest.shared = memory;
	guest.shared_fd = fd;
	guest.owner = getpid();
	return guest.shared;
}

static void prepare_shared(struct linux_shared *shared)
{
	shared->magic = LINUX_PROTOCOL_MAGIC;
	shared->version = LINUX_PROTOCOL_VERSION;
	shared->request = shared->answer = 0;
	shared->guest_sleeps = shared->host_sleeps = 0;
	memset(&shared->kernel, 0, sizeof(shared->kernel));
	shared->text[0] = '\0';
}

bool linux_guest_start(char *error, size_t error_size)
{
	char folder[PATH_MAX];
	enum linux_trouble trouble;

	if (!linux_guest_shared(error, error_size))
		return false;
	if (linux_process_alive(&guest.process))
		return true;
	if (guest.generation && guest.process.log > 0)
		linux_process_close_log(&guest.process); /* it died while nobody asked */
	if (!find_kernel(folder, error, error_size))
		return false;
	prepare_shared(guest.shared);
	forget_log();
	if (!linux_process_start(&guest.process, folder, guest.shared_fd, error, error_size))
		return false;
	guest.generation++;
	trouble = exchange(LINUX_HELLO, START_DEADLINES * deadline_ns());
	if (!trouble)
		return true;
	snprintf(error, error_size, "the kernel %s/linux does not come up (%s)%s%s", folder,
		 linux_trouble_name(trouble), guest.log_bytes ? ":\n" : "", guest.log);
	linux_guest_stop();
	return false;
}

bool linux_guest_kernel(struct linux_kernel *kernel, char *error, size_t error_size)
{
	if (!linux_guest_start(error, error_size))
		return false;
	*kernel = guest.shared->kernel;
	return true;
}

uint32_t linux_guest_generation(void)
{
	return guest.process.keeper ? guest.generation : 0;
}

/* Asked to quit, a kernel with counters writes them before it answers. */
void linux_guest_stop(void)
{
	if (!guest.process.keeper || guest.owner != getpid())
		return;
	if (!linux_process_alive(&guest.process)) {
		linux_process_close_log(&guest.process);
		return;
	}
	if (exchange(LINUX_QUIT, deadline_ns()) <= LINUX_REFUSED) /* else it has been ended */
		stop_process();
}
