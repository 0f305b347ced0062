/* SPDX-License-Identifier: MIT */
/*
 * The core and the real Linux on the same program, call for call and, behind the last one, list for
 * list. Any program is first made into one that the kernel can run. BUDDY_JUDGE=1 asks the rules as
 * well. A kernel with coverage tells its edges to the engine.
 */
#include <stdlib.h>
#include <string.h>

#include "diff/linux/linux_guest.h"
#include "fuzz/engines/fuzz_stats.h"
#include "fuzz/targets/harness.h"
#include "fuzz/input/linux_program.h"
#include "oracle/lang/text.h"

/* libFuzzer reads and clears it; of a kernel without coverage it stays empty. */
__attribute__((section("__libfuzzer_extra_counters"),
	       used)) static uint8_t kernel_edges[LINUX_COVERAGE_CELLS];

static bool is_set(const char *name, const char *value)
{
	const char *text = getenv(name);

	return text && !strcmp(text, value);
}

static struct harness *harness_of_linux(void)
{
	static struct harness harness = {
		.subjects = { subject_core, subject_linux },
		.nr_subjects = 2,
		.options = { .walk_every_ops = LOCKSTEP_WALK_AUTO, .compare_counts = true },
	};

	if (!harness.lockstep)
		harness.options.judge = is_set("BUDDY_JUDGE", "1");
	return &harness;
}

/* The judge's ops are counted by the harness. */
static void count_compared(const struct harness *harness)
{
	if (harness->lockstep && !harness->options.judge)
		fuzz_stats_add(FUZZ_CHECKED_OPS, lockstep_stats(harness->lockstep)->nr_batched);
}

static void export_edges(void)
{
	char error[64];
	struct linux_shared *shared = linux_guest_shared(error, sizeof(error));

	if (!shared || !shared->kernel.has_coverage)
		return;
	memcpy(kernel_edges, shared->coverage, sizeof(kernel_edges));
	memset(shared->coverage, 0, sizeof(shared->coverage));
}

/* The program that a reader sees is not the one that ran: its machine is another. */
static void tell_machine(const struct program *program, struct finding *finding)
{
	char text[TEXT_MACHINE_MAX];
	size_t length = strlen(finding->text);

	text_format_machine(program, text);
	snprintf(finding->text + length, sizeof(finding->text) - length, "%sIt ran on: %s\n",
		 length && finding->text[length - 1] != '\n' ? "\n" : "", text);
}

/* Odd machines that the kernel cannot be are many; one sentence will do. */
static void tell_refusal(const struct finding *finding)
{
	static bool told;

	if (!told)
		fprintf(stderr, "linux: some machines give way to plain ones; the first: %s\n",
			finding->text);
	told = true;
}

static bool run_program(const struct program *program, struct finding *finding)
{
	static struct program fitting;
	struct linux_kernel kernel;
	char error[512];
	bool dma32, clean;

	if (!linux_guest_kernel(&kernel, error, sizeof(error))) {
		finding_set(finding, FINDING_ERROR, "error/create", "%s", error);
		return false;
	}
	dma32 = kernel.nr_zones_configured > 2;
	if (!linux_program_fit(program, dma32, &fitting)) {
		finding_set(finding, FINDING_ERROR, "error/memory", "out of memory");
		return false;
	}
	clean = harness_run(harness_of_linux(), &fitting, finding);
	if (!clean && !strcmp(finding->signature, "error/create")) {
		tell_refusal(finding);
		fitting.machine = linux_plain_machine(&fitting.machine, dma32);
		clean = harness_run(harness_of_linux(), &fitting, finding);
	}
	count_compared(harness_of_linux());
	export_edges();
	if (!clean)
		tell_machine(&fitting, finding);
	return clean;
}

const struct target target_this = {
	.name = "linux",
	.property = "the core answers like the real Linux 6.1 and leaves the same state behind",
	.run_program = run_program,
	.far_away = true,
};
