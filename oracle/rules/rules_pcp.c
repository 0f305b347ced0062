/* SPDX-License-Identifier: MIT */
/* The per-CPU lists: entries (FP-40, FR-25) and count. */
#include "oracle/judge/rules.h"

struct pcp_position {
	uint32_t zone, cpu, pindex, order;
};

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

static bool pcp_census_add(struct judge *judge, const struct pcp_position *at, pfn_t pfn)
{
	pfn_t twice;

	if (!ledger_covers(judge->ledger, pfn, 1u << at->order)) {
		judge_fail(judge, RULE_pcp_list_fields, pfn,
			   "zone %u, CPU %u, list %u holds page frame %u, which is not in the "
			   "machine.",
			   at->zone, at->cpu, at->pindex, pfn);
		return false;
	}
	twice = census_list(judge, pfn, at->order, at->zone, PLACE_PCP);
	if (twice != PFN_NONE)
		judge_fail(judge, RULE_pcp_list_fields, twice,
			   "zone %u, CPU %u, list %u holds a block at page frame %u, and frame %u "
			   "is on "
			   "another list already.",
			   at->zone, at->cpu, at->pindex, pfn, twice);
	return twice == PFN_NONE;
}

static const char *pcp_entry_fault(const struct judge *judge, const struct pcp_position *at,
				   const struct list_entry *entry)
{
	if (!entry->known)
		return "has no struct page";
	if (entry->refcount && !page_is_tainted(judge, entry->pfn))
		return "has references";
	if (entry->buddy || entry->tail || entry->flags)
		return "is marked as in other use";
	if (entry->zone != at->zone)
		return "belongs to another zone";
	if (entry->pfn & ((1u << at->order) - 1))
		return "is not aligned";
	if (!type_fits(at->pindex, entry->index))
		return "is recorded as of a type that this list does not take";
	return entry->links_ok ? NULL : "has neighbours that do not point back";
}

static void check_pcp_entry(struct judge *judge, const struct pcp_position *at,
			    const struct list_entry *entry)
{
	const char *fault = pcp_entry_fault(judge, at, entry);

	if (fault)
		judge_fail(judge, RULE_pcp_list_fields, entry->pfn,
			   "page frame %u on zone %u, CPU %u, list %u (order %u) %s (type %u, "
			   "refcount %d, "
			   "flags %#x, zone %u).",
			   entry->pfn, at->zone, at->cpu, at->pindex, at->order, fault,
			   entry->index, entry->refcount, entry->flags, entry->zone);
}

static bool take_pcp_entry(struct judge *judge, struct pcp_position *at,
			   const struct list_entry *entry)
{
	at->pindex = entry->list;
	at->order = at->pindex < NR_PCP_LOW_LISTS ? at->pindex / MIGRATE_PCPTYPES
						  : judge->machine.pageblock_order;
	if (!pcp_census_add(judge, at, entry->pfn))
		return false;
	check_pcp_entry(judge, at, entry);
	census_pcp(judge, at->zone, at->cpu)->pages += 1u << at->order;
	return true;
}

#define ENTRIES_AT_ONCE 16

/* Bounded: every entry marks at least one new page. */
static void walk_pcp(struct judge *judge, struct pcp_position *at)
{
	bool thp = judge->machine.features & BUDDY_THP;
	uint32_t nr_lists = thp ? NR_PCP_LISTS : NR_PCP_LOW_LISTS, nr;
	struct list_entry entries[ENTRIES_AT_ONCE];
	struct list_cursor cursor = { 0 };

	do {
		nr = view_read_pcp_entries(judge->view, at->zone, at->cpu, nr_lists, &cursor,
					   entries, ENTRIES_AT_ONCE);
		for (uint32_t i = 0; i < nr; i++)
			if (!take_pcp_entry(judge, at, &entries[i]))
				return;
	} while (nr == ENTRIES_AT_ONCE);
}

void rule_pcp_list_fields(struct judge *judge)
{
	struct pcp_position at;

	for (at.zone = 0; at.zone < judge->census.nr_zones; at.zone++)
		for (at.cpu = 0; at.cpu < judge->census.nr_cpus; at.cpu++)
			walk_pcp(judge, &at);
}

void rule_pcp_count(struct judge *judge)
{
	for (uint32_t z = 0; z < judge->census.nr_zones; z++) {
		for (uint32_t cpu = 0; cpu < judge->census.nr_cpus; cpu++) {
			const struct pcp_census *pcp = census_pcp(judge, z, cpu);

			if (pcp->info.count >= 0 && (uint64_t)pcp->info.count == pcp->pages)
				continue;
			judge_fail(judge, RULE_pcp_count, PFN_NONE,
				   "zone %u, CPU %u counts %d pages, and its lists hold %llu.", z,
				   cpu, pcp->info.count, (unsigned long long)pcp->pages);
		}
	}
}
