/* SPDX-License-Identifier: MIT */
/*
 * Records to ops and back. Decoding knows no error: what does not fit is folded into range, the
 * same way every time. Encoding is checked by decoding again, so it can never write bytes that mean
 * another program.
 */
#include "fuzz/input/input.h"

#include "buddy/gfp.h"
#include "fuzz/input/input_layout.h"
#include "fuzz/input/member.h"

#define GFP_KNOWN_MASK 0xffffffu /* bits 24-26 mean nothing (GF-2) */

/* One zone bit (GF-4), HIGHMEM wins as MOVABLE needs it: what each of GFP_ZONEMASK comes to. */
static const uint8_t zone_bits[GFP_ZONEMASK + 1] = { 0, 1, 2,  2,  4,  4,  2,  2,
						     8, 9, 10, 10, 12, 12, 10, 10 };
_Static_assert(__GFP_DMA == 1 && __GFP_HIGHMEM == 2 && __GFP_DMA32 == 4 && __GFP_MOVABLE == 8,
	       "zone_bits lists them");

/* Makes any bits legal; one mobility bit (GF-9). */
static gfp_t fold_gfp(uint32_t bits)
{
	gfp_t gfp = (bits & GFP_KNOWN_MASK & ~GFP_ZONEMASK) | zone_bits[bits & GFP_ZONEMASK];

	return gfp & __GFP_MOVABLE ? gfp & ~__GFP_RECLAIMABLE : gfp;
}

/* Of a run of slots only so many exist. */
static uint32_t fold_slots(uint32_t count, uint32_t limit)
{
	return count <= limit ? count : count % (limit + 1);
}

/* ---- what an opcode takes from its record ---- */

enum order_kind { NO_ORDER, BLOCK_ORDER, ASKED_ORDER, NR_ORDER_KINDS };

/* Orders of the nibble. One order beyond the largest is worth asking for; the rest repeats the
 * small ones. */
static const uint8_t orders[NR_ORDER_KINDS][16] = {
	[BLOCK_ORDER] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4 },
	[ASKED_ORDER] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3 },
};
_Static_assert(MAX_PAGE_ORDER == 10, "the orders are listed");

/* A free opcode is a nop. */
struct layout {
	_Alignas(32) struct record mask; /* the bits that are read */
	uint32_t value;                  /* those of wide that are one */
	uint8_t code, orders;
	uint8_t names_slot; /* 1: it does */
	bool is_unusual;    /* a run of slots or a sysctl */
	bool has_gfp;
};

#define PLACES_MASK 15u /* of a nibble */
#define TYPES_MASK 7u
#define WHEN(operands, which, mask) ((operands) & (which) ? (mask) : 0)
#define ORDERS_OF(code, operands) \
	WHEN(operands, OPERAND_ORDER, (code) == OP_alloc_pages ? ASKED_ORDER : BLOCK_ORDER)
#define VALUE_OF(operands)                                        \
	WHEN(operands, OPERAND_VALUE | OPERAND_SYSCTL,            \
	     (operands)&OPERAND_TASK    ? (uint32_t)OP_TASK_MASK  \
	     : (operands)&OPERAND_HOOKS ? (uint32_t)OP_HOOKS_MASK \
					: UINT32_MAX)
/* Sizes go up to 4096 of the op's units, pages behind the last one of any block. */
#define COUNT_OF(operands, unit)                                                                  \
	(WHEN(operands, OPERAND_BYTES, 4096u * (unit)-1) | WHEN(operands, OPERAND_INDEX, 4095u) | \
	 WHEN(operands, OPERAND_COUNT, 2 * INPUT_MAX_SLOTS - 1))

static const struct layout layouts[NR_OP_CODES] = {
#define OP(op_code, name, operands, unit, ...) \
	[(op_code)] = {                                                                         \
		.mask = {                                                                       \
			.code = UINT8_MAX,                                                      \
			.place = WHEN(operands, OPERAND_CPU, PLACES_MASK) |                     \
				 WHEN(operands, OPERAND_NODE, PLACES_MASK << 4),                \
			.slot = WHEN(operands, OPERAND_DEST | OPERAND_SLOT, UINT16_MAX),        \
			.order = WHEN(operands, OPERAND_ORDER | OPERAND_SYSCTL, 15),            \
			.type = WHEN(operands, OPERAND_TYPE | OPERAND_SYSCTL, TYPES_MASK),      \
			.wide = WHEN(operands, OPERAND_GFP, GFP_KNOWN_MASK) |                   \
				VALUE_OF(operands),                                             \
			.count = COUNT_OF(operands, unit),                                      \
		},                                                                              \
		.value = VALUE_OF(operands),                                                    \
		.code = (op_code),                                                              \
		.orders = ORDERS_OF(op_code, operands),                                         \
		.names_slot = WHEN(operands, OPERAND_DEST | OPERAND_SLOT, 1),                   \
		.is_unusual = WHEN(operands, OPERAND_COUNT | OPERAND_SYSCTL, true),             \
		.has_gfp = WHEN(operands, OPERAND_GFP, true),                                   \
	},
#include "oracle/lang/op.def"
};

#define OP(op_code, name, operands, unit, ...) \
	_Static_assert(!((unit) & ((unit)-1)), #name ": sizes are masked");
#include "oracle/lang/op.def"

const struct record *input_record_mask(uint8_t code)
{
	static const struct record free_code = { .code = UINT8_MAX };

	return layouts[code].mask.code ? &layouts[code].mask : &free_code;
}

/* What the machine makes of the small fields. */
struct places {
	uint8_t cpus[PLACES_MASK + 1], nodes[PLACES_MASK + 1], types[TYPES_MASK + 1];
};

static void find_places(struct places *places, const struct buddy_config *machine)
{
	uint8_t last = machine->features & BUDDY_CMA ? MIGRATE_CMA : MIGRATE_MOVABLE;

	places->cpus[0] = OP_CPU_CURRENT;
	places->nodes[0] = OP_NODE_LOCAL;
	for (uint32_t i = 1; i <= PLACES_MASK; i++) {
		places->cpus[i] = (uint8_t)((i - 1) % machine->nr_cpus);
		places->nodes[i] = (uint8_t)((i - 1) % machine->nr_nodes);
	}
	for (uint32_t i = 0; i <= TYPES_MASK; i++)
		places->types[i] = i < MIGRATE_CMA ? (uint8_t)i : last;
}

/* A run of slots or a sysctl: the few ops of which the common way does not know all. */
static __attribute__((noinline)) uint32_t decode_unusual(struct op *op, const uint8_t *bytes)
{
	struct record record = record_load(bytes);

	if (op_table[op->code].operands & OPERAND_COUNT) {
		op->count = fold_slots(op->count, register_nr_slots(record.slot) - op->slot);
		return op_slot_end(op);
	}
	op->type = (uint8_t)((record.type & TYPES_MASK) % OP_NR_SYSCTLS);
	if (op->type == OP_SYSCTL_LOWMEM_RESERVE_RATIO)
		op->order = (uint8_t)((record.order & 15u) % MAX_NR_ZONES);
	return 0;
}

/* Returns one more than the highest slot it names. */
static inline uint32_t decode_op(struct op *op, const uint8_t *bytes, const struct places *places)
{
	struct record record = record_load(bytes);
	const struct layout *layout = &layouts[record.code];
	const struct record *mask = &layout->mask;
	uint8_t place = record.place & mask->place;

	*op = (struct op){
		.code = layout->code,
		.cpu = places->cpus[place & PLACES_MASK],
		.node = places->nodes[place >> 4],
		.order = orders[layout->orders][record.order & 15u],
		.type = places->types[record.type & mask->type],
		.slot = register_slot(record.slot & mask->slot),
		.count = record.count & mask->count,
		.value = record.wide & layout->value,
	};
	if (layout->has_gfp)
		op->gfp = fold_gfp(record.wide);
	if (layout->is_unusual)
		return decode_unusual(op, bytes);
	return op->slot + layout->names_slot;
}

/* Returns one more than the highest slot they name. */
static uint32_t decode_ops(struct op *ops, const uint8_t *bytes, size_t nr,
			   const struct places *places)
{
	uint32_t nr_slots = 0;

	for (size_t i = 0; i < nr; i++) {
		uint32_t end = decode_op(&ops[i], bytes + i * INPUT_RECORD_BYTES, places);

		nr_slots = end > nr_slots ? end : nr_slots;
	}
	return nr_slots;
}

struct op input_decode_op(struct record record, const struct buddy_config *machine)
{
	uint8_t bytes[INPUT_RECORD_BYTES];
	struct places places;
	struct op op;

	find_places(&places, machine);
	record_store(bytes, record);
	decode_ops(&op, bytes, 1, &places);
	return op;
}

/* The short form where it says the same. */
static uint16_t encode_slot(const struct op *op)
{
	enum register_kind kind =
		op_slot_end(op) > OP_FUZZ_SLOTS ? REGISTER_ANY_SLOT : REGISTER_SLOT;

	return (uint16_t)(kind << REGISTER_NUMBER_BITS | (op->slot & (INPUT_MAX_SLOTS - 1)));
}

struct record input_encode_op(const struct op *op)
{
	/* 0xff (current, local) + 1 wraps to 0 in four bits. */
	return (struct record){
		.code = op->code,
		.place = (uint8_t)(((op->cpu + 1u) & PLACES_MASK) | (op->node + 1u) << 4),
		.slot = encode_slot(op),
		.order = op->order & 15,
		.type = op->type,
		.wide = op->gfp | op->value, /* no op has both */
		.count = op->count,
	};
}

/* ---- programs ---- */

#define NR_KNOWN_HEADERS 256u /* about as many as machines are kept */

/* What 16 bytes mean is found once: a fuzzer sends the same few headers again and again. */
struct known_header {
	uint64_t bytes[INPUT_HEADER_BYTES / sizeof(uint64_t)];
	struct program start; /* without ops */
	struct places places;
};

static void decode_header(struct known_header *known, const uint64_t *bytes)
{
	const uint8_t *header = (const uint8_t *)bytes;

	memcpy(known->bytes, bytes, sizeof(known->bytes));
	memset(&known->start, 0, sizeof(known->start));
	input_decode_machine(header, &known->start.machine);
	known->start.start = (uint8_t)input_decode_start(header);
	known->start.machine_hash = program_machine_hash(&known->start);
	find_places(&known->places, &known->start.machine);
}

/* Stays valid until the next call. */
static const struct known_header *find_header(const uint8_t *data, size_t size)
{
	/* Kept over runs: it only says again what a header means. */
	static struct known_header known_headers[NR_KNOWN_HEADERS];
	uint64_t bytes[INPUT_HEADER_BYTES / sizeof(uint64_t)] = { 0 };
	struct known_header *known;

	if (size)
		memcpy(bytes, data, size < INPUT_HEADER_BYTES ? size : INPUT_HEADER_BYTES);
	known = &known_headers[((bytes[0] ^ bytes[1] * 31) * 0x9e3779b97f4a7c15ull >> 32) %
			       NR_KNOWN_HEADERS];
	if (!known->start.machine_hash || memcmp(known->bytes, bytes, sizeof(bytes)))
		decode_header(known, bytes);
	return known;
}

bool input_decode(const uint8_t *data, size_t size, struct program *program)
{
	const struct known_header *known = find_header(data, size);
	size_t nr = input_nr_records(data, size);
	static uint8_t newest[INPUT_MAX_BYTES]; /* of what is older; means nothing between runs */

	if (!program_reserve(program, nr))
		return false;
	if (nr && input_record_bytes(data, size) != INPUT_RECORD_BYTES) {
		size = INPUT_HEADER_BYTES + nr * INPUT_V1_RECORD_BYTES;
		memcpy(newest, data, size);
		nr = input_nr_records(newest, input_upgrade(newest, size, sizeof(newest)));
		data = newest;
	}
	program->machine = known->start.machine;
	program->machine_hash = known->start.machine_hash;
	program->start = known->start.start;
	program->nr_ops = nr;
	program->nr_slots = decode_ops(program->ops, data + INPUT_HEADER_BYTES, nr, &known->places);
	return true;
}

static const struct member op_members[] = {
	MEMBER(op, code, "an operation has no opcode in the binary form"),
	MEMBER(op, slot, "a slot is above r4095, the last one of the binary form"),
	MEMBER(op, cpu, "cpu or node is beyond the machine, or above 14"),
	MEMBER(op, node, "cpu or node is beyond the machine, or above 14"),
	MEMBER(op, order, "an order or sysctl index is above what the binary form takes"),
	MEMBER(op, type, "a migratetype or sysctl is none that the binary form takes"),
	MEMBER(op, count, "a count, page or size is too large"),
	MEMBER(op, gfp, "gfp bits are illegal (GF-4, GF-9) or unknown"),
	MEMBER(op, value, "a value has bits that mean nothing"),
	{ .says = NULL },
};

size_t input_encode(const struct program *program, uint8_t *data, size_t capacity,
		    const char **reason)
{
	size_t size = INPUT_HEADER_BYTES + program->nr_ops * INPUT_RECORD_BYTES;

	if (program->nr_ops > INPUT_MAX_OPS || size > capacity) {
		*reason = program->nr_ops > INPUT_MAX_OPS ? "more than 4096 operations"
							  : "the buffer is too small";
		return 0;
	}
	if (!input_encode_machine(&program->machine, data, reason))
		return 0;
	input_encode_start((enum program_start)program->start, data);
	for (size_t i = 0; i < program->nr_ops; i++) {
		struct record record = input_encode_op(&program->ops[i]);
		struct op got = input_decode_op(record, &program->machine);
		const struct op *op = &program->ops[i];
		const char *wider = memcmp(op, &got, sizeof(got))
					    ? member_differs(op_members, op, &got)->says
					    : NULL;

		if (wider) {
			*reason = wider;
			return 0;
		}
		record_store(data + INPUT_HEADER_BYTES + i * INPUT_RECORD_BYTES, record);
	}
	return size;
}
