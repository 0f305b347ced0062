/* SPDX-License-Identifier: MIT */
/*
 * Zonelists by node: a node's own zones first, then the other nodes from near to far. Nodes at
 * equal distance take turns: node_load grows with every list a node leads, over all lists of one
 * build.
 */
#include "boot/zonelist.h"

#include <string.h>

#include "alloc/alloc_context.h"
#include "base/check.h"
#include "buddy/gfp.h"

#define MAX_NUMNODES 64u /* the weight of distance against load */

void build_gfp_zone_table(struct buddy_system *sys)
{
	uint32_t zones = sys->head->zones_configured;
	uint8_t dma = zones & BIT(ZONE_DMA) ? ZONE_DMA : ZONE_NORMAL;
	uint8_t dma32 = zones & BIT(ZONE_DMA32) ? ZONE_DMA32 : ZONE_NORMAL;
	uint8_t movable = zones & BIT(ZONE_MOVABLE) ? ZONE_MOVABLE : ZONE_NORMAL;
	uint8_t *table = sys->head->gfp_zone;

	/* An illegal combination is zone number 0 of the kernel's own count (GF-5). */
	memset(table, __builtin_ctz(zones), sizeof(sys->head->gfp_zone));
	table[0] = table[__GFP_HIGHMEM] = table[__GFP_MOVABLE] = ZONE_NORMAL;
	table[__GFP_DMA] = table[__GFP_MOVABLE | __GFP_DMA] = dma;
	table[__GFP_DMA32] = table[__GFP_MOVABLE | __GFP_DMA32] = dma32;
	table[__GFP_MOVABLE | __GFP_HIGHMEM] = movable;
}

/* MM-50: highest index first. Returns the new length. */
static uint32_t append_node(const struct buddy_system *sys, struct zoneref *list, uint32_t length,
			    uint32_t node)
{
	for (uint32_t i = sys->head->nr_zones; i-- > 0;) {
		const struct zone *zone = &sys->zones[i];

		VM_BUG_ON(sys, length + 1 >= IMAGE_MAX_ZONEREFS, PFN_NONE);
		if (zone->node == node)
			list[length++] =
				(struct zoneref){ zone->number, zone->index, zone->node, 0 };
	}
	return length;
}

static void end_list(struct zoneref *list, uint32_t length)
{
	list[length] = (struct zoneref){ .zone = ZONEREF_END };
}

static uint32_t nodes_with_memory(const struct buddy_system *sys)
{
	uint32_t nodes = 0;

	for (uint32_t i = 0; i < sys->head->nr_zones; i++)
		nodes |= BIT(sys->zones[i].node);
	return nodes;
}

/* MM-52.2: the best of candidates, not empty. No CPU counts yet when boot builds the lists
 * (MM-52a). */
static uint32_t find_next_best_node(const struct buddy_config *config, uint32_t local,
				    uint32_t candidates, const uint32_t *node_load)
{
	uint32_t best = 0;
	uint32_t best_cost = UINT32_MAX;

	for (uint32_t node = 0; node < config->nr_nodes; node++) {
		uint32_t distance = config->distance[local][node] + (node < local ? 1u : 0u);
		uint32_t cost = distance * MAX_NUMNODES + node_load[node];

		if (!(candidates & BIT(node)) || cost >= best_cost)
			continue;
		best = node;
		best_cost = cost;
	}
	return best;
}

static void build_node_lists(struct buddy_system *sys, uint32_t local, uint32_t *node_load)
{
	const struct buddy_config *config = &sys->head->config;
	struct zoneref *fallback = sys->head->zonelists[local][ZONELIST_FALLBACK];
	struct zoneref *nofallback = sys->head->zonelists[local][ZONELIST_NOFALLBACK];
	uint32_t candidates = nodes_with_memory(sys) & ~BIT(local);
	uint32_t length = append_node(sys, fallback, 0, local);
	uint32_t previous = local;

	end_list(nofallback, append_node(sys, nofallback, 0, local));
	while (candidates) {
		uint32_t node = find_next_best_node(config, local, candidates, node_load);

		if (config->distance[local][node] != config->distance[local][previous])
			node_load[node]++;
		length = append_node(sys, fallback, length, node);
		candidates &= ~BIT(node);
		previous = node;
	}
	end_list(fallback, length);
}

static uint32_t image_offset(const struct buddy_system *sys, const void *at)
{
	return (uint32_t)((const unsigned char *)at - sys->image);
}

/*
 * Answers next_zoneref() and gfp_migratetype() beforehand, where both are legal (GF-5, GF-8, GF-9).
 * When mobility is off later, only requests of type 0 come here (general_gfp).
 */
static void build_place(struct buddy_system *sys, uint32_t cpu, gfp_t gfp, struct place *place)
{
	const struct image *head = sys->head;
	const struct zoneref *list = head->zonelists[head->config.cpu_node[cpu]][ZONELIST_FALLBACK];
	uint32_t highest_zoneidx = head->gfp_zone[gfp & GFP_ZONEMASK];
	const struct zoneref *ref = next_zoneref(list, highest_zoneidx, NULL);
	const struct zone *zone;

	if (zoneref_is_end(ref) || !gfp_is_legal(gfp))
		return;
	zone = &sys->zones[ref->zone];
	place->zone = image_offset(sys, zone);
	place->pcp = image_offset(sys, zone_pcp(sys, zone, cpu));
	place->lowmem_reserve = image_offset(sys, &zone->lowmem_reserve[highest_zoneidx]);
	place->type = gfp_migratetype(sys, gfp);
}

void build_zonelists(struct buddy_system *sys)
{
	uint32_t node_load[BUDDY_MAX_NODES] = { 0 };

	for (uint32_t node = 0; node < sys->head->nr_nodes; node++)
		build_node_lists(sys, node, node_load);
	for (uint32_t cpu = 0; cpu < sys->head->nr_cpus; cpu++)
		for (gfp_t gfp = 0; gfp < NR_PLACES; gfp++)
			build_place(sys, cpu, gfp, &sys->head->places[cpu][gfp]);
}
