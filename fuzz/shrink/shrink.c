/* SPDX-License-Identifier: MIT */
/*
 * The smallest failing program: fewer ops (shrink_drop.c), then a plainer machine, operands and
 * slots (shrink_simplify.c). Rounds repeat until nothing gets smaller. No candidate runs twice.
 */
#include "fuzz/shrink/shrink.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz/shrink/shrink_state.h"

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
