/* SPDX-License-Identifier: MIT */
/* Whether a disk takes what a campaign writes: engines write without looking. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cli/fuzz.h"

#define PROBE_BYTES 4096
#define FULL_BYTES 65536 /* left for files of a few KiB each: some would be cut short */

static bool probe_write(const char *path)
{
	static const char nothing[PROBE_BYTES];
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	bool written = file >= 0 && write(file, nothing, PROBE_BYTES) == PROBE_BYTES;
	int reason = errno;

	if (file >= 0) {
		if (close(file) != 0 && written) {
			written = false;
			reason = errno;
		}
		unlink(path);
	}
	errno = reason;
	return written;
}

bool folder_takes_files(const char *path)
{
	char folder[FUZZ_PATH_MAX], probe[FUZZ_PATH_MAX];
	char *slash;

	path_format(folder, "%s", path);
	while (!file_exists(folder) && (slash = strrchr(folder, '/')) != NULL && slash > folder)
		*slash = '\0';
	if (!file_exists(folder))
		path_format(folder, ".");
	path_format(probe, "%s/.buddy-fuzz-probe", folder);
	errno = ENOSPC; /* a short write sets none */
	return probe_write(probe);
}

bool disk_is_full(const char *folder)
{
	struct statvfs info;

	if (statvfs(folder, &info) != 0)
		return false;
	fsblkcnt_t nr_blocks = geteuid() == 0 ? info.f_bfree : info.f_bavail;

	errno = ENOSPC;
	return (uint64_t)nr_blocks * info.f_frsize < FULL_BYTES ||
	       (info.f_files && info.f_favail == 0);
}
