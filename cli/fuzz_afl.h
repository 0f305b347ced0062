/* SPDX-License-Identifier: MIT */
/* What fuzz_engine.c asks when the engine is AFL++. */
#pragma once

#include "cli/fuzz.h"

void afl_command(const struct fuzz_campaign *campaign, uint32_t worker,
		 struct command_line *command);
/* In the child, before exec. */
void afl_environment(const struct fuzz_campaign *campaign, uint32_t worker);
void afl_figures(const struct fuzz_options *options, struct fuzz_figures *figures);
/* Appends the paths of what the instances saved as failing, those of an earlier campaign, too. */
void afl_artifacts(const struct fuzz_options *options, struct name_list *list);
/* AFL++ keeps queues of its own: their new entries join the corpus. Returns how many could not. */
uint32_t afl_collect(const struct fuzz_options *options);
