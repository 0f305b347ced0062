/* SPDX-License-Identifier: MIT */
/* Which zones a machine has and what they span (MM-20..29): pure functions of the config. */
#pragma once

#include "base/image.h"

/* Limits of the zone kinds over all nodes. A kind is empty when highest == lowest. */
struct zone_limits {
	pfn_t lowest[MAX_NR_ZONES];
	pfn_t highest[MAX_NR_ZONES];
	uint32_t movable_zone;                /* the kind ZONE_MOVABLE is carved from (MM-25) */
	pfn_t movable_start[BUDDY_MAX_NODES]; /* 0: no ZONE_MOVABLE on this node (MM-26) */
};

struct planned_zone {
	uint8_t node, index;
	pfn_t start_pfn;
	uint32_t spanned_pages, present_pages;
};

/* Populated zones, node by node, lowest index first. */
struct zone_plan {
	uint32_t nr_zones;
	struct planned_zone zones[IMAGE_MAX_ZONES];
};

void plan_zones(const struct buddy_config *config, struct zone_plan *plan);

/* First frame and end of a node's memory; both 0 when it has none. */
void node_range(const struct buddy_config *config, uint32_t node, pfn_t *start_pfn, pfn_t *end_pfn);
