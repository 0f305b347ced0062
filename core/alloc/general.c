/* SPDX-License-Identifier: MIT */
/* Which requests and frees the hot paths leave to the general ones, whoever asks: one word that
 * stands for everything that watches or changes them. */
#include "alloc/general.h"

#include "alloc/hot.h"
#include "base/sync.h"

static bool allocations_are_watched(const struct buddy_system *sys)
{
	const struct buddy_hooks *hooks = &sys->hooks;

	return hooks->cpuset_allowed || hooks->should_fail_alloc;
}

/* Somebody traces, locks per-CPU lists or checks strictly. */
static bool machine_is_watched(const struct buddy_system *sys)
{
	return sys->hooks.trace || pcps_are_locked(sys) || has_feature(sys, BUDDY_DEBUG_VM);
}

void update_general_gfp(struct buddy_system *sys)
{
	const struct image *head = sys->head;
	gfp_t general = HOT_GFP_EXCLUDED | (__GFP_BITS_MASK & ~head->gfp_allowed_mask);

	if (head->mobility_disabled) /* every type is UNMOVABLE then */
		general |= __GFP_MOVABLE | __GFP_RECLAIMABLE;
	if (allocations_are_watched(sys))
		general |= GENERAL_ALLOC;
	if (machine_is_watched(sys))
		general |= GENERAL_ALLOC | GENERAL_FREE;
	sys->general_gfp = general;
}

void buddy_set_hooks(struct buddy_system *sys, const struct buddy_hooks *hooks)
{
	if (hooks)
		sys->hooks = *hooks;
	else
		sys->hooks = (struct buddy_hooks){ 0 };
	update_general_gfp(sys);
}

void buddy_set_sync(struct buddy_system *sys, const struct buddy_sync *sync)
{
	sys->sync = sync;
	update_general_gfp(sys);
}
