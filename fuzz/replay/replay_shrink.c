/* SPDX-License-Identifier: MIT */
/* A target's programs through the shrinker of files. */
#include "fuzz/replay/replay_shrink.h"

#include <stdio.h>

#include "fuzz/targets/harness.h"
#include "fuzz/shrink/shrink_file.h"

#define COMMAND_MAX 1200

static bool run(void *context, const struct program *program, struct finding *finding)
{
	return target_run_program(context, program, finding);
}

int replay_shrink(const struct target *target, const char *path, const char *out)
{
	struct target copy = *target;
	char command[80], replay[COMMAND_MAX];
	const struct shrink_job job = {
		.command = command,
		.title = target->name,
		.run = run,
		.context = &copy,
		.fit = target->fit,
		.in_process = target->far_away,
		.path = path,
		.out = out,
		.replay = replay,
	};

	snprintf(command, sizeof(command), "%s_replay", target->name);
	snprintf(replay, sizeof(replay), "%s_replay %s", target->name, out);
	return shrink_file(&job);
}
