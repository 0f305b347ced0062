/* SPDX-License-Identifier: MIT */
/* Set cover: few and small files that together reach what all of them reach. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cover_file {
	const uint32_t *ids; /* what it reaches, each once, below the limit */
	size_t nr_ids;
	bool kept; /* the answer */
};

/*
 * Of files that reach the same, the one that comes first is kept: sort by size. No kept file can be
 * left out, so choosing among the kept ones again keeps them all. false: out of memory.
 */
bool cover_choose(struct cover_file *files, size_t nr_files, uint32_t limit);
