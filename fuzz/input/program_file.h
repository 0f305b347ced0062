/* SPDX-License-Identifier: MIT */
/* Programs in files, as text or in the binary form. false or 0: error tells, beginning with path.
 */
#pragma once

#include "oracle/lang/op.h"

/* Reads a file ("-": stdin; .gz is unpacked): text, or the binary form when it is not text. */
bool text_read_program(const char *path, struct program *program, char *error, size_t error_size);
/* What such a file holds. */
bool program_from_bytes(const char *path, const uint8_t *data, size_t size, bool is_text,
			struct program *program, char *error, size_t error_size);
/* The canonical bytes of what the file at path held: their number. bytes: INPUT_MAX_BYTES. */
FUZZ_MUST_CHECK size_t program_to_bytes(const char *path, const struct program *program,
					uint8_t *bytes, char *error, size_t error_size);
