/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/image.h"

/*
 * After a change of hooks, sync, pressure engines, the mask of allowed gfp bits or mobility: sets
 * general_gfp, from which the hot paths read what they may decide alone. No call is under way.
 */
void update_general_gfp(struct buddy_system *sys);
