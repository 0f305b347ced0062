/* SPDX-License-Identifier: MIT */
/*
 * Zones by node. The limits of a kind hold for all nodes; a node's zone is its own span cut to
 * them, and ZONE_MOVABLE takes the end of the node's highest zone. Spans of different nodes may
 * overlap: memory ranges decide which zone a frame is in, spans do not.
 */
#include "boot/zones.h"

#include "boot/layout.h"
#include "boot/movable.h"

static pfn_t min_pfn(pfn_t a, pfn_t b)
{
	return a < b ? a : b;
}

static pfn_t clamp_pfn(pfn_t pfn, pfn_t low, pfn_t high)
{
	return pfn < low ? low : min_pfn(pfn, high);
}

void node_range(const struct buddy_config *config, uint32_t node, pfn_t *start_pfn, pfn_t *end_pfn)
{
	*start_pfn = *end_pfn = 0;
	for (uint32_t i = 0; i < config->nr_memory; i++) {
		const struct buddy_range *range = &config->memory[i];

		if (range->node != node)
			continue;
		if (*end_pfn == 0)
			*start_pfn = range->start_pfn;
		*end_pfn = range->end_pfn;
	}
}

/* MM-21, MM-22, MM-25. Limits end where memory ends. */
static void find_limits(const struct buddy_config *config, struct zone_limits *limits)
{
	pfn_t start = config->memory[0].start_pfn;
	pfn_t ram_end = config->memory[config->nr_memory - 1].end_pfn;

	*limits = (struct zone_limits){ .movable_zone = ZONE_NORMAL };
	for (uint32_t kind = ZONE_DMA; kind < ZONE_MOVABLE; kind++) {
		pfn_t end = min_pfn(config->zone_end_pfn[kind], ram_end);

		limits->lowest[kind] = start;
		if ((config->zones & BIT(kind)) && end > start) {
			start = end;
			limits->movable_zone = kind;
		}
		limits->highest[kind] = start;
	}
}

/* MM-23, MM-26. Returns the pages spanned. */
static uint32_t span_zone(const struct buddy_config *config, const struct zone_limits *limits,
			  uint32_t node, uint32_t kind, pfn_t *start_pfn)
{
	pfn_t movable_start = limits->movable_start[node];
	pfn_t start, end;

	node_range(config, node, &start, &end);
	if (kind == ZONE_MOVABLE) {
		start = movable_start;
		end = movable_start ? min_pfn(end, limits->highest[limits->movable_zone]) : 0;
	} else {
		start = clamp_pfn(start, limits->lowest[kind], limits->highest[kind]);
		end = clamp_pfn(end, limits->lowest[kind], limits->highest[kind]);
		if (movable_start)
			end = min_pfn(end, movable_start);
	}
	*start_pfn = start;
	return end > start ? end - start : 0;
}

/* Memory of this node in [start, end). */
static uint32_t count_present(const struct buddy_config *config, uint32_t node, pfn_t start,
			      pfn_t end)
{
	uint32_t present = 0;

	for (uint32_t i = 0; i < config->nr_memory; i++) {
		const struct buddy_range *range = &config->memory[i];

		if (range->node == node)
			present += clamp_pfn(range->end_pfn, start, end) -
				   clamp_pfn(range->start_pfn, start, end);
	}
	return present;
}

void plan_zones(const struct buddy_config *config, struct zone_plan *plan)
{
	struct zone_limits limits;

	find_limits(config, &limits);
	find_movable_starts(config, &limits);
	plan->nr_zones = 0;
	for (uint32_t node = 0; node < config->nr_nodes; node++) {
		for (uint32_t kind = ZONE_DMA; kind <= ZONE_MOVABLE; kind++) {
			struct planned_zone zone = { .node = (uint8_t)node,
						     .index = (uint8_t)kind };

			zone.spanned_pages =
				span_zone(config, &limits, node, kind, &zone.start_pfn);
			zone.present_pages = count_present(config, node, zone.start_pfn,
							   zone.start_pfn + zone.spanned_pages);
			if (zone.present_pages)
				plan->zones[plan->nr_zones++] = zone;
		}
	}
}
