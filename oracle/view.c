/* SPDX-License-Identifier: MIT */
/* Reading many pages or list heads at once, through the bulk members of a view or one by one. */
#include "oracle/view.h"

uint32_t view_read_pages(const struct view *view, pfn_t pfn, uint32_t nr_pages,
			 struct page_info *infos)
{
	uint32_t nr = 0;

	if (view->pages)
		return view->pages(view->self, pfn, nr_pages, infos);
	while (nr < nr_pages && view->page(view->self, pfn + nr, &infos[nr]))
		nr++;
	return nr;
}

static bool tail_is_plain(const struct block_head *head, const struct page_info *info)
{
	return !info->flags && info->mapcount == -1 && !info->buddy && !info->private_value &&
	       !info->refcount && info->zone == head->zone && info->tail == head->compound &&
	       (head->compound ? info->compound_head == head->pfn : !info->mapping);
}

#define TAILS_AT_ONCE 32

uint32_t view_plain_tails(const struct view *view, const struct block_head *head, pfn_t pfn,
			  uint32_t nr_pages)
{
	struct page_info infos[TAILS_AT_ONCE];
	uint32_t nr = 0;

	if (view->plain_tails)
		return view->plain_tails(view->self, head, pfn, nr_pages);
	while (nr < nr_pages) {
		uint32_t nr_left = nr_pages - nr;
		uint32_t nr_read = view_read_pages(
			view, pfn + nr, nr_left < TAILS_AT_ONCE ? nr_left : TAILS_AT_ONCE, infos);

		if (!nr_read)
			break;
		for (uint32_t i = 0; i < nr_read; i++, nr++)
			if (!tail_is_plain(head, &infos[i]))
				return nr;
	}
	return nr;
}

void view_read_free_heads(const struct view *view, uint32_t zone, uint32_t order,
			  pfn_t heads[MIGRATE_TYPES])
{
	if (view->free_heads) {
		view->free_heads(view->self, zone, order, heads);
		return;
	}
	for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
		heads[type] = view->free_first(view->self, zone, order, (enum migratetype)type);
}

void view_read_pcp_heads(const struct view *view, uint32_t zone, uint32_t cpu, uint32_t nr_lists,
			 pfn_t heads[NR_PCP_LISTS])
{
	if (view->pcp_heads) {
		view->pcp_heads(view->self, zone, cpu, heads);
		return;
	}
	for (uint32_t pindex = 0; pindex < nr_lists; pindex++)
		heads[pindex] = view->pcp_first(view->self, zone, cpu, pindex);
}
