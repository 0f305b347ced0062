/* SPDX-License-Identifier: MIT */
/*
 * Fewer ops. Cheap big steps come first: what follows the failure; what shares no slot with it, in
 * one step; delta debugging over halves, quarters, ... and what is left without them; whole lives
 * of blocks; pairs on one slot; single ops from the end.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/shrink/shrink_state.h"

#define MAX_SUBSETS 8 /* from so many chunks on, one of them alone hardly ever fails */

uint32_t op_slots(const struct op *op, uint32_t *first)
{
	uint32_t operands = op_table[op->code].operands;

	*first = op->slot;
	if (!(operands & (OPERAND_DEST | OPERAND_SLOT)))
		return 0;
	return operands & OPERAND_COUNT && op->count ? op->count : 1;
}

/* Tries the ops of the best that are marked; nothing to drop is no success. */
static bool try_kept(struct shrink *shrink)
{
	const struct program *best = shrink->best;

	candidate_clear(shrink);
	for (size_t i = 0; i < best->nr_ops; i++)
		if (shrink->keep[i])
			candidate_append(shrink, &best->ops[i]);
	return shrink->candidate.nr_ops < best->nr_ops && candidate_try(shrink);
}

/* Tries the best without ops [start, start + length), or with them alone. */
static bool try_range(struct shrink *shrink, size_t start, size_t length, bool alone)
{
	size_t left = shrink->best->nr_ops - start;

	memset(shrink->keep, !alone, shrink->best->nr_ops);
	memset(shrink->keep + start, alone, length < left ? length : left);
	return try_kept(shrink);
}

/* ---- passes; each returns true when the best got smaller ---- */

static bool try_prefix(struct shrink *shrink, size_t nr_ops)
{
	return try_range(shrink, 0, nr_ops, true);
}

/*
 * The shortest failing prefix. Where the failure was seen is the first guess; below it by halving,
 * since a failure hardly depends on what comes after it.
 */
static bool drop_suffix(struct shrink *shrink)
{
	size_t passing = 0, failing = shrink->best->nr_ops, before = failing;
	size_t guess = shrink->options->nr_needed;

	if (guess && guess < failing && try_prefix(shrink, guess)) {
		if (!try_prefix(shrink, guess - 1))
			return true;
		failing = guess - 1;
	}
	while (failing - passing > 1 && !shrink->stopped) {
		size_t middle = passing + (failing - passing) / 2;

		if (try_prefix(shrink, middle))
			failing = middle;
		else
			passing = middle;
	}
	return failing < before;
}

/* How much the closure over slots takes along. */
struct closure {
	bool earlier_lives; /* what a slot held before it was last filled */
	bool machine_ops;   /* ops without slots */
};

/*
 * Marks in keep the ops that the last one with slots depends on, directly or through others: from
 * the end backwards, an op that touches a needed slot is needed, and with it all of its slots. An
 * op that fills them begins a new life: what is before it may be needless.
 */
static void close_over_slots(const struct program *program, const struct closure *closure,
			     bool *keep, bool *needed)
{
	bool any = false;

	for (size_t i = program->nr_ops; i-- > 0;) {
		const struct op *op = &program->ops[i];
		uint32_t first, nr = op_slots(op, &first);
		bool ends = op_allocates(op->code) && !closure->earlier_lives, touched = nr && !any;

		for (uint32_t j = first; j < first + nr; j++)
			touched = touched || needed[j];
		keep[i] = touched || (!nr && (closure->machine_ops || i + 1 == program->nr_ops));
		for (uint32_t j = first; touched && j < first + nr; j++)
			needed[j] = !ends;
		any = any || touched;
	}
}

static bool try_closure(struct shrink *shrink, const struct closure *closure)
{
	bool *needed = calloc((size_t)shrink->best->nr_slots + 1, sizeof(*needed));
	bool smaller = false;

	if (needed) {
		close_over_slots(shrink->best, closure, shrink->keep, needed);
		smaller = try_kept(shrink);
	}
	free(needed);
	return smaller;
}

/* The smallest closure that fails, in one step. */
static bool drop_unrelated(struct shrink *shrink)
{
	static const struct closure closures[] = {
		{ false, false },
		{ false, true },
		{ true, false },
		{ true, true },
	};

	for (size_t i = 0; i < sizeof(closures) / sizeof(closures[0]); i++)
		if (try_closure(shrink, &closures[i]))
			return true;
	return false;
}

/* One chunk alone; two are tried as each other's complements anyway. */
static bool keep_chunk(struct shrink *shrink, size_t chunk)
{
	size_t nr_ops = shrink->best->nr_ops;

	if (nr_ops / chunk <= 2 || nr_ops / chunk > MAX_SUBSETS)
		return false;
	for (size_t start = 0; start < nr_ops && !shrink->stopped; start += chunk)
		if (try_range(shrink, start, chunk, true))
			return true;
	return false;
}

/* Delta debugging: chunks of halving size, alone and left out, from the end. */
static bool drop_chunks(struct shrink *shrink)
{
	size_t before = shrink->best->nr_ops;

	for (size_t chunk = before / 2; chunk > 1 && !shrink->stopped; chunk /= 2) {
		if (keep_chunk(shrink, chunk))
			chunk = shrink->best->nr_ops;
		for (size_t end = shrink->best->nr_ops; end > 0 && !shrink->stopped;) {
			size_t length = chunk < end ? chunk : end;

			end -= length;
			if (length < shrink->best->nr_ops)
				try_range(shrink, end, length, false);
		}
	}
	return shrink->best->nr_ops < before;
}

/* The op that fills a slot, and the others up to the next that does: one block's life. */
static bool try_without_life(struct shrink *shrink, size_t index)
{
	const struct program *best = shrink->best;
	uint32_t slot, other;
	size_t nr_dropped = 1;

	if (!op_allocates(best->ops[index].code) || op_slots(&best->ops[index], &slot) != 1)
		return false;
	memset(shrink->keep, true, best->nr_ops);
	shrink->keep[index] = false;
	for (size_t i = index + 1; i < best->nr_ops; i++) {
		if (op_slots(&best->ops[i], &other) != 1 || other != slot)
			continue;
		if (op_allocates(best->ops[i].code))
			break;
		shrink->keep[i] = false;
		nr_dropped++;
	}
	return nr_dropped > 1 && try_kept(shrink);
}

/* Two ops on one slot keep each other alive: an allocation and the op that uses it next. */
static bool try_without_pair(struct shrink *shrink, size_t index)
{
	const struct program *best = shrink->best;
	uint32_t slot, other;

	if (op_slots(&best->ops[index], &slot) != 1)
		return false;
	for (size_t i = index + 1; i < best->nr_ops; i++) {
		if (op_slots(&best->ops[i], &other) != 1 || other != slot)
			continue;
		memset(shrink->keep, true, best->nr_ops);
		shrink->keep[index] = shrink->keep[i] = false;
		return try_kept(shrink);
	}
	return false;
}

static bool try_without_op(struct shrink *shrink, size_t index)
{
	return try_range(shrink, index, 1, false);
}

static bool drop_each(struct shrink *shrink, bool (*try)(struct shrink *shrink, size_t index))
{
	size_t before = shrink->best->nr_ops;

	for (size_t i = before; i-- > 0 && !shrink->stopped;)
		if (i < shrink->best->nr_ops)
			try(shrink, i);
	return shrink->best->nr_ops < before;
}

bool drop_ops(struct shrink *shrink)
{
	bool smaller = drop_suffix(shrink);

	smaller = drop_unrelated(shrink) || smaller;
	smaller = drop_chunks(shrink) || smaller;
	smaller = drop_each(shrink, try_without_life) || smaller;
	smaller = drop_each(shrink, try_without_pair) || smaller;
	return drop_each(shrink, try_without_op) || smaller;
}
