/* SPDX-License-Identifier: MIT */
/* Whole files in and out. */
#include "fuzz/input/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "diff/recorded/packed_file.h"

#define FILE_MAX_BYTES ((size_t)1 << 30)

uint8_t *file_read(const char *path, size_t *size, char *error, size_t error_size)
{
	char problem[256];
	uint8_t *data = packed_file_read(path, FILE_MAX_BYTES, size, problem, sizeof(problem));

	if (!data)
		snprintf(error, error_size, "%s: %s", path, problem);
	return data;
}

bool file_is_text(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		bool is_space = data[i] == '\t' || data[i] == '\n' || data[i] == '\r';

		if (data[i] == 0x7f || (data[i] < ' ' && !is_space))
			return false;
	}
	return true;
}

/* ---- writing ---- */

static bool write_out(const char *path, const void *data, size_t size)
{
	FILE *out = fopen(path, "wb");

	if (!out)
		return false;
	bool written = fwrite(data, 1, size, out) == size && !fflush(out) && !fsync(fileno(out));

	return !fclose(out) && written;
}

bool file_write(const char *path, const void *data, size_t size, char *error, size_t error_size)
{
	char beside[4096];
	int length = snprintf(beside, sizeof(beside), "%s.%ld.tmp", path, (long)getpid());

	if (length < 0 || (size_t)length >= sizeof(beside)) {
		snprintf(error, error_size, "the output path is longer than %zu bytes",
			 sizeof(beside));
		return false;
	}
	errno = 0;
	if (write_out(beside, data, size) && !rename(beside, path))
		return true;
	snprintf(error, error_size, "%s: cannot be written: %s", path, strerror(errno));
	remove(beside);
	return false;
}
