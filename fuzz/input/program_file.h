/* SPDX-License-Identifier: MIT */
/* Programs in files, as text or in the binary form. */
#pragma once

#include "oracle/lang/op.h"

/* Reads a file ("-": stdin; .gz is unpacked): text, or the binary form when it is not text. */
bool text_read_program(const char *path, struct program *program, char *error, size_t error_size);
