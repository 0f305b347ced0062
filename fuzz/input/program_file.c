/* SPDX-License-Identifier: MIT */
/* Programs from files. Names say which forms are possible, contents which one it is. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/input/file.h"
#include "fuzz/input/input.h"
#include "fuzz/input/program_file.h"
#include "oracle/lang/text.h"

enum form {
	FORM_TEXT,   /* nothing else */
	FORM_BYTES,  /* or canonical bytes */
	FORM_LIKELY, /* or bytes with a version and a header: a copy of an engine's input */
	FORM_ENGINE  /* or any bytes: all are a program to an engine */
};

#define SHA1_DIGITS 40u
#define HASH_DIGITS 16u /* of corpus_hash() */

static bool has_suffix(const char *name, const char *suffix)
{
	size_t length = strlen(name), wanted = strlen(suffix);

	return length > wanted && !strcmp(name + length - wanted, suffix);
}

/* A hash, alone or behind what libFuzzer says of it; what AFL numbers. */
static bool is_engine_name(const char *name)
{
	static const char *const kinds[] = { "crash-", "timeout-", "oom-", "leak-", "slow-unit-" };
	size_t digits;

	if (!strncmp(name, "id:", 3))
		return true;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strncmp(name, kinds[i], strlen(kinds[i]))) {
			name += strlen(kinds[i]);
			break;
		}
	digits = strspn(name, "0123456789abcdef");
	return !name[digits] && (digits == SHA1_DIGITS || digits == HASH_DIGITS);
}

static enum form form_of_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	if (!strcmp(path, "-"))
		return FORM_BYTES;
	if (is_engine_name(name))
		return FORM_ENGINE;
	if (!strchr(*name == '.' ? name + 1 : name, '.'))
		return FORM_LIKELY;
	return has_suffix(name, ".bin") || has_suffix(name, ".bin.gz") ? FORM_BYTES : FORM_TEXT;
}

/* ---- bytes ---- */

static bool bytes_fail(const char *path, size_t at, const char *what, char *error,
		       size_t error_size)
{
	snprintf(error, error_size, "%s: at byte %zu: %s", path, at, what);
	return false;
}

/* The first byte in which they differ from what the program is written as. */
static bool are_canonical(const char *path, const uint8_t *data, size_t size,
			  const struct program *program, char *error, size_t error_size)
{
	static uint8_t given[INPUT_MAX_BYTES], canonical[INPUT_MAX_BYTES];
	size_t record = input_record_bytes(data, size), at = 0, canonical_size;

	if ((size - INPUT_HEADER_BYTES) % record)
		return bytes_fail(path, size, "expected more: the last record is cut off", error,
				  error_size);
	memcpy(given, data, size);
	size = input_upgrade(given, size, sizeof(given));
	canonical_size = program_to_bytes(path, program, canonical, error, error_size);
	if (!canonical_size)
		return false;
	while (at < size && at < canonical_size && given[at] == canonical[at])
		at++;
	if (at == size && at == canonical_size)
		return true;
	at = at < INPUT_HEADER_BYTES
		     ? at
		     : INPUT_HEADER_BYTES + (at - INPUT_HEADER_BYTES) / INPUT_RECORD_BYTES * record;
	return bytes_fail(path, at,
			  "expected canonical bytes, as `buddy corpus pack` writes them; an "
			  "engine's input is read from a name without a dot",
			  error, error_size);
}

static bool bytes_are_whole(const char *path, const uint8_t *data, size_t size, char *error,
			    size_t error_size)
{
	char what[96];

	snprintf(what, sizeof(what),
		 "expected text, or a version of the binary form (1 to %u), got 0x%02x",
		 INPUT_VERSION, data[0]);
	if (!data[0] || data[0] > INPUT_VERSION)
		return bytes_fail(path, 0, what, error, error_size);
	if (size < INPUT_HEADER_BYTES)
		return bytes_fail(path, size, "expected a header of 16 bytes", error, error_size);
	if ((size - INPUT_HEADER_BYTES) / input_record_bytes(data, size) > INPUT_MAX_OPS)
		return bytes_fail(path, size, "expected at most 4096 operations", error,
				  error_size);
	return true;
}

static bool read_bytes(const char *path, const uint8_t *data, size_t size, enum form form,
		       struct program *program, char *error, size_t error_size)
{
	if (form != FORM_ENGINE && !bytes_are_whole(path, data, size, error, error_size))
		return false;
	if (!input_decode(data, size, program)) {
		snprintf(error, error_size, "%s: out of memory", path);
		return false;
	}
	return form != FORM_BYTES || are_canonical(path, data, size, program, error, error_size);
}

/* ---- text ---- */

/* false: told where. */
static bool has_no_control(const char *path, const uint8_t *data, size_t size, char *error,
			   size_t error_size)
{
	size_t line = 1, column = 1, at = 0;

	if (file_is_text(data, size))
		return true;
	for (; file_is_text(data + at, 1); at++) {
		line += data[at] == '\n';
		column = data[at] == '\n' ? 1 : column + 1;
	}
	snprintf(error, error_size, "%s:%zu:%zu: expected text, got the control character 0x%02x",
		 path, line, column, data[at]);
	return false;
}

static bool read_text(const char *path, const uint8_t *data, size_t size, struct program *program,
		      char *error, size_t error_size)
{
	struct text_error where;

	if (!has_no_control(path, data, size, error, error_size))
		return false;
	if (text_parse((const char *)data, size, program, &where))
		return true;
	snprintf(error, error_size, "%s:%u:%u: %s", path, where.line, where.column, where.message);
	return false;
}

/* ---- files ---- */

bool program_from_bytes(const char *path, const uint8_t *data, size_t size, struct program *program,
			bool *is_text, char *error, size_t error_size)
{
	enum form form = form_of_name(path);

	/* Bytes begin with a version; of text with a mistake the place of that is more use. */
	*is_text = form == FORM_TEXT || file_is_text(data, size) ||
		   (form != FORM_ENGINE && data[0] >= '\t' && file_is_text(data, 1));
	if (*is_text && read_text(path, data, size, program, error, error_size))
		return true;
	if (*is_text && form != FORM_ENGINE)
		return false;
	*is_text = false;
	return read_bytes(path, data, size, form, program, error, error_size);
}

bool text_read_program(const char *path, struct program *program, char *error, size_t error_size)
{
	size_t size;
	uint8_t *data = file_read(path, &size, error, error_size);
	bool is_text, done = data && program_from_bytes(path, data, size, program, &is_text, error,
							error_size);

	free(data);
	return done;
}

size_t program_to_bytes(const char *path, const struct program *program, uint8_t *bytes,
			char *error, size_t error_size)
{
	const char *reason = "";
	size_t size = input_encode(program, bytes, INPUT_MAX_BYTES, &reason);

	if (!size)
		snprintf(error, error_size, "%s: has no binary form: %s", path, reason);
	return size;
}
