/* SPDX-License-Identifier: MIT */
/* Eyes on the state (inspect.h): copies out, never writes. */
#include <string.h>

#include "base/row.h"
#include "eyes/inspect_check.h"
#include "eyes/inspect_memory.h"

static void copy_zonelist(const struct zoneref *ref, uint8_t *numbers)
{
	for (; ref->zone != ZONEREF_END; ref++)
		*numbers++ = ref->zone;
}

void inspect_machine(const struct buddy_system *sys, struct machine_info *info)
{
	const struct image *head = sys->head;

	VM_BUG_ON(sys, !info, PFN_NONE);
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

	CHECK_ZONE_EYE(sys, number, info);
	info->node = zone->node;
	info->index = zone->index;
	info->start_pfn = zone->start_pfn;
	info->spanned_pages = zone->spanned_pages;
	info->present_pages = zone->present_pages;
	info->managed_pages = zone->managed_pages;
	show_zone_marks(zone, info);
	info->nr_isolate_pageblock = zone->nr_isolate_pageblock;
	info->flags = zone->flags;
	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
		info->nr_free[order] = zone->areas[order].nr_free;
}

void inspect_pcp(const struct buddy_system *sys, uint32_t zone, uint32_t cpu, struct pcp_info *info)
{
	const struct pcp *pcp;

	CHECK_PCP_EYE(sys, zone, cpu, 0u);
	VM_BUG_ON(sys, !info, PFN_NONE);
	pcp = zone_pcp(sys, &sys->zones[zone], cpu);
	info->count = pcp->count;
	info->high = pcp->high;
	info->batch = pcp->batch;
	info->free_factor = pcp->free_factor;
	info->expire = pcp->expire;
	info->stat_threshold = pcp->stat_threshold;
	info->diff_free = pcp->stat_diff[NR_FREE_PAGES];
	info->diff_cma = pcp->stat_diff[NR_FREE_CMA_PAGES];
}

/* Memory has struct pages throughout. */
bool inspect_page(const struct buddy_system *sys, pfn_t pfn, struct page_info *info)
{
	bool memory = memory_from(sys, pfn);

	VM_BUG_ON(sys, !info, pfn);
	if (!memory && !pfn_has_page(sys, pfn))
		return false;
	show_page(sys, pfn, page_zone(sys, pfn_page(sys, pfn))->number, info);
	if (!memory)
		show_hole(info);
	return true;
}

/* Of a pageblock that zones share. */
static cold_path uint32_t mixed_stretch(const struct buddy_system *sys, pfn_t pfn, uint32_t *zone)
{
	struct piece piece = { 0 };

	*zone = page_zone(sys, pfn_page(sys, pfn))->number;
	return find_piece(sys, &piece, pfn) ? piece.end_pfn - pfn : 1;
}

static always_inline uint32_t min_pages(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Frames of memory from pfn on, of nr_pages, that have its zone, as far as pageblocks tell; 0: it
 * is none. */
static always_inline uint32_t zone_stretch(const struct buddy_system *sys, pfn_t pfn,
					   uint32_t nr_pages, uint32_t *zone)
{
	uint32_t nr_memory = memory_from(sys, pfn), nr, tag;
	const uint16_t *pageblock;

	if (unlikely(!nr_memory))
		return 0;
	pageblock = pageblock_of(sys, pfn_page(sys, pfn));
	tag = *pageblock >> PAGEBLOCK_ZONE_SHIFT;
	if (unlikely(tag == PAGEBLOCK_MIXED))
		return mixed_stretch(sys, pfn, zone);
	*zone = tag - 1;
	nr_pages = min_pages(nr_pages, nr_memory);
	nr = pageblock_nr_pages(sys) - (pfn & (pageblock_nr_pages(sys) - 1));
	while (nr < nr_pages && *++pageblock >> PAGEBLOCK_ZONE_SHIFT == tag)
		nr += pageblock_nr_pages(sys);
	return min_pages(nr, nr_pages);
}

/* Where a row of blocks begins that are not written, the descriptors do not show what they are. */
static always_inline uint32_t before_unwritten(const struct buddy_system *sys, pfn_t pfn,
					       uint32_t nr_pages)
{
	uint32_t to_border = -pfn & (MAX_ORDER_NR_PAGES - 1);

	if (unlikely(to_border < nr_pages) && page_is_in_row(sys, pfn_page(sys, pfn + to_border)))
		return to_border;
	return nr_pages;
}

/* Half a struct page (page.h): the second tells all that a page shows but head and private. */
typedef uint32_t page_half __attribute__((vector_size(16), may_alias));
_Static_assert(sizeof(struct page) == 2 * sizeof(page_half) &&
		       offsetof(struct page, compound_head) == 0 &&
		       offsetof(struct page, private_value) == 8 &&
		       offsetof(struct page, flags) == sizeof(page_half),
	       "pages_show_same() knows these");
#define PAGES_AT_ONCE 16u

/* All that nr_pages pages differ in from first, but what is not shown of them. */
static always_inline bool pages_show_same(const struct page *first, const struct page *page,
					  uint32_t nr_pages)
{
	const page_half *half = (const page_half *)(const void *)page;
	const page_half *of_first = (const page_half *)(const void *)first;
	const page_half low = of_first[0], high = of_first[1];
	page_half odd_low = { 0 }, odd_high = { 0 };

#pragma GCC unroll 4
	for (uint32_t i = 0; i < nr_pages; i++) {
		odd_low |= half[2 * i] ^ low;
		odd_high |= half[2 * i + 1] ^ high;
	}
	odd_low &= (page_half){ first->flags & PAGE_TAIL ? UINT32_MAX : 0, 0, UINT32_MAX, 0 };
	odd_high &= (page_half){ ~PAGE_WHOLE, UINT32_MAX, UINT32_MAX, UINT32_MAX };
	odd_high |= odd_low;
	return !(odd_high[0] | odd_high[1] | odd_high[2] | odd_high[3]);
}

/* How many of nr_pages pages of one zone show what the first does. */
static always_inline uint32_t count_same(const struct buddy_system *sys, pfn_t pfn,
					 uint32_t nr_pages)
{
	const struct page *first = pfn_page(sys, pfn);
	uint32_t nr = 1;

	if (nr_pages == 1 || first[1].refcount != first->refcount)
		return 1;
	nr_pages = before_unwritten(sys, pfn, nr_pages);
	while (nr < nr_pages) {
		uint32_t nr_left = nr_pages - nr;
		uint32_t nr_next = nr_left < PAGES_AT_ONCE ? nr_left : PAGES_AT_ONCE;

		if (!pages_show_same(first, first + nr, nr_next))
			break;
		nr += nr_next;
	}
	while (nr < nr_pages && pages_show_same(first, first + nr, 1))
		nr++;
	return nr;
}

/* Pages of one zone as two rows, as those of a block are: the first, and what is like the next. */
static always_inline uint32_t show_block(const struct buddy_system *sys, pfn_t pfn,
					 uint32_t nr_pages, uint32_t zone, struct page_row *rows)
{
	show_page(sys, pfn, zone, &rows[0].page);
	rows[0].nr_pages = 1;
	if (nr_pages == 1)
		return 1;
	show_page(sys, pfn + 1, zone, &rows[1].page);
	rows[1].nr_pages = count_same(sys, pfn + 1, nr_pages - 1);
	return 2;
}

static long_path uint32_t show_rows(const struct buddy_system *sys, pfn_t pfn, uint32_t nr_pages,
				    struct page_row *rows, uint32_t max_rows)
{
	uint32_t nr = 0, zone = 0, nr_stretch = 0;

	for (; nr < max_rows && nr_pages; nr++) {
		struct page_row *row = &rows[nr];

		row->nr_pages = 1;
		if (!nr_stretch)
			nr_stretch = zone_stretch(sys, pfn, min_pages(nr_pages, MAX_ORDER_NR_PAGES),
						  &zone);
		if (likely(nr_stretch)) {
			show_page(sys, pfn, zone, &row->page);
			if (nr_pages > 1 && !(row->page.flags & PG_BIT(head)))
				row->nr_pages =
					count_same(sys, pfn, min_pages(nr_stretch, nr_pages));
			nr_stretch -= row->nr_pages;
		} else if (!inspect_page(sys, pfn, &row->page)) {
			break;
		}
		pfn += row->nr_pages;
		nr_pages -= row->nr_pages;
	}
	return nr;
}

uint32_t inspect_rows(const struct buddy_system *sys, pfn_t pfn, uint32_t nr_pages,
		      struct page_row *rows, uint32_t max_rows)
{
	uint32_t zone;

	VM_BUG_ON(sys, max_rows && !rows, pfn);
	if (max_rows == 2 && nr_pages && zone_stretch(sys, pfn, nr_pages, &zone) >= nr_pages)
		return show_block(sys, pfn, nr_pages, zone, rows);
	return show_rows(sys, pfn, nr_pages, rows, max_rows);
}

/* Memory has struct pages throughout, and they show what they are. */
uint32_t inspect_refcounts(const struct buddy_system *sys, const pfn_t *pfns, uint32_t nr_pages,
			   int32_t *refcounts, uint64_t *marked)
{
	struct buddy_range memory = { 0 };
	uint64_t buddies = 0;
	uint32_t nr;

	VM_BUG_ON(sys, nr_pages > INSPECT_REFCOUNTS_MAX, PFN_NONE);
	VM_BUG_ON(sys, !marked || (nr_pages && (!pfns || !refcounts)), PFN_NONE);
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

bool inspect_refcount(const struct buddy_system *sys, pfn_t pfn, int32_t *refcount)
{
	struct page_info info;

	VM_BUG_ON(sys, !refcount, pfn);
	if (likely(memory_from(sys, pfn))) {
		*refcount = pfn_page(sys, pfn)->refcount;
		return true;
	}
	if (!inspect_page(sys, pfn, &info))
		return false;
	*refcount = info.refcount;
	return true;
}

enum migratetype inspect_pageblock(const struct buddy_system *sys, pfn_t pfn)
{
	CHECK_FRAME_EYE(sys, pfn);
	return (enum migratetype)get_pageblock_migratetype(sys, pfn_page(sys, pfn));
}

/* Pageblocks from that of pfn to the end of the memory map. */
static inline uint32_t nr_blocks_from(const struct buddy_system *sys, pfn_t pfn)
{
	uint32_t block = (pfn - sys->head->base_pfn) >> sys->head->pageblock_order;

	return sys->head->nr_pageblocks - block;
}

void inspect_pageblocks(const struct buddy_system *sys, pfn_t pfn, uint32_t nr_blocks,
			uint8_t *types)
{
	uint32_t order = sys->head->pageblock_order;
	const uint16_t *entry = pageblock_of(sys, pfn_page(sys, pfn));
	bool one_section = is_one_section(sys);

	CHECK_FRAME_EYE(sys, pfn);
	VM_BUG_ON(sys, !types || nr_blocks > nr_blocks_from(sys, pfn), pfn);
	for (uint32_t i = 0; i < nr_blocks; i++) {
		bool known =
			one_section ? entry[i] >> PAGEBLOCK_ZONE_SHIFT : pfn_has_page(sys, pfn);

		types[i] = known ? entry[i] & PAGEBLOCK_TYPE_MASK : PAGEBLOCK_HOLE;
		pfn = ((pfn >> order) + 1) << order;
	}
}
