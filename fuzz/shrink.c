/* SPDX-License-Identifier: MIT */
/*
 * Delta debugging over ops. Cheap big steps come first: what follows the failure, what shares no
 * slot with it, halves, quarters, pairs on one slot, single ops from the end. Rounds repeat until
 * nothing gets smaller.
 */
#include "fuzz/shrink.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz/shrink_state.h"

#define SHRINK_MAX_ROUNDS 16

/* ---- candidates ---- */

static uint64_t mix(uint64_t hash, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	for (; size >= sizeof(uint64_t); size -= sizeof(uint64_t), bytes += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, bytes, sizeof(word));
		hash = (hash ^ word) * 0x9fb21c651e98df25u;
		hash ^= hash >> 29;
	}
	for (; size; size--, bytes++)
		hash = (hash ^ *bytes) * 0x9fb21c651e98df25u;
	return hash;
}

static uint64_t hash_program(const struct program *program)
{
	uint64_t hash = mix(program->nr_ops + 1, &program->machine, sizeof(program->machine));

	hash = mix(hash, &program->start, sizeof(program->start));
	if (program->nr_ops)
		hash = mix(hash, program->ops, program->nr_ops * sizeof(*program->ops));
	return hash ? hash : 1;
}

static bool seen_grow(struct shrink *shrink)
{
	size_t capacity = shrink->seen_capacity ? shrink->seen_capacity * 2 : 1024;
	uint64_t *seen = calloc(capacity, sizeof(*seen));

	if (!seen)
		return false;
	for (size_t i = 0; i < shrink->seen_capacity; i++) {
		size_t at = shrink->seen[i] & (capacity - 1);

		while (shrink->seen[i] && seen[at])
			at = (at + 1) & (capacity - 1);
		if (shrink->seen[i])
			seen[at] = shrink->seen[i];
	}
	free(shrink->seen);
	shrink->seen = seen;
	shrink->seen_capacity = capacity;
	return true;
}

/* True when the hash is new; remembers it. */
static bool seen_insert(struct shrink *shrink, uint64_t hash)
{
	if (shrink->nr_seen * 2 >= shrink->seen_capacity && !seen_grow(shrink)) {
		shrink->stopped = true;
		return false;
	}
	size_t at = hash & (shrink->seen_capacity - 1);

	while (shrink->seen[at] && shrink->seen[at] != hash)
		at = (at + 1) & (shrink->seen_capacity - 1);
	if (shrink->seen[at] == hash)
		return false;
	shrink->seen[at] = hash;
	shrink->nr_seen++;
	return true;
}

bool candidate_clear(struct shrink *shrink)
{
	shrink->candidate.machine = shrink->best->machine;
	shrink->candidate.start = shrink->best->start;
	shrink->candidate.nr_ops = 0;
	shrink->candidate.nr_slots = 0;
	return true;
}

bool candidate_copy(struct shrink *shrink)
{
	if (program_copy(&shrink->candidate, shrink->best))
		return true;
	shrink->stopped = true;
	return false;
}

bool candidate_try(struct shrink *shrink)
{
	const struct shrink_options *options = shrink->options;

	if (shrink->stopped || !seen_insert(shrink, hash_program(&shrink->candidate)))
		return false;
	if (options->max_tests && shrink->nr_tests >= options->max_tests) {
		shrink->stopped = true;
		return false;
	}
	shrink->nr_tests++;
	bool fails = shrink->test(shrink->context, &shrink->candidate);

	if (fails) {
		struct program swap = *shrink->best;

		*shrink->best = shrink->candidate;
		shrink->candidate = swap;
	}
	if (options->progress &&
	    !options->progress(shrink->context, shrink->best->nr_ops, shrink->nr_tests))
		shrink->stopped = true;
	return fails;
}

/* Tries the best without ops [start, start + length) and without op `also`. */
static bool try_without(struct shrink *shrink, size_t start, size_t length, size_t also)
{
	const struct program *best = shrink->best;

	candidate_clear(shrink);
	for (size_t i = 0; i < best->nr_ops && !shrink->stopped; i++)
		if ((i < start || i >= start + length) && i != also &&
		    !program_append(&shrink->candidate, &best->ops[i]))
			shrink->stopped = true;
	return candidate_try(shrink);
}

/* ---- passes; each returns true when the best got smaller ---- */

/* The shortest failing prefix, by halving: a failure hardly depends on what comes after it. */
static bool drop_suffix(struct shrink *shrink)
{
	size_t passing = 0, failing = shrink->best->nr_ops, before = failing;

	while (failing - passing > 1 && !shrink->stopped) {
		size_t middle = passing + (failing - passing) / 2;

		if (try_without(shrink, middle, shrink->best->nr_ops - middle, SIZE_MAX))
			failing = middle;
		else
			passing = middle;
	}
	return failing < before;
}

uint32_t op_slots(const struct op *op, uint32_t *first)
{
	uint32_t operands = op_table[op->code % NR_OP_CODES].operands;

	*first = op->slot;
	if (!(operands & (OPERAND_DEST | OPERAND_SLOT)))
		return 0;
	return operands & OPERAND_COUNT && op->count ? op->count : 1;
}

/* Marks in keep the ops that share slots with the last one, directly or through others. */
static void close_over_slots(const struct program *program, bool *keep, bool *slots,
			     bool keep_machine_ops)
{
	bool any = false;

	for (size_t i = program->nr_ops; i-- > 0;) {
		uint32_t first, nr = op_slots(&program->ops[i], &first);
		bool touched = nr && !any;

		for (uint32_t j = first; j < first + nr; j++)
			touched = touched || slots[j];
		keep[i] = touched || (!nr && (keep_machine_ops || i + 1 == program->nr_ops));
		for (uint32_t j = first; touched && j < first + nr; j++)
			slots[j] = true;
		any = any || touched;
	}
}

static bool try_closure(struct shrink *shrink, bool keep_machine_ops)
{
	const struct program *best = shrink->best;
	bool *keep = calloc(best->nr_ops + 1, sizeof(*keep));
	bool *slots = calloc((size_t)best->nr_slots + 1, sizeof(*slots));
	bool smaller = false;

	if (keep && slots) {
		close_over_slots(best, keep, slots, keep_machine_ops);
		candidate_clear(shrink);
		for (size_t i = 0; i < best->nr_ops && !shrink->stopped; i++)
			if (keep[i] && !program_append(&shrink->candidate, &best->ops[i]))
				shrink->stopped = true;
		if (shrink->candidate.nr_ops < best->nr_ops)
			smaller = candidate_try(shrink);
	}
	free(keep);
	free(slots);
	return smaller;
}

/* Chunks of halving size, from the end. */
static bool drop_chunks(struct shrink *shrink)
{
	size_t before = shrink->best->nr_ops;

	for (size_t chunk = before / 2; chunk > 1; chunk /= 2)
		for (size_t end = shrink->best->nr_ops; end > 0 && !shrink->stopped;) {
			size_t length = chunk < end ? chunk : end;

			end -= length;
			try_without(shrink, end, length, SIZE_MAX);
		}
	return shrink->best->nr_ops < before;
}

static bool drop_singles(struct shrink *shrink)
{
	size_t before = shrink->best->nr_ops;

	for (size_t i = before; i-- > 0 && !shrink->stopped;)
		if (i < shrink->best->nr_ops)
			try_without(shrink, i, 1, SIZE_MAX);
	return shrink->best->nr_ops < before;
}

/* Two ops on one slot keep each other alive: an allocation and the op that uses it next. */
static bool drop_pairs(struct shrink *shrink)
{
	size_t before = shrink->best->nr_ops;

	for (size_t i = before; i-- > 0 && !shrink->stopped;) {
		const struct program *best = shrink->best;
		uint32_t slot, other;

		if (i >= best->nr_ops || op_slots(&best->ops[i], &slot) != 1)
			continue;
		for (size_t j = i + 1; j < best->nr_ops; j++)
			if (op_slots(&best->ops[j], &other) == 1 && other == slot) {
				try_without(shrink, i, 1, j);
				break;
			}
	}
	return shrink->best->nr_ops < before;
}

static bool drop_ops(struct shrink *shrink)
{
	bool smaller = drop_suffix(shrink);

	smaller = try_closure(shrink, true) || smaller;
	smaller = try_closure(shrink, false) || smaller;
	smaller = drop_chunks(shrink) || smaller;
	smaller = drop_pairs(shrink) || smaller;
	return drop_singles(shrink) || smaller;
}

size_t shrink_program(struct program *program, shrink_test test, void *context,
		      const struct shrink_options *options)
{
	static const struct shrink_options no_options;
	struct shrink shrink = { .best = program, .test = test, .context = context };
	bool changed = true;

	shrink.options = options ? options : &no_options;
	program_init(&shrink.candidate);
	seen_insert(&shrink, hash_program(program));
	for (int round = 0; round < SHRINK_MAX_ROUNDS && changed && !shrink.stopped; round++) {
		changed = drop_ops(&shrink);
		changed = simplify_machine(&shrink) || changed;
		changed = simplify_operands(&shrink) || changed;
		changed = simplify_slots(&shrink) || changed;
	}
	program_free(&shrink.candidate);
	free(shrink.seen);
	return shrink.nr_tests;
}
