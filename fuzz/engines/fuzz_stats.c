/* SPDX-License-Identifier: MIT */
/* One process adds to one line, readers may look at any time: relaxed atomics on a shared mapping
 * suffice. */
#include "fuzz/engines/fuzz_stats.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct stats_line {
	_Atomic uint64_t pid; /* 0: free to take */
	_Atomic uint64_t counts[NR_FUZZ_COUNTERS];
	uint64_t spare[3];
};
_Static_assert(sizeof(struct stats_line) == 64, "a line of the file is one cache line");

#define FILE_BYTES (FUZZ_STATS_SLOTS * sizeof(struct stats_line))

/* The line of this process: a counter for others to watch, not state of any run. */
static struct stats_line *lines, *own_line;

static struct stats_line *map_file(const char *path, bool create)
{
	int fd = open(path, create ? O_RDWR | O_CREAT | O_CLOEXEC : O_RDWR | O_CLOEXEC, 0644);
	struct stat stat;
	void *map = MAP_FAILED;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &stat) &&
	    ((size_t)stat.st_size >= FILE_BYTES || (create && !ftruncate(fd, FILE_BYTES))))
		map = mmap(NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return map == MAP_FAILED ? NULL : map;
}

static bool is_alive(uint64_t pid)
{
	return pid && (!kill((pid_t)pid, 0) || errno == EPERM);
}

static bool take_line(struct stats_line *line)
{
	uint64_t pid = atomic_load(&line->pid);

	return !is_alive(pid) &&
	       atomic_compare_exchange_strong(&line->pid, &pid, (uint64_t)getpid());
}

bool fuzz_stats_open(const char *path)
{
	fuzz_stats_close();
	lines = map_file(path, true);
	for (uint32_t i = 0; lines && i < FUZZ_STATS_SLOTS && !own_line; i++)
		if (take_line(&lines[i]))
			own_line = &lines[i];
	if (!own_line)
		fuzz_stats_close();
	return own_line;
}

void fuzz_stats_close(void)
{
	if (own_line)
		atomic_store(&own_line->pid, 0);
	if (lines)
		munmap(lines, FILE_BYTES);
	lines = own_line = NULL;
}

void fuzz_stats_add(enum fuzz_counter counter, uint64_t nr)
{
	if (own_line)
		atomic_fetch_add_explicit(&own_line->counts[counter], nr, memory_order_relaxed);
}

bool fuzz_stats_read(const char *path, struct fuzz_totals *totals)
{
	struct stats_line *map = map_file(path, false);

	memset(totals, 0, sizeof(*totals));
	for (uint32_t i = 0; map && i < FUZZ_STATS_SLOTS; i++) {
		for (uint32_t counter = 0; counter < NR_FUZZ_COUNTERS; counter++)
			totals->counts[counter] += atomic_load(&map[i].counts[counter]);
		totals->nr_workers += is_alive(atomic_load(&map[i].pid));
	}
	if (map)
		munmap(map, FILE_BYTES);
	return map;
}
