/* SPDX-License-Identifier: MIT */
/*
 * The census: where each page is by the lists alone, and what zones and CPUs say of themselves. One
 * walk takes it, and the rules read it. Blocks are remembered in the order they were found, so
 * that nobody needs to go over all pages.
 */
#include "oracle/rules.h"

#include <string.h>

void census_clear(struct judge *judge)
{
	struct census *census = &judge->census;

	for (uint32_t i = 0; i < census->nr_blocks; i++)
		census->place[census->blocks[i]] = PLACE_NONE;
	census->nr_blocks = 0;
	memset(census->listed, 0, judge->model.nr_pages);
	memset(census->zones, 0, census->nr_zones * sizeof(*census->zones));
	memset(census->pcps, 0, census->nr_zones * census->nr_cpus * sizeof(*census->pcps));
	census->marked_inside = false;
	census->misreferenced = PFN_NONE;
}

void census_read_numbers(struct judge *judge)
{
	const struct view *view = judge->view;
	struct census *census = &judge->census;

	for (uint32_t z = 0; z < census->nr_zones; z++) {
		view->zone(view->self, z, &census->zones[z].info);
		for (uint32_t cpu = 0; cpu < census->nr_cpus; cpu++)
			view->pcp(view->self, z, cpu, &census_pcp(judge, z, cpu)->info);
	}
}

/* Most blocks are small, and done before memchr and memset would begin. */
static inline bool mark_fresh(uint8_t *listed, size_t nr_pages)
{
	static const uint8_t clear[8], set[8] = { 1, 1, 1, 1, 1, 1, 1, 1 };

	if (memcmp(listed, clear, nr_pages) != 0)
		return false;
	memcpy(listed, set, nr_pages);
	return true;
}

static inline bool mark_small_block(uint8_t *listed, uint32_t order)
{
	switch (order) {
	case 0:
		return mark_fresh(listed, 1);
	case 1:
		return mark_fresh(listed, 2);
	case 2:
		return mark_fresh(listed, 4);
	case 3:
		return mark_fresh(listed, 8);
	default:
		return false;
	}
}

/* Returns the first page of the block that was marked before, or NULL. */
static __attribute__((noinline)) const uint8_t *mark_large_block(uint8_t *listed, uint32_t order)
{
	const uint8_t *before = memchr(listed, 1, (size_t)1 << order);
	if (!before)
		memset(listed, 1, (size_t)1 << order);
	return before;
}

static inline const uint8_t *mark_block(uint8_t *listed, uint32_t order)
{
	return mark_small_block(listed, order) ? NULL : mark_large_block(listed, order);
}

pfn_t census_list(struct judge *judge, pfn_t pfn, uint32_t order, uint32_t zone,
		  enum census_place place)
{
	struct census *census = &judge->census;
	uint32_t offset = pfn - judge->model.base_pfn;
	const uint8_t *before = mark_block(census->listed + offset, order);

	if (before)
		return judge->model.base_pfn + (pfn_t)(before - census->listed);
	census->blocks[census->nr_blocks++] = offset;
	census->place[offset] = (uint8_t)place;
	census->order[offset] = (uint8_t)order;
	census->zone[offset] = (uint8_t)zone;
	return PFN_NONE;
}

enum census_place census_place(const struct judge *judge, uint32_t offset)
{
	const struct census *census = &judge->census;
	uint32_t first = offset;

	if (!census->listed[offset])
		return PLACE_NONE;
	while (census->place[first] == PLACE_NONE)
		first--;
	return (enum census_place)(census->place[first] + (first != offset));
}

const char *census_place_name(enum census_place place)
{
	static const char *const names[] = { "on no list", "a free block", "inside a free block",
					     "on a per-CPU list", "inside a per-CPU block" };

	return names[place];
}
