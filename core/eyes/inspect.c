/* SPDX-License-Identifier: MIT */
/* Eyes on the state (inspect.h): copies out, never writes. */
#include <string.h>

#include "base/row.h"
#include "eyes/inspect_memory.h"

static void copy_zonelist(const struct zoneref *ref, uint8_t *numbers)
{
	for (; ref->zone != ZONEREF_END; ref++)
		*numbers++ = ref->zone;
}

void inspect_machine(const struct buddy_system *sys, struct machine_info *info)
{
	const struct image *head = sys->head;

	memset(info, 0, sizeof(*info));
	info->features = head->features;
	info->pageblock_order = head->pageblock_order;
	info->nr_nodes = head->nr_nodes;
	info->nr_cpus = head->nr_cpus;
	info->nr_zones = head->nr_zones;
	info->mobility_disabled = head->mobility_disabled;
	info->boost_factor = head->sysctl.watermark_boost_factor;
	info->base_pfn = PFN_NONE;
	for (uint32_t i = 0; i < head->nr_zones; i++) {
		const struct zone *zone = &sys->zones[i];

		if (zone->start_pfn < info->base_pfn)
			info->base_pfn = zone->start_pfn;
		if (zone_end_pfn(zone) > info->end_pfn)
			info->end_pfn = zone_end_pfn(zone);
	}
	memcpy(info->cpu_node, head->config.cpu_node, sizeof(info->cpu_node));
	memcpy(info->gfp_zone, head->gfp_zone, sizeof(info->gfp_zone));
	memset(info->zonelist, ZONEREF_END, sizeof(info->zonelist));
	for (uint32_t node = 0; node < head->nr_nodes; node++)
		for (uint32_t list = 0; list < NR_ZONELISTS; list++)
			copy_zonelist(head->zonelists[node][list], info->zonelist[node][list]);
}

void inspect_zone_marks(const struct buddy_system *sys, uint32_t number, struct zone_info *info)
{
	const struct zone *zone = &sys->zones[number];

	memcpy(info->watermark, zone->watermark, sizeof(info->watermark));
	info->watermark_boost = zone->watermark_boost;
	memcpy(info->lowmem_reserve, zone->lowmem_reserve, sizeof(info->lowmem_reserve));
	info->nr_free_pages = zone->stat[NR_FREE_PAGES];
	info->nr_free_cma_pages = zone->stat[NR_FREE_CMA_PAGES];
	info->nr_reserved_highatomic = zone->nr_reserved_highatomic;
}

void inspect_zone(const struct buddy_system *sys, uint32_t number, struct zone_info *info)
{
	const struct zone *zone = &sys->zones[number];

	info->node = zone->node;
	info->index = zone->index;
	info->start_pfn = zone->start_pfn;
	info->spanned_pages = zone->spanned_pages;
	info->present_pages = zone->present_pages;
	info->managed_pages = zone->managed_pages;
	inspect_zone_marks(sys, number, info);
	info->nr_isolate_pageblock = zone->nr_isolate_pageblock;
	info->flags = zone->flags;
	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
		info->nr_free[order] = zone->areas[order].nr_free;
}

void inspect_pcp(const struct buddy_system *sys, uint32_t zone, uint32_t cpu, struct pcp_info *info)
{
	const struct pcp *pcp = zone_pcp(sys, &sys->zones[zone], cpu);

	info->count = pcp->count;
	info->high = pcp->high;
	info->batch = pcp->batch;
	info->free_factor = pcp->free_factor;
	info->expire = pcp->expire;
	info->stat_threshold = pcp->stat_threshold;
	info->diff_free = pcp->stat_diff[NR_FREE_PAGES];
	info->diff_cma = pcp->stat_diff[NR_FREE_CMA_PAGES];
}

static void copy_page(const struct buddy_system *sys, pfn_t pfn, uint32_t zone,
		      struct page_info *info)
{
	const struct page *page = pfn_page(sys, pfn);
	bool tail = page_is_tail(page);

	info->flags = page->flags & ~PAGE_INTERNAL_FLAGS;
	info->refcount = page->refcount;
	info->mapcount = page_raw_mapcount(page);
	info->buddy = page_is_buddy_head(page);
	info->tail = tail;
	info->pfmemalloc = page->flags & PAGE_PFMEMALLOC;
	info->private_value = page->private_value;
	info->index = page->index;
	info->mapping = page->mapping;
	info->compound_head = tail ? page->compound_head : pfn;
	info->compound_order = page_is_head(page) ? page[1].compound_order : 0;
	info->zone = zone;
	if (unlikely(page_is_in_row(sys, page))) {
		info->buddy = true;
		info->mapcount = (int32_t)~PG_BUDDY;
		info->private_value = MAX_PAGE_ORDER;
	}
}

/* Memory has struct pages throughout. */
bool inspect_page(const struct buddy_system *sys, pfn_t pfn, struct page_info *info)
{
	bool memory = memory_from(sys, pfn);

	if (!memory && !pfn_has_page(sys, pfn))
		return false;
	copy_page(sys, pfn, page_zone(sys, pfn_page(sys, pfn))->number, info);
	if (!memory)
		show_hole(info);
	return true;
}

/* Those of this zone, as far as one look at the pageblock tells. */
static uint32_t zone_memory_from(const struct buddy_system *sys, pfn_t pfn, uint32_t zone)
{
	uint32_t nr = memory_from(sys, pfn), nr_block;
	const struct page *page = pfn_page(sys, pfn);

	if (!nr || page_zone(sys, page)->number != zone)
		return 0;
	if (*pageblock_of(sys, page) >> PAGEBLOCK_ZONE_SHIFT == PAGEBLOCK_MIXED)
		return 1;
	nr_block = pageblock_nr_pages(sys) - (pfn & (pageblock_nr_pages(sys) - 1));
	return nr < nr_block ? nr : nr_block;
}

/* As zone_memory_from(), and to the zone's end where it shares the pageblock. */
static uint32_t zone_row(const struct buddy_system *sys, struct piece *piece, pfn_t pfn,
			 uint32_t zone)
{
	uint32_t nr = zone_memory_from(sys, pfn, zone);

	return nr == 1 && find_piece(sys, piece, pfn) ? piece->end_pfn - pfn : nr;
}

uint32_t inspect_pages(const struct buddy_system *sys, pfn_t pfn, uint32_t nr_pages,
		       struct page_info *infos)
{
	struct piece piece = { 0 };
	uint32_t nr = 0;

	while (nr < nr_pages && inspect_page(sys, pfn + nr, &infos[nr])) {
		uint32_t zone = infos[nr].zone, nr_row = 0;

		if (nr + 1 < nr_pages)
			nr_row = zone_row(sys, &piece, pfn + nr, zone);
		for (nr++; nr_row > 1 && nr < nr_pages; nr_row--, nr++)
			copy_page(sys, pfn + nr, zone, &infos[nr]);
	}
	return nr;
}

static bool tail_is_plain(const struct page *page, const struct block_head *head)
{
	uint32_t odd = page->flags & ~PAGE_PFMEMALLOC;

	odd ^= head->compound ? PAGE_TAIL : 0;
	odd |= head->compound ? page->compound_head ^ head->pfn : page->mapping;
	return !(odd | page->type | page->private_value | (uint32_t)page->refcount);
}

/* What is no memory is not plain: it has no struct page or is a hole, which shows as reserved. */
uint32_t inspect_plain_tails(const struct buddy_system *sys, const struct block_head *head,
			     pfn_t pfn, uint32_t nr_pages)
{
	uint32_t nr = 0, nr_row;

	while (nr < nr_pages && (nr_row = zone_memory_from(sys, pfn + nr, head->zone)) > 0) {
		const struct page *page = pfn_page(sys, pfn + nr);
		uint32_t end = nr + nr_row < nr_pages ? nr + nr_row : nr_pages;
		uint32_t to_border = -(pfn + nr) & (MAX_ORDER_NR_PAGES - 1);

		if (to_border < end - nr && page_is_in_row(sys, page + to_border))
			end = nr_pages = nr + to_border;
		for (; nr < end; nr++, page++)
			if (!tail_is_plain(page, head))
				return nr;
	}
	return nr;
}

static bool head_is_plain(const struct page *page, bool compound, uint32_t order)
{
	uint32_t odd = (page->flags & ~PAGE_WHOLE) ^ (compound ? PG_BIT(head) : 0);

	odd |= compound ? page[1].compound_order ^ order : 0;
	return !(odd | page->type | page->private_value | page->mapping |
		 ((uint32_t)page->refcount ^ 1));
}

/* A block that neither a border of memory nor of pageblocks divides is looked at in one go. */
bool inspect_plain_block(const struct buddy_system *sys, struct block_head *block, uint32_t order)
{
	uint32_t nr_memory = memory_from(sys, block->pfn), i = 1, tag;
	const struct page *page = pfn_page(sys, block->pfn);

	if (nr_memory < BIT(order))
		return false;
	tag = *pageblock_of(sys, page) >> PAGEBLOCK_ZONE_SHIFT;
	block->zone = tag - 1;
	if (unlikely(tag == PAGEBLOCK_MIXED))
		block->zone = page_zone(sys, page)->number;
	if (!head_is_plain(page, block->compound, order))
		return false;
	if (!order)
		return true;
	if (unlikely(tag == PAGEBLOCK_MIXED || order > sys->head->pageblock_order ||
		     block->pfn & (BIT(order) - 1)))
		return inspect_plain_tails(sys, block, block->pfn + 1, BIT(order) - 1) ==
		       BIT(order) - 1;
	while (i < BIT(order) && tail_is_plain(&page[i], block))
		i++;
	return i == BIT(order);
}

/* Memory has struct pages throughout, and they show what they are. */
uint32_t inspect_refcounts(const struct buddy_system *sys, const pfn_t *pfns, uint32_t nr_pages,
			   int32_t *refcounts, uint64_t *marked)
{
	struct buddy_range memory = { 0 };
	uint64_t buddies = 0;
	uint32_t nr;

	for (nr = 0; nr < nr_pages; nr++) {
		pfn_t pfn = pfns[nr];

		if (pfn < memory.start_pfn || pfn >= memory.end_pfn)
			memory = memory_around(sys, pfn);
		if (likely(memory.end_pfn)) {
			const struct page *page = pfn_page(sys, pfn);

			refcounts[nr] = page->refcount;
			buddies |= (uint64_t)(page_is_buddy_head(page) || page_is_in_row(sys, page))
				   << nr;
		} else {
			struct page_info info;

			if (!inspect_page(sys, pfn, &info))
				break;
			refcounts[nr] = info.refcount;
			buddies |= (uint64_t)info.buddy << nr;
		}
	}
	*marked = buddies;
	return nr;
}

enum migratetype inspect_pageblock(const struct buddy_system *sys, pfn_t pfn)
{
	return (enum migratetype)get_pageblock_migratetype(sys, pfn_page(sys, pfn));
}

void inspect_pageblocks(const struct buddy_system *sys, pfn_t pfn, uint32_t nr_blocks,
			uint8_t *types)
{
	uint32_t order = sys->head->pageblock_order;
	const uint16_t *entry = pageblock_of(sys, pfn_page(sys, pfn));
	bool one_section = is_one_section(sys);

	for (uint32_t i = 0; i < nr_blocks; i++) {
		bool known =
			one_section ? entry[i] >> PAGEBLOCK_ZONE_SHIFT : pfn_has_page(sys, pfn);

		types[i] = known ? entry[i] & PAGEBLOCK_TYPE_MASK : PAGEBLOCK_HOLE;
		pfn = ((pfn >> order) + 1) << order;
	}
}
