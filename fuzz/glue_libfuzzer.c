/* SPDX-License-Identifier: MIT */
/* libFuzzer's custom mutator and crossover over mutate.c. Linked into engine binaries only. */
#include "fuzz/mutate.h"

#define BYTE_MUTATION_ONCE_IN 16

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
				 uint8_t *out, size_t max_size, unsigned int seed);
/* The engine's own; not every engine that drives such targets has it. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size) __attribute__((weak));

/* Once in a while plain bytes: keeps dictionaries and comparison traces of the engine alive. Text
 * is left to the engine. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	if (LLVMFuzzerMutate && (seed % BYTE_MUTATION_ONCE_IN == 0 || mutate_is_text(data, size)))
		return LLVMFuzzerMutate(data, size, max_size);
	return mutate_input(data, size, max_size, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
				 uint8_t *out, size_t max_size, unsigned int seed)
{
	return mutate_crossover(a, a_size, b, b_size, out, max_size, seed);
}
