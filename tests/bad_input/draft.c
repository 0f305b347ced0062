/* SPDX-License-Identifier: MIT */
/* Random words, files and arguments of a draft. */
#include "tests/bad_input/draft.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "fuzz/input/file.h"

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "bad_input: %s\n", what);
	exit(2);
}

/* ---- random numbers ---- */

uint32_t draw(struct draft *draft, uint32_t below)
{
	uint64_t x = draft->random += 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)((x ^ x >> 31) % below);
}

void draw_word(struct draft *draft, char word[16])
{
	uint32_t length = 3 + draw(draft, 9);

	for (uint32_t i = 0; i < length; i++)
		word[i] = (char)('a' + draw(draft, 26));
	word[0] = word[1] = 'z'; /* as no word here begins */
	word[length] = '\0';
}

static size_t draw_one(struct draft *draft, char kind, char piece[32])
{
	static const char *const numbers[] = { "4294967296",  "99999999999999999999",
					       "0x1ffffffff", "1e9",
					       "0x",          "12z",
					       "--1",         "+-1" };

	if (kind == 'w')
		draw_word(draft, piece);
	else if (kind == 'n')
		snprintf(piece, 32, "%s", numbers[draw(draft, 8)]);
	else if (kind == 'b') /* 1 to 8, and 127 */
		snprintf(piece, 32, "%c", draw(draft, 4) ? 1 + (int)draw(draft, 8) : 127);
	else if (kind == 'h')
		snprintf(piece, 32, "%c", (int)(128 + draw(draft, 128)));
	else
		die("a pattern has another letter");
	return strlen(piece);
}

size_t draw_text(struct draft *draft, const char *pattern, char *text, size_t capacity)
{
	size_t nr = 0;

	for (; *pattern; pattern++) {
		char piece[32] = { *pattern };
		size_t length = *pattern == '%' ? draw_one(draft, *++pattern, piece) : 1;

		if (nr + length >= capacity)
			die("a pattern is too long");
		memcpy(text + nr, piece, length);
		nr += length;
	}
	text[nr] = '\0';
	return nr;
}

/* ---- what is run ---- */

void add_argument(struct draft *draft, const char *format, ...)
{
	va_list arguments;

	if (draft->nr_arguments == DRAFT_MAX_ARGUMENTS)
		die("too many arguments");
	va_start(arguments, format);
	vsnprintf(draft->arguments[draft->nr_arguments++], DRAFT_TEXT_BYTES, format, arguments);
	va_end(arguments);
}

void expect_place(struct draft *draft, const char *format, ...)
{
	va_list arguments;

	if (draft->nr_places == DRAFT_MAX_PLACES)
		die("too many places");
	va_start(arguments, format);
	vsnprintf(draft->places[draft->nr_places++], DRAFT_TEXT_BYTES, format, arguments);
	va_end(arguments);
}

void make_file(struct draft *draft, const char *suffix, const void *data, size_t size,
	       char name[DRAFT_TEXT_BYTES])
{
	char path[2 * DRAFT_TEXT_BYTES], error[512];

	snprintf(name, DRAFT_TEXT_BYTES, "input%u%s", draft->nr_files++, suffix);
	snprintf(path, sizeof(path), "%s/%s", draft->folder, name);
	if (!file_write(path, data, size, error, sizeof(error)))
		die(error);
}

size_t pack(const void *data, size_t size, uint8_t *packed, size_t capacity)
{
	z_stream stream = { .zalloc = Z_NULL };
	size_t nr;

	if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		die("out of memory");
	stream.next_in = (Bytef *)(uintptr_t)data;
	stream.avail_in = (uInt)size;
	stream.next_out = packed;
	stream.avail_out = (uInt)capacity;
	if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
		die("a file is too large to be packed");
	nr = capacity - stream.avail_out;
	deflateEnd(&stream);
	return nr;
}

uint8_t *read_source(const char *path, size_t *size)
{
	char whole[1024], error[1200];
	uint8_t *data;

	snprintf(whole, sizeof(whole), "%s/%s", BUDDY_SOURCE_DIR, path);
	data = file_read(whole, size, error, sizeof(error));
	if (!data)
		die(error);
	return data;
}
