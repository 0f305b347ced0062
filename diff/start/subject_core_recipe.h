/* SPDX-License-Identifier: MIT */
/* What makes a used machine of a booted one (start_state.h), over the public headers alone. */
#pragma once

#include "buddy/buddy.h"
#include "buddy/inspect.h"

/* One machine under way. */
struct recipe {
	struct buddy_system *sys;
	const char *problem; /* why it cannot be made, or NULL */
	/* As another CPU sees a zone with a boost: between the steal and the waking of kswapd. */
	uint32_t boost_flags;
	uint8_t *held; /* [span] 1: the recipe has this page */
	uint32_t span, stride;
	int32_t scale_factor; /* vm.watermark_scale_factor of this machine */
	struct machine_info machine;
	struct task tasks[BUDDY_MAX_CPUS];
};

/* system was booted with this config, and nothing happened since. */
void recipe_begin(struct recipe *recipe, struct buddy_system *system,
		  const struct buddy_config *config);
void recipe_end(struct recipe *recipe);
void recipe_fragmented(struct recipe *recipe);
void recipe_low(struct recipe *recipe);
void recipe_boosted(struct recipe *recipe);
