/* SPDX-License-Identifier: MIT */
/*
 * The census: where each page is by the lists alone, and what zones and CPUs say of themselves. One
 * walk takes it, and the rules read it. Blocks are remembered in the order they were found, so
 * that nobody needs to go over all pages.
 */
#include "oracle/judge/rules.h"

#include <string.h>

void census_clear(struct judge *judge)
{
	struct census *census = &judge->census;

	for (uint32_t i = 0; i < census->nr_blocks; i++)
		census->heads[census->blocks[i]].place = PLACE_NONE;
	census->nr_blocks = 0;
	memset(census->listed, 0, page_map_bytes(judge->ledger->nr_pages));
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

pfn_t census_list(struct judge *judge, pfn_t pfn, uint32_t order, uint32_t zone,
		  enum census_place place)
{
	struct census *census = &judge->census;
	uint32_t offset = pfn - judge->ledger->base_pfn, nr_pages = 1u << order;
	uint32_t twice = page_map_find(census->listed, offset, nr_pages, true);

	if (twice < offset + nr_pages)
		return judge->ledger->base_pfn + twice;
	page_map_set(census->listed, offset, nr_pages, true);
	census->blocks[census->nr_blocks++] = offset;
	census->heads[offset] = (struct listed_block){
		.place = (uint8_t)place,
		.order = (uint8_t)order,
		.zone = (uint8_t)zone,
	};
	return PFN_NONE;
}

enum census_place census_place(const struct judge *judge, uint32_t offset)
{
	const struct census *census = &judge->census;
	uint32_t first = offset;

	if (!page_map_get(census->listed, offset))
		return PLACE_NONE;
	while (census->heads[first].place == PLACE_NONE)
		first--;
	return (enum census_place)(census->heads[first].place + (first != offset));
}

const char *census_place_name(enum census_place place)
{
	static const char *const names[] = { "on no list", "a free block", "inside a free block",
					     "on a per-CPU list", "inside a per-CPU block" };

	return names[place];
}
