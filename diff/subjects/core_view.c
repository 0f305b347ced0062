/* SPDX-License-Identifier: MIT */
/* Adapters: view.self is the system. */
#include "diff/subjects/core_view.h"

static void view_machine(const void *self, struct machine_info *info)
{
	inspect_machine(self, info);
}

static void view_zone(const void *self, uint32_t zone, struct zone_info *info)
{
	inspect_zone(self, zone, info);
}

static void view_pcp(const void *self, uint32_t zone, uint32_t cpu, struct pcp_info *info)
{
	inspect_pcp(self, zone, cpu, info);
}

static void view_pcp_front(const void *self, uint32_t zone, uint32_t cpu, uint32_t pindex,
			   struct pcp_front *front)
{
	inspect_pcp_front(self, zone, cpu, pindex, front);
}

static bool view_page(const void *self, pfn_t pfn, struct page_info *info)
{
	return inspect_page(self, pfn, info);
}

static enum migratetype view_pageblock(const void *self, pfn_t pfn)
{
	return inspect_pageblock(self, pfn);
}

static uint32_t view_list_entries(const void *self, struct list_cursor *at,
				  struct list_entry *entries, uint32_t max)
{
	return inspect_list_entries(self, at, entries, max);
}

static uint32_t view_rows(const void *self, pfn_t pfn, uint32_t nr_pages, struct page_row *rows,
			  uint32_t max_rows)
{
	return inspect_rows(self, pfn, nr_pages, rows, max_rows);
}

static void view_pageblocks(const void *self, pfn_t pfn, uint32_t nr_blocks, uint8_t *types)
{
	inspect_pageblocks(self, pfn, nr_blocks, types);
}

static uint32_t view_refcounts(const void *self, const pfn_t *pfns, uint32_t nr_pages,
			       int32_t *refcounts, uint64_t *marked)
{
	return inspect_refcounts(self, pfns, nr_pages, refcounts, marked);
}

static bool view_refcount(const void *self, pfn_t pfn, int32_t *refcount)
{
	return inspect_refcount(self, pfn, refcount);
}

static pfn_t list_first(const void *self, enum list_kind kind, uint32_t zone, uint32_t cpu,
			uint32_t list)
{
	if (kind == LIST_PCP)
		return inspect_pcp_first(self, zone, cpu, list);
	return inspect_free_first(self, zone, list / MIGRATE_TYPES, list % MIGRATE_TYPES);
}

static void view_zone_front(const void *self, uint32_t zone, struct zone_info *info,
			    struct zone_front *front)
{
	inspect_zone_front(self, zone, info, front);
}

static void view_free_orders(const void *self, uint32_t zone, uint32_t order, uint32_t enough,
			     uint16_t orders[MIGRATE_TYPES])
{
	inspect_free_orders(self, zone, order, enough, orders);
}

struct view core_view(const struct buddy_system *sys)
{
	return (struct view){
		.self = sys,
		.machine = view_machine,
		.zone = view_zone,
		.pcp = view_pcp,
		.pcp_front = view_pcp_front,
		.page = view_page,
		.pageblock = view_pageblock,
		.rows = view_rows,
		.pageblocks = view_pageblocks,
		.refcounts = view_refcounts,
		.refcount = view_refcount,
		.list_entries = view_list_entries,
		.list_first = list_first,
		.zone_front = view_zone_front,
		.free_orders = view_free_orders,
	};
}
