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

bool inspect_refcount(const struct buddy_system *sys, pfn_t pfn, int32_t *refcount)
{
	struct page_info info;

	if (likely(memory_from(sys, pfn))) {
		*refcount = pfn_page(sys, pfn)->refcount;
		return true;
	}
	if (!inspect_page(sys, pfn, &info))
		return false;
	*refcount = info.refcount;
	return true;
}

/* Searches on from the piece found last. false: pfn is no memory. */
static bool find_piece(const struct buddy_system *sys, struct piece *piece, pfn_t pfn)
{
	if (pfn < piece->start_pfn)
		*piece = (struct piece){ 0 };
	while (pfn >= piece->end_pfn)
		if (!next_piece(sys, piece))
			return false;
	return pfn >= piece->start_pfn;
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

static bool head_is_plain(const struct page *page, bool compound, uint32_t order)
{
	uint32_t odd = page->flags ^ (compound ? PG_BIT(head) : 0);

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

/* The range of memory around pfn, or an empty one: it is none. */
static struct buddy_range memory_around(const struct buddy_system *sys, pfn_t pfn)
{
	const struct buddy_config *config = &sys->head->config;

	for (uint32_t i = 0; i < config->nr_memory; i++)
		if (pfn >= config->memory[i].start_pfn && pfn < config->memory[i].end_pfn)
			return config->memory[i];
	return (struct buddy_range){ 0 };
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
			buddies |= (uint64_t)page_is_buddy_head(page) << nr;
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

/* Then no page can lie in one that is not present. */
static bool is_one_section(const struct buddy_system *sys)
{
	pfn_t base = sys->head->base_pfn, last = base + sys->head->nr_pages - 1;

	return base >> SECTION_PAGES_SHIFT == last >> SECTION_PAGES_SHIFT;
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

void inspect_free_orders(const struct buddy_system *sys, uint32_t zone, uint32_t order,
			 uint32_t enough, uint16_t orders[MIGRATE_TYPES])
{
	const struct free_area *area = &sys->zones[zone].areas[order];
	uint32_t found = 0;

	memset(orders, 0, MIGRATE_TYPES * sizeof(*orders));
	for (; order < NR_PAGE_ORDERS && !(found & enough); order++, area++) {
		uint32_t cell = node_cell(sys, area->lists);

		if (!area->nr_free)
			continue;
		for (uint32_t type = 0; type < MIGRATE_TYPES; type++) {
			if (area->lists[type].next == cell + type ||
			    inspect_free_first(sys, zone, order, type) == PFN_NONE)
				continue;
			orders[type] |= (uint16_t)BIT(order);
			found |= BIT(type);
		}
	}
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

/* ---- whole sets of lists ---- */

struct walker {
	const struct buddy_system *sys;
	struct list_cursor *at;
	struct list_entry *entries;
	uint32_t nr, max;
	bool one_section;          /* no page needs to be asked for its section */
	uint64_t nr_cells;         /* of the image */
	uint32_t tag;              /* of whole pageblocks of the zone */
	struct buddy_range memory; /* around the last block */
	struct piece piece;        /* where the last page of a mixed pageblock was found */
};

static struct walker walker_of(const struct buddy_system *sys, uint32_t zone,
			       struct list_cursor *at, struct list_entry *entries, uint32_t max)
{
	return (struct walker){
		.sys = sys,
		.at = at,
		.entries = entries,
		.max = max,
		.one_section = is_one_section(sys),
		.tag = zone + 1,
		.nr_cells = sys->head->size / sizeof(struct list_node),
	};
}

/* false when pfn has no struct page. */
static bool find_zone(struct walker *walker, pfn_t pfn, uint32_t *zone)
{
	const struct buddy_system *sys = walker->sys;

	if (find_piece(sys, &walker->piece, pfn)) {
		*zone = walker->piece.zone->number;
		return true;
	}
	if (!pfn_has_page(sys, pfn))
		return false;
	*zone = page_zone(sys, pfn_page(sys, pfn))->number;
	return true;
}

/* Are frames pfn + 2^k marked? Hardly ever: a page type is looked at when there is any. */
static always_inline bool marked_inside(const struct page *page, uint32_t order, uint32_t nr_behind)
{
	uint32_t end = BIT(order) < nr_behind ? BIT(order) : nr_behind, types = 0;

	for (uint32_t half = 1; half < end; half *= 2)
		types |= page[half].type;
	if (likely(!types))
		return false;
	for (uint32_t half = 1; half < end; half *= 2)
		if (page_is_buddy_head(page + half))
			return true;
	return false;
}

static always_inline struct list_entry entry_of(struct walker *walker, const struct page *page,
						pfn_t pfn, uint32_t order)
{
	const struct buddy_system *sys = walker->sys;
	uint32_t tag = (uint32_t)*pageblock_of(sys, page) >> PAGEBLOCK_ZONE_SHIFT;
	struct page_info info = { .flags = page->flags & ~PAGE_INTERNAL_FLAGS,
				  .buddy = page_is_buddy_head(page) };
	struct list_entry entry = {
		.pfn = pfn,
		.list = (uint16_t)walker->at->list,
		.marked_inside =
			marked_inside(page, order, sys->head->nr_pages - page_index(sys, page)),
		.known = true,
		.buddy = page_is_buddy_head(page),
		.tail = page_is_tail(page),
		.links_ok = inspect_links_ok(sys, pfn),
		.private_value = page->private_value,
		.index = page->index,
		.zone = tag - 1,
	};

	if (unlikely(tag - 1 >= IMAGE_MAX_ZONES || !walker->one_section))
		entry.known = find_zone(walker, pfn, &entry.zone);
	info.refcount = page->refcount;
	if (unlikely(!memory_from(sys, pfn)))
		show_hole(&info);
	entry.flags = info.flags;
	entry.refcount = info.refcount;
	return entry;
}

static always_inline bool lies_in_memory(struct walker *walker, pfn_t pfn)
{
	if (likely(pfn >= walker->memory.start_pfn && pfn < walker->memory.end_pfn))
		return true;
	walker->memory = memory_around(walker->sys, pfn);
	return walker->memory.end_pfn;
}

/* One look for what entry_of() tells in full. The block was reached from the cell before. */
static always_inline bool block_is_plain(struct walker *walker, const struct page *page, pfn_t pfn,
					 uint32_t order, uint32_t before, uint32_t cell)
{
	const struct buddy_system *sys = walker->sys;
	uint32_t odd = page->flags & ~PAGE_PFMEMALLOC;

	odd |= (page->type & (PAGE_TYPE_BASE | PG_BUDDY)) ^ PG_BUDDY;
	odd |= (uint32_t)page->refcount | (page->private_value ^ order);
	odd |= (pfn & (BIT(order) - 1)) | (page->lru.prev ^ before);
	odd |= ((uint32_t)*pageblock_of(sys, page) >> PAGEBLOCK_ZONE_SHIFT) ^ walker->tag;
	if (odd || page->lru.next >= walker->nr_cells)
		return false;
	return cell_node(sys, page->lru.next)->prev == cell && lies_in_memory(walker, pfn) &&
	       !marked_inside(page, order, sys->head->nr_pages - page_index(sys, page));
}

/* What leads to this node; when nothing does, a cell that it does not name either. */
static uint32_t cell_before(const struct buddy_system *sys, const struct list_node *node)
{
	bool leads_here = node->prev < sys->head->size / sizeof(*node) &&
			  cell_node(sys, node->prev)->next == node_cell(sys, node);

	return leads_here ? node->prev : ~node->prev;
}

/* of_blocks: a free list of that order, not one of a CPU. */
static always_inline void read_list(struct walker *walker, const struct list_node *head,
				    uint32_t order, bool of_blocks)
{
	const struct buddy_system *sys = walker->sys;
	struct list_entry *entry = walker->entries + walker->nr;
	struct list_entry *end = walker->entries + walker->max;
	struct list_cursor *at = walker->at;
	const struct list_entry plain = {
		.list = (uint16_t)at->list,
		.known = true,
		.buddy = true,
		.links_ok = true,
		.plain = true,
		.private_value = order,
		.zone = walker->tag - 1,
	};
	pfn_t pfn = at->inside ? at->pfn : link_pfn(sys, head, head->next);
	uint32_t before =
		at->inside ? cell_before(sys, &pfn_page(sys, pfn)->lru) : node_cell(sys, head);

	for (; pfn != PFN_NONE && entry < end; entry++) {
		const struct page *page = pfn_page(sys, pfn);
		uint32_t cell = node_cell(sys, &page->lru);

		if (of_blocks && block_is_plain(walker, page, pfn, order, before, cell)) {
			*entry = plain;
			entry->pfn = pfn;
			entry->index = page->index;
		} else {
			*entry = entry_of(walker, page, pfn, order);
		}
		before = cell;
		pfn = link_pfn(sys, head, page->lru.next);
	}
	walker->nr = (uint32_t)(entry - walker->entries);
	at->inside = pfn != PFN_NONE;
	at->pfn = pfn;
}

/* heads[i] is list first + i. Leaves at its own list when the entries are full. */
static always_inline void read_lists(struct walker *walker, const struct list_node *heads,
				     uint32_t first, uint32_t nr_lists, uint32_t order,
				     bool of_blocks)
{
	struct list_cursor *at = walker->at;
	uint32_t i = at->list > first ? at->list - first : 0;

	for (; i < nr_lists; i++) {
		if (list_empty(walker->sys, &heads[i]))
			continue;
		at->list = first + i;
		read_list(walker, &heads[i], order, of_blocks);
		if (at->inside)
			return;
	}
	at->list = first + nr_lists;
}

/* Most are. */
static always_inline bool lists_are_empty(const struct buddy_system *sys,
					  const struct list_node *heads, uint32_t nr_lists)
{
	uint32_t cell = node_cell(sys, heads), differences = 0;

	for (uint32_t i = 0; i < nr_lists; i++)
		differences |= heads[i].next ^ (cell + i);
	return !differences;
}

uint32_t inspect_free_entries(const struct buddy_system *sys, uint32_t zone, struct list_cursor *at,
			      struct list_entry *entries, uint32_t max)
{
	struct walker walker = walker_of(sys, zone, at, entries, max);
	const struct free_area *areas = sys->zones[zone].areas;

	for (uint32_t order = at->list / MIGRATE_TYPES; order < NR_PAGE_ORDERS; order++) {
		if (lists_are_empty(sys, areas[order].lists, MIGRATE_TYPES))
			continue;
		read_lists(&walker, areas[order].lists, order * MIGRATE_TYPES, MIGRATE_TYPES, order,
			   true);
		if (at->inside)
			return walker.nr;
	}
	at->list = NR_PAGE_ORDERS * MIGRATE_TYPES;
	return walker.nr;
}

uint32_t inspect_pcp_entries(const struct buddy_system *sys, uint32_t zone, uint32_t cpu,
			     uint32_t nr_lists, struct list_cursor *at, struct list_entry *entries,
			     uint32_t max)
{
	const struct list_node *heads = zone_pcp(sys, &sys->zones[zone], cpu)->lists;
	struct walker walker;

	if (lists_are_empty(sys, heads, NR_PCP_LISTS))
		return 0;
	walker = walker_of(sys, zone, at, entries, max);
	read_lists(&walker, heads, 0, nr_lists, 0, false);
	return walker.nr;
}
