/* SPDX-License-Identifier: MIT */
/* calloc() takes large memory from the system, which zeroes a page when it is first written. */
#include "diff/subjects/core_image.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PIECE_BYTES 4096u
#define LARGE_BYTES ((size_t)64 << 20) /* below, to compare costs more than to copy */

/* The start of the allocation stands in front of the image. */
void *core_image_create(size_t bytes)
{
	unsigned char *start, *image;

	if (bytes > SIZE_MAX - 2 * CORE_IMAGE_ALIGNMENT)
		return NULL;
	start = calloc(1, bytes + 2 * CORE_IMAGE_ALIGNMENT);
	if (!start)
		return NULL;
	image = start + 2 * CORE_IMAGE_ALIGNMENT - (uintptr_t)start % CORE_IMAGE_ALIGNMENT;
	memcpy(image - sizeof(start), &start, sizeof(start));
	return image;
}

void core_image_free(void *memory)
{
	unsigned char *start = NULL;

	if (memory)
		memcpy(&start, (unsigned char *)memory - sizeof(start), sizeof(start));
	free(start);
}

void core_image_copy(void *to, const void *from, size_t bytes)
{
	if (bytes < LARGE_BYTES) {
		memcpy(to, from, bytes);
		return;
	}
	for (size_t at = 0; at < bytes; at += PIECE_BYTES) {
		size_t nr = bytes - at < PIECE_BYTES ? bytes - at : PIECE_BYTES;

		if (memcmp((char *)to + at, (const char *)from + at, nr))
			memcpy((char *)to + at, (const char *)from + at, nr);
	}
}
