/* SPDX-License-Identifier: MIT */
/* Whole files in and out. Reading goes through zlib, which passes plain files on as they are. */
#include "fuzz/input/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define FILE_MAX_BYTES ((size_t)1 << 30)
#define TEXT_PROBE_BYTES 512

/* NULL when the file is damaged, too large or does not fit into memory. */
static uint8_t *read_all(gzFile gz, size_t *size)
{
	size_t capacity = 1 << 16, nr = 0;
	uint8_t *data = malloc(capacity);
	int got = 1;

	while (data && got > 0 && nr < FILE_MAX_BYTES) {
		if (nr == capacity) {
			uint8_t *more = realloc(data, capacity * 2);

			if (!more)
				break;
			data = more;
			capacity *= 2;
		}
		got = gzread(gz, data + nr, (unsigned int)(capacity - nr));
		nr += got > 0 ? (size_t)got : 0;
	}
	if (data && got != 0) {
		free(data);
		return NULL;
	}
	*size = nr;
	return data;
}

static gzFile open_gz(const char *path)
{
	if (strcmp(path, "-"))
		return gzopen(path, "rb");
	int fd = dup(STDIN_FILENO);
	gzFile gz = fd >= 0 ? gzdopen(fd, "rb") : NULL;

	if (!gz && fd >= 0)
		close(fd);
	return gz;
}

uint8_t *file_read(const char *path, size_t *size, char *error, size_t error_size)
{
	errno = 0;
	gzFile gz = open_gz(path);

	if (!gz) {
		snprintf(error, error_size, "%s: cannot be opened: %s", path,
			 errno ? strerror(errno) : "out of memory");
		return NULL;
	}
	errno = 0;
	uint8_t *data = read_all(gz, size);

	if (!data)
		snprintf(error, error_size, "%s: cannot be read: %s", path,
			 errno ? strerror(errno) : "damaged, or larger than 1 GiB");
	gzclose(gz);
	return data;
}

bool file_is_text(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size && i < TEXT_PROBE_BYTES; i++) {
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
