/* SPDX-License-Identifier: MIT */
/* libFuzzer's custom mutator and crossover over mutate.c. Linked into engine binaries only. */
#include "fuzz/input/input.h"
#include "fuzz/mutate/mutate.h"

#define BYTE_MUTATION_ONCE_IN 16
#define WHOLE_INPUT_ONCE_IN 16 /* of these */

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
				 uint8_t *out, size_t max_size, unsigned int seed);
/* The engine's own; not every engine that drives such targets has it. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size) __attribute__((weak));

/* A shifted header is another machine, which takes long to boot: mostly the records only. */
static size_t mutate_bytes(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	size_t kept = INPUT_HEADER_BYTES;

	if (size <= kept || seed / BYTE_MUTATION_ONCE_IN % WHOLE_INPUT_ONCE_IN == 0)
		kept = 0;
	return kept + LLVMFuzzerMutate(data + kept, size - kept, max_size - kept);
}

/* Once in a while plain bytes: keeps dictionaries and comparison traces of the engine alive. Text
 * is left to the engine. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	if (LLVMFuzzerMutate && mutate_is_text(data, size))
		return LLVMFuzzerMutate(data, size, max_size);
	if (LLVMFuzzerMutate && seed % BYTE_MUTATION_ONCE_IN == 0)
		return mutate_tidy(data, mutate_bytes(data, size, max_size, seed), max_size);
	return mutate_input(data, size, max_size, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
				 uint8_t *out, size_t max_size, unsigned int seed)
{
	return mutate_crossover(a, a_size, b, b_size, out, max_size, seed);
}
