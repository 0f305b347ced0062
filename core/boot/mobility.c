/* SPDX-License-Identifier: MIT */
/*
 * Grouping by mobility is pointless on a machine with hardly a pageblock for each type (MM-56). The
 * decision falls before the hand-over, so it rests on an estimate: memory minus the memory map.
 */
#include "boot/mobility.h"

#include "alloc/alloc_context.h"
#include "base/pieces.h"

/* Pages of the modelled kernel's own memory map of a zone. */
static uint32_t memmap_pages(const struct buddy_system *sys, const struct zone *zone)
{
	uint32_t pages = zone->spanned_pages;
	uint64_t size;

	if (has_feature(sys, BUDDY_SPARSEMEM) &&
	    pages > zone->present_pages + zone->present_pages / 16)
		pages = zone->present_pages;
	size = (uint64_t)pages * sys->head->config.struct_page_size;
	return (uint32_t)((size + BUDDY_PAGE_SIZE - 1) / BUDDY_PAGE_SIZE);
}

/* Reserved memory below the end of zone DMA; counted only where there is such a zone. */
static uint32_t dma_reserve_pages(const struct buddy_system *sys)
{
	const struct buddy_config *config = &sys->head->config;
	struct piece piece = { 0 };
	uint32_t pages = 0;

	if (!(sys->head->zones_configured & BIT(ZONE_DMA)))
		return 0;
	while (next_piece(sys, &piece) && piece.start_pfn < config->zone_end_pfn[ZONE_DMA]) {
		for (uint32_t i = 0; i < config->nr_reserved; i++) {
			pfn_t start = config->reserved[i].start_pfn;
			pfn_t end = config->reserved[i].end_pfn;

			if (start < piece.start_pfn)
				start = piece.start_pfn;
			if (end > piece.end_pfn)
				end = piece.end_pfn;
			if (end > config->zone_end_pfn[ZONE_DMA])
				end = config->zone_end_pfn[ZONE_DMA];
			pages += end > start ? end - start : 0;
		}
	}
	return pages;
}

static uint32_t expected_managed(const struct buddy_system *sys, const struct zone *zone)
{
	uint32_t pages = zone->present_pages;
	uint32_t memmap = memmap_pages(sys, zone);

	if (memmap <= pages)
		pages -= memmap;
	if (zone->index == ZONE_DMA) {
		uint32_t reserve = dma_reserve_pages(sys);

		if (pages > reserve)
			pages -= reserve;
	}
	return pages;
}

uint64_t vm_total_pages_at_boot(const struct buddy_system *sys)
{
	const struct zoneref *ref = boot_zonelist(sys);
	uint32_t highest = gfp_zone_index(sys, GFP_HIGHUSER_MOVABLE);
	uint64_t total = 0;

	for (; ref->zone != ZONEREF_END; ref++)
		if (ref->index <= highest)
			total += expected_managed(sys, &sys->zones[ref->zone]);
	return total;
}

void init_mobility(struct buddy_system *sys)
{
	uint64_t nr_types = has_feature(sys, BUDDY_CMA) ? MIGRATE_TYPES : MIGRATE_TYPES - 1;

	sys->head->mobility_disabled =
		has_feature(sys, BUDDY_MOBILITY_OFF) ||
		vm_total_pages_at_boot(sys) < pageblock_nr_pages(sys) * nr_types;
}
