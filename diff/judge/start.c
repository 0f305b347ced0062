/* SPDX-License-Identifier: MIT */
/* A start state for a system that somebody else has booted (buddyfuzz/judge.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff/judge/include/buddyfuzz/judge.h"
#include "diff/start/start_state.h"
#include "diff/subjects/subject_core.h"
#include "oracle/lang/names.h"

static int start_of(const char *name)
{
	for (int start = 0; start < NR_PROGRAM_STARTS; start++)
		if (!strcmp(name, program_start_names[start]))
			return start;
	return -1;
}

/* Import wants a core: one around the caller's system, for as long as it takes. */
static const char *import(struct buddy_system *sys, const struct buddy_config *config,
			  const struct snapshot *snapshot)
{
	struct core *core = calloc(1, sizeof(*core));
	const char *problem = NULL;

	if (!core)
		return "memory is short";
	core->config = *config;
	core->sys = *sys;
	inspect_machine(sys, &core->machine);
	if (core_import(core, snapshot, &problem))
		*sys = core->sys;
	free(core);
	return problem;
}

const char *buddy_start_state(struct buddy_system *sys, const struct buddy_config *config,
			      const char *name)
{
	static _Thread_local char text[512];
	int start = start_of(name);
	struct snapshot *snapshot = malloc(sizeof(*snapshot));
	const char *problem = text;

	if (start < 0)
		snprintf(text, sizeof(text), "there is no start state '%.100s'", name);
	if (start < 0 || !snapshot) {
		free(snapshot);
		return start < 0 ? text : "memory is short";
	}
	snapshot_init(snapshot);
	if (start_state_make(config, (enum program_start)start, snapshot, text, sizeof(text)))
		problem = import(sys, config, snapshot);
	snapshot_free(snapshot);
	free(snapshot);
	return problem;
}
