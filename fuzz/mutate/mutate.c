/* SPDX-License-Identifier: MIT */
/*
 * The mutator: a few weighted changes to whole records each time. Sizes stay header plus records;
 * the engine's own byte mutations, where wanted, are the glue's business.
 */
#include "fuzz/mutate/mutate.h"

#include "fuzz/mutate/mutate_records.h"

#define MUTATE_MAX_CHANGES 8u
#define BURST_MAX_OPS 160u

typedef void (*change)(struct mutation *mutation);

/* Position of a record, or of the end. */
static size_t random_position(struct mutation *mutation)
{
	return random_below(mutation, (uint32_t)mutation->nr + 1);
}

/* A run of records: short mostly. Returns its length, 0 when there is nothing. */
static size_t random_run(struct mutation *mutation, size_t *start)
{
	uint32_t limit = random_once_in(mutation, 4) ? 64 : 8;
	size_t length;

	if (!mutation->nr)
		return 0;
	*start = random_below(mutation, (uint32_t)mutation->nr);
	length = 1 + random_below(mutation, limit);
	return length < mutation->nr - *start ? length : mutation->nr - *start;
}

static void insert_all(struct mutation *mutation, size_t index, const struct record *records,
		       size_t nr)
{
	nr = open_records(mutation, index, nr);
	for (size_t i = 0; i < nr; i++)
		set_record(mutation, index + i, records[i]);
}

static void insert_op(struct mutation *mutation)
{
	size_t index = random_position(mutation);
	struct record record = random_record(mutation, slots_held(mutation, index));

	insert_all(mutation, index, &record, 1);
}

/* An allocation here, its free somewhere behind. */
static void insert_pair(struct mutation *mutation)
{
	size_t index = random_position(mutation);
	size_t behind = index + random_below(mutation, (uint32_t)(mutation->nr - index) + 1);
	uint64_t free_slots = ~slots_held(mutation, index);
	uint32_t slot = random_below(mutation, OP_FUZZ_SLOTS);

	while (free_slots && !(free_slots >> slot & 1))
		slot = (slot + 1) % OP_FUZZ_SLOTS;
	uint32_t order = random_below(mutation, random_once_in(mutation, 3) ? 11 : 4);
	struct record give = { .code = OP_free_pages, .slot = (uint16_t)slot };
	struct record take = {
		.code = OP_alloc_pages,
		.slot = (uint16_t)slot,
		.order = (uint8_t)order,
		.wide = random_gfp(mutation),
	};

	insert_all(mutation, behind, &give, 1);
	insert_all(mutation, index, &take, 1);
}

static void insert_template(struct mutation *mutation)
{
	struct record records[TEMPLATE_MAX_OPS];
	size_t nr = random_template(mutation, records);

	insert_all(mutation, random_position(mutation), records, nr);
}

static void insert_burst(struct mutation *mutation)
{
	struct record records[BURST_MAX_OPS];
	size_t index = random_position(mutation), room = mutation->max - index;
	size_t nr = random_burst(mutation, records, room < BURST_MAX_OPS ? room : BURST_MAX_OPS);

	insert_all(mutation, index, records, nr);
}

static void delete_run(struct mutation *mutation)
{
	size_t start, length = random_run(mutation, &start);

	if (length)
		remove_records(mutation, start, random_once_in(mutation, 2) ? 1 : length);
}

/* Copies a run to another place; several times right behind itself now and then. */
static void copy_run(struct mutation *mutation)
{
	struct record records[64];
	size_t start, length = random_run(mutation, &start), at = random_position(mutation);
	uint32_t times = random_once_in(mutation, 4) ? 2 + random_below(mutation, 15) : 1;

	for (size_t i = 0; i < length; i++)
		records[i] = get_record(mutation, start + i);
	for (uint32_t i = 0; i < times && length; i++)
		insert_all(mutation, times > 1 ? start : at, records, length);
}

static void move_run(struct mutation *mutation)
{
	struct record records[64];
	size_t start, length = random_run(mutation, &start);

	for (size_t i = 0; i < length; i++)
		records[i] = get_record(mutation, start + i);
	if (length) {
		remove_records(mutation, start, length);
		insert_all(mutation, random_position(mutation), records, length);
	}
}

static void swap_ops(struct mutation *mutation)
{
	if (mutation->nr < 2)
		return;
	size_t a = random_below(mutation, (uint32_t)mutation->nr);
	size_t b = random_below(mutation, (uint32_t)mutation->nr);
	struct record record = get_record(mutation, a);

	set_record(mutation, a, get_record(mutation, b));
	set_record(mutation, b, record);
}

static void tweak_op(struct mutation *mutation)
{
	if (!mutation->nr)
		return;
	size_t index = random_below(mutation, (uint32_t)mutation->nr);
	struct record record = get_record(mutation, index);

	set_record(mutation, index, tweak_record(mutation, record, slots_held(mutation, index)));
}

/* Another kind of request for a whole run. */
static void repaint_run(struct mutation *mutation)
{
	size_t start = 0, length = random_run(mutation, &start);
	uint32_t gfp = random_gfp(mutation);

	for (size_t i = start; length && i < start + length; i++) {
		struct record record = get_record(mutation, i);

		if (op_table[record.code].operands & OPERAND_GFP) {
			record.wide = gfp;
			set_record(mutation, i, record);
		}
	}
}

/* Another value of one of the bytes that the op is read from. */
static void change_byte(struct mutation *mutation, size_t index)
{
	uint8_t *bytes = record_at(mutation, index), mask[INPUT_RECORD_BYTES];
	uint32_t at;

	record_store(mask, *input_record_mask(bytes[0]));
	do
		at = random_below(mutation, INPUT_RECORD_BYTES);
	while (!mask[at]);
	bytes[at] = at ? (uint8_t)random_below(mutation, 256) : random_code(mutation);
}

/* What no sensible caller would say; of the machine seldom. */
static void noise(struct mutation *mutation)
{
	bool of_machine = !mutation->nr || random_once_in(mutation, OTHER_MACHINE_ONCE_IN);

	for (uint32_t i = 1 + random_below(mutation, 4); i > 0; i--)
		if (of_machine)
			mutation->data[1 + random_below(mutation, INPUT_HEADER_BYTES - 1)] =
				(uint8_t)random_below(mutation, 256);
		else
			change_byte(mutation, random_below(mutation, (uint32_t)mutation->nr));
}

/* How often each is made. A machine that was not there yet has to boot, which takes longer than
 * many a run. */
static const struct {
	change change;
	uint32_t weight;
} changes[] = {
	{ insert_op, 20 },  { insert_pair, 10 }, { insert_template, 14 }, { insert_burst, 4 },
	{ delete_run, 14 }, { copy_run, 6 },     { move_run, 4 },         { swap_ops, 4 },
	{ tweak_op, 24 },   { repaint_run, 3 },  { tweak_header, 1 },     { noise, 2 },
};
#define NR_CHANGES (sizeof(changes) / sizeof(changes[0]))

static change random_change(struct mutation *mutation)
{
	uint32_t total = 0;

	for (size_t i = 0; i < NR_CHANGES; i++)
		total += changes[i].weight;
	uint32_t left = random_below(mutation, total);

	for (size_t i = 0; i < NR_CHANGES; i++) {
		if (left < changes[i].weight)
			return changes[i].change;
		left -= changes[i].weight;
	}
	return insert_op;
}

/* Owned by whoever drives the engine (mutate_allow). */
static const struct op_set *allowed_codes;

void mutate_allow(const struct op_set *allowed)
{
	allowed_codes = allowed;
}

struct mutation mutation_begin(uint8_t *data, size_t size, size_t max_size, uint64_t seed)
{
	struct mutation mutation = { .data = data, .random = seed, .allowed = allowed_codes };

	if (max_size > INPUT_MAX_BYTES)
		max_size = INPUT_MAX_BYTES;
	size = input_upgrade(data, size < max_size ? size : max_size, max_size);
	mutation.max = (max_size - INPUT_HEADER_BYTES) / INPUT_RECORD_BYTES;
	mutation.nr = input_nr_records(data, size);
	if (size < INPUT_HEADER_BYTES)
		random_header(&mutation);
	data[HEADER_VERSION] = INPUT_VERSION; /* as which an unknown one is read */
	return mutation;
}

size_t mutation_end(struct mutation *mutation)
{
	drop_declined(mutation);
	FUZZ_ASSERT(mutation->nr <= mutation->max);
	return INPUT_HEADER_BYTES + mutation->nr * INPUT_RECORD_BYTES;
}

size_t mutate_input(uint8_t *data, size_t size, size_t max_size, uint64_t seed)
{
	if (max_size < INPUT_HEADER_BYTES)
		return size < max_size ? size : max_size;
	struct mutation mutation = mutation_begin(data, size, max_size, seed);
	uint32_t nr_changes = 1;

	while (nr_changes < MUTATE_MAX_CHANGES && random_once_in(&mutation, 2))
		nr_changes++;
	for (uint32_t i = 0; i < nr_changes; i++)
		random_change (&mutation)(&mutation);
	/* From nothing, start with something. */
	if (!mutation.nr)
		insert_template(&mutation);
	drop_declined(&mutation);
	if (!mutation.nr)
		insert_op(&mutation);
	return mutation_end(&mutation);
}

size_t mutate_tidy(uint8_t *data, size_t size, size_t max_size)
{
	if (size < INPUT_HEADER_BYTES || max_size < INPUT_HEADER_BYTES)
		return size < max_size ? size : max_size;
	struct mutation mutation = mutation_begin(data, size, max_size, 0);

	return mutation_end(&mutation);
}

/* A program in the binary form begins with a version, which is no printable character. */
bool mutate_is_text(const uint8_t *data, size_t size)
{
	size_t nr = size < INPUT_HEADER_BYTES ? size : INPUT_HEADER_BYTES;

	for (size_t i = 0; i < nr; i++)
		if ((data[i] < ' ' && data[i] != '\n' && data[i] != '\t') || data[i] > '~')
			return false;
	return nr;
}
