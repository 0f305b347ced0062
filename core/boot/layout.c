/* SPDX-License-Identifier: MIT */
/*
 * mem_map covers the span of memory widened to whole blocks of the largest order, so that the
 * arithmetic of buddies never leaves it. Every part starts at a multiple of IMAGE_ALIGN.
 */
#include "boot/layout.h"

#include "boot/zones.h"

static uint64_t take_bytes(uint64_t *size, uint64_t bytes)
{
	uint64_t offset = *size;

	*size += (bytes + IMAGE_ALIGN - 1) & ~(uint64_t)(IMAGE_ALIGN - 1);
	return offset;
}

void image_layout(const struct buddy_config *config, struct image_layout *layout)
{
	pfn_t end_pfn = config->memory[config->nr_memory - 1].end_pfn;
	struct zone_plan plan;
	uint64_t size = 0;

	plan_zones(config, &plan);
	layout->nr_zones = plan.nr_zones;
	layout->base_pfn = config->memory[0].start_pfn & ~(MAX_ORDER_NR_PAGES - 1);
	end_pfn = (end_pfn + MAX_ORDER_NR_PAGES - 1) & ~(MAX_ORDER_NR_PAGES - 1);
	layout->nr_pages = end_pfn - layout->base_pfn;
	layout->nr_pageblocks = layout->nr_pages >> config->pageblock_order;

	take_bytes(&size, sizeof(struct image));
	layout->zones_offset = take_bytes(&size, sizeof(struct zone) * plan.nr_zones);
	layout->pcps_offset =
		take_bytes(&size, sizeof(struct pcp) * plan.nr_zones * config->nr_cpus);
	layout->pageblocks_offset =
		take_bytes(&size, sizeof(uint16_t) * (uint64_t)layout->nr_pageblocks);
	layout->mem_map_offset =
		take_bytes(&size, sizeof(struct page) * (uint64_t)layout->nr_pages);
	layout->size = size;
}

size_t buddy_image_size(const struct buddy_config *config)
{
	struct image_layout layout;

	if (buddy_config_error(config))
		return 0;
	image_layout(config, &layout);
	return (size_t)layout.size;
}
