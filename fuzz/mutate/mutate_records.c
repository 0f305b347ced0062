/* SPDX-License-Identifier: MIT */
/*
 * Random records with likely operands: requests as real callers make them, orders with the small
 * and the special ones in front, slots that fit. Unlikely values come from byte noise.
 */
#include "fuzz/mutate/mutate_records.h"

#include "buddy/types.h"
#include "oracle/ops/ops.h"

size_t open_records(struct mutation *mutation, size_t index, size_t nr)
{
	uint8_t *at = mutation->data + INPUT_HEADER_BYTES + index * OP_RECORD_BYTES;

	if (nr > mutation->max - index)
		nr = mutation->max - index;
	if (mutation->nr > mutation->max - nr)
		mutation->nr = mutation->max - nr;
	memmove(at + nr * OP_RECORD_BYTES, at, (mutation->nr - index) * OP_RECORD_BYTES);
	mutation->nr += nr;
	return nr;
}

void remove_records(struct mutation *mutation, size_t index, size_t nr)
{
	uint8_t *at = mutation->data + INPUT_HEADER_BYTES + index * OP_RECORD_BYTES;

	memmove(at, at + nr * OP_RECORD_BYTES, (mutation->nr - index - nr) * OP_RECORD_BYTES);
	mutation->nr -= nr;
}

/* ---- slots ---- */

/* Sets of opcodes: the language has at most 64. */
#define OP(code, name, operands, unit) | (uint64_t)((operands)&OPERAND_DEST ? 1 : 0) << (code)
static const uint64_t taking_codes = 0
#include "oracle/lang/op.def"
	;
#define OP(code, name, operands, unit) | (uint64_t)((operands)&OPERAND_COUNT ? 1 : 0) << (code)
static const uint64_t counting_codes = 0
#include "oracle/lang/op.def"
	;

static uint64_t slot_run(uint32_t slot, uint32_t count)
{
	uint64_t run = count >= 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;

	return run << slot;
}

uint64_t slots_held(const struct mutation *mutation, size_t index)
{
	uint64_t held = 0;

	for (size_t i = 0; i < index; i++) {
		uint64_t record = get_record(mutation, i);
		uint32_t code = RECORD_GET(record, CODE), count = 1;

		if (counting_codes >> code & 1)
			count = RECORD_GET(record, COUNT);
		uint64_t run = slot_run(RECORD_GET(record, SLOT), count);

		if (taking_codes >> code & 1)
			held |= run;
		else if (op_gives_slot((uint8_t)code))
			held &= ~run;
	}
	return held;
}

/* One of the slots of the set, mostly; any one when it is empty. */
static uint32_t random_slot(struct mutation *mutation, uint64_t set)
{
	uint32_t slot = random_below(mutation, OP_FUZZ_SLOTS);

	if (!set || random_once_in(mutation, 16))
		return slot;
	while (!(set >> slot & 1))
		slot = (slot + 1) % OP_FUZZ_SLOTS;
	return slot;
}

/* ---- operands ---- */

static const uint32_t likely_gfp[] = {
	GFP_KERNEL,
	GFP_KERNEL,
	GFP_KERNEL,
	GFP_HIGHUSER_MOVABLE,
	GFP_HIGHUSER_MOVABLE,
	GFP_HIGHUSER_MOVABLE,
	GFP_KERNEL | __GFP_RECLAIMABLE,
	GFP_NOFS | __GFP_RECLAIMABLE,
	GFP_ATOMIC,
	GFP_ATOMIC,
	GFP_NOWAIT,
	GFP_USER,
	GFP_USER | __GFP_MOVABLE,
	GFP_NOIO,
	GFP_NOFS,
	GFP_KERNEL | GFP_DMA,
	GFP_KERNEL | GFP_DMA32,
	GFP_TRANSHUGE_LIGHT,
	GFP_TRANSHUGE,
	GFP_HIGHUSER,
	GFP_KERNEL_ACCOUNT,
	0,
};

static const uint32_t likely_modifiers[] = {
	__GFP_ZERO,           __GFP_COMP,           __GFP_NOWARN,   __GFP_NORETRY,
	__GFP_MEMALLOC,       __GFP_NOMEMALLOC,     __GFP_THISNODE, __GFP_HIGH,
	__GFP_WRITE,          __GFP_RETRY_MAYFAIL,  __GFP_HARDWALL, __GFP_NOFAIL,
	__GFP_DIRECT_RECLAIM, __GFP_KSWAPD_RECLAIM, __GFP_IO,       __GFP_MOVABLE,
	__GFP_ATOMIC,
};

#define PICK(mutation, table) \
	(table)[random_below(mutation, (uint32_t)(sizeof(table) / sizeof((table)[0])))]

uint32_t random_gfp(struct mutation *mutation)
{
	uint32_t gfp = PICK(mutation, likely_gfp);

	while (random_once_in(mutation, 4))
		gfp ^= PICK(mutation, likely_modifiers);
	return gfp;
}

static uint32_t random_order(struct mutation *mutation)
{
	static const uint8_t orders[] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2,  2,  2, 3,
					  3, 3, 4, 4, 5, 6, 7, 8, 9, 9, 9, 10, 10, 10 };

	return random_once_in(mutation, 256) ? NR_PAGE_ORDERS : PICK(mutation, orders);
}

/* Small numbers, edges of pages and of lists. */
static uint32_t random_count(struct mutation *mutation, enum op_code code)
{
	static const uint16_t units[] = { 0,  1,  2,  3,   4,   6,   8,    16,
					  31, 32, 64, 100, 256, 511, 1024, 2048 };

	switch (code) {
	case OP_alloc_pages_bulk_array:
	case OP_alloc_pages_bulk_list:
	case OP_release_pages:
		return 1 + random_below(mutation, random_once_in(mutation, 3) ? OP_FUZZ_SLOTS : 8);
	case OP_alloc_pages_exact:
	case OP_page_frag_alloc:
		return PICK(mutation, units) + random_below(mutation, 3);
	default:
		return random_below(mutation, random_once_in(mutation, 4) ? 1024 : 9);
	}
}

static uint32_t random_sysctl_value(struct mutation *mutation, uint32_t name)
{
	static const uint16_t values[5][6] = { { 0, 64, 128, 256, 1024, 4096 },
					       { 1, 10, 100, 300, 1000, 3000 },
					       { 0, 1, 1000, 10000, 15000, 30000 },
					       { 0, 7, 8, 9, 32, 1000 },
					       { 0, 1, 8, 32, 256, 1024 } };

	return values[name % 5][random_below(mutation, 6)];
}

/* One answer, sometimes several, mostly with the claims that let requests go on. */
static uint32_t random_answers(struct mutation *mutation)
{
	uint32_t value = random_once_in(mutation, 4) ? 0 : 1u << random_below(mutation, 27);

	if (random_once_in(mutation, 2))
		value |= random_below(mutation, 1u << 10);
	if (random_once_in(mutation, 4))
		value |= 1u << random_below(mutation, 27);
	return random_once_in(mutation, 8) ? 0 : value;
}

static uint32_t random_value(struct mutation *mutation, enum op_code code, uint32_t type)
{
	if (code == OP_sysctl)
		return random_sysctl_value(mutation, type);
	if (code == OP_task)
		return random_once_in(mutation, 3) ? 0 : 1u << random_below(mutation, 9);
	if (code == OP_hook_answers)
		return random_answers(mutation);
	return random_below(mutation, INPUT_MAX_PAGES);
}

static uint32_t random_cpu(struct mutation *mutation)
{
	return random_once_in(mutation, 4) ? 1 + random_below(mutation, 4) : 0;
}

static uint64_t replace(uint64_t record, unsigned int shift, uint32_t mask, uint32_t value)
{
	return (record & ~((uint64_t)mask << shift)) | (uint64_t)(value & mask) << shift;
}
#define REPLACE(record, field, value) \
	replace(record, RECORD_##field##_SHIFT, RECORD_##field##_MASK, value)

/* Fills one operand; bit is one of OPERAND_*. */
static uint64_t set_operand(struct mutation *mutation, uint64_t record, uint32_t bit, uint64_t held)
{
	enum op_code code = (enum op_code)RECORD_GET(record, CODE);

	switch (bit) {
	case OPERAND_DEST:
		return REPLACE(record, SLOT, random_slot(mutation, ~held));
	case OPERAND_SLOT:
		return REPLACE(record, SLOT, random_slot(mutation, held));
	case OPERAND_ORDER:
		return REPLACE(record, ORDER, random_order(mutation));
	case OPERAND_GFP:
		return REPLACE(record, WIDE, random_gfp(mutation));
	case OPERAND_NODE:
		return REPLACE(record, NODE,
			       random_once_in(mutation, 4) ? 1 + random_below(mutation, 2) : 0);
	case OPERAND_CPU:
		return REPLACE(record, CPU, random_cpu(mutation));
	case OPERAND_COUNT:
	case OPERAND_BYTES:
	case OPERAND_INDEX:
		return REPLACE(record, COUNT, random_count(mutation, code));
	case OPERAND_TYPE:
		return REPLACE(record, TYPE,
			       random_once_in(mutation, 2) ? MIGRATE_CMA
							   : random_below(mutation, 5));
	case OPERAND_SYSCTL:
		record = REPLACE(record, TYPE, random_below(mutation, OP_NR_SYSCTLS));
		record = REPLACE(record, ORDER, random_below(mutation, MAX_NR_ZONES));
		return REPLACE(record, WIDE,
			       random_sysctl_value(mutation, RECORD_GET(record, TYPE)));
	case OPERAND_VALUE:
		return REPLACE(record, WIDE, random_value(mutation, code, 0));
	default:
		return record;
	}
}

static const struct {
	uint8_t code, weight;
} likely_ops[] = {
	{ OP_alloc_pages, 60 },
	{ OP_get_zeroed_page, 3 },
	{ OP_alloc_pages_exact, 8 },
	{ OP_alloc_pages_bulk_array, 8 },
	{ OP_alloc_pages_bulk_list, 6 },
	{ OP_page_frag_alloc, 8 },
	{ OP_free_pages, 50 },
	{ OP_free_pages_exact, 4 },
	{ OP_free_page, 8 },
	{ OP_get_page, 6 },
	{ OP_put_page, 8 },
	{ OP_get_page_unless_zero, 4 },
	{ OP_split_page, 7 },
	{ OP_release_pages, 6 },
	{ OP_page_frag_free, 6 },
	{ OP_page_frag_cache_drain, 2 },
	{ OP_set_lru, 4 },
	{ OP_drain_local_pages, 5 },
	{ OP_drain_all_pages, 4 },
	{ OP_set_pageblock_type, 4 },
	{ OP_sysctl, 3 },
	{ OP_cpu, 4 },
	{ OP_tick, 4 },
	{ OP_task, 3 },
	{ OP_hook_answers, 3 },
	{ OP_double_free, 1 },
	{ OP_free_wrong_order, 1 },
	{ OP_free_foreign, 1 },
	{ OP_free_tail, 1 },
	{ OP_free_referenced, 1 },
};
#define NR_LIKELY_OPS (sizeof(likely_ops) / sizeof(likely_ops[0]))

static uint32_t random_code(struct mutation *mutation)
{
	uint32_t total = 0;

	for (size_t i = 0; i < NR_LIKELY_OPS; i++)
		total += likely_ops[i].weight;
	uint32_t left = random_below(mutation, total);

	for (size_t i = 0; i < NR_LIKELY_OPS; i++) {
		if (left < likely_ops[i].weight)
			return likely_ops[i].code;
		left -= likely_ops[i].weight;
	}
	return OP_nop;
}

uint64_t random_record(struct mutation *mutation, uint64_t held)
{
	uint64_t record = RECORD_PUT(CODE, random_code(mutation));
	uint32_t operands = op_table[RECORD_GET(record, CODE)].operands;

	for (unsigned int i = 0; i < 12; i++)
		if (operands >> i & 1)
			record = set_operand(mutation, record, 1u << i, held);
	return record;
}

uint64_t tweak_record(struct mutation *mutation, uint64_t record, uint64_t held)
{
	uint32_t operands = op_table[RECORD_GET(record, CODE)].operands, nr = 0, chosen;

	for (unsigned int i = 0; i < 12; i++)
		nr += operands >> i & 1;
	if (!nr)
		return random_record(mutation, held);
	if (operands & OPERAND_ORDER && random_once_in(mutation, 4))
		return REPLACE(record, ORDER,
			       RECORD_GET(record, ORDER) + (random_once_in(mutation, 2) ? 1 : 15));
	if (operands & OPERAND_GFP && random_once_in(mutation, 4))
		return record ^ RECORD_PUT(WIDE, PICK(mutation, likely_modifiers));
	chosen = random_below(mutation, nr);
	for (unsigned int i = 0; i < 12; i++)
		if (operands >> i & 1 && !chosen--)
			return set_operand(mutation, record, 1u << i, held);
	return record;
}
