/* SPDX-License-Identifier: MIT */
/*
 * Machines that others have used before the program: memory in small pieces, memory nearly gone, or
 * watermarks boosted after a fallback. A fixed recipe of calls on a booted core makes each; what it
 * still holds at the end is used memory that belongs to nobody in the program, as on a real
 * machine. Every subject starts from the same snapshot.
 */
#pragma once

#include "oracle/lang/op.h"
#include "oracle/eyes/snapshot.h"

/*
 * Takes the snapshot of a machine in this state. The same machine gives the same one, always. Where
 * a machine cannot get there (no boost on one of a few pageblocks) it is the nearest it can reach:
 *   FRAGMENTED  every zone has used pages in between, no free block is above order 3, some of the
 *               used pages are movable (LRU), pageblocks have mixed types
 *   LOW         free memory of a zone is about its min (odd zones) or low watermark (even ones),
 *               used pages in all shapes, and each CPU has a few pages on its lists
 *   BOOSTED     only parts of pageblocks are free, fallbacks have boosted the watermarks, kswapd is
 *               not yet told (ZONE_BOOSTED_WATERMARK), an atomic request has reserved a pageblock
 * snapshot is replaced; of START_FRESH it is the booted machine. false: a sentence tells why.
 */
bool start_state_make(const struct buddy_config *config, enum program_start start,
		      struct snapshot *snapshot, char *error, size_t error_size);
