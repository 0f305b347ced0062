/* SPDX-License-Identifier: MIT */
/*
 * The image: | struct image | zones | pcps[cpu][zone] | pageblocks | mem_map |. One contiguous
 * block without pointers; memcpy is a snapshot. Offsets are bytes from its base. Zones are numbered
 * densely: populated ones only, node by node, lowest index first.
 */
#pragma once

#include <stddef.h>

#include "base/page.h"
#include "buddy/buddy.h"

#define IMAGE_MAGIC 0x62756466u
#define IMAGE_MAX_ZONES (BUDDY_MAX_NODES * ZONE_DEVICE)
#define IMAGE_MAX_ZONEREFS (IMAGE_MAX_ZONES + 1)
#define MAX_ORDER_NR_PAGES BIT(MAX_PAGE_ORDER)

/* One entry of a zonelist; zone == ZONEREF_END terminates (MM-51). */
struct zoneref {
	uint8_t zone;  /* zone number */
	uint8_t index; /* enum zone_type */
	uint8_t node;
	uint8_t unused;
};
#define ZONEREF_END 0xffu

enum { ZONELIST_FALLBACK, ZONELIST_NOFALLBACK, NR_ZONELISTS };

struct free_area {
	struct list_node lists[MIGRATE_TYPES];
	uint32_t nr_free; /* blocks of all types (BU-10) */
	uint32_t unused;
};

enum zone_stat { NR_FREE_PAGES, NR_FREE_CMA_PAGES, NR_ZONE_STATS };

struct zone {
	int64_t stat[NR_ZONE_STATS]; /* shared counters (MM-90) */
	uint32_t watermark[NR_WMARK];
	uint32_t watermark_boost;
	uint32_t nr_reserved_highatomic;
	uint32_t lowmem_reserve[MAX_NR_ZONES];
	uint32_t flags; /* ZONE_* */
	uint32_t nr_isolate_pageblock;
	uint8_t number, index, node, unused;
	pfn_t start_pfn;
	uint32_t spanned_pages, present_pages, managed_pages;
	uint32_t percpu_drift_mark;
	int32_t pageset_high, pageset_batch; /* cached (MM-84) */
	uint32_t row_start, row_end;         /* page indices (row.h) */
	struct free_area areas[NR_PAGE_ORDERS];
};

struct pcp {
	_Alignas(64) int32_t count; /* its cache lines are no other CPU's */
	int32_t high, batch, free_factor;
	int32_t expire;
	uint32_t stat_threshold;
	int32_t stat_diff[NR_ZONE_STATS]; /* s8 in the kernel: never leaves -128..127 (MM-90) */
	struct list_node lists[NR_PCP_LISTS];
};

/* kswapd's mailbox of a node (SP-61). */
struct node_state {
	uint8_t kswapd_highest_zoneidx, kswapd_order, unused[2];
};

/*
 * Where a request of a CPU begins: what its lowest bits, zone and mobility, lead to. zone, pcp and
 * lowmem_reserve are offsets from the base in bytes; zone 0: the general path has to look.
 */
struct place {
	uint32_t zone, pcp;
	uint32_t lowmem_reserve; /* the entry of the request's highest zone */
	uint32_t type;
};
#define GFP_PLACE_MASK (GFP_ZONEMASK | __GFP_RECLAIMABLE)
#define NR_PLACES (GFP_PLACE_MASK + 1)

struct image {
	uint32_t magic, version;
	uint64_t size;
	uint32_t features, zones_configured, pageblock_order, nr_nodes, nr_cpus, nr_zones;
	pfn_t base_pfn;    /* of mem_map[0]; a multiple of 1 << MAX_PAGE_ORDER */
	uint32_t nr_pages; /* entries of mem_map, a multiple of 1 << MAX_PAGE_ORDER; a buddy's entry
			      always exists */
	uint32_t nr_pageblocks; /* entries of the table, block 0 contains base_pfn */
	uint64_t zones_offset, pcps_offset, pageblocks_offset, mem_map_offset;
	gfp_t gfp_allowed_mask;
	uint32_t mobility_disabled;
	uint8_t gfp_zone[16];       /* zone index by the low nibble (GF-4) */
	struct buddy_sysctl sysctl; /* min_free_kbytes: the value in force */
	int32_t user_min_free_kbytes;
	uint32_t nodes_online;
	uint32_t totalreserve_pages;
	uint32_t stray_writes; /* not 0: nothing is known to be spotless (page_written.h) */
	struct node_state nodes[BUDDY_MAX_NODES];
	struct zoneref zonelists[BUDDY_MAX_NODES][NR_ZONELISTS][IMAGE_MAX_ZONEREFS];
	struct place places[BUDDY_MAX_CPUS][NR_PLACES];
	struct buddy_config config;
};

/*
 * What calls change of it; the rest follows from the machine and stays as booted. A new field that
 * changes stands in here, or buddy_rewind() forgets it.
 */
#define IMAGE_VARIABLES_START offsetof(struct image, gfp_allowed_mask)
#define IMAGE_VARIABLES_END offsetof(struct image, zonelists)

/*
 * Pageblock table entry: bits 0-2 migratetype, bit 3 PB_migrate_skip, bits 4-15 zone number + 1 of
 * the whole block; PAGEBLOCK_MIXED when it holds frames of several zones, 0 when of none.
 */
#define PAGEBLOCK_TYPE_MASK 0x7u
#define PAGEBLOCK_ZONE_SHIFT 4
#define PAGEBLOCK_MIXED 0xfffu

static always_inline bool has_feature(const struct buddy_system *sys, enum buddy_feature feature)
{
	return sys->head->features & (uint32_t)feature;
}

static always_inline uint32_t page_index(const struct buddy_system *sys, const struct page *page)
{
	return (uint32_t)(page - sys->mem_map);
}

static always_inline pfn_t page_pfn(const struct buddy_system *sys, const struct page *page)
{
	return page_index(sys, page) + sys->head->base_pfn;
}

static always_inline struct page *pfn_page(const struct buddy_system *sys, pfn_t pfn)
{
	return sys->mem_map + (pfn - sys->head->base_pfn);
}

static always_inline uint32_t pageblock_nr_pages(const struct buddy_system *sys)
{
	return BIT(sys->head->pageblock_order);
}

/* base_pfn is aligned, so page indices and frame numbers fall into pageblocks alike. */
static always_inline uint16_t *pageblock_of(const struct buddy_system *sys, const struct page *page)
{
	return &sys->pageblocks[page_index(sys, page) >> sys->head->pageblock_order];
}

/* MM-10, MM-14: sections are present as a whole when they hold any memory. */
#define SECTION_PAGES_SHIFT 15u

static always_inline bool section_is_present(const struct buddy_config *config, pfn_t pfn)
{
	pfn_t section = pfn >> SECTION_PAGES_SHIFT;

	for (uint32_t i = 0; i < config->nr_memory; i++)
		if (config->memory[i].start_pfn >> SECTION_PAGES_SHIFT <= section &&
		    (config->memory[i].end_pfn - 1) >> SECTION_PAGES_SHIFT >= section)
			return true;
	return false;
}

/* MM-15: a descriptor that belongs to some zone; it need not be memory. */
static always_inline bool pfn_has_page(const struct buddy_system *sys, pfn_t pfn)
{
	uint32_t index = pfn - sys->head->base_pfn;

	if (pfn < sys->head->base_pfn || index >= sys->head->nr_pages)
		return false;
	if (!(sys->pageblocks[index >> sys->head->pageblock_order] >> PAGEBLOCK_ZONE_SHIFT))
		return false;
	return !has_feature(sys, BUDDY_SPARSEMEM) || section_is_present(&sys->head->config, pfn);
}

static always_inline uint32_t get_pageblock_migratetype(const struct buddy_system *sys,
							const struct page *page)
{
	return read_shared(*pageblock_of(sys, page)) & PAGEBLOCK_TYPE_MASK;
}

static always_inline struct pcp *zone_pcp(const struct buddy_system *sys, const struct zone *zone,
					  uint32_t cpu)
{
	return &sys->pcps[cpu * sys->head->nr_zones + zone->number];
}

static always_inline uint32_t wmark_pages(const struct zone *zone, uint32_t which)
{
	return zone->watermark[which] + read_shared(zone->watermark_boost);
}

static always_inline uint32_t zone_end_pfn(const struct zone *zone)
{
	return zone->start_pfn + zone->spanned_pages;
}
