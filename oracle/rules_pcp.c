/* SPDX-License-Identifier: MIT */
/* The per-CPU lists: entries (FP-40, FR-25) and count. */
#include "oracle/rules.h"

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

	if (!model_covers(&judge->model, pfn, 1u << at->order)) {
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

static void check_pcp_entry(struct judge *judge, const struct pcp_position *at, pfn_t pfn)
{
	struct page_info info;
	const char *fault = NULL;

	if (!judge->view->page(judge->view->self, pfn, &info))
		fault = "has no struct page";
	else if (info.refcount && !page_is_tainted(judge, pfn))
		fault = "has references";
	else if (info.buddy || info.tail || info.flags)
		fault = "is marked as in other use";
	else if (info.zone != at->zone)
		fault = "belongs to another zone";
	else if (pfn & ((1u << at->order) - 1))
		fault = "is not aligned";
	else if (!type_fits(at->pindex, info.index))
		fault = "is recorded as of a type that this list does not take";
	else if (!judge->view->links_ok(judge->view->self, pfn))
		fault = "has neighbours that do not point back";
	if (fault)
		judge_fail(judge, RULE_pcp_list_fields, pfn,
			   "page frame %u on zone %u, CPU %u, list %u (order %u) %s (type %u, "
			   "refcount %d, "
			   "flags %#x, zone %u).",
			   pfn, at->zone, at->cpu, at->pindex, at->order, fault, info.index,
			   info.refcount, info.flags, info.zone);
}

static void walk_pcp_list(struct judge *judge, const struct pcp_position *at, pfn_t pfn)
{
	const struct view *view = judge->view;

	while (pfn != PFN_NONE && pcp_census_add(judge, at, pfn)) {
		check_pcp_entry(judge, at, pfn);
		judge->census.zones[at->zone].pcp_pages[at->cpu] += 1u << at->order;
		pfn = view->pcp_next(view->self, at->zone, at->cpu, at->pindex, pfn);
	}
}

static void walk_pcp(struct judge *judge, struct pcp_position *at)
{
	const struct machine_info *machine = &judge->machine;
	uint32_t nr_lists = machine->features & BUDDY_THP ? NR_PCP_LISTS : NR_PCP_LOW_LISTS;
	pfn_t heads[NR_PCP_LISTS];

	view_read_pcp_heads(judge->view, at->zone, at->cpu, nr_lists, heads);
	for (at->pindex = 0; at->pindex < nr_lists; at->pindex++) {
		at->order = at->pindex < NR_PCP_LOW_LISTS ? at->pindex / MIGRATE_PCPTYPES
							  : machine->pageblock_order;
		walk_pcp_list(judge, at, heads[at->pindex]);
	}
}

void rule_pcp_list_fields(struct judge *judge)
{
	const struct machine_info *machine = &judge->machine;
	struct pcp_position at;

	for (at.zone = 0; at.zone < machine->nr_zones && at.zone < MAX_ZONES; at.zone++)
		for (at.cpu = 0; at.cpu < machine->nr_cpus && at.cpu < BUDDY_MAX_CPUS; at.cpu++)
			walk_pcp(judge, &at);
}

void rule_pcp_count(struct judge *judge)
{
	const struct machine_info *machine = &judge->machine;

	for (uint32_t z = 0; z < machine->nr_zones && z < MAX_ZONES; z++) {
		for (uint32_t cpu = 0; cpu < machine->nr_cpus && cpu < BUDDY_MAX_CPUS; cpu++) {
			uint64_t pages = judge->census.zones[z].pcp_pages[cpu];
			struct pcp_info pcp;

			judge->view->pcp(judge->view->self, z, cpu, &pcp);
			if (pcp.count >= 0 && (uint64_t)pcp.count == pages)
				continue;
			judge_fail(judge, RULE_pcp_count, PFN_NONE,
				   "zone %u, CPU %u counts %d pages, and its lists hold %llu.", z,
				   cpu, pcp.count, (unsigned long long)pages);
		}
	}
}
