/* SPDX-License-Identifier: MIT */
/* Whole files in and out: gzip is unpacked on the way in, writing is all or nothing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The bytes of path ("-": standard input), to be freed. NULL and a sentence on failure: of a file
 * that is cut off or no regular one, too. */
uint8_t *file_read(const char *path, size_t *size, char *error, size_t error_size);
/* Is there no control character in it, other than the blanks of text? */
bool file_is_text(const uint8_t *data, size_t size);

/* Writes beside path and renames, so that path is never half written. false and a sentence on
 * failure. */
bool file_write(const char *path, const void *data, size_t size, char *error, size_t error_size);
