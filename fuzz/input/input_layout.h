/* SPDX-License-Identifier: MIT */
/*
 * Where things lie in the binary form: the header's bytes, the record's bits. Private to the room;
 * decoder, encoder and mutator share it, so that none of them counts bits by itself.
 */
#pragma once

#include <endian.h>
#include <string.h>

#include "fuzz/input/input.h"

/* Two fields share most bytes: L is the low nibble, H the high one. */
enum header_byte {
	HEADER_VERSION,
	HEADER_PROFILE,   /* bits 0-1 profile, 2-3 cpus - 1, 4 two nodes, 5 DEBUG_VM, 6 MOBILITY_OFF
			   */
	HEADER_START,     /* bits 0-5 offset in pages, 6-7 index of the base */
	HEADER_PAGEBLOCK, /* L pageblock order, H watermark_scale_factor */
	HEADER_PAGES,     /* 16 bits: 0-13 size, 14-15 range of sizes */
	HEADER_PAGES_HIGH,
	HEADER_ZONES,    /* L zone split, H movablecore in 16ths */
	HEADER_HOLE,     /* L place in 16ths (0: none), H length */
	HEADER_RESERVED, /* L place in 16ths (0: none), H length */
	HEADER_RESERVE,  /* L min_free_kbytes, H watermark_boost_factor */
	HEADER_PCP,      /* L percpu_pagelist_high_fraction, H lowmem_reserve_ratio */
	HEADER_FEATURES, /* bits 0-5: features toggled against the profile */
	HEADER_NODES,    /* L bit i: cpu i on the other node, H node distance */
	HEADER_CORE,     /* L kernelcore in 16ths, H bits 0-1 start state, 2-3 spare */
	HEADER_SPARE_1,
	HEADER_SPARE_2
};

#define INPUT_MIN_PAGES 64u
#define INPUT_MAX_PAGES 16384u

/* Record bits, as oracle/lang/op.h lists them. */
#define RECORD_CODE_SHIFT 0
#define RECORD_SLOT_SHIFT 6
#define RECORD_CPU_SHIFT 12
#define RECORD_NODE_SHIFT 15
#define RECORD_ORDER_SHIFT 18
#define RECORD_TYPE_SHIFT 22
#define RECORD_COUNT_SHIFT 25
#define RECORD_WIDE_SHIFT 37

#define RECORD_CODE_MASK 0x3fu
#define RECORD_SLOT_MASK 0x3fu
#define RECORD_CPU_MASK 0x7u
#define RECORD_NODE_MASK 0x7u
#define RECORD_ORDER_MASK 0xfu
#define RECORD_TYPE_MASK 0x7u
#define RECORD_COUNT_MASK 0xfffu
#define RECORD_WIDE_MASK 0x7ffffffu /* gfp or value */

#define RECORD_GET(record, field) \
	((uint32_t)((record) >> RECORD_##field##_SHIFT) & RECORD_##field##_MASK)
#define RECORD_PUT(field, value) \
	((uint64_t)((uint32_t)(value)&RECORD_##field##_MASK) << RECORD_##field##_SHIFT)

static inline uint64_t record_load(const uint8_t *bytes)
{
	uint64_t record;

	memcpy(&record, bytes, sizeof(record));
	return le64toh(record);
}

static inline void record_store(uint8_t *bytes, uint64_t record)
{
	for (unsigned int i = 0; i < OP_RECORD_BYTES; i++)
		bytes[i] = (uint8_t)(record >> (8 * i));
}

/* header has INPUT_HEADER_BYTES bytes. Every header is a machine that boots. */
void input_decode_machine(const uint8_t *header, struct buddy_config *machine);
enum program_start input_decode_start(const uint8_t *header);
/* How many pages that machine has, its hole counted. */
uint32_t input_decode_pages(const uint8_t *header);
/* The header of this machine; false: *reason names the field that the binary form cannot hold. */
bool input_encode_machine(const struct buddy_config *machine, uint8_t *header, const char **reason);
void input_encode_start(enum program_start start, uint8_t *header);

/* The op of a record and back. Encoding loses what the binary form has no room for: decode and
 * compare. */
struct op input_decode_op(uint64_t record, const struct buddy_config *machine);
uint64_t input_encode_op(const struct op *op);
