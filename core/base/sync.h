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

/* A thread locks the lists of its own CPU only where other threads come to them. */
static always_inline bool pcps_are_locked(const struct buddy_system *sys)
{
	return unlikely(sys->sync) && !sys->sync->cpu_owned;
}

/* May this task's thread free what lies on the lists of that CPU? */
static always_inline bool may_drain_cpu(const struct task *tsk, uint32_t cpu)
{
	return cpu == tsk->cpu || !tsk->sys->sync || !tsk->sys->sync->cpu_owned;
}

static always_inline void lock_pcp(struct buddy_system *sys, const struct zone *zone, uint32_t cpu)
{
	if (pcps_are_locked(sys))
		sys->sync->lock(sys->sync->context,
				LOCK_PCP(cpu, zone->number, sys->head->nr_zones));
}

must_check static always_inline bool trylock_pcp(struct buddy_system *sys, const struct zone *zone,
						 uint32_t cpu)
{
	if (pcps_are_locked(sys))
		return sys->sync->trylock(sys->sync->context,
					  LOCK_PCP(cpu, zone->number, sys->head->nr_zones));
	return true;
}

static always_inline void unlock_pcp(struct buddy_system *sys, const struct zone *zone,
				     uint32_t cpu)
{
	if (pcps_are_locked(sys))
		sys->sync->unlock(sys->sync->context,
				  LOCK_PCP(cpu, zone->number, sys->head->nr_zones));
}
