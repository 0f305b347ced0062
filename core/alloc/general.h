/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/image.h"

/* After a change of hooks, sync, the mask of allowed gfp bits or mobility: sets general_gfp. */
void update_general_gfp(struct buddy_system *sys);
