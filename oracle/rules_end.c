/* SPDX-License-Identifier: MIT */
/* After the program gave everything back and every per-CPU list was drained. */
#include <string.h>

#include "oracle/rules.h"

void rule_end_all_free(struct judge *judge)
{
	const struct model *model = &judge->model;

	if (!model->pages_held)
		return;
	for (uint32_t i = 0; i < model->nr_touched; i++) {
		pfn_t pfn = model->touched[i];
		const struct model_page *page = model_page(model, pfn);

		if (page->state != MODEL_HELD && page->state != MODEL_FRAG)
			continue;
		judge_fail(judge, RULE_end_all_free, pfn,
			   "%llu pages are in use; page frame %u is %s with %d references.",
			   (unsigned long long)model->pages_held, pfn,
			   model_state_name(page->state), page->refs);
		return;
	}
}

static uint64_t pages_on_pcp_lists(const struct judge *judge)
{
	uint64_t nr = 0;

	for (uint32_t z = 0; z < judge->machine.nr_zones && z < MAX_ZONES; z++)
		for (uint32_t cpu = 0; cpu < BUDDY_MAX_CPUS; cpu++)
			nr += judge->census.zones[z].pcp_pages[cpu];
	return nr;
}

void rule_end_coalesced(struct judge *judge)
{
	const struct model *model = &judge->model;

	if (!judge->view || (!pages_on_pcp_lists(judge) &&
			     !memcmp(judge->census.listed, model->base_map, model->nr_pages)))
		return;
	for (uint32_t i = 0; i < model->nr_pages; i++) {
		uint8_t place = judge->census.place[i];
		pfn_t pfn = model->base_pfn + i;

		if (model->pages[i].base != MODEL_FREE || model->pages[i].state == MODEL_LOST ||
		    place == PLACE_BUDDY || place == PLACE_BUDDY_TAIL ||
		    page_is_withdrawn(judge, pfn))
			continue;
		judge_fail(judge, RULE_end_coalesced, pfn,
			   "page frame %u was free at the start and is %s now.", pfn,
			   place == PLACE_NONE ? "on no list" : "still on a per-CPU list");
		return;
	}
}
