/* SPDX-License-Identifier: MIT */
/*
 * Version 1: the same header, records of 64 bits. Each field becomes the field of the newest form
 * as it stands, so that one decoder folds both. Little endian: bits 0-5 opcode | 6-11 slot | 12-14
 * cpu + 1 | 15-17 node + 1 | 18-21 order or sysctl index | 22-24 type or sysctl name | 25-36 count,
 * page, or size in units of the op | 37-63 gfp or value.
 */
#include "fuzz/input/input_layout.h"

#define VERSION_1 1u

static bool is_version_1(const uint8_t *data, size_t size)
{
	return size && data[HEADER_VERSION] == VERSION_1;
}

size_t input_record_bytes(const uint8_t *data, size_t size)
{
	return is_version_1(data, size) ? INPUT_V1_RECORD_BYTES : INPUT_RECORD_BYTES;
}

size_t input_nr_records(const uint8_t *data, size_t size)
{
	size_t nr = 0;

	if (size > INPUT_HEADER_BYTES)
		nr = (size - INPUT_HEADER_BYTES) / input_record_bytes(data, size);
	return nr < INPUT_MAX_OPS ? nr : INPUT_MAX_OPS;
}

static uint32_t bits(uint64_t record, unsigned int first, unsigned int nr)
{
	return (uint32_t)(record >> first & ((1u << nr) - 1));
}

struct record record_load_v1(const uint8_t *bytes)
{
	uint64_t old;

	memcpy(&old, bytes, sizeof(old));
	old = le64toh(old);
	uint8_t code = (uint8_t)bits(old, 0, 6);
	bool has_bytes = op_table[code].operands & OPERAND_BYTES;

	return (struct record){
		.code = code,
		.slot = (uint16_t)bits(old, 6, 6),
		.place = (uint8_t)(bits(old, 12, 3) | bits(old, 15, 3) << 4),
		.order = (uint8_t)bits(old, 18, 4),
		.type = (uint8_t)bits(old, 22, 3),
		.count = bits(old, 25, 12) * (has_bytes ? op_table[code].unit : 1),
		.wide = bits(old, 37, 27),
	};
}

size_t input_upgrade(uint8_t *data, size_t size, size_t capacity)
{
	uint8_t *records = data + INPUT_HEADER_BYTES;
	size_t nr = input_nr_records(data, size), room;

	if (!is_version_1(data, size))
		return size;
	data[HEADER_VERSION] = INPUT_VERSION;
	if (size < INPUT_HEADER_BYTES)
		return size;
	FUZZ_ASSERT(capacity >= size);
	room = (capacity - INPUT_HEADER_BYTES) / INPUT_RECORD_BYTES;
	nr = nr < room ? nr : room;
	/* From behind: a record is read before those in front of it, which grow, reach its place.
	 */
	for (size_t i = nr; i-- > 0;)
		record_store(records + i * INPUT_RECORD_BYTES,
			     record_load_v1(records + i * INPUT_V1_RECORD_BYTES));
	return INPUT_HEADER_BYTES + nr * INPUT_RECORD_BYTES;
}
