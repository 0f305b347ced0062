/* SPDX-License-Identifier: MIT */
/* How the allocator calls for kswapd. */
#pragma once

#include "base/image.h"

/*
 * SP-61: raises the mailbox of the zone's node and knocks at the pressure door. Nothing for a zone
 * without managed pages or one that the cpuset forbids. No lock is held.
 */
void wakeup_kswapd(struct task *tsk, const struct zone *zone, gfp_t gfp, uint32_t order,
		   uint32_t highest_zoneidx);
