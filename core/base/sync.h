/* SPDX-License-Identifier: MIT */
/* Locks by id (hooks.h); without struct buddy_sync one predictable branch each. */
#pragma once

#include "base/image.h"

static always_inline void lock_zone(struct buddy_system *sys, const struct zone *zone)
{
	if (unlikely(sys->sync))
		sys->sync->lock(sys->sync->context, LOCK_ZONE(zone->number));
}

static always_inline void unlock_zone(struct buddy_system *sys, const struct zone *zone)
{
	if (unlikely(sys->sync))
		sys->sync->unlock(sys->sync->context, LOCK_ZONE(zone->number));
}

static always_inline void lock_pcp(struct buddy_system *sys, const struct zone *zone, uint32_t cpu)
{
	if (unlikely(sys->sync))
		sys->sync->lock(sys->sync->context,
				LOCK_PCP(cpu, zone->number, sys->head->nr_zones));
}

static always_inline bool trylock_pcp(struct buddy_system *sys, const struct zone *zone,
				      uint32_t cpu)
{
	if (unlikely(sys->sync))
		return sys->sync->trylock(sys->sync->context,
					  LOCK_PCP(cpu, zone->number, sys->head->nr_zones));
	return true;
}

static always_inline void unlock_pcp(struct buddy_system *sys, const struct zone *zone,
				     uint32_t cpu)
{
	if (unlikely(sys->sync))
		sys->sync->unlock(sys->sync->context,
				  LOCK_PCP(cpu, zone->number, sys->head->nr_zones));
}
