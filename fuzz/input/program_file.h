/* SPDX-License-Identifier: MIT */
/* Programs in files, as text or in the binary form. false or 0: error tells, beginning with path.
 */
#pragma once

#include "oracle/lang/op.h"

/*
 * Reads a file ("-": stdin; .gz is unpacked). Without control characters it is text. Else it can be
 * the binary form, if its name lets it: NAME.bin and standard input when they are canonical bytes
 * to the last one, so that nothing else passes for a program; a name without a dot when it begins
 * with a version and a whole header; and whatever bytes bear an engine's name, which is a hash, or
 * AFL's id:... Other files are text, and a control character in them is a mistake.
 */
bool text_read_program(const char *path, struct program *program, char *error, size_t error_size);
/* What such a file holds. *is_text: in which form. */
bool program_from_bytes(const char *path, const uint8_t *data, size_t size, struct program *program,
			bool *is_text, char *error, size_t error_size);
/* The canonical bytes of what the file at path held: their number. bytes: INPUT_MAX_BYTES. */
FUZZ_MUST_CHECK size_t program_to_bytes(const char *path, const struct program *program,
					uint8_t *bytes, char *error, size_t error_size);
