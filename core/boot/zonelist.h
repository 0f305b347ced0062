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
