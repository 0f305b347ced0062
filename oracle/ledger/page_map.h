/* SPDX-License-Identifier: MIT */
/*
 * One bit a page, by its offset from the machine's base: whole maps are compared and cleared in
 * the time of a few words, and a block is a mask. Bits behind the last page stay 0.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline size_t page_map_bytes(uint32_t nr_pages)
{
	return ((size_t)nr_pages + 63) / 64 * sizeof(uint64_t);
}

static inline bool page_map_get(const uint64_t *map, uint32_t offset)
{
	return map[offset / 64] >> offset % 64 & 1u;
}

/* Bits [offset % 64, ...) of one word for at most the rest of it; nr_pages is not 0. */
static inline uint64_t page_map_mask(uint32_t offset, uint32_t nr_pages)
{
	return (nr_pages < 64 ? (1ull << nr_pages) - 1 : UINT64_MAX) << offset % 64;
}

/* How many of the pages from offset on share its word. */
static inline uint32_t page_map_in_word(uint32_t offset, uint32_t nr_pages)
{
	uint32_t nr = 64 - offset % 64;

	return nr < nr_pages ? nr : nr_pages;
}

static inline void page_map_set_word(uint64_t *word, uint64_t mask, bool value)
{
	*word = value ? *word | mask : *word & ~mask;
}

/* Most ranges lie in one word; large blocks are whole words. */
static inline void page_map_set(uint64_t *map, uint32_t offset, uint32_t nr_pages, bool value)
{
	uint32_t nr = page_map_in_word(offset, nr_pages), nr_words;

	if (nr < 64) {
		if (nr)
			page_map_set_word(&map[offset / 64], page_map_mask(offset, nr), value);
		if (nr == nr_pages)
			return;
		offset += nr;
		nr_pages -= nr;
	}
	nr_words = nr_pages / 64;
	memset(&map[offset / 64], value ? 0xff : 0, nr_words * sizeof(*map));
	if (nr_pages % 64)
		page_map_set_word(&map[offset / 64 + nr_words], page_map_mask(0, nr_pages % 64),
				  value);
}

static inline bool page_map_four_are(const uint64_t *words, uint64_t word)
{
	return !((words[0] ^ word) | (words[1] ^ word) | (words[2] ^ word) | (words[3] ^ word));
}

/* The first of nr_pages pages from offset on whose bit is value; offset + nr_pages: none. */
static inline uint32_t page_map_find(const uint64_t *map, uint32_t offset, uint32_t nr_pages,
				     bool value)
{
	const uint64_t other = value ? 0 : UINT64_MAX;
	uint32_t end = offset + nr_pages;

	while (offset < end) {
		uint32_t nr = page_map_in_word(offset, end - offset);
		uint64_t found;

		if (nr == 64 && end - offset >= 256) {
			const uint64_t *words = &map[offset / 64];

			for (; end - offset >= 256 && page_map_four_are(words, other); words += 4)
				offset += 256;
			if (offset == end)
				return offset;
			nr = page_map_in_word(offset, end - offset);
		}
		found = (map[offset / 64] ^ other) & page_map_mask(offset, nr);
		if (found)
			return offset / 64 * 64 + (uint32_t)__builtin_ctzll(found);
		offset += nr;
	}
	return offset;
}
