/* SPDX-License-Identifier: MIT */
/* SHA-1 as FIPS 180-4 describes it, over data that lies in memory as a whole. */
#include "cli/sha1.h"

#include <stdio.h>
#include <string.h>

#define BLOCK_BYTES 64u
#define LENGTH_BYTES 8u

static uint32_t rotate(uint32_t word, unsigned int nr_bits)
{
	return word << nr_bits | word >> (32 - nr_bits);
}

/* The function of a round, with its constant added. */
static uint32_t mix(unsigned int round, const uint32_t words[5])
{
	uint32_t b = words[1], c = words[2], d = words[3];

	if (round < 20)
		return ((b & c) | (~b & d)) + 0x5a827999u;
	if (round < 40)
		return (b ^ c ^ d) + 0x6ed9eba1u;
	if (round < 60)
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdcu;
	return (b ^ c ^ d) + 0xca62c1d6u;
}

static void add_block(uint32_t state[5], const uint8_t block[BLOCK_BYTES])
{
	uint32_t schedule[80], words[5];

	for (unsigned int i = 0; i < 16; i++)
		schedule[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
			      (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (unsigned int i = 16; i < 80; i++)
		schedule[i] = rotate(
			schedule[i - 3] ^ schedule[i - 8] ^ schedule[i - 14] ^ schedule[i - 16], 1);
	memcpy(words, state, sizeof(words));
	for (unsigned int i = 0; i < 80; i++) {
		uint32_t next = rotate(words[0], 5) + mix(i, words) + words[4] + schedule[i];

		memmove(words + 1, words, 4 * sizeof(*words));
		words[2] = rotate(words[2], 30);
		words[0] = next;
	}
	for (unsigned int i = 0; i < 5; i++)
		state[i] += words[i];
}

/* What is left of the data, one bit, and the length in bits at the end of a block. */
static void add_end(uint32_t state[5], const uint8_t *rest, size_t nr_rest, uint64_t size)
{
	uint8_t blocks[2 * BLOCK_BYTES] = { 0 };
	size_t nr = nr_rest + 1 + LENGTH_BYTES <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES;

	if (rest)
		memcpy(blocks, rest, nr_rest);
	blocks[nr_rest] = 0x80;
	for (unsigned int i = 0; i < LENGTH_BYTES; i++)
		blocks[nr - 1 - i] = (uint8_t)(size * 8 >> 8 * i);
	for (size_t at = 0; at < nr; at += BLOCK_BYTES)
		add_block(state, blocks + at);
}

void sha1_text(const uint8_t *data, size_t size, char text[SHA1_TEXT_BYTES])
{
	uint32_t state[5] = { 0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u, 0xc3d2e1f0u };
	size_t at = 0;

	for (; size - at >= BLOCK_BYTES; at += BLOCK_BYTES)
		add_block(state, data + at);
	add_end(state, data ? data + at : NULL, size - at, size);
	snprintf(text, SHA1_TEXT_BYTES, "%08x%08x%08x%08x%08x", state[0], state[1], state[2],
		 state[3], state[4]);
}
