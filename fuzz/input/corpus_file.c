/* SPDX-License-Identifier: MIT */
/* Text keeps its comments, which the program does not: so the two are compared without them. */
#include "fuzz/input/corpus_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/input/file.h"
#include "fuzz/input/input.h"
#include "fuzz/input/program_file.h"
#include "oracle/lang/text.h"

static bool has_suffix(const char *path, const char *suffix)
{
	size_t length = strlen(path), wanted = strlen(suffix);

	return length >= wanted && !strcmp(path + length - wanted, suffix);
}

bool corpus_file_is_program(const char *path)
{
	static const char *const others[] = { ".md", ".txt", ".txt.gz", ".zip", ".tmp" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (has_suffix(path, others[i]))
			return false;
	return true;
}

bool corpus_file_read(const char *path, struct corpus_file *file, struct program *program,
		      char *error, size_t error_size)
{
	file->data = file_read(path, &file->size, error, error_size);
	if (!file->data)
		return false;
	if (program_from_bytes(path, file->data, file->size, program, &file->is_text, error,
			       error_size))
		return true;
	corpus_file_free(file);
	return false;
}

void corpus_file_free(struct corpus_file *file)
{
	free(file->data);
	*file = (struct corpus_file){ .data = NULL };
}

/* ---- checks ---- */

/* Drops comments and the lines that are nothing else; to has room for size. */
static size_t strip_comments(const char *text, size_t size, char *to)
{
	size_t nr = 0, line = 0;

	for (size_t i = 0; i < size; i++) {
		if (text[i] == '#') {
			while (nr > line && (to[nr - 1] == ' ' || to[nr - 1] == '\t'))
				nr--;
			while (i < size && text[i] != '\n')
				i++;
		}
		if (i < size && (text[i] != '\n' || nr > line))
			to[nr++] = text[i];
		if (i < size && text[i] == '\n')
			line = nr;
	}
	return nr;
}

static bool same_program(const struct program *a, const struct program *b)
{
	return !memcmp(&a->machine, &b->machine, sizeof(a->machine)) && a->nr_ops == b->nr_ops &&
	       a->nr_slots == b->nr_slots &&
	       (!a->nr_ops || !memcmp(a->ops, b->ops, a->nr_ops * sizeof(*a->ops)));
}

/* The lines in which two texts differ first; each is as long as it needs. */
static void tell_difference(const char *is, size_t is_size, const char *wanted, size_t size,
			    char *error, size_t error_size)
{
	size_t line = 0, i = 0;

	for (; i < is_size && i < size && is[i] == wanted[i]; i++)
		if (is[i] == '\n')
			line = i + 1;
	const char *is_end = memchr(is + line, '\n', is_size - line);
	const char *wanted_end = memchr(wanted + line, '\n', size - line);

	snprintf(error, error_size, "not canonical: '%.*s' should be '%.*s'",
		 (int)((is_end ? is_end : is + is_size) - is - (ptrdiff_t)line), is + line,
		 (int)((wanted_end ? wanted_end : wanted + size) - wanted - (ptrdiff_t)line),
		 wanted + line);
}

static bool is_canonical(const struct corpus_file *file, const char *text, size_t size, char *error,
			 size_t error_size)
{
	char *bare = malloc(file->size + 1);
	size_t bare_size = bare ? strip_comments((char *)file->data, file->size, bare) : 0;
	bool same = bare && bare_size == size && !memcmp(bare, text, size);

	if (!bare)
		snprintf(error, error_size, "out of memory");
	else if (!same)
		tell_difference(bare, bare_size, text, size, error, error_size);
	free(bare);
	return same;
}

static bool text_comes_back(const struct program *program, const char *text, size_t size,
			    struct program *again, char *error, size_t error_size)
{
	struct text_error where;

	if (text_parse(text, size, again, &where) && same_program(program, again))
		return true;
	snprintf(error, error_size, "its print is another program");
	return false;
}

static bool bytes_come_back(const struct program *program, struct program *again, char *error,
			    size_t error_size)
{
	static uint8_t bytes[INPUT_MAX_BYTES];
	const char *reason = "";
	size_t size = input_encode(program, bytes, sizeof(bytes), &reason);

	if (!size)
		snprintf(error, error_size, "has no binary form: %s", reason);
	else if (!input_decode(bytes, size, again) || !same_program(program, again))
		snprintf(error, error_size, "its bytes are another program");
	else
		return true;
	return false;
}

static bool has_known_version(const struct corpus_file *file, char *error, size_t error_size)
{
	if (file->is_text || (file->size && file->data[0] && file->data[0] <= INPUT_VERSION))
		return true;
	snprintf(error, error_size, "version byte %u is unknown, 1 to %u are known",
		 file->size ? file->data[0] : 0, INPUT_VERSION);
	return false;
}

bool corpus_file_check(const struct corpus_file *file, const struct program *program, char *error,
		       size_t error_size)
{
	struct program again;
	size_t size = 0;
	char *text = corpus_text(program, &size);
	bool right;

	if (!text) {
		snprintf(error, error_size, "out of memory");
		return false;
	}
	program_init(&again);
	right = has_known_version(file, error, error_size) &&
		(!file->is_text || is_canonical(file, text, size, error, error_size)) &&
		text_comes_back(program, text, size, &again, error, error_size) &&
		bytes_come_back(program, &again, error, error_size);
	program_free(&again);
	free(text);
	return right;
}
