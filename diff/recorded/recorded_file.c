/* SPDX-License-Identifier: MIT */
/* Recordings on disk: plain or gzip'd text, read whole. */
#include <stdlib.h>

#include "diff/recorded/packed_file.h"
#include "diff/recorded/recorded_scan.h"

#define FILE_MAX_BYTES (256u << 20) /* unpacked: stops a gzip bomb */

bool recorded_read_file(const char *path, struct recorded *recorded, char *error, size_t error_size)
{
	size_t size;
	char *text = (char *)packed_file_read(path, FILE_MAX_BYTES, &size, error, error_size);
	bool ok = text && recorded_parse(text, size, recorded, error, error_size);

	free(text);
	return ok;
}
