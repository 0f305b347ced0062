/* SPDX-License-Identifier: MIT */
/* Where a request looks: zone by gfp bits, zones by preference, mobility grouping on or off. */
#pragma once

#include "base/image.h"

/* GF-4 */
void build_gfp_zone_table(struct buddy_system *sys);
/* MM-50..54 */
void build_zonelists(struct buddy_system *sys);
/* MM-56: before anything is handed over, from what the zones are going to have. */
void init_mobility(struct buddy_system *sys);
/* The estimate it rests on: pages. */
uint64_t vm_total_pages_at_boot(const struct buddy_system *sys);

/* Highest zone index a request with these zone bits may use. */
static always_inline uint32_t gfp_zone_index(const struct buddy_system *sys, gfp_t gfp)
{
	return sys->head->gfp_zone[gfp & GFP_ZONEMASK];
}

/* The FALLBACK list of the node of CPU 0, which boots the machine. */
static always_inline const struct zoneref *boot_zonelist(const struct buddy_system *sys)
{
	return sys->head->zonelists[sys->head->config.cpu_node[0]][ZONELIST_FALLBACK];
}
