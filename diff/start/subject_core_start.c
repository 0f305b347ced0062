/* SPDX-License-Identifier: MIT */
/* A recipe followed on a core that is booted for it alone. */
#include <stdio.h>

#include "diff/start/start_state.h"
#include "diff/subjects/subject_core.h"
#include "diff/start/subject_core_recipe.h"
#include "oracle/lang/names.h"

/* Why the state cannot be reached, or NULL. Traps of the core end up here, too. */
static const char *follow(struct core *core, enum program_start start, struct recipe *recipe)
{
	static void (*const recipes[NR_PROGRAM_STARTS])(struct recipe * recipe) = {
		[START_FRAGMENTED] = recipe_fragmented,
		[START_LOW] = recipe_low,
		[START_BOOSTED] = recipe_boosted,
	};
	struct event event = { .pfn = PFN_NONE };

	core->event = &event;
	if (setjmp(core->trap))
		return core->event->bug_condition ? core->event->bug_condition : "a trap";
	if (recipes[start])
		recipes[start](recipe);
	return recipe->problem;
}

static void set_boost_flags(struct snapshot *snapshot, uint32_t flags)
{
	for (uint32_t z = 0; z < snapshot->nr_zones; z++)
		if (snapshot->zones[z].info.watermark_boost)
			snapshot->zones[z].info.flags |= flags;
}

bool start_state_make(const struct buddy_config *config, enum program_start start,
		      struct snapshot *snapshot, char *error, size_t error_size)
{
	static const struct env env = { .no_reset = true };
	struct core *core = subject_core()->create(config, NULL, &env, error, error_size);
	const char *problem;
	struct recipe recipe;

	if (!core)
		return false;
	recipe_begin(&recipe, &core->sys, config);
	problem = follow(core, start, &recipe);
	if (!problem && !snapshot_take(snapshot, &core->view))
		problem = "its lists cannot be read, or memory is short";
	if (problem)
		snprintf(error, error_size, "the core does not reach the start state %s: %s",
			 program_start_names[start], problem);
	else
		set_boost_flags(snapshot, recipe.boost_flags);
	recipe_end(&recipe);
	subject_core()->destroy(core);
	return !problem;
}
