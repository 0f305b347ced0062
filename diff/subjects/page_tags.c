/* SPDX-License-Identifier: MIT */
/* Generations instead of clearing: a tag is "not zero" while it equals the current generation. */
#include "diff/subjects/page_tags.h"

#include <stdlib.h>

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
	tags->generation++;
}

/* The part of [pfn, pfn + nr_pages) that is tracked; a stray frame must not lead outside. */
static uint64_t *slice(struct page_tags *tags, pfn_t pfn, uint32_t *nr_pages)
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
	uint64_t *tag = slice(tags, pfn, &nr_pages);

	for (uint32_t i = 0; i < nr_pages; i++)
		tag[i] = 0;
}

pfn_t page_tags_dirty(struct page_tags *tags, pfn_t pfn, uint32_t nr_pages)
{
	uint64_t *tag = slice(tags, pfn, &nr_pages), generation = tags->generation;
	uint32_t clean;

	for (clean = 0; clean < nr_pages && tag[clean] != generation; clean++)
		tag[clean] = generation;
	if (clean == nr_pages)
		return PFN_NONE;
	for (uint32_t i = clean + 1; i < nr_pages; i++)
		tag[i] = generation;
	return pfn + clean;
}
