/* SPDX-License-Identifier: MIT */
/* After the program gave everything back and every per-CPU list was drained. */
#include <string.h>

#include "oracle/judge/rules.h"

void rule_end_all_free(struct judge *judge)
{
	const struct ledger *ledger = judge->ledger;

	rule_reached(judge, RULE_end_all_free);
	if (!ledger->pages_held)
		return;
	for (uint32_t i = 0; i < ledger->nr_touched; i++) {
		pfn_t pfn = ledger->touched[i];
		const struct ledger_page *page = ledger_page(ledger, pfn);

		if (page->state != LEDGER_HELD && page->state != LEDGER_FRAG)
			continue;
		judge_fail(judge, RULE_end_all_free, pfn,
			   "%llu pages are in use; page frame %u is %s with %d references.",
			   (unsigned long long)ledger->pages_held, pfn,
			   ledger_state_name(page->state), page->refs);
		return;
	}
}

static uint64_t pages_on_pcp_lists(const struct judge *judge)
{
	uint64_t nr = 0;

	for (uint32_t i = 0; i < judge->census.nr_zones * judge->census.nr_cpus; i++)
		nr += judge->census.pcps[i].pages;
	return nr;
}

void rule_end_coalesced(struct judge *judge)
{
	const struct ledger *ledger = judge->ledger;
	const uint64_t *listed = judge->census.listed;
	bool any_on_pcp;

	if (!judge->view)
		return;
	rule_reached(judge, RULE_end_coalesced);
	any_on_pcp = pages_on_pcp_lists(judge);
	if (!any_on_pcp && !memcmp(listed, ledger->base_map, page_map_bytes(ledger->nr_pages)))
		return;
	for (uint32_t i = 0; i < ledger->nr_pages; i++) {
		pfn_t pfn = ledger->base_pfn + i;
		enum census_place place;

		if (!page_map_get(ledger->base_map, i) || ledger->pages[i].state == LEDGER_LOST ||
		    (page_map_get(listed, i) && !any_on_pcp) || page_is_withdrawn(judge, pfn))
			continue;
		place = census_place(judge, i);
		if (place == PLACE_BUDDY || place == PLACE_BUDDY_TAIL)
			continue;
		judge_fail(judge, RULE_end_coalesced, pfn,
			   "page frame %u was free at the start and is %s now.", pfn,
			   place == PLACE_NONE ? "on no list" : "still on a per-CPU list");
		return;
	}
}
