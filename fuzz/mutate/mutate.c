/* SPDX-License-Identifier: MIT */
/*
 * The mutator: a few weighted changes to whole records each time. Sizes stay header plus records;
 * the engine's own byte mutations, where wanted, are the glue's business.
 */
#include "fuzz/mutate/mutate.h"

#include "fuzz/mutate/mutate_records.h"

#define MUTATE_MAX_CHANGES 8u
#define BURST_MAX_OPS 160u
#define OTHER_MACHINE_ONCE_IN 16u /* of what can take one from elsewhere */

struct op_set mutate_allowed = { .words = { UINT64_MAX } };
static bool all_allowed = true;

void mutate_allow(const struct op_set *allowed)
{
	all_allowed = !allowed;
	mutate_allowed = allowed ? *allowed : (struct op_set){ .words = { UINT64_MAX } };
}

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

static void insert_all(struct mutation *mutation, size_t index, const uint64_t *records, size_t nr)
{
	nr = open_records(mutation, index, nr);
	for (size_t i = 0; i < nr; i++)
		set_record(mutation, index + i, records[i]);
}

static void insert_op(struct mutation *mutation)
{
	size_t index = random_position(mutation);
	uint64_t record = random_record(mutation, slots_held(mutation, index));

	insert_all(mutation, index, &record, 1);
}

/* An allocation here, its free somewhere behind. */
static void insert_pair(struct mutation *mutation)
{
	size_t index = random_position(mutation);
	size_t behind = index + random_below(mutation, (uint32_t)(mutation->nr - index) + 1);
	uint64_t free_slots = ~slots_held(mutation, index), record;
	uint32_t slot = random_below(mutation, OP_FUZZ_SLOTS);

	while (free_slots && !(free_slots >> slot & 1))
		slot = (slot + 1) % OP_FUZZ_SLOTS;
	record = RECORD_PUT(CODE, OP_free_pages) | RECORD_PUT(SLOT, slot);
	insert_all(mutation, behind, &record, 1);
	record = RECORD_PUT(CODE, OP_alloc_pages) | RECORD_PUT(SLOT, slot) |
		 RECORD_PUT(ORDER, random_below(mutation, random_once_in(mutation, 3) ? 11 : 4)) |
		 RECORD_PUT(WIDE, random_gfp(mutation));
	insert_all(mutation, index, &record, 1);
}

static void insert_template(struct mutation *mutation)
{
	uint64_t records[TEMPLATE_MAX_OPS];
	size_t nr = random_template(mutation, records);

	insert_all(mutation, random_position(mutation), records, nr);
}

static void insert_burst(struct mutation *mutation)
{
	uint64_t records[BURST_MAX_OPS];
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
	uint64_t records[64];
	size_t start, length = random_run(mutation, &start), at = random_position(mutation);
	uint32_t times = random_once_in(mutation, 4) ? 2 + random_below(mutation, 15) : 1;

	for (size_t i = 0; i < length; i++)
		records[i] = get_record(mutation, start + i);
	for (uint32_t i = 0; i < times && length; i++)
		insert_all(mutation, times > 1 ? start : at, records, length);
}

static void move_run(struct mutation *mutation)
{
	uint64_t records[64];
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
	uint64_t record = get_record(mutation, a);

	set_record(mutation, a, get_record(mutation, b));
	set_record(mutation, b, record);
}

static void tweak_op(struct mutation *mutation)
{
	if (!mutation->nr)
		return;
	size_t index = random_below(mutation, (uint32_t)mutation->nr);
	uint64_t record = get_record(mutation, index);

	set_record(mutation, index, tweak_record(mutation, record, slots_held(mutation, index)));
}

/* Another kind of request for a whole run. */
static void repaint_run(struct mutation *mutation)
{
	size_t start, length = random_run(mutation, &start);
	uint32_t gfp = random_gfp(mutation);

	for (size_t i = start; length && i < start + length; i++) {
		uint64_t record = get_record(mutation, i);

		if (op_table[RECORD_GET(record, CODE)].operands & OPERAND_GFP) {
			record &= ~((uint64_t)RECORD_WIDE_MASK << RECORD_WIDE_SHIFT);
			set_record(mutation, i, record | RECORD_PUT(WIDE, gfp));
		}
	}
}

/* What no sensible caller would say; of the machine seldom. */
static void noise(struct mutation *mutation)
{
	uint32_t size = (uint32_t)(mutation->nr * OP_RECORD_BYTES), start = INPUT_HEADER_BYTES;

	if (!size || random_once_in(mutation, OTHER_MACHINE_ONCE_IN)) {
		start = 0;
		size = INPUT_HEADER_BYTES;
	}
	for (uint32_t i = 1 + random_below(mutation, 4); i > 0; i--)
		mutation->data[start + random_below(mutation, size)] =
			(uint8_t)random_below(mutation, 256);
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

static struct mutation mutation_begin(uint8_t *data, size_t size, size_t max_size, uint64_t seed)
{
	struct mutation mutation = { .data = data, .random = seed };

	if (max_size > INPUT_MAX_BYTES)
		max_size = INPUT_MAX_BYTES;
	if (size > max_size)
		size = max_size;
	mutation.max = (max_size - INPUT_HEADER_BYTES) / OP_RECORD_BYTES;
	if (size >= INPUT_HEADER_BYTES)
		mutation.nr = (size - INPUT_HEADER_BYTES) / OP_RECORD_BYTES;
	else
		random_header(&mutation);
	return mutation;
}

/* Whatever drew them: templates, noise, seeds made for others. */
static void drop_declined(struct mutation *mutation)
{
	size_t nr = 0;

	for (size_t i = 0; i < mutation->nr && !all_allowed; i++) {
		uint64_t record = get_record(mutation, i);

		if (op_set_has(&mutate_allowed, (uint8_t)RECORD_GET(record, CODE)))
			set_record(mutation, nr++, record);
	}
	if (!all_allowed)
		mutation->nr = nr;
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
	return INPUT_HEADER_BYTES + mutation.nr * OP_RECORD_BYTES;
}

static size_t nr_records(size_t size)
{
	size_t nr = size > INPUT_HEADER_BYTES ? (size - INPUT_HEADER_BYTES) / OP_RECORD_BYTES : 0;

	return nr < INPUT_MAX_OPS ? nr : INPUT_MAX_OPS;
}

/* The first one's machine mostly, or the smaller one: it is there already and runs faster. NULL:
 * neither has one. */
static const uint8_t *choose_header(struct mutation *mutation, const uint8_t *const parents[2],
				    size_t a_size, size_t b_size)
{
	if (a_size < INPUT_HEADER_BYTES || b_size < INPUT_HEADER_BYTES)
		return a_size >= INPUT_HEADER_BYTES   ? parents[0]
		       : b_size >= INPUT_HEADER_BYTES ? parents[1]
						      : NULL;
	bool smaller = input_decode_pages(parents[1]) < input_decode_pages(parents[0]);

	return parents[random_once_in(mutation, smaller ? 2 : OTHER_MACHINE_ONCE_IN)];
}

/* Alternates stretches of both parents: each goes on where the other stopped, or from anywhere. */
size_t mutate_crossover(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
			uint8_t *out, size_t max_size, uint64_t seed)
{
	const uint8_t *parents[2] = { a, b };
	size_t nr[2] = { nr_records(a_size), nr_records(b_size) }, at[2] = { 0, 0 };

	if (max_size < INPUT_HEADER_BYTES)
		return 0;
	struct mutation mutation = mutation_begin(out, 0, max_size, seed);
	uint32_t nr_stretches = 2 + random_below(&mutation, 3), turn = random_below(&mutation, 2);
	const uint8_t *header = choose_header(&mutation, parents, a_size, b_size);

	if (header)
		memcpy(out, header, INPUT_HEADER_BYTES);
	for (uint32_t i = 0; i < nr_stretches; i++, turn ^= 1) {
		size_t left = nr[turn] - at[turn];
		size_t length =
			i + 1 == nr_stretches ? left : random_below(&mutation, (uint32_t)left + 1);

		if (length > mutation.max - mutation.nr)
			length = mutation.max - mutation.nr;
		if (length)
			memcpy(out + INPUT_HEADER_BYTES + mutation.nr * OP_RECORD_BYTES,
			       parents[turn] + INPUT_HEADER_BYTES + at[turn] * OP_RECORD_BYTES,
			       length * OP_RECORD_BYTES);
		mutation.nr += length;
		at[turn] += length;
		if (random_once_in(&mutation, 2))
			at[turn ^ 1] = random_below(&mutation, (uint32_t)nr[turn ^ 1] + 1);
	}
	drop_declined(&mutation);
	return INPUT_HEADER_BYTES + mutation.nr * OP_RECORD_BYTES;
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
