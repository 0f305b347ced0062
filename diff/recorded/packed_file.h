/* SPDX-License-Identifier: MIT */
/* Files read whole, gzip'd or plain. What was cut off or is damaged is refused, never read in part.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The bytes of path, unpacked where they are gzip data, to be freed by the caller. max_bytes bounds
 * them, packed and unpacked. "-" is standard input; any other path must be a regular file, because
 * a pipe may never begin and a device never end. NULL: error has what is wrong, without the path.
 */
uint8_t *packed_file_read(const char *path, size_t max_bytes, size_t *size, char *error,
			  size_t error_size);
/*
 * Opens a regular file, or standard input for "-". The descriptor is the caller's; -1: error tells,
 * as above.
 */
int packed_file_open(const char *path, char *error, size_t error_size);
/* Does the name promise gzip data? */
bool packed_file_is_named_so(const char *path);
