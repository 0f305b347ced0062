/* SPDX-License-Identifier: MIT */
/* Eyes on the state (inspect.h): copies out, never writes, follows links only inside the image. */
#include <string.h>

#include "base/list.h"
#include "boot/pieces.h"
#include "buddy/inspect.h"

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

void inspect_zone(const struct buddy_system *sys, uint32_t number, struct zone_info *info)
{
	const struct zone *zone = &sys->zones[number];

	memset(info, 0, sizeof(*info));
	info->node = zone->node;
	info->index = zone->index;
	info->start_pfn = zone->start_pfn;
	info->spanned_pages = zone->spanned_pages;
	info->present_pages = zone->present_pages;
	info->managed_pages = zone->managed_pages;
	memcpy(info->watermark, zone->watermark, sizeof(info->watermark));
	info->watermark_boost = zone->watermark_boost;
	memcpy(info->lowmem_reserve, zone->lowmem_reserve, sizeof(info->lowmem_reserve));
	info->nr_free_pages = zone->stat[NR_FREE_PAGES];
	info->nr_free_cma_pages = zone->stat[NR_FREE_CMA_PAGES];
	info->nr_reserved_highatomic = zone->nr_reserved_highatomic;
	info->nr_isolate_pageblock = zone->nr_isolate_pageblock;
	info->flags = zone->flags;
	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
		info->nr_free[order] = zone->areas[order].nr_free;
}

void inspect_pcp(const struct buddy_system *sys, uint32_t zone, uint32_t cpu, struct pcp_info *info)
{
	const struct pcp *pcp = zone_pcp(sys, &sys->zones[zone], cpu);

	memset(info, 0, sizeof(*info));
	info->count = pcp->count;
	info->high = pcp->high;
	info->batch = pcp->batch;
	info->free_factor = pcp->free_factor;
	info->expire = pcp->expire;
	info->stat_threshold = pcp->stat_threshold;
	info->diff_free = pcp->stat_diff[NR_FREE_PAGES];
	info->diff_cma = pcp->stat_diff[NR_FREE_CMA_PAGES];
}

/* Frames of memory in a row from pfn on; 0: it is none. */
static uint32_t memory_from(const struct buddy_system *sys, pfn_t pfn)
{
	const struct buddy_config *config = &sys->head->config;

	for (uint32_t i = 0; i < config->nr_memory; i++)
		if (pfn < config->memory[i].end_pfn)
			return pfn < config->memory[i].start_pfn ? 0
								 : config->memory[i].end_pfn - pfn;
	return 0;
}

/* Blank descriptors of whole holes (boot/memmap.c) are shown as what they stand for. */
static void show_hole(struct page_info *info)
{
	if (info->flags || info->refcount || info->buddy)
		return;
	info->flags = PG_BIT(reserved);
	info->refcount = 1;
}

static void copy_page(pfn_t pfn, const struct page *page, uint32_t zone, struct page_info *info)
{
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
}

/* Memory has struct pages throughout. */
bool inspect_page(const struct buddy_system *sys, pfn_t pfn, struct page_info *info)
{
	bool memory = memory_from(sys, pfn);
	const struct page *page;

	if (!memory && !pfn_has_page(sys, pfn))
		return false;
	page = pfn_page(sys, pfn);
	copy_page(pfn, page, page_zone(sys, page)->number, info);
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

uint32_t inspect_pages(const struct buddy_system *sys, pfn_t pfn, uint32_t nr_pages,
		       struct page_info *infos)
{
	uint32_t nr = 0;

	while (nr < nr_pages && inspect_page(sys, pfn + nr, &infos[nr])) {
		uint32_t zone = infos[nr].zone, nr_row = zone_memory_from(sys, pfn + nr, zone);

		for (nr++; nr_row > 1 && nr < nr_pages; nr_row--, nr++)
			copy_page(pfn + nr, pfn_page(sys, pfn + nr), zone, &infos[nr]);
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

		for (; nr < end; nr++, page++)
			if (!tail_is_plain(page, head))
				return nr;
	}
	return nr;
}

enum migratetype inspect_pageblock(const struct buddy_system *sys, pfn_t pfn)
{
	return (enum migratetype)get_pageblock_migratetype(sys, pfn_page(sys, pfn));
}

/* The page a link leads to; PFN_NONE for the list's head and for anything that is no page. */
static pfn_t link_pfn(const struct buddy_system *sys, const struct list_node *head, uint32_t cell)
{
	const uint32_t page_cells = sizeof(struct page) / sizeof(struct list_node);
	uint32_t first, index;

	if (cell == node_cell(sys, head))
		return PFN_NONE;
	first = node_cell(sys, &sys->mem_map->lru);
	index = (cell - first) / page_cells;
	if (cell < first || index >= sys->head->nr_pages)
		return PFN_NONE;
	return sys->head->base_pfn + index;
}

static const struct list_node *free_list(const struct buddy_system *sys, uint32_t zone,
					 uint32_t order, enum migratetype type)
{
	return &sys->zones[zone].areas[order].lists[type];
}

pfn_t inspect_free_first(const struct buddy_system *sys, uint32_t zone, uint32_t order,
			 enum migratetype type)
{
	const struct list_node *head = free_list(sys, zone, order, type);

	return link_pfn(sys, head, head->next);
}

void inspect_free_heads(const struct buddy_system *sys, uint32_t zone, uint32_t order,
			pfn_t heads[MIGRATE_TYPES])
{
	for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
		heads[type] = inspect_free_first(sys, zone, order, (enum migratetype)type);
}

pfn_t inspect_free_next(const struct buddy_system *sys, uint32_t zone, uint32_t order,
			enum migratetype type, pfn_t pfn)
{
	return link_pfn(sys, free_list(sys, zone, order, type), pfn_page(sys, pfn)->lru.next);
}

pfn_t inspect_pcp_first(const struct buddy_system *sys, uint32_t zone, uint32_t cpu,
			uint32_t pindex)
{
	const struct list_node *head = &zone_pcp(sys, &sys->zones[zone], cpu)->lists[pindex];

	return link_pfn(sys, head, head->next);
}

void inspect_pcp_heads(const struct buddy_system *sys, uint32_t zone, uint32_t cpu,
		       pfn_t heads[NR_PCP_LISTS])
{
	for (uint32_t pindex = 0; pindex < NR_PCP_LISTS; pindex++)
		heads[pindex] = inspect_pcp_first(sys, zone, cpu, pindex);
}

pfn_t inspect_pcp_next(const struct buddy_system *sys, uint32_t zone, uint32_t cpu, uint32_t pindex,
		       pfn_t pfn)
{
	const struct list_node *head = &zone_pcp(sys, &sys->zones[zone], cpu)->lists[pindex];

	return link_pfn(sys, head, pfn_page(sys, pfn)->lru.next);
}

bool inspect_links_ok(const struct buddy_system *sys, pfn_t pfn)
{
	const struct list_node *node = &pfn_page(sys, pfn)->lru;
	uint64_t nr_cells = sys->head->size / sizeof(struct list_node);
	uint32_t cell = node_cell(sys, node);

	if (node->next >= nr_cells || node->prev >= nr_cells)
		return false;
	return cell_node(sys, node->next)->prev == cell && cell_node(sys, node->prev)->next == cell;
}
