/* SPDX-License-Identifier: MIT */
/*
 * Files to be read, gzip'd or plain. What was cut off or is damaged is an error, and so is what
 * stands behind gzip data; a name that ends in .gz promises such. Only regular files and standard
 * input ("-") are opened: a pipe may never begin and a device never end.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PACKED_FILE_ERROR_BYTES 160u

struct packed_file;

/* NULL: error has what is wrong, without the path. packed_file_close(). */
struct packed_file *packed_file_open(const char *path, char *error, size_t error_size);
/* The next bytes, at least one; 0: the file ends well. -1: packed_file_error() tells. */
ssize_t packed_file_next(struct packed_file *file, void *bytes, size_t capacity);
const char *packed_file_error(const struct packed_file *file);
void packed_file_close(struct packed_file *file);

/*
 * All bytes, unpacked, to be freed by the caller. NULL: error tells, without the path; also when
 * there are more than max_bytes.
 */
uint8_t *packed_file_read(const char *path, size_t max_bytes, size_t *size, char *error,
			  size_t error_size);
