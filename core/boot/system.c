/* SPDX-License-Identifier: MIT */
/*
 * Boot in the kernel's order of events (MM-40): what a step reads is what the steps before it have
 * left, so the mobility decision sees an estimate, blocks merge while counters are exact, and
 * watermarks come last.
 */
#include <errno.h>
#include <string.h>

#include "alloc/general.h"
#include "alloc/pressure.h"
#include "base/check.h"
#include "base/list.h"
#include "boot/handover.h"
#include "boot/layout.h"
#include "boot/memmap.h"
#include "boot/mobility.h"
#include "boot/zonelist.h"
#include "boot/zones.h"
#include "tune/sizing.h"

#define BOOT_MIN_FREE_KBYTES 1024 /* MM-61: in force until it is computed */
#define ALL_BOOT_FLAGS ((uint32_t)BUDDY_BOOT_ZEROED | (uint32_t)BUDDY_BOOT_IMPORT)

/* The caller's sync and marks are not part of the image: they are set after this. */
static void bind_image(struct buddy_system *sys, void *memory, const struct image_layout *layout,
		       const struct buddy_hooks *hooks)
{
	*sys = (struct buddy_system){ .image = memory, .engines = &scripted_engines };
	sys->head = (struct image *)memory;
	sys->zones = (struct zone *)(void *)(sys->image + layout->zones_offset);
	sys->pcps = (struct pcp *)(void *)(sys->image + layout->pcps_offset);
	sys->pageblocks = (uint16_t *)(void *)(sys->image + layout->pageblocks_offset);
	sys->mem_map = (struct page *)(void *)(sys->image + layout->mem_map_offset);
	if (hooks)
		sys->hooks = *hooks;
}

static void init_head(struct buddy_system *sys, const struct buddy_config *config,
		      const struct image_layout *layout)
{
	struct image *head = sys->head;

	head->magic = IMAGE_MAGIC;
	head->version = IMAGE_VERSION;
	head->size = layout->size;
	head->features = config->features;
	head->zones_configured = config->zones;
	head->pageblock_order = config->pageblock_order;
	head->nr_nodes = config->nr_nodes;
	head->nr_cpus = config->nr_cpus;
	head->nr_zones = layout->nr_zones;
	head->base_pfn = layout->base_pfn;
	head->nr_pages = layout->nr_pages;
	head->nr_pageblocks = layout->nr_pageblocks;
	head->zones_offset = layout->zones_offset;
	head->pcps_offset = layout->pcps_offset;
	head->pageblocks_offset = layout->pageblocks_offset;
	head->mem_map_offset = layout->mem_map_offset;
	head->sysctl = config->sysctl;
	head->sysctl.min_free_kbytes = BOOT_MIN_FREE_KBYTES;
	head->user_min_free_kbytes = BUDDY_SYSCTL_AUTO;
	head->nodes_online = BIT(config->nr_nodes) - 1;
	memcpy(&head->config, config, sizeof(*config));
}

static void init_zone(struct buddy_system *sys, uint32_t number, const struct planned_zone *planned)
{
	struct zone *zone = &sys->zones[number];

	zone->number = (uint8_t)number;
	zone->index = planned->index;
	zone->node = planned->node;
	zone->start_pfn = planned->start_pfn;
	zone->spanned_pages = planned->spanned_pages;
	zone->present_pages = planned->present_pages;
	zone->pageset_batch = 1;
	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
		for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
			list_init(sys, &zone->areas[order].lists[type]);
}

/* MM-81: until its size is known, a pcp passes everything on. */
static void init_pcps(struct buddy_system *sys)
{
	for (uint32_t i = 0; i < sys->head->nr_cpus * sys->head->nr_zones; i++) {
		struct pcp *pcp = &sys->pcps[i];

		pcp->batch = 1;
		for (uint32_t pindex = 0; pindex < NR_PCP_LISTS; pindex++)
			list_init(sys, &pcp->lists[pindex]);
	}
}

/* Zones, memory map and zonelists: what is there before any page is free. */
static void init_machine(struct buddy_system *sys)
{
	struct zone_plan plan;

	plan_zones(&sys->head->config, &plan);
	for (uint32_t i = 0; i < plan.nr_zones; i++)
		init_zone(sys, i, &plan.zones[i]);
	init_pcps(sys);
	memmap_init(sys);
	build_gfp_zone_table(sys);
	build_zonelists(sys);
	init_mobility(sys);
	for (uint32_t node = 0; node < sys->head->nr_nodes; node++)
		sys->head->nodes[node].kswapd_highest_zoneidx = MAX_NR_ZONES;
}

static void init_sizes(struct buddy_system *sys)
{
	int32_t min_free_kbytes = sys->head->config.sysctl.min_free_kbytes;

	init_per_zone_wmark_min(sys);
	if (min_free_kbytes != BUDDY_SYSCTL_AUTO &&
	    buddy_sysctl_write(sys, SYSCTL_MIN_FREE_KBYTES, 0, min_free_kbytes))
		buddy_bug(sys, "buddy_config_error() let min_free_kbytes pass", PFN_NONE);
}

static bool memory_fits_image(const void *memory)
{
	return memory && (uintptr_t)memory % IMAGE_ALIGN == 0;
}

int buddy_boot(struct buddy_system *sys, const struct buddy_config *config, void *memory,
	       size_t size, uint32_t flags, const struct buddy_hooks *hooks)
{
	struct image_layout layout;

	if (!sys || buddy_config_error(config) || !memory_fits_image(memory) ||
	    (flags & ~ALL_BOOT_FLAGS))
		return -EINVAL;
	image_layout(config, &layout);
	if (size < layout.size)
		return -ENOMEM;
	if (!(flags & BUDDY_BOOT_ZEROED))
		memset(memory, 0, (size_t)layout.size);
	bind_image(sys, memory, &layout, hooks);
	init_head(sys, config, &layout);
	init_machine(sys);
	sys->head->gfp_allowed_mask = __GFP_BITS_MASK;
	update_general_gfp(sys);
	if (flags & BUDDY_BOOT_IMPORT) {
		memmap_mark_allocated(sys);
		return 0;
	}
	free_all_memory(sys);
	init_sizes(sys);
	return 0;
}

int buddy_attach(struct buddy_system *sys, void *memory, size_t size,
		 const struct buddy_hooks *hooks)
{
	const struct image *head = memory;
	struct image_layout layout;

	if (!sys || !memory_fits_image(memory) || size < sizeof(*head))
		return -EINVAL;
	if (head->magic != IMAGE_MAGIC || head->version != IMAGE_VERSION)
		return -EINVAL;
	if (buddy_config_error(&head->config))
		return -EINVAL;
	image_layout(&head->config, &layout);
	if (size < layout.size || head->size != layout.size)
		return -EINVAL;
	bind_image(sys, memory, &layout, hooks);
	update_general_gfp(sys);
	return 0;
}
