/* SPDX-License-Identifier: MIT */
/* Recordings on disk: plain or gzip'd text, read whole. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "diff/recorded/recorded_scan.h"

#define FILE_MAX_BYTES (256u << 20) /* unpacked: stops a gzip bomb */

/* Reads to the end; NULL or a static sentence. */
static const char *read_all(gzFile file, char **text, size_t *size)
{
	size_t capacity = 0;
	char *grown;
	int n;

	for (*size = 0; *size < FILE_MAX_BYTES; *size += (size_t)n) {
		grown = recorded_grow(*text, *size, &capacity, 1);
		if (!grown)
			return "out of memory";
		*text = grown;
		n = gzread(file, *text + *size, (unsigned int)(capacity - *size));
		if (n < 0)
			return "broken gzip data";
		if (!n)
			return NULL;
	}
	return "larger than 256 MiB";
}

bool recorded_read_file(const char *path, struct recorded *recorded, char *error, size_t error_size)
{
	gzFile file = gzopen(path, "rb");
	const char *problem;
	char *text = NULL;
	size_t size;
	bool ok = false;

	if (!file) {
		snprintf(error, error_size, "cannot open it: %s", strerror(errno));
		return false;
	}
	problem = read_all(file, &text, &size);
	gzclose(file);
	if (problem)
		snprintf(error, error_size, "%s", problem);
	else
		ok = recorded_parse(text, size, recorded, error, error_size);
	free(text);
	return ok;
}
