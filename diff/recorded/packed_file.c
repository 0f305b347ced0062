/* SPDX-License-Identifier: MIT */
/* zlib's own files would hide where gzip data ends and whether more follows: so it only inflates.
 */
#include "diff/recorded/packed_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define PIECE_BYTES ((size_t)1 << 16)
#define GZIP_ONLY (15 + 16) /* window bits of inflateInit2: the largest window, a gzip header */
#define GZIP_MAGIC_BYTES 2u

struct packed_file {
	int fd;
	bool is_packed;
	bool is_inside; /* of a member of the gzip data */
	z_stream stream;
	uint8_t piece[PIECE_BYTES]; /* of the file: [at, nr) is still to be taken */
	size_t at, nr;
	uint64_t piece_start; /* bytes of the file in front of it */
	char error[PACKED_FILE_ERROR_BYTES];
};

static bool fail(struct packed_file *file, const char *why)
{
	snprintf(file->error, sizeof(file->error), "cannot be read: %s", why);
	return false;
}

static bool fail_here(struct packed_file *file, const char *why)
{
	snprintf(file->error, sizeof(file->error), "cannot be read: at byte %llu: %s",
		 (unsigned long long)(file->piece_start + file->at), why);
	return false;
}

/* Keeps what was not taken, and adds at least wanted bytes in all unless the file ends. */
static bool fill(struct packed_file *file, size_t wanted)
{
	memmove(file->piece, file->piece + file->at, file->nr - file->at);
	file->piece_start += file->at;
	file->nr -= file->at;
	file->at = 0;
	while (file->nr < wanted) {
		ssize_t got = read(file->fd, file->piece + file->nr, PIECE_BYTES - file->nr);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(file, strerror(errno));
		if (!got)
			return true;
		file->nr += (size_t)got;
	}
	return true;
}

static bool begins_member(const struct packed_file *file)
{
	return file->nr - file->at >= GZIP_MAGIC_BYTES && file->piece[file->at] == 0x1f &&
	       file->piece[file->at + 1] == 0x8b;
}

/* ---- open, close ---- */

static const char *kind_of(mode_t mode)
{
	return S_ISDIR(mode)    ? "a folder"
	       : S_ISFIFO(mode) ? "a pipe"
	       : S_ISSOCK(mode) ? "a socket"
				: "a device";
}

/* A descriptor, or -1. */
static int open_regular(const char *path, char *error, size_t error_size)
{
	bool is_input = !strcmp(path, "-");
	struct stat status;
	int fd;

	/* Without O_NONBLOCK a pipe that nobody writes to would never be opened. */
	fd = is_input ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || (!is_input && fstat(fd, &status))) {
		snprintf(error, error_size, "cannot be opened: %s", strerror(errno));
	} else if (is_input || S_ISREG(status.st_mode)) {
		return fd;
	} else {
		snprintf(error, error_size,
			 "is %s; expected a regular file, or '-' for standard input",
			 kind_of(status.st_mode));
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool ends_in_gz(const char *path)
{
	size_t length = strlen(path);

	return length > 3 && !strcmp(path + length - 3, ".gz");
}

/* Looks at the first bytes. */
static bool begin(struct packed_file *file, const char *path)
{
	if (!fill(file, GZIP_MAGIC_BYTES))
		return false;
	file->is_packed = begins_member(file);
	if (!file->is_packed && ends_in_gz(path))
		return fail_here(file, "expected gzip data, as the name ends in .gz");
	if (file->is_packed && inflateInit2(&file->stream, GZIP_ONLY) != Z_OK) {
		file->is_packed = false;
		return fail(file, "out of memory");
	}
	file->is_inside = file->is_packed;
	return true;
}

struct packed_file *packed_file_open(const char *path, char *error, size_t error_size)
{
	int fd = open_regular(path, error, error_size);
	struct packed_file *file;

	if (fd < 0)
		return NULL;
	file = malloc(sizeof(*file));
	if (!file) {
		snprintf(error, error_size, "cannot be opened: out of memory");
		close(fd);
		return NULL;
	}
	memset(file, 0, sizeof(*file));
	file->fd = fd;
	if (begin(file, path))
		return file;
	snprintf(error, error_size, "%s", file->error);
	packed_file_close(file);
	return NULL;
}

void packed_file_close(struct packed_file *file)
{
	if (!file)
		return;
	if (file->is_packed)
		inflateEnd(&file->stream);
	close(file->fd);
	free(file);
}

const char *packed_file_error(const struct packed_file *file)
{
	return file->error;
}

/* ---- read ---- */

static ssize_t next_plain(struct packed_file *file, void *bytes, size_t capacity)
{
	size_t nr;

	if (file->at == file->nr && !fill(file, 1))
		return -1;
	nr = file->nr - file->at < capacity ? file->nr - file->at : capacity;
	memcpy(bytes, file->piece + file->at, nr);
	file->at += nr;
	return (ssize_t)nr;
}

/* Members follow each other without anything between them or behind the last one. */
static bool begin_member(struct packed_file *file, bool *is_end)
{
	if (!fill(file, GZIP_MAGIC_BYTES))
		return false;
	*is_end = !file->nr;
	if (*is_end)
		return true;
	if (!begins_member(file))
		return fail_here(file, "expected the end of the file behind its gzip data");
	inflateReset(&file->stream);
	file->is_inside = true;
	return true;
}

/* Takes what the piece holds; *nr bytes came of it. */
static bool inflate_piece(struct packed_file *file, void *bytes, size_t capacity, size_t *nr)
{
	z_stream *stream = &file->stream;
	int status;

	if (file->at == file->nr && !fill(file, 1))
		return false;
	stream->next_in = file->piece + file->at;
	stream->avail_in = (uInt)(file->nr - file->at);
	stream->next_out = bytes;
	stream->avail_out = (uInt)(capacity < PIECE_BYTES ? capacity : PIECE_BYTES);
	status = inflate(stream, Z_NO_FLUSH);
	file->at = (size_t)(stream->next_in - file->piece);
	*nr = (size_t)(stream->next_out - (Bytef *)bytes);
	file->is_inside = status != Z_STREAM_END;
	if (status == Z_BUF_ERROR && !file->nr)
		return fail_here(file, "the gzip data was cut off; expected more of it");
	if (status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR)
		return true;
	return fail_here(file, stream->msg ? stream->msg : "damaged gzip data");
}

static ssize_t next_unpacked(struct packed_file *file, void *bytes, size_t capacity)
{
	size_t nr = 0;
	bool is_end = false;

	while (!nr) {
		if (!file->is_inside && !begin_member(file, &is_end))
			return -1;
		if (is_end)
			return 0;
		if (!inflate_piece(file, bytes, capacity, &nr))
			return -1;
	}
	return (ssize_t)nr;
}

ssize_t packed_file_next(struct packed_file *file, void *bytes, size_t capacity)
{
	if (file->is_packed)
		return next_unpacked(file, bytes, capacity);
	return next_plain(file, bytes, capacity);
}

/* ---- all of it ---- */

struct whole {
	uint8_t *data;
	size_t nr, capacity, max;
};

/* Room for at least one more byte. */
static bool make_room(struct packed_file *file, struct whole *whole)
{
	size_t capacity = whole->capacity ? whole->capacity * 2 : PIECE_BYTES;
	uint8_t *grown;

	if (whole->nr < whole->capacity)
		return true;
	if (capacity > whole->max + 1)
		capacity = whole->max + 1;
	if (whole->nr == capacity) {
		snprintf(file->error, sizeof(file->error),
			 "cannot be read: expected at most %zu MiB", whole->max >> 20);
		return false;
	}
	grown = realloc(whole->data, capacity);
	if (!grown)
		return fail(file, "out of memory");
	whole->data = grown;
	whole->capacity = capacity;
	return true;
}

static bool read_whole(struct packed_file *file, struct whole *whole)
{
	ssize_t got = 1;

	while (got) {
		if (!make_room(file, whole))
			return false;
		got = packed_file_next(file, whole->data + whole->nr, whole->capacity - whole->nr);
		if (got < 0)
			return false;
		whole->nr += (size_t)got;
	}
	return true;
}

uint8_t *packed_file_read(const char *path, size_t max_bytes, size_t *size, char *error,
			  size_t error_size)
{
	struct packed_file *file = packed_file_open(path, error, error_size);
	struct whole whole = { .max = max_bytes };

	if (!file)
		return NULL;
	if (!read_whole(file, &whole)) {
		snprintf(error, error_size, "%s", file->error);
		free(whole.data);
		whole.data = NULL;
	}
	packed_file_close(file);
	*size = whole.nr;
	return whole.data;
}
