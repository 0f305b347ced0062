/* SPDX-License-Identifier: MIT */
/*
 * Records to ops and back. Decoding knows no error: what does not fit is folded into range, the
 * same way every time. Encoding is checked by decoding again, so it can never write bytes that mean
 * another program.
 */
#include "fuzz/input.h"

#include "buddy/gfp.h"
#include "fuzz/input_layout.h"

#define GFP_ZONE_BITS (__GFP_DMA | __GFP_HIGHMEM | __GFP_DMA32)
#define GFP_KNOWN_MASK 0xffffffu /* bits 24-26 mean nothing (GF-2) */

/* Makes any 27 bits legal: one zone bit (GF-4), HIGHMEM wins as MOVABLE needs it, one mobility bit
 * (GF-9). */
static gfp_t fold_gfp(uint32_t bits)
{
	gfp_t gfp = bits & GFP_KNOWN_MASK;

	if ((gfp & (__GFP_MOVABLE | __GFP_RECLAIMABLE)) == (__GFP_MOVABLE | __GFP_RECLAIMABLE))
		gfp &= ~__GFP_RECLAIMABLE;
	if (gfp_is_legal(gfp))
		return gfp;
	gfp_t zone = gfp & __GFP_HIGHMEM ? __GFP_HIGHMEM
		     : gfp & __GFP_DMA32 ? __GFP_DMA32
					 : __GFP_DMA;
	return (gfp & ~GFP_ZONE_BITS) | zone;
}

/* One order beyond the largest is worth asking for; the rest of the nibble repeats the small ones.
 */
static uint8_t fold_order(uint32_t order, enum op_code code)
{
	uint32_t limit = code == OP_alloc_pages ? NR_PAGE_ORDERS : MAX_PAGE_ORDER;

	return (uint8_t)(order <= limit ? order : order - limit - 1);
}

static uint8_t fold_type(uint32_t type, const struct buddy_config *machine)
{
	if (type < MIGRATE_CMA)
		return (uint8_t)type;
	return machine->features & BUDDY_CMA ? MIGRATE_CMA : MIGRATE_MOVABLE;
}

/* Slots r..r+count-1 must exist. */
static uint32_t fold_slots(uint32_t count, uint32_t slot)
{
	uint32_t limit = OP_FUZZ_SLOTS - slot;

	return count <= limit ? count : count % (limit + 1);
}

static void decode_wide(struct op *op, uint32_t operands, uint32_t wide)
{
	if (operands & OPERAND_GFP)
		op->gfp = fold_gfp(wide);
	if (operands & (OPERAND_VALUE | OPERAND_SYSCTL))
		op->value = op->code == OP_task ? wide & OP_TASK_MASK : wide;
}

static void decode_count(struct op *op, const struct op_info *info, uint32_t count)
{
	if (info->operands & OPERAND_COUNT)
		op->count = fold_slots(count, op->slot);
	else if (info->operands & OPERAND_BYTES)
		op->count = count * info->unit;
	else if (info->operands & OPERAND_INDEX)
		op->count = count;
}

struct op input_decode_op(uint64_t record, const struct buddy_config *machine)
{
	enum op_code code = (enum op_code)RECORD_GET(record, CODE);
	const struct op_info *info = &op_table[code];
	uint32_t cpu = RECORD_GET(record, CPU), node = RECORD_GET(record, NODE);

	if (!info->name)
		return op_make(OP_nop);
	struct op op = op_make(code);
	if (info->operands & (OPERAND_DEST | OPERAND_SLOT))
		op.slot = RECORD_GET(record, SLOT);
	if (info->operands & OPERAND_CPU && cpu)
		op.cpu = (uint8_t)((cpu - 1) % machine->nr_cpus);
	if (info->operands & OPERAND_NODE && node)
		op.node = (uint8_t)((node - 1) % machine->nr_nodes);
	if (info->operands & OPERAND_ORDER)
		op.order = fold_order(RECORD_GET(record, ORDER), code);
	if (info->operands & OPERAND_TYPE)
		op.type = fold_type(RECORD_GET(record, TYPE), machine);
	if (info->operands & OPERAND_SYSCTL) {
		op.type = (uint8_t)(RECORD_GET(record, TYPE) % OP_NR_SYSCTLS);
		if (op.type == OP_SYSCTL_LOWMEM_RESERVE_RATIO)
			op.order = (uint8_t)(RECORD_GET(record, ORDER) % MAX_NR_ZONES);
	}
	decode_count(&op, info, RECORD_GET(record, COUNT));
	decode_wide(&op, info->operands, RECORD_GET(record, WIDE));
	return op;
}

uint64_t input_encode_op(const struct op *op)
{
	const struct op_info *info = &op_table[op->code % NR_OP_CODES];
	uint32_t count = info->operands & OPERAND_BYTES ? op->count / info->unit : op->count;
	uint32_t wide = info->operands & OPERAND_GFP ? op->gfp : op->value;
	/* 0xff (current, local) + 1 wraps to 0 in three bits. */
	return RECORD_PUT(CODE, op->code) | RECORD_PUT(SLOT, op->slot) |
	       RECORD_PUT(CPU, op->cpu + 1u) | RECORD_PUT(NODE, op->node + 1u) |
	       RECORD_PUT(ORDER, op->order) | RECORD_PUT(TYPE, op->type) |
	       RECORD_PUT(COUNT, count) | RECORD_PUT(WIDE, wide);
}

bool input_decode(const uint8_t *data, size_t size, struct program *program)
{
	uint8_t header[INPUT_HEADER_BYTES] = { 0 };
	size_t nr = size > INPUT_HEADER_BYTES ? (size - INPUT_HEADER_BYTES) / OP_RECORD_BYTES : 0;

	if (size)
		memcpy(header, data, size < INPUT_HEADER_BYTES ? size : INPUT_HEADER_BYTES);
	input_decode_machine(header, &program->machine);
	program->start = (uint8_t)input_decode_start(header);
	program->nr_ops = 0;
	program->nr_slots = 0;
	for (size_t i = 0; i < nr && i < INPUT_MAX_OPS; i++) {
		const uint8_t *bytes = data + INPUT_HEADER_BYTES + i * OP_RECORD_BYTES;
		struct op op = input_decode_op(record_load(bytes), &program->machine);

		if (!program_append(program, &op))
			return false;
	}
	return true;
}

static bool is_wider(const struct op *op, const struct op *got, const char **reason)
{
	if (op->code != got->code)
		*reason = "an operation has no opcode in the binary form";
	else if (op->slot != got->slot)
		*reason = "a slot is above r63, the last one of the binary form";
	else if (op->cpu != got->cpu || op->node != got->node)
		*reason = "cpu or node is beyond the machine, or above 6";
	else if (op->order != got->order)
		*reason = "an order or sysctl index is above what the binary form takes";
	else if (op->type != got->type)
		*reason = "a migratetype or sysctl is none that the binary form takes";
	else if (op->count != got->count)
		*reason =
			"a count, page or size is too large, or a size is no multiple of its unit";
	else if (op->gfp != got->gfp)
		*reason = "gfp bits are illegal (GF-4, GF-9) or unknown";
	else if (op->value != got->value)
		*reason = "a value does not fit into 27 bits";
	else
		return false;
	return true;
}

size_t input_encode(const struct program *program, uint8_t *data, size_t capacity,
		    const char **reason)
{
	size_t size = INPUT_HEADER_BYTES + program->nr_ops * OP_RECORD_BYTES;

	if (program->nr_ops > INPUT_MAX_OPS || size > capacity) {
		*reason = program->nr_ops > INPUT_MAX_OPS ? "more than 4096 operations"
							  : "the buffer is too small";
		return 0;
	}
	if (!input_encode_machine(&program->machine, data, reason))
		return 0;
	input_encode_start((enum program_start)program->start, data);
	for (size_t i = 0; i < program->nr_ops; i++) {
		uint64_t record = input_encode_op(&program->ops[i]);
		struct op got = input_decode_op(record, &program->machine);

		if (is_wider(&program->ops[i], &got, reason))
			return 0;
		/* Again from the op, so that operands it lacks are zero bits. */
		record_store(data + INPUT_HEADER_BYTES + i * OP_RECORD_BYTES,
			     input_encode_op(&got));
	}
	return size;
}
