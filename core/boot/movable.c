/* SPDX-License-Identifier: MIT */
/*
 * Where ZONE_MOVABLE starts on each node (MM-27). The kernel's part, "core", is spread evenly:
 * every node gives its share from the bottom, and what small nodes cannot give the others give in
 * the next pass.
 */
#include "boot/movable.h"

#include "boot/layout.h"

static uint32_t min_pages(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint64_t round_up_max_order(uint64_t pages)
{
	return (pages + MAX_ORDER_NR_PAGES - 1) & ~(uint64_t)(MAX_ORDER_NR_PAGES - 1);
}

/* MM-27.5, 27.6: pages the kernel keeps, 0 when nothing is left for ZONE_MOVABLE. */
static uint32_t core_pages_wanted(const struct buddy_config *config)
{
	uint32_t core = config->kernelcore_pages;
	uint32_t total = 0;

	for (uint32_t i = 0; i < config->nr_memory; i++)
		total += config->memory[i].end_pfn - config->memory[i].start_pfn;
	if (config->movablecore_pages) {
		uint64_t movable = round_up_max_order(config->movablecore_pages);
		uint32_t rest = movable < total ? total - (uint32_t)movable : 0;

		if (rest > core)
			core = rest;
	}
	return core < total ? core : 0;
}

/*
 * One node's share of one pass. Memory below the zone that is carved counts, but can never be
 * movable. Returns what is still wanted from all nodes.
 */
static uint32_t take_share(const struct buddy_config *config, struct zone_limits *limits,
			   uint32_t node, uint32_t share, uint32_t wanted)
{
	pfn_t floor = limits->lowest[limits->movable_zone];
	pfn_t *movable_start = &limits->movable_start[node];

	for (uint32_t i = 0; i < config->nr_memory; i++) {
		const struct buddy_range *range = &config->memory[i];
		pfn_t start = range->start_pfn > *movable_start ? range->start_pfn : *movable_start;
		uint32_t taken;

		if (range->node != node || start >= range->end_pfn)
			continue;
		if (start < floor) {
			uint32_t below = min_pages(range->end_pfn, floor) - start;

			share -= min_pages(below, share);
			wanted -= min_pages(below, wanted);
			start += below;
			*movable_start = start;
			if (start == range->end_pfn)
				continue;
		}
		taken = min_pages(range->end_pfn - start, share);
		*movable_start = start + taken;
		share -= taken;
		wanted -= min_pages(taken, wanted);
		if (!share)
			break;
	}
	return wanted;
}

/* MM-27.7 */
static void spread_core(const struct buddy_config *config, struct zone_limits *limits,
			uint32_t wanted)
{
	uint32_t usable_nodes = 0;
	uint32_t with_memory = 0;

	for (uint32_t i = 0; i < config->nr_memory; i++)
		with_memory |= BIT(config->memory[i].node);
	for (uint32_t nodes = with_memory; nodes; nodes &= nodes - 1)
		usable_nodes++;
	do {
		/* A machine without memory is refused before. NOLINTNEXTLINE(*DivideZero) */
		uint32_t share = wanted / usable_nodes;

		for (uint32_t node = 0; node < config->nr_nodes; node++) {
			if (!(with_memory & BIT(node)))
				continue;
			if (wanted < share)
				share = wanted / usable_nodes;
			wanted = take_share(config, limits, node, share, wanted);
		}
		usable_nodes--;
	} while (usable_nodes && wanted > usable_nodes);
}

void find_movable_starts(const struct buddy_config *config, struct zone_limits *limits)
{
	uint32_t core = core_pages_wanted(config);

	if (!core)
		return;
	spread_core(config, limits, core);
	for (uint32_t node = 0; node < config->nr_nodes; node++) {
		pfn_t *movable_start = &limits->movable_start[node];
		pfn_t start, end;

		node_range(config, node, &start, &end);
		*movable_start = (pfn_t)round_up_max_order(*movable_start);
		if (*movable_start >= end)
			*movable_start = 0;
	}
}
