/* SPDX-License-Identifier: MIT */
/*
 * Bytes to programs and back. Decoding is total: every byte string is a program. A 16-byte header
 * describes the machine, then 16-byte records follow (input_layout.h); a truncated tail is dropped.
 * The first byte is the version. Records of version 1 have 8 bytes and decode for ever.
 */
#pragma once

#include "oracle/lang/fuzz_assert.h"
#include "oracle/lang/op.h"

#define INPUT_VERSION 2u /* first header byte; an unknown version decodes as this one */
#define INPUT_HEADER_BYTES 16u
#define INPUT_RECORD_BYTES 16u
#define INPUT_MAX_OPS 4096u
#define INPUT_MAX_SLOTS 4096u /* what a program may have to fit the binary form */
#define INPUT_MAX_BYTES (INPUT_HEADER_BYTES + INPUT_MAX_OPS * INPUT_RECORD_BYTES)

/*
 * program must be initialised; its ops are replaced. Ops come out canonical: operands the op lacks
 * are absent, cpu and node are inside the machine, gfp is legal (gfp_is_legal). false: out of
 * memory.
 */
bool input_decode(const uint8_t *data, size_t size, struct program *program);
/*
 * Writes the canonical bytes of the newest version; returns their number, or 0 when the program
 * does not fit the binary form (a machine or operand beyond its ranges, too many ops, or capacity):
 * *reason then tells which.
 */
FUZZ_MUST_CHECK size_t input_encode(const struct program *program, uint8_t *data, size_t capacity,
				    const char **reason);

/* Bytes of each record of this input, whatever its version, and how many records there are. */
size_t input_record_bytes(const uint8_t *data, size_t size);
size_t input_nr_records(const uint8_t *data, size_t size);
/*
 * Writes an input of an older version as the newest one, in place: the same program, but records
 * beyond capacity (at least size) fall off. Others are left as they are. Returns the size.
 */
FUZZ_MUST_CHECK size_t input_upgrade(uint8_t *data, size_t size, size_t capacity);
