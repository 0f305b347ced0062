/* SPDX-License-Identifier: MIT */
/* Reading many things at once, through the bulk members of a view or one by one. */
#include "oracle/eyes/view.h"

#include <string.h>

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

static bool head_is_plain(const struct block_head *head, uint32_t order,
			  const struct page_info *info)
{
	return info->flags == (head->compound ? 1u << PG_head : 0) && info->mapcount == -1 &&
	       !info->buddy && !info->tail && !info->pfmemalloc && !info->mapping &&
	       !info->private_value && info->refcount == 1 &&
	       (!head->compound || info->compound_order == order);
}

bool view_plain_block_by_pages(const struct view *view, struct block_head *block, uint32_t order)
{
	uint32_t nr_tails = (1u << order) - 1;
	struct page_info info;

	if (!view->page(view->self, block->pfn, &info) || !head_is_plain(block, order, &info))
		return false;
	block->zone = info.zone;
	return view_plain_tails(view, block, block->pfn + 1, nr_tails) == nr_tails;
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
			bool has = view->free_first(view->self, zone, order,
						    (enum migratetype)type) != PFN_NONE;

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

/* ---- lists ---- */

static void read_entry(const struct view *view, uint32_t list, pfn_t pfn, struct list_entry *entry)
{
	struct page_info info;

	*entry = (struct list_entry){ .pfn = pfn, .list = (uint16_t)list };
	if (!view->page(view->self, pfn, &info))
		return;
	entry->known = true;
	entry->buddy = info.buddy;
	entry->tail = info.tail;
	entry->links_ok = view->links_ok(view->self, pfn);
	entry->flags = info.flags;
	entry->refcount = info.refcount;
	entry->private_value = info.private_value;
	entry->index = info.index;
	entry->zone = info.zone;
}

static bool is_marked_inside(const struct view *view, pfn_t pfn, uint32_t order)
{
	struct page_info info;

	for (uint32_t k = 0; k < order; k++)
		if (view->page(view->self, pfn + (1u << k), &info) && info.buddy)
			return true;
	return false;
}

static bool is_plain(const struct list_entry *entry, uint32_t zone, uint32_t order)
{
	return entry->known && entry->buddy && !entry->tail && entry->links_ok &&
	       !entry->marked_inside && !entry->flags && !entry->refcount &&
	       entry->private_value == order && entry->zone == zone &&
	       !(entry->pfn & ((1u << order) - 1));
}

/* The next page of the cursor's list goes into it; past the end the cursor is at the next list. */
static void step(struct list_cursor *at, pfn_t next)
{
	at->pfn = next;
	at->inside = next != PFN_NONE;
	at->list += !at->inside;
}

uint32_t view_read_free_entries(const struct view *view, uint32_t zone, struct list_cursor *at,
				struct list_entry *entries, uint32_t max)
{
	uint32_t nr = 0;

	if (view->free_entries)
		return view->free_entries(view->self, zone, at, entries, max);
	while (at->list < NR_PAGE_ORDERS * MIGRATE_TYPES && nr < max) {
		uint32_t order = at->list / MIGRATE_TYPES, type = at->list % MIGRATE_TYPES;

		if (!at->inside) {
			at->pfn = view->free_first(view->self, zone, order, type);
			if (at->pfn == PFN_NONE) {
				at->list++;
				continue;
			}
		}
		read_entry(view, at->list, at->pfn, &entries[nr]);
		entries[nr].marked_inside = is_marked_inside(view, at->pfn, order);
		entries[nr].plain = is_plain(&entries[nr], zone, order);
		/* Nothing leads on from where no page is. */
		step(at, entries[nr++].known
				 ? view->free_next(view->self, zone, order, type, at->pfn)
				 : PFN_NONE);
	}
	return nr;
}

uint32_t view_read_pcp_entries(const struct view *view, uint32_t zone, uint32_t cpu,
			       uint32_t nr_lists, struct list_cursor *at,
			       struct list_entry *entries, uint32_t max)
{
	uint32_t nr = 0;

	if (view->pcp_entries)
		return view->pcp_entries(view->self, zone, cpu, nr_lists, at, entries, max);
	while (at->list < nr_lists && nr < max) {
		if (!at->inside) {
			at->pfn = view->pcp_first(view->self, zone, cpu, at->list);
			if (at->pfn == PFN_NONE) {
				at->list++;
				continue;
			}
		}
		read_entry(view, at->list, at->pfn, &entries[nr]);
		step(at, entries[nr++].known
				 ? view->pcp_next(view->self, zone, cpu, at->list, at->pfn)
				 : PFN_NONE);
	}
	return nr;
}
