/* SPDX-License-Identifier: MIT */
/* The per-CPU lists: entries (FP-40, FR-25) and count. */
#include "oracle/judge/rules.h"

/* BU-5, FP-44: the MOVABLE list also holds what its pages are recorded to be: HIGHATOMIC or CMA. */
static bool type_fits(uint32_t pindex, uint32_t type)
{
	uint32_t list = pindex % MIGRATE_PCPTYPES;

	if (pindex < NR_PCP_LOW_LISTS && list != MIGRATE_MOVABLE)
		return type == list;
	if (pindex == NR_PCP_LOW_LISTS)
		return type == MIGRATE_UNMOVABLE || type == MIGRATE_RECLAIMABLE;
	return type == MIGRATE_MOVABLE || type == MIGRATE_HIGHATOMIC || type == MIGRATE_CMA;
}

static const char *pcp_entry_fault(const struct judge *judge, const struct odd_entry *odd)
{
	const struct list_entry *entry = &odd->entry;

	if (!entry->known)
		return "has no struct page";
	if (entry->page.refcount && !page_is_tainted(judge, entry->pfn))
		return "has references";
	if (entry->page.buddy || entry->page.tail || entry->page.flags)
		return "is marked as in other use";
	if (entry->page.zone != odd->zone)
		return "belongs to another zone";
	if (entry->pfn & ((1u << odd->order) - 1))
		return "is not aligned";
	if (!type_fits(entry->list, entry->page.index))
		return "is recorded as of a type that this list does not take";
	return entry->links_ok ? NULL : "has neighbours that do not point back";
}

static void check_pcp_entry(struct judge *judge, const struct odd_entry *odd)
{
	const char *fault = pcp_entry_fault(judge, odd);
	const struct list_entry *entry = &odd->entry;

	if (odd->oddity == ODD_ASTRAY)
		judge_fail(judge, RULE_pcp_list_fields, entry->pfn,
			   "zone %u, CPU %u, list %u holds page frame %u, which is not in the "
			   "machine.",
			   odd->zone, odd->cpu, entry->list, entry->pfn);
	else if (odd->oddity == ODD_TWICE)
		judge_fail(judge, RULE_pcp_list_fields, odd->twice,
			   "zone %u, CPU %u, list %u holds a block at page frame %u, and frame %u "
			   "is on another list already.",
			   odd->zone, odd->cpu, entry->list, entry->pfn, odd->twice);
	else if (fault)
		judge_fail(judge, RULE_pcp_list_fields, entry->pfn,
			   "page frame %u on zone %u, CPU %u, list %u (order %u) %s (type %u, "
			   "refcount %d, flags %#x, zone %u).",
			   entry->pfn, odd->zone, odd->cpu, entry->list, odd->order, fault,
			   entry->page.index, entry->page.refcount, entry->page.flags,
			   entry->page.zone);
}

void rule_pcp_list_fields(struct judge *judge)
{
	const struct odd_entry *odd = judge->census.pcp_lists.items;

	rule_reached(judge, RULE_pcp_list_fields);
	for (uint32_t i = 0; i < judge->census.pcp_lists.nr; i++)
		check_pcp_entry(judge, &odd[i]);
}

static __attribute__((noinline)) void check_factor(struct judge *judge)
{
	const struct line *line = &judge->line;
	struct pcp_front now;

	rule_reached(judge, RULE_free_factor_halved);
	view_read_pcp_front(judge->view, line->zone, judge->call->cpu, judge->asked->pindex, &now);
	if (now.free_factor != line->front.free_factor >> 1)
		judge_fail(judge, RULE_free_factor_halved, judge->event->pfn,
			   "zone %u, CPU %u had factor %d before page frame %u was taken from list "
			   "%u, and has %d now.",
			   line->zone, judge->call->cpu, line->front.free_factor, judge->event->pfn,
			   judge->asked->pindex, now.free_factor);
}

/*
 * FP-41: once a request that a list serves at once. An empty list may be asked for in vain before
 * (FP-11), and what the slow path does on its way is not counted. A factor of 0 stays what it is.
 */
void rule_free_factor_halved(struct judge *judge)
{
	const struct line *line = &judge->line;
	const struct event *event = judge->event;

	if (line->zone == NO_ZONE || line->front.first == PFN_NONE || !line->front.free_factor ||
	    event->pfn != line->front.first || judge->zone_gained != line->zone || event->answers ||
	    event->nr_slow_calls || event->nr_bad_pages)
		return;
	check_factor(judge);
}

void rule_pcp_count(struct judge *judge)
{
	rule_reached(judge, RULE_pcp_count);
	for (uint32_t z = 0; z < judge->census.nr_zones; z++) {
		for (uint32_t cpu = 0; cpu < judge->census.nr_cpus; cpu++) {
			const struct pcp_census *pcp = census_pcp(&judge->census, z, cpu);

			if (pcp->info.count >= 0 && (uint64_t)pcp->info.count == pcp->pages)
				continue;
			judge_fail(judge, RULE_pcp_count, PFN_NONE,
				   "zone %u, CPU %u counts %d pages, and its lists hold %llu.", z,
				   cpu, pcp->info.count, (unsigned long long)pcp->pages);
		}
	}
}
