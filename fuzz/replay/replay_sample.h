/* SPDX-License-Identifier: MIT */
/* A program as a sample of the binary form: text behind comments that hold its bytes. */
#pragma once

#include <stdio.h>

#include "oracle/lang/op.h"

/*
 * program is what the file at path holds. `# bytes:` are the canonical bytes, `# also:` those of
 * the file, where they are others, in the newest version. false and a sentence on failure.
 */
bool replay_sample(const char *path, const struct program *program, FILE *out, char *error,
		   size_t error_size);
