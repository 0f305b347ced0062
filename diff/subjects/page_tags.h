/* SPDX-License-Identifier: MIT */
/*
 * Page contents, one byte a page: zero, or the generation that wrote to it. A new generation makes
 * every page clean at once, so that 254 resets of 255 cost nothing.
 */
#pragma once

#include "buddy/types.h"

struct page_tags {
	uint8_t *tags; /* NULL: contents are not tracked */
	pfn_t base_pfn;
	uint32_t nr_pages;
	uint8_t generation; /* never 0 between calls */
};

bool page_tags_init(struct page_tags *tags, pfn_t base_pfn, uint32_t nr_pages);
void page_tags_free(struct page_tags *tags);
void page_tags_reset(struct page_tags *tags);
void page_tags_clear(struct page_tags *tags, pfn_t pfn, uint32_t nr_pages);
/* Writes to the pages; returns the first that was not zero before, or PFN_NONE. */
pfn_t page_tags_dirty(struct page_tags *tags, pfn_t pfn, uint32_t nr_pages);
