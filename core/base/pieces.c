/* SPDX-License-Identifier: MIT */
/*
 * A frame's zone is found by its memory range (the node) and the spans of that node's zones, which
 * do not overlap. A hole belongs to the zone of the memory above it (MM-32).
 *
 *   memory   ####....########..####        . hole
 *   zone     0000111111112222222222
 */
#include "base/pieces.h"

#include "base/check.h"

static struct zone *node_zone_at(const struct buddy_system *sys, uint32_t node, pfn_t pfn)
{
	struct zone *zone = sys->zones;

	while (zone->node != node || pfn < zone->start_pfn || pfn >= zone_end_pfn(zone)) {
		zone++;
		VM_BUG_ON(sys, zone == sys->zones + sys->head->nr_zones, pfn);
	}
	return zone;
}

bool next_piece(const struct buddy_system *sys, struct piece *piece)
{
	const struct buddy_config *config = &sys->head->config;
	const struct buddy_range *range = config->memory;
	const struct buddy_range *end = range + config->nr_memory;
	pfn_t zone_end;

	while (range < end && range->end_pfn <= piece->end_pfn)
		range++;
	if (range == end)
		return false;
	if (range->start_pfn > piece->end_pfn)
		piece->end_pfn = range->start_pfn;
	piece->start_pfn = piece->end_pfn;
	piece->zone = node_zone_at(sys, range->node, piece->start_pfn);
	zone_end = zone_end_pfn(piece->zone);
	for (; range < end && range->node == piece->zone->node; range++) {
		if (range->start_pfn > piece->end_pfn || piece->end_pfn == zone_end)
			break;
		piece->end_pfn = range->end_pfn < zone_end ? range->end_pfn : zone_end;
	}
	return true;
}

struct zone *tail_zone(const struct buddy_system *sys)
{
	const struct buddy_config *config = &sys->head->config;
	uint32_t node = config->memory[config->nr_memory - 1].node;
	struct zone *zone = sys->zones + sys->head->nr_zones - 1;

	while (zone->node != node) {
		VM_BUG_ON(sys, zone == sys->zones, PFN_NONE);
		zone--;
	}
	return zone;
}

/* The range that holds pfn or is the next above it; NULL above all. */
static const struct buddy_range *range_from(const struct buddy_system *sys, pfn_t pfn)
{
	const struct buddy_config *config = &sys->head->config;

	for (uint32_t i = 0; i < config->nr_memory; i++)
		if (pfn < config->memory[i].end_pfn)
			return &config->memory[i];
	return NULL;
}

struct zone *mixed_pageblock_zone(const struct buddy_system *sys, pfn_t pfn)
{
	const struct buddy_range *range = range_from(sys, pfn);

	if (!range)
		return tail_zone(sys);
	return node_zone_at(sys, range->node, pfn > range->start_pfn ? pfn : range->start_pfn);
}
