/* SPDX-License-Identifier: MIT */
/*
 * Where things lie in the binary form: the header's bytes, the record's fields. Private to the
 * room; decoder, encoder and mutator share it, so that none of them counts bytes by itself.
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

/*
 * A record as it lies in the input, little endian. An op reads the fields of its operands; whatever
 * stands in the others means nothing and is 0 in canonical bytes. A byte has one field, so that an
 * engine that changes bytes changes one operand; only cpu and node, which few machines have, share.
 */
struct record {
	uint8_t code;   /* enum op_code; a free one is a nop */
	uint8_t place;  /* L cpu + 1 (0: current), H node + 1 (0: local) */
	uint16_t slot;  /* a register */
	uint8_t order;  /* L order or sysctl index, H spare */
	uint8_t type;   /* migratetype or sysctl name */
	uint16_t slot2; /* a second register: spare */
	uint32_t wide;  /* gfp or value */
	uint32_t count; /* slots, bytes, or a page of a block */
};
_Static_assert(sizeof(struct record) == INPUT_RECORD_BYTES, "a record is its bytes");

/*
 * A register is a number of 12 bits below a kind of 4. Kinds that are free are read as the first
 * one: bytes that nobody chose name one of few slots, so that they meet.
 */
#define REGISTER_NUMBER_BITS 12
enum register_kind {
	REGISTER_SLOT,     /* number modulo OP_FUZZ_SLOTS; a run of slots ends there */
	REGISTER_ANY_SLOT, /* one of INPUT_MAX_SLOTS */
};

static inline uint32_t register_nr_slots(uint16_t slot)
{
	return slot >> REGISTER_NUMBER_BITS == REGISTER_ANY_SLOT ? INPUT_MAX_SLOTS : OP_FUZZ_SLOTS;
}

/* The slot that a register names. */
static inline uint32_t register_slot(uint16_t slot)
{
	return slot & (register_nr_slots(slot) - 1);
}

static inline struct record record_load(const uint8_t *bytes)
{
	struct record record;

	memcpy(&record, bytes, sizeof(record));
	record.slot = le16toh(record.slot);
	record.slot2 = le16toh(record.slot2);
	record.wide = le32toh(record.wide);
	record.count = le32toh(record.count);
	return record;
}

static inline void record_store(uint8_t *bytes, struct record record)
{
	record.slot = htole16(record.slot);
	record.slot2 = htole16(record.slot2);
	record.wide = htole32(record.wide);
	record.count = htole32(record.count);
	memcpy(bytes, &record, sizeof(record));
}

/* ---- version 1 ---- */

#define INPUT_V1_RECORD_BYTES 8u
/* The same op in the newest form, for any bytes. */
struct record record_load_v1(const uint8_t *bytes);

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
struct op input_decode_op(struct record record, const struct buddy_config *machine);
struct record input_encode_op(const struct op *op);
/* The bits that a record of this code is read for. */
const struct record *input_record_mask(uint8_t code);
