/* SPDX-License-Identifier: MIT */
/*
 * Bytes to programs and back. Decoding is total: every byte string is a program. A 16-byte header
 * describes the machine, then 8-byte records follow (oracle/lang/op.h); a truncated tail is
 * dropped.
 */
#pragma once

#include "oracle/lang/op.h"

#define INPUT_VERSION 1u /* first header byte; an unknown version decodes as this one */
#define INPUT_HEADER_BYTES 16u
#define INPUT_MAX_OPS 4096u
#define INPUT_MAX_BYTES (INPUT_HEADER_BYTES + INPUT_MAX_OPS * OP_RECORD_BYTES)

/*
 * program must be initialised; its ops are replaced. Ops come out canonical: operands the op lacks
 * are absent, cpu and node are inside the machine, gfp is legal (gfp_is_legal). false: out of
 * memory.
 */
bool input_decode(const uint8_t *data, size_t size, struct program *program);
/*
 * Writes the canonical bytes; returns their number, or 0 when the program does not fit the binary
 * form (a machine or operand beyond its ranges, slot >= OP_FUZZ_SLOTS, too many ops, or capacity):
 * *reason then tells which.
 */
size_t input_encode(const struct program *program, uint8_t *data, size_t capacity,
		    const char **reason);
