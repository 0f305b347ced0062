/* SPDX-License-Identifier: MIT */
/*
 * Random records with likely operands: requests as real callers make them, orders with the small
 * and the special ones in front, slots that fit. Unlikely values come from byte noise.
 */
#include "fuzz/mutate/mutate_records.h"

#include "oracle/lang/fuzz_assert.h"

#include "buddy/types.h"
#include "oracle/ops/ops.h"

size_t open_records(struct mutation *mutation, size_t index, size_t nr)
{
	FUZZ_ASSERT(index <= mutation->nr && mutation->nr <= mutation->max);
	if (nr > mutation->max - index)
		nr = mutation->max - index;
	if (mutation->nr > mutation->max - nr)
		mutation->nr = mutation->max - nr;
	memmove(record_at(mutation, index + nr), record_at(mutation, index),
		(mutation->nr - index) * INPUT_RECORD_BYTES);
	mutation->nr += nr;
	return nr;
}

void remove_records(struct mutation *mutation, size_t index, size_t nr)
{
	FUZZ_ASSERT(nr <= mutation->nr && index <= mutation->nr - nr);
	memmove(record_at(mutation, index), record_at(mutation, index + nr),
		(mutation->nr - index - nr) * INPUT_RECORD_BYTES);
	mutation->nr -= nr;
}

void drop_declined(struct mutation *mutation)
{
	size_t nr = 0;

	for (size_t i = 0; mutation->allowed && i < mutation->nr; i++) {
		struct record record = get_record(mutation, i);

		if (is_allowed(mutation, record.code))
			set_record(mutation, nr++, record);
	}
	if (mutation->allowed)
		mutation->nr = nr;
}

/* ---- slots ---- */

/* Those of the first 64 slots that the record names. */
static uint64_t named_slots(const struct record *record, uint32_t operands)
{
	uint32_t slot = register_slot(record->slot);
	uint32_t count = operands & OPERAND_COUNT ? record->count : 1;
	uint64_t run = count >= 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;

	return slot < 64 ? run << slot : 0;
}

uint64_t slots_held(const struct mutation *mutation, size_t index)
{
	uint64_t held = 0;

	for (size_t i = 0; i < index; i++) {
		struct record record = get_record(mutation, i);
		uint32_t operands = op_table[record.code].operands;

		if (operands & OPERAND_DEST)
			held |= named_slots(&record, operands);
		else if (op_gives_slot(record.code))
			held &= ~named_slots(&record, operands);
	}
	return held;
}

/* One of the slots of the set, mostly; any one when it is empty. */
static uint16_t random_slot(struct mutation *mutation, uint64_t set)
{
	uint32_t slot = random_below(mutation, OP_FUZZ_SLOTS);

	if (!set || random_once_in(mutation, 16))
		return (uint16_t)slot;
	while (!(set >> slot & 1))
		slot = (slot + 1) % OP_FUZZ_SLOTS;
	return (uint16_t)slot;
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

static uint8_t random_order(struct mutation *mutation)
{
	static const uint8_t orders[] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2,  2,  2, 3,
					  3, 3, 4, 4, 5, 6, 7, 8, 9, 9, 9, 10, 10, 10 };

	return random_once_in(mutation, 256) ? (uint8_t)NR_PAGE_ORDERS : PICK(mutation, orders);
}

/* Small numbers, edges of pages and of lists; sizes beside the units of the op, too. */
static uint32_t random_count(struct mutation *mutation, uint8_t code)
{
	static const uint16_t units[] = { 0,  1,  2,  3,   4,   6,   8,    16,
					  31, 32, 64, 100, 256, 511, 1024, 2048 };
	const struct op_info *info = &op_table[code];

	if (info->operands & OPERAND_COUNT)
		return 1 + random_below(mutation, random_once_in(mutation, 3) ? OP_FUZZ_SLOTS : 8);
	if (!(info->operands & OPERAND_BYTES))
		return random_below(mutation, random_once_in(mutation, 4) ? 1024 : 9);
	return (PICK(mutation, units) + random_below(mutation, 3)) * info->unit +
	       (random_once_in(mutation, 8) ? random_below(mutation, info->unit) : 0);
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

static uint32_t random_value(struct mutation *mutation, uint8_t code)
{
	if (op_table[code].operands & OPERAND_TASK)
		return random_once_in(mutation, 3) ? 0 : 1u << random_below(mutation, 9);
	if (op_table[code].operands & OPERAND_HOOKS)
		return random_answers(mutation);
	return random_below(mutation, INPUT_MAX_PAGES);
}

static uint8_t random_place(struct mutation *mutation, uint32_t nr)
{
	return (uint8_t)(random_once_in(mutation, 4) ? 1 + random_below(mutation, nr) : 0);
}

static void set_sysctl(struct mutation *mutation, struct record *record)
{
	record->type = (uint8_t)random_below(mutation, OP_NR_SYSCTLS);
	record->order = (uint8_t)random_below(mutation, MAX_NR_ZONES);
	record->wide = random_sysctl_value(mutation, record->type);
}

/* Fills one operand; bit is one of OPERAND_*. */
static void set_operand(struct mutation *mutation, struct record *record, uint32_t bit,
			uint64_t held)
{
	switch (bit) {
	case OPERAND_DEST:
		record->slot = random_slot(mutation, ~held);
		break;
	case OPERAND_SLOT:
		record->slot = random_slot(mutation, held);
		break;
	case OPERAND_ORDER:
		record->order = random_order(mutation);
		break;
	case OPERAND_GFP:
		record->wide = random_gfp(mutation);
		break;
	case OPERAND_NODE:
		record->place = (uint8_t)((record->place & 15) | random_place(mutation, 2) << 4);
		break;
	case OPERAND_CPU:
		record->place = (record->place & 0xf0) | random_place(mutation, 4);
		break;
	case OPERAND_COUNT:
	case OPERAND_BYTES:
	case OPERAND_INDEX:
		record->count = random_count(mutation, record->code);
		break;
	case OPERAND_TYPE:
		record->type = (uint8_t)(random_once_in(mutation, 2) ? MIGRATE_CMA
								     : random_below(mutation, 5));
		break;
	case OPERAND_SYSCTL:
		set_sysctl(mutation, record);
		break;
	case OPERAND_VALUE:
		record->wide = random_value(mutation, record->code);
		break;
	default:
		break;
	}
}

static const uint8_t all_codes[] = {
#define OP(code, ...) (code),
#include "oracle/lang/op.def"
};
#define NR_ALL_CODES (sizeof(all_codes) / sizeof(all_codes[0]))

static uint32_t allowed_weight(const struct mutation *mutation, uint8_t code)
{
	return is_allowed(mutation, code) ? op_table[code].weight : 0;
}

uint8_t random_code(struct mutation *mutation)
{
	uint32_t total = 0;

	for (size_t i = 0; i < NR_ALL_CODES; i++)
		total += allowed_weight(mutation, all_codes[i]);
	uint32_t left = total ? random_below(mutation, total) : 0;

	for (size_t i = 0; i < NR_ALL_CODES; i++) {
		uint32_t weight = allowed_weight(mutation, all_codes[i]);

		if (left < weight)
			return all_codes[i];
		left -= weight;
	}
	return OP_nop;
}

#define NR_OPERAND_BITS 12u

struct record random_record(struct mutation *mutation, uint64_t held)
{
	struct record record = { .code = random_code(mutation) };
	uint32_t operands = op_table[record.code].operands;

	for (unsigned int i = 0; i < NR_OPERAND_BITS; i++)
		if (operands >> i & 1)
			set_operand(mutation, &record, 1u << i, held);
	return record;
}

static void tweak_operand(struct mutation *mutation, struct record *record, uint32_t operands,
			  uint32_t chosen, uint64_t held)
{
	for (unsigned int i = 0; i < NR_OPERAND_BITS; i++)
		if (operands >> i & 1 && !chosen--)
			set_operand(mutation, record, 1u << i, held);
}

struct record tweak_record(struct mutation *mutation, struct record record, uint64_t held)
{
	uint32_t operands = op_table[record.code].operands, nr = 0;

	for (unsigned int i = 0; i < NR_OPERAND_BITS; i++)
		nr += operands >> i & 1;
	if (!nr)
		return random_record(mutation, held);
	if (operands & OPERAND_ORDER && random_once_in(mutation, 4))
		record.order = (record.order + (random_once_in(mutation, 2) ? 1 : 15)) & 15;
	else if (operands & OPERAND_GFP && random_once_in(mutation, 4))
		record.wide ^= PICK(mutation, likely_modifiers);
	else
		tweak_operand(mutation, &record, operands, random_below(mutation, nr), held);
	return record;
}
