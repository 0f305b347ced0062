/* SPDX-License-Identifier: MIT */
/* Where ZONE_MOVABLE starts on each node. */
#pragma once

#include "boot/zones.h"

/* Fills limits->movable_start (MM-27); the rest of limits is known. */
void find_movable_starts(const struct buddy_config *config, struct zone_limits *limits);
