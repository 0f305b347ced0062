/* SPDX-License-Identifier: MIT */
/* Reading many things at once, through the bulk members of a view or one by one. */
#include "oracle/eyes/view.h"

uint32_t view_read_rows_by_pages(const struct view *view, pfn_t pfn, uint32_t nr_pages,
				 struct page_row *rows, uint32_t max_rows)
{
	uint32_t nr = 0;

	for (; nr < nr_pages && nr < max_rows; nr++) {
		if (!view->page(view->self, pfn + nr, &rows[nr].page))
			break;
		rows[nr].nr_pages = 1;
	}
	return nr;
}

void view_read_free_orders(const struct view *view, uint32_t zone, uint32_t order, uint32_t enough,
			   uint16_t orders[MIGRATE_TYPES])
{
	struct zone_info info;
	uint32_t found = 0;

	if (view->free_orders) {
		view->free_orders(view->self, zone, order, enough, orders);
		return;
	}
	memset(orders, 0, MIGRATE_TYPES * sizeof(*orders));
	view->zone(view->self, zone, &info);
	for (; order < NR_PAGE_ORDERS && !(found & enough); order++) {
		if (!info.nr_free[order])
			continue;
		for (uint32_t type = 0; type < MIGRATE_TYPES; type++) {
			bool has = view_free_first(view, zone, order, type) != PFN_NONE;

			orders[type] |= (uint16_t)(has << order);
			found |= (uint32_t)has << type;
		}
	}
}

void view_read_pageblocks(const struct view *view, uint32_t order, pfn_t pfn, uint32_t nr_blocks,
			  uint8_t *types)
{
	struct page_info info;

	if (view->pageblocks) {
		view->pageblocks(view->self, pfn, nr_blocks, types);
		return;
	}
	for (uint32_t i = 0; i < nr_blocks; i++) {
		types[i] = PAGEBLOCK_HOLE;
		if (view->page(view->self, pfn, &info))
			types[i] = (uint8_t)view->pageblock(view->self, pfn);
		pfn = ((pfn >> order) + 1) << order;
	}
}

uint32_t view_read_refcounts(const struct view *view, const pfn_t *pfns, uint32_t nr_pages,
			     int32_t *refcounts, uint64_t *marked)
{
	struct page_info info;
	uint32_t nr = 0;

	if (view->refcounts)
		return view->refcounts(view->self, pfns, nr_pages, refcounts, marked);
	for (*marked = 0; nr < nr_pages && view->page(view->self, pfns[nr], &info); nr++) {
		refcounts[nr] = info.refcount;
		*marked |= (uint64_t)info.buddy << nr;
	}
	return nr;
}

pfn_t view_list_first(const struct view *view, enum list_kind kind, uint32_t zone, uint32_t cpu,
		      uint32_t list)
{
	struct list_cursor at;
	struct list_entry entry;

	if (view->list_first)
		return view->list_first(view->self, kind, zone, cpu, list);
	at = walk_lists(kind, zone, cpu, list, list + 1);
	return view_next_entry(view, &at, &entry) ? entry.pfn : PFN_NONE;
}

void view_read_pcp_front(const struct view *view, uint32_t zone, uint32_t cpu, uint32_t pindex,
			 struct pcp_front *front)
{
	struct pcp_info pcp;

	if (view->pcp_front) {
		view->pcp_front(view->self, zone, cpu, pindex, front);
		return;
	}
	view->pcp(view->self, zone, cpu, &pcp);
	front->free_factor = pcp.free_factor;
	front->first = view_pcp_first(view, zone, cpu, pindex);
}

void view_read_front_by_lists(const struct view *view, uint32_t zone, struct zone_info *info,
			      struct zone_front *front)
{
	view->zone(view->self, zone, info);
	front->has_free = view_free_first(view, zone, front->order, front->type) != PFN_NONE;
	if (front->pindex < NR_PCP_LISTS)
		view_read_pcp_front(view, zone, front->cpu, front->pindex, &front->pcp);
	else
		front->pcp = (struct pcp_front){ .first = PFN_NONE };
}
