/* SPDX-License-Identifier: MIT */
/* Where the parts of an image lie: a pure function of the machine (drawing: base/image.h). */
#pragma once

#include "base/image.h"

#define IMAGE_VERSION 2u
#define IMAGE_ALIGN 64u
/* Links number 8-byte cells with 32 bits. */
#define IMAGE_MAX_SIZE ((uint64_t)UINT32_MAX * sizeof(struct list_node))

struct image_layout {
	uint64_t size, zones_offset, pcps_offset, pageblocks_offset, mem_map_offset; /* bytes */
	pfn_t base_pfn;
	uint32_t nr_pages, nr_pageblocks, nr_zones;
};

/* config: what it says about ranges, zones, nodes, cpus and pageblock_order is valid. */
void image_layout(const struct buddy_config *config, struct image_layout *layout);
