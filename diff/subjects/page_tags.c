/* SPDX-License-Identifier: MIT */
/* Generations instead of clearing: a tag is "not zero" while it equals the current generation. */
#include "diff/subjects/page_tags.h"

#include <stdlib.h>
#include <string.h>

bool page_tags_init(struct page_tags *tags, pfn_t base_pfn, uint32_t nr_pages)
{
	tags->tags = calloc((size_t)nr_pages + 1, sizeof(*tags->tags));
	tags->base_pfn = base_pfn;
	tags->nr_pages = nr_pages;
	tags->generation = 1;
	return tags->tags;
}

void page_tags_free(struct page_tags *tags)
{
	free(tags->tags);
	tags->tags = NULL;
}

void page_tags_reset(struct page_tags *tags)
{
	if (++tags->generation || !tags->tags)
		return;
	memset(tags->tags, 0, tags->nr_pages);
	tags->generation = 1;
}

/* The part of [pfn, pfn + nr_pages) that is tracked; a stray frame must not lead outside. */
static uint8_t *slice(struct page_tags *tags, pfn_t pfn, uint32_t *nr_pages)
{
	uint32_t start = pfn - tags->base_pfn; /* large in front of the first */

	if (!tags->tags || start >= tags->nr_pages) {
		*nr_pages = 0;
		return tags->tags;
	}
	if (*nr_pages > tags->nr_pages - start)
		*nr_pages = tags->nr_pages - start;
	return tags->tags + start;
}

void page_tags_clear(struct page_tags *tags, pfn_t pfn, uint32_t nr_pages)
{
	uint8_t *tag = slice(tags, pfn, &nr_pages);

	if (nr_pages)
		memset(tag, 0, nr_pages);
}

/* They are done before a library's function has begun. */
#define FEW_PAGES 8u

static inline pfn_t dirty_few(uint8_t *tag, uint8_t generation, pfn_t pfn, uint32_t nr_pages)
{
	pfn_t dirty = PFN_NONE;

	for (uint32_t i = nr_pages; i--;) {
		dirty = tag[i] == generation ? pfn + i : dirty;
		tag[i] = generation;
	}
	return dirty;
}

pfn_t page_tags_dirty(struct page_tags *tags, pfn_t pfn, uint32_t nr_pages)
{
	uint8_t *tag = slice(tags, pfn, &nr_pages), *dirty;

	if (nr_pages <= FEW_PAGES)
		return dirty_few(tag, tags->generation, pfn, nr_pages);
	dirty = memchr(tag, tags->generation, nr_pages);
	memset(tag, tags->generation, nr_pages);
	return dirty ? pfn + (pfn_t)(dirty - tag) : PFN_NONE;
}
