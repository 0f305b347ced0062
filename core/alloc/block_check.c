/* SPDX-License-Identifier: MIT */
/* The conditions themselves; those that the kernel has, too, come first. */
#include "alloc/block_check.h"

#include "alloc/pcp.h"
#include "base/check.h"
#include "base/list_check.h"

/* Conditions of VM_BUG_ON: LCOV_EXCL_BR_START */
static bool block_is_in_map(const struct buddy_system *sys, const struct page *page, uint32_t order)
{
	return page >= sys->mem_map && order <= MAX_PAGE_ORDER &&
	       page_index(sys, page) + (uint64_t)BIT(order) <= sys->head->nr_pages;
}

static bool zone_is_of_image(const struct buddy_system *sys, const struct zone *zone)
{
	return zone >= sys->zones && zone < sys->zones + sys->head->nr_zones &&
	       zone == &sys->zones[zone->number];
}
/* LCOV_EXCL_BR_STOP */

void check_listed_block(const struct buddy_system *sys, const struct zone *zone,
			const struct page *page, uint32_t order)
{
	pfn_t pfn = page_pfn(sys, page);

	VM_BUG_ON(sys, page_zone(sys, page) != zone, pfn);
	VM_BUG_ON(sys, !page_is_buddy_head(page), pfn);
	VM_BUG_ON(sys, page->private_value != order, pfn);
	VM_BUG_ON(sys, !block_is_in_map(sys, page, order), pfn);
	VM_BUG_ON(sys, pfn & (BIT(order) - 1), pfn);
	VM_BUG_ON(sys, page->refcount != 0, pfn);
	VM_BUG_ON(sys, zone->areas[order].nr_free == 0, pfn);
	VM_BUG_ON(sys, !list_del_valid(sys, &page->lru), pfn);
}

void check_before_take(const struct buddy_system *sys, const struct zone *zone, uint32_t order,
		       uint32_t type)
{
	uint32_t current = order;
	const struct page *page;

	VM_BUG_ON(sys, !zone_is_of_image(sys, zone), PFN_NONE);
	VM_BUG_ON(sys, order > MAX_PAGE_ORDER || type >= MIGRATE_TYPES, PFN_NONE);
	while (current < NR_PAGE_ORDERS && list_empty(sys, &zone->areas[current].lists[type]))
		current++;
	if (current == NR_PAGE_ORDERS)
		return;
	page = list_first_page(sys, &zone->areas[current].lists[type]);
	check_listed_block(sys, zone, page, current);
	for (uint32_t half = order; half < current; half++)
		VM_BUG_ON(sys, !list_head_valid(sys, &zone->areas[half].lists[type]), PFN_NONE);
}

/* Every block that this one may merge with upwards, and the lists it may come to. */
static void check_merge(const struct buddy_system *sys, const struct zone *zone, uint32_t index,
			uint32_t order, uint32_t type)
{
	for (; order < NR_PAGE_ORDERS; order++) {
		const struct page *buddy = sys->mem_map + (index ^ BIT(order));

		VM_BUG_ON(sys, !list_head_valid(sys, &zone->areas[order].lists[type]), PFN_NONE);
		if (order == MAX_PAGE_ORDER || !page_is_buddy_head(buddy) ||
		    buddy->private_value != order || !page_is_in_zone(sys, buddy, zone))
			return;
		check_listed_block(sys, zone, buddy, order);
		index &= ~BIT(order);
	}
}

void check_before_free(const struct buddy_system *sys, const struct zone *zone,
		       const struct page *page, uint32_t order, uint32_t type)
{
	pfn_t pfn = page_pfn(sys, page);

	VM_BUG_ON(sys, page->refcount != 0, pfn);
	VM_BUG_ON(sys, page->flags & PAGE_FLAGS_CHECK_AT_PREP, pfn);
	VM_BUG_ON(sys, pfn & (BIT(order) - 1), pfn);
	VM_BUG_ON(sys, page_zone(sys, page) != zone, pfn);
	VM_BUG_ON(sys, page_is_buddy_head(page), pfn);
	VM_BUG_ON(sys, type >= MIGRATE_TYPES, pfn);
	VM_BUG_ON(sys, !zone_is_of_image(sys, zone), pfn);
	VM_BUG_ON(sys, !block_is_in_map(sys, page, order), pfn);
	check_merge(sys, zone, page_index(sys, page), order, type);
}

static void check_pcp_block(const struct buddy_system *sys, const struct zone *zone,
			    const struct pcp *pcp, const struct page *page, uint32_t order)
{
	pfn_t pfn = page_pfn(sys, page);

	VM_BUG_ON(sys, !pcp_allowed_order(sys, order), pfn);
	VM_BUG_ON(sys, pcp->count < 0, pfn);
	VM_BUG_ON(sys, page_zone(sys, page) != zone, pfn);
	VM_BUG_ON(sys, page_is_buddy_head(page), pfn);
	VM_BUG_ON(sys, page->index >= MIGRATE_TYPES, pfn);
}

/* A circle that leaves the head out ends where the count does. Pages on the blocks looked at. */
static int32_t check_pcp_blocks(const struct buddy_system *sys, const struct zone *zone,
				const struct pcp *pcp, uint32_t pindex, uint32_t nr_blocks)
{
	const struct list_node *list = &pcp->lists[pindex];
	uint32_t order = pindex_to_order(sys, pindex);
	uint32_t cell = list->next;
	int32_t nr_pages = 0;

	VM_BUG_ON(sys, !list_head_valid(sys, list), PFN_NONE);
	for (; nr_blocks > 0 && cell != node_cell(sys, list); nr_blocks--) {
		const struct page *page = node_page(cell_node(sys, cell));

		check_pcp_block(sys, zone, pcp, page, order);
		VM_BUG_ON(sys, !list_del_valid(sys, &page->lru), page_pfn(sys, page));
		nr_pages += (int32_t)BIT(order);
		VM_BUG_ON(sys, nr_pages > pcp->count, page_pfn(sys, page));
		cell = page->lru.next;
	}
	return nr_pages;
}

void check_pcp_list(const struct buddy_system *sys, const struct zone *zone, const struct pcp *pcp,
		    uint32_t pindex, uint32_t nr_blocks)
{
	VM_BUG_ON(sys, pindex >= NR_PCP_LISTS, PFN_NONE);
	check_pcp_blocks(sys, zone, pcp, pindex, nr_blocks);
}

void check_pcp_lists(const struct buddy_system *sys, const struct zone *zone, const struct pcp *pcp)
{
	uint32_t nr_lists = has_feature(sys, BUDDY_THP) ? NR_PCP_LISTS : NR_PCP_LOW_LISTS;
	int32_t nr_pages = 0;

	for (uint32_t pindex = 0; pindex < nr_lists; pindex++)
		nr_pages += check_pcp_blocks(sys, zone, pcp, pindex, UINT32_MAX);
	VM_BUG_ON(sys, pcp->count != nr_pages, PFN_NONE);
}

void check_before_pcp_add(const struct buddy_system *sys, const struct zone *zone,
			  const struct pcp *pcp, const struct page *page, uint32_t pindex)
{
	VM_BUG_ON(sys, pindex >= NR_PCP_LISTS, page_pfn(sys, page));
	check_pcp_block(sys, zone, pcp, page, pindex_to_order(sys, pindex));
	VM_BUG_ON(sys, !list_head_valid(sys, &pcp->lists[pindex]), page_pfn(sys, page));
}

void check_before_prep(const struct buddy_system *sys, const struct page *page, uint32_t order)
{
	pfn_t pfn = page_pfn(sys, page);

	VM_BUG_ON(sys, page_is_tail(page) || page->refcount != 0, pfn);
	VM_BUG_ON(sys, !block_is_in_map(sys, page, order), pfn);
	VM_BUG_ON(sys, page_is_buddy_head(page), pfn);
	VM_BUG_ON(sys, !page_zone(sys, page), pfn);
	VM_BUG_ON(sys, pfn & (BIT(order) - 1), pfn);
}

void check_tails_unreferenced(const struct buddy_system *sys, const struct page *page,
			      uint32_t order)
{
	for (uint32_t i = 1; i < BIT(order); i++)
		VM_BUG_ON(sys, page[i].refcount != 0, page_pfn(sys, page + i));
}
