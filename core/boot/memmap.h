/* SPDX-License-Identifier: MIT */
/* The memory map before anything is free (MM-30..33). */
#pragma once

#include "base/image.h"

/* Pageblock types and zones, holes and reserved frames. mem_map and the table are zero before. */
void memmap_init(struct buddy_system *sys);

/* Before an import: every frame of memory starts allocated, one reference each. */
void memmap_mark_allocated(struct buddy_system *sys);
