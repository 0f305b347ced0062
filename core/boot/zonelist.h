/* SPDX-License-Identifier: MIT */
/* Where a request looks: zone by gfp bits, zones by preference. */
#pragma once

#include "base/image.h"

/* Both when the zones are known; nothing changes them later. */
/* GF-4 */
void build_gfp_zone_table(struct buddy_system *sys);
/* MM-50..54 */
void build_zonelists(struct buddy_system *sys);
