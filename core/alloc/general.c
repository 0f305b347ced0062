/* SPDX-License-Identifier: MIT */
/* One word tells what the hot paths leave to the general ones. */
#include "alloc/general.h"

#include "alloc/hot.h"
#include "alloc/pressure.h"
#include "base/check.h"
#include "base/sync.h"

void update_general_gfp(struct buddy_system *sys)
{
	const struct buddy_hooks *hooks = &sys->hooks;
	const struct image *head = sys->head;
	gfp_t general = HOT_GFP_EXCLUDED | (__GFP_BITS_MASK & ~head->gfp_allowed_mask);

	if (head->mobility_disabled) /* every type is UNMOVABLE then */
		general |= __GFP_MOVABLE | __GFP_RECLAIMABLE;
	if (hooks->cpuset_allowed || hooks->should_fail_alloc)
		general |= GENERAL_ALLOC;
	if (hooks->trace || pcps_are_locked(sys) || has_feature(sys, BUDDY_DEBUG_VM))
		general |= GENERAL_ALLOC | GENERAL_FREE;
	if (pressure_node_reclaim_enabled(sys))
		general |= GENERAL_NODE_RECLAIM;
	sys->general_gfp = general;
}

void buddy_set_hooks(struct buddy_system *sys, const struct buddy_hooks *hooks)
{
	sys->hooks = hooks ? *hooks : (struct buddy_hooks){ 0 };
	update_general_gfp(sys);
}

static cold_path void check_sync(const struct buddy_system *sys, const struct buddy_sync *sync)
{
	VM_BUG_ON(sys, !sync->lock || !sync->unlock, PFN_NONE);
	VM_BUG_ON(sys, !sync->trylock && !sync->cpu_owned, PFN_NONE);
}

uint32_t buddy_nr_locks(const struct buddy_system *sys)
{
	return LOCK_PCP(sys->head->nr_cpus, 0, sys->head->nr_zones);
}

void buddy_set_sync(struct buddy_system *sys, const struct buddy_sync *sync)
{
	if (sync)
		VM_CHECK(sys, check_sync(sys, sync));
	sys->sync = sync;
	update_general_gfp(sys);
}

void set_pressure_engines(struct buddy_system *sys, const struct pressure_engines *engines)
{
	sys->engines = engines;
	update_general_gfp(sys);
}
