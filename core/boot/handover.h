/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/image.h"

/* memblock_free_all (MM-41): every frame of memory that is not reserved enters the free lists and
 * is managed. Lists are empty before; counters are exact until thresholds are set. */
void free_all_memory(struct buddy_system *sys);
