/* SPDX-License-Identifier: MIT */
/*
 * AFL++'s custom mutator over mutate.c: a shared library that afl-fuzz loads, hence built by a
 * plain compiler and never instrumented. Trimming removes runs of whole records.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/engines/engine_ops.h"
#include "fuzz/input/input.h"
#include "fuzz/mutate/mutate.h"

#define CROSSOVER_ONCE_IN 8

struct afl_mutator {
	uint64_t random;
	uint8_t out[INPUT_MAX_BYTES];
	/* Trimming: kept[kept_size] is the best so far; the next try leaves out `chunk` records at
	 * `at`. */
	uint8_t kept[INPUT_MAX_BYTES];
	size_t kept_size, at, chunk;
};

#define EXPORT __attribute__((visibility("default")))
EXPORT void *afl_custom_init(void *afl, unsigned int seed);
EXPORT void afl_custom_deinit(void *data);
EXPORT size_t afl_custom_fuzz(void *data, uint8_t *input, size_t size, uint8_t **out,
			      uint8_t *other, size_t other_size, size_t max_size);
EXPORT int32_t afl_custom_init_trim(void *data, uint8_t *input, size_t size);
EXPORT size_t afl_custom_trim(void *data, uint8_t **out);
EXPORT int32_t afl_custom_post_trim(void *data, unsigned char success);
EXPORT const char *afl_custom_describe(void *data, size_t max_length);

/* NULL ends afl-fuzz. */
void *afl_custom_init(void *afl, unsigned int seed)
{
	struct afl_mutator *mutator = engine_ops_start() ? calloc(1, sizeof(*mutator)) : NULL;

	(void)afl;
	if (mutator)
		mutator->random = seed;
	return mutator;
}

void afl_custom_deinit(void *data)
{
	free(data);
}

/* Text is left to AFL++: 0 skips the execution. */
size_t afl_custom_fuzz(void *data, uint8_t *input, size_t size, uint8_t **out, uint8_t *other,
		       size_t other_size, size_t max_size)
{
	struct afl_mutator *mutator = data;
	uint64_t seed = mutator->random =
		mutator->random * 6364136223846793005u + 1442695040888963407u;

	if (max_size > INPUT_MAX_BYTES)
		max_size = INPUT_MAX_BYTES;
	if (size > max_size)
		size = max_size;
	*out = mutator->out;
	if (mutate_is_text(input, size))
		return 0;
	if (other && other_size && (seed >> 32) % CROSSOVER_ONCE_IN == 0)
		return mutate_crossover(input, size, other, other_size, mutator->out, max_size,
					seed);
	memcpy(mutator->out, input, size);
	return mutate_input(mutator->out, size, max_size, seed);
}

const char *afl_custom_describe(void *data, size_t max_length)
{
	(void)data;
	return max_length > strlen("ops") ? "ops" : NULL;
}

static size_t kept_records(const struct afl_mutator *mutator)
{
	return input_nr_records(mutator->kept, mutator->kept_size);
}

/* Returns an upper bound of steps; the loop ends when post_trim answers at least that. */
int32_t afl_custom_init_trim(void *data, uint8_t *input, size_t size)
{
	struct afl_mutator *mutator = data;

	if (size > INPUT_MAX_BYTES)
		size = INPUT_MAX_BYTES;
	memcpy(mutator->kept, input, size);
	mutator->kept_size = size;
	mutator->at = 0;
	mutator->chunk = kept_records(mutator) / 2;
	return mutator->chunk ? INPUT_MAX_OPS * 2 : 0;
}

size_t afl_custom_trim(void *data, uint8_t **out)
{
	struct afl_mutator *mutator = data;
	size_t record_bytes = input_record_bytes(mutator->kept, mutator->kept_size);
	size_t start = INPUT_HEADER_BYTES + mutator->at * record_bytes;
	size_t end = start + mutator->chunk * record_bytes;

	if (end > mutator->kept_size)
		end = mutator->kept_size;
	memcpy(mutator->out, mutator->kept, start);
	memcpy(mutator->out + start, mutator->kept + end, mutator->kept_size - end);
	*out = mutator->out;
	return mutator->kept_size - (end - start);
}

int32_t afl_custom_post_trim(void *data, unsigned char success)
{
	struct afl_mutator *mutator = data;

	if (success) {
		uint8_t *out;
		size_t size = afl_custom_trim(mutator, &out);

		memcpy(mutator->kept, out, size);
		mutator->kept_size = size;
	} else {
		mutator->at += mutator->chunk;
	}
	if (mutator->at >= kept_records(mutator)) {
		mutator->at = 0;
		mutator->chunk /= 2;
	}
	return mutator->chunk && kept_records(mutator) ? 0 : INPUT_MAX_OPS * 2;
}
