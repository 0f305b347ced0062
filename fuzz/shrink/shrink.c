/* SPDX-License-Identifier: MIT */
/*
 * The smallest failing program: fewer ops (shrink_drop.c), then a plainer machine, operands and
 * slots (shrink_simplify.c). Rounds repeat until nothing gets smaller. No candidate runs twice.
 */
#define _GNU_SOURCE /* tdestroy */
#include "fuzz/shrink/shrink.h"

#include <search.h>
#include <stdlib.h>

#include "fuzz/input/corpus_file.h"
#include "fuzz/shrink/shrink_state.h"

#define SHRINK_MAX_ROUNDS 16

/* ---- candidates ---- */

static uint64_t hash_program(const struct program *program)
{
	uint64_t ops = corpus_hash(program->ops, program->nr_ops * sizeof(*program->ops));

	return (program_machine_hash(program) ^ ops) * 0x9fb21c651e98df25u;
}

static int compare_hashes(const void *a, const void *b)
{
	return ((uintptr_t)a > (uintptr_t)b) - ((uintptr_t)a < (uintptr_t)b);
}

static void keep_hash(void *hash)
{
	(void)hash; /* it is the key itself, which nobody allocated */
}

/* True when the hash is new; remembers it. */
static bool seen_insert(struct shrink *shrink, uint64_t hash)
{
	const void *key = (const void *)(uintptr_t)hash;

	if (tfind(key, &shrink->seen, compare_hashes))
		return false;
	shrink->stopped = !tsearch(key, &shrink->seen, compare_hashes);
	return !shrink->stopped;
}

void candidate_clear(struct shrink *shrink)
{
	shrink->candidate.machine = shrink->best->machine;
	shrink->candidate.start = shrink->best->start;
	shrink->candidate.nr_ops = 0;
	shrink->candidate.nr_slots = 0;
}

void candidate_append(struct shrink *shrink, const struct op *op)
{
	if (!shrink->stopped && !program_append(&shrink->candidate, op))
		shrink->stopped = true;
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
	shrink.keep = malloc(program->nr_ops + 1);
	shrink.stopped = !shrink.keep;
	program_init(&shrink.candidate);
	seen_insert(&shrink, hash_program(program));
	for (int round = 0; round < SHRINK_MAX_ROUNDS && changed && !shrink.stopped; round++) {
		changed = drop_ops(&shrink);
		changed = simplify_machine(&shrink) || changed;
		changed = simplify_operands(&shrink) || changed;
		changed = simplify_slots(&shrink) || changed;
	}
	program_free(&shrink.candidate);
	free(shrink.keep);
	tdestroy(shrink.seen, keep_hash);
	return shrink.nr_tests;
}
