/* SPDX-License-Identifier: MIT */
/*
 * The engine's door: LLVMFuzzerTestOneInput over target_this. A finding is printed and ends in
 * abort(), so that any engine keeps the input.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/engines/engine_ops.h"
#include "fuzz/engines/engine_view.h"
#include "fuzz/engines/fuzz_stats.h"
#include "fuzz/mutate/mutate.h"
#include "fuzz/targets/harness.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The mutator draws what the target has a use for. A subject that cannot be had ends it here. */
static void prepare_ops(void)
{
	static struct op_set ops; /* the mutator borrows it */
	char error[1024];

	if (!target_this.ops)
		return;
	if (!target_this.ops(&ops, error, sizeof(error))) {
		fprintf(stderr, "%s: %s\n", target_this.name, error);
		exit(2);
	}
	mutate_allow(&ops);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *path = getenv(FUZZ_STATS_ENV);

	if (path && *path && !fuzz_stats_open(path))
		fprintf(stderr, "%s: no counting: '%s' from " FUZZ_STATS_ENV " cannot be opened\n",
			target_this.name, path);
	if (!engine_ops_start())
		exit(2);
	prepare_ops();
	engine_view_start(*argc, *argv);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Kept over runs: memory of the harness, not state of the subject. */
	static struct program program;
	static struct finding finding;
	bool clean = target_run(&target_this, data, size, &program, &finding);

	fuzz_stats_add(FUZZ_EXECUTIONS, 1);
	engine_view_after_run();
	if (clean)
		return 0;
	fuzz_stats_add(FUZZ_FINDINGS, 1);
	finding_print(&target_this, target_this.run_program ? &program : NULL, &finding, stderr);
	fflush(stderr);
	abort();
}
