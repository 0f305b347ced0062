/* SPDX-License-Identifier: MIT */
/* The file first, then what it unpacks to: so nothing hides where gzip data ends or should go on.
 */
#include "diff/recorded/packed_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define FIRST_BYTES ((size_t)1 << 16)
#define GZIP_ONLY (15 + 16) /* window bits of inflateInit2: the largest window, a gzip header */
#define GZIP_MAGIC_BYTES 2u
#define INFLATE_STEP ((size_t)1 << 20) /* zlib counts in 32 bits */

struct bytes {
	uint8_t *data;
	size_t nr, capacity, max;
};

struct reading {
	char *error;
	size_t error_size;
};

static bool fail(const struct reading *reading, const char *what, const char *why)
{
	snprintf(reading->error, reading->error_size, "%s: %s", what, why);
	return false;
}

/* Room for at least one more byte. */
static bool make_room(const struct reading *reading, struct bytes *bytes)
{
	size_t capacity = bytes->capacity ? bytes->capacity * 2 : FIRST_BYTES;
	uint8_t *grown;

	if (bytes->nr < bytes->capacity)
		return true;
	if (capacity > bytes->max + 1)
		capacity = bytes->max + 1;
	if (bytes->nr == capacity) {
		snprintf(reading->error, reading->error_size, "cannot be read: larger than %zu MiB",
			 bytes->max >> 20);
		return false;
	}
	grown = realloc(bytes->data, capacity);
	if (!grown)
		return fail(reading, "cannot be read", "out of memory");
	bytes->data = grown;
	bytes->capacity = capacity;
	return true;
}

/* ---- the file ---- */

static const char *kind_of(mode_t mode)
{
	return S_ISDIR(mode)    ? "a folder"
	       : S_ISFIFO(mode) ? "a pipe"
	       : S_ISSOCK(mode) ? "a socket"
				: "a device";
}

int packed_file_open(const char *path, char *error, size_t error_size)
{
	const struct reading reading = { error, error_size };
	struct stat status;
	int fd;

	if (!strcmp(path, "-"))
		fd = dup(STDIN_FILENO);
	else /* or a pipe without a writer would never be opened */
		fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		fail(&reading, "cannot be opened", strerror(errno));
		return -1;
	}
	if (!strcmp(path, "-") || (!fstat(fd, &status) && S_ISREG(status.st_mode)))
		return fd;
	snprintf(error, error_size, "is %s; expected a regular file, or '-' for standard input",
		 kind_of(status.st_mode));
	close(fd);
	return -1;
}

static bool read_packed(const struct reading *reading, int fd, struct bytes *bytes)
{
	ssize_t got = 1;

	while (got) {
		if (!make_room(reading, bytes))
			return false;
		got = read(fd, bytes->data + bytes->nr, bytes->capacity - bytes->nr);
		if (got < 0 && errno != EINTR)
			return fail(reading, "cannot be read", strerror(errno));
		bytes->nr += got > 0 ? (size_t)got : 0;
	}
	return true;
}

/* ---- gzip ---- */

bool packed_file_is_named_so(const char *path)
{
	size_t length = strlen(path);

	return length > 3 && !strcmp(path + length - 3, ".gz");
}

static bool is_packed(const uint8_t *data, size_t nr)
{
	return nr >= GZIP_MAGIC_BYTES && data[0] == 0x1f && data[1] == 0x8b;
}

static bool fail_at(const struct reading *reading, size_t at, const char *why)
{
	snprintf(reading->error, reading->error_size, "cannot be read: at byte %zu: %s", at, why);
	return false;
}

/* One step; *at is how far the packed bytes are read. */
static int inflate_step(z_stream *stream, const struct bytes *packed, size_t *at,
			struct bytes *bytes)
{
	size_t left = packed->nr - *at, room = bytes->capacity - bytes->nr;
	int status;

	stream->next_in = packed->data + *at;
	stream->avail_in = (uInt)(left < INFLATE_STEP ? left : INFLATE_STEP);
	stream->next_out = bytes->data + bytes->nr;
	stream->avail_out = (uInt)(room < INFLATE_STEP ? room : INFLATE_STEP);
	status = inflate(stream, Z_NO_FLUSH);
	*at = (size_t)(stream->next_in - packed->data);
	bytes->nr = (size_t)(stream->next_out - bytes->data);
	return status;
}

/* Members follow each other without anything between them or behind the last one. */
static bool inflate_members(const struct reading *reading, z_stream *stream,
			    const struct bytes *packed, struct bytes *bytes)
{
	size_t at = 0;
	int status = Z_OK;

	while (at < packed->nr || status != Z_STREAM_END) {
		if (status == Z_STREAM_END) {
			if (!is_packed(packed->data + at, packed->nr - at))
				return fail_at(reading, at,
					       "expected the end of the file behind its gzip data");
			inflateReset(stream);
		}
		if (!make_room(reading, bytes))
			return false;
		status = inflate_step(stream, packed, &at, bytes);
		if (status == Z_BUF_ERROR && at == packed->nr)
			return fail_at(reading, at,
				       "the gzip data was cut off; expected more of it");
		if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
			return fail_at(reading, at,
				       stream->msg ? stream->msg : "damaged gzip data");
	}
	return true;
}

static bool unpack(const struct reading *reading, const struct bytes *packed, struct bytes *bytes)
{
	z_stream stream = { .zalloc = Z_NULL };
	bool done;

	if (inflateInit2(&stream, GZIP_ONLY) != Z_OK)
		return fail(reading, "cannot be read", "out of memory");
	done = inflate_members(reading, &stream, packed, bytes);
	inflateEnd(&stream);
	return done;
}

/* What the file holds takes the place of its bytes. */
static bool unpack_in_place(const struct reading *reading, const char *path, struct bytes *bytes)
{
	struct bytes unpacked = { .max = bytes->max };
	bool done;

	if (!is_packed(bytes->data, bytes->nr))
		return !packed_file_is_named_so(path) ||
		       fail_at(reading, 0, "expected gzip data, as the name ends in .gz");
	done = unpack(reading, bytes, &unpacked);
	free(bytes->data);
	*bytes = unpacked;
	return done;
}

uint8_t *packed_file_read(const char *path, size_t max_bytes, size_t *size, char *error,
			  size_t error_size)
{
	const struct reading reading = { error, error_size };
	struct bytes bytes = { .max = max_bytes };
	int fd = packed_file_open(path, error, error_size);
	bool done;

	if (fd < 0)
		return NULL;
	done = read_packed(&reading, fd, &bytes) && unpack_in_place(&reading, path, &bytes);
	close(fd);
	if (!done) {
		free(bytes.data);
		return NULL;
	}
	*size = bytes.nr;
	return bytes.data;
}
