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

static bool view_page(const void *self, pfn_t pfn, struct page_info *info)
{
	return inspect_page(self, pfn, info);
}

static enum migratetype view_pageblock(const void *self, pfn_t pfn)
{
	return inspect_pageblock(self, pfn);
}

static pfn_t view_free_first(const void *self, uint32_t zone, uint32_t order, enum migratetype type)
{
	return inspect_free_first(self, zone, order, type);
}

static pfn_t view_free_next(const void *self, uint32_t zone, uint32_t order, enum migratetype type,
			    pfn_t pfn)
{
	return inspect_free_next(self, zone, order, type, pfn);
}

static pfn_t view_pcp_first(const void *self, uint32_t zone, uint32_t cpu, uint32_t pindex)
{
	return inspect_pcp_first(self, zone, cpu, pindex);
}

static pfn_t view_pcp_next(const void *self, uint32_t zone, uint32_t cpu, uint32_t pindex,
			   pfn_t pfn)
{
	return inspect_pcp_next(self, zone, cpu, pindex, pfn);
}

static uint32_t view_pages(const void *self, pfn_t pfn, uint32_t nr_pages, struct page_info *infos)
{
	return inspect_pages(self, pfn, nr_pages, infos);
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

static uint32_t view_free_entries(const void *self, uint32_t zone, struct list_cursor *at,
				  struct list_entry *entries, uint32_t max)
{
	return inspect_free_entries(self, zone, at, entries, max);
}

static uint32_t view_pcp_entries(const void *self, uint32_t zone, uint32_t cpu, uint32_t nr_lists,
				 struct list_cursor *at, struct list_entry *entries, uint32_t max)
{
	return inspect_pcp_entries(self, zone, cpu, nr_lists, at, entries, max);
}

static uint32_t plain_tails(const void *self, const struct block_head *head, pfn_t pfn,
			    uint32_t nr_pages)
{
	return inspect_plain_tails(self, head, pfn, nr_pages);
}

static void view_zone_marks(const void *self, uint32_t zone, struct zone_info *info)
{
	inspect_zone_marks(self, zone, info);
}

static void view_free_orders(const void *self, uint32_t zone, uint32_t order, uint32_t enough,
			     uint16_t orders[MIGRATE_TYPES])
{
	inspect_free_orders(self, zone, order, enough, orders);
}

static bool plain_block(const void *self, struct block_head *block, uint32_t order)
{
	return inspect_plain_block(self, block, order);
}

static bool view_links_ok(const void *self, pfn_t pfn)
{
	return inspect_links_ok(self, pfn);
}

struct view core_view(const struct buddy_system *sys)
{
	return (struct view){
		.self = sys,
		.machine = view_machine,
		.zone = view_zone,
		.pcp = view_pcp,
		.page = view_page,
		.pageblock = view_pageblock,
		.free_first = view_free_first,
		.free_next = view_free_next,
		.pcp_first = view_pcp_first,
		.pcp_next = view_pcp_next,
		.links_ok = view_links_ok,
		.pages = view_pages,
		.pageblocks = view_pageblocks,
		.refcounts = view_refcounts,
		.free_entries = view_free_entries,
		.pcp_entries = view_pcp_entries,
		.plain_tails = plain_tails,
		.zone_marks = view_zone_marks,
		.free_orders = view_free_orders,
		.plain_block = plain_block,
	};
}
