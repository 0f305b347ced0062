/* SPDX-License-Identifier: MIT */
/* What is asked of a program without a file: apart, because fuzz targets link it and no zlib. */
#include "fuzz/input/corpus_file.h"

#include <stdio.h>
#include <stdlib.h>

#include "oracle/lang/text.h"

uint64_t corpus_hash(const void *data, size_t size)
{
	const uint8_t *bytes = data;
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3u;
	return hash;
}

char *corpus_text(const struct program *program, size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);
	bool printed;

	if (!out)
		return NULL;
	printed = text_print(program, out);
	if (!fclose(out) && printed)
		return text;
	free(text);
	return NULL;
}
