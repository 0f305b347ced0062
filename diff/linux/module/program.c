// SPDX-License-Identifier: GPL-2.0-only
/* Runs programs: reset, call after call, answers noted and compared. */
#include <linux/kernel.h>

#include "host.h"
#include "ops.h"
#include "program.h"
#include "regions.h"

void lab_reset(void)
{
	u64 start = host_ns();

	regions_restore(REGION_MACHINE(lab->slot));
	lab_forget_program();
	lab->shared->reset_ns = host_ns() - start;
}

static bool counts_differ(const struct linux_call *call, const struct linux_answer *answer)
{
	for (u32 z = 0; z < lab->now.nr_zones; z++)
		if (call->expected_free[z] != answer->free_pages[z] ||
		    call->expected_pcp[z] != answer->pcp_pages[z])
			return true;
	return false;
}

static bool is_expected(const struct linux_call *call, const struct linux_answer *answer)
{
	if (call->compare & LINUX_CHECK_ANSWER &&
	    (call->expected_pfn != answer->pfn || call->expected_result != answer->result))
		return false;
	return !(call->compare & LINUX_CHECK_COUNTS) || !counts_differ(call, answer);
}

u64 program_hash(void)
{
	struct linux_machine machine;

	return state_write(&machine, lab->words) ? state_hash(&machine, lab->words) : 0;
}

static void run_calls(u32 nr_calls, u32 flags)
{
	struct linux_shared *shared = lab->shared;
	bool go_on = true;

	for (u32 i = 0; i < nr_calls && go_on; i++) {
		struct linux_call call = shared->calls[i];
		struct linux_answer answer;

		ops_run(&call, &answer);
		shared->answers[i] = answer;
		shared->nr_done = i + 1;
		go_on = answer.status == LINUX_DONE;
		if (go_on && flags & LINUX_COMPARE && !is_expected(&call, &answer)) {
			shared->differs = 1;
			go_on = false;
		}
	}
}

void program_run(u32 nr_calls, u32 flags)
{
	struct linux_shared *shared = lab->shared;
	u64 start = host_ns();

	shared->nr_done = shared->differs = 0;
	if (flags & LINUX_COVERAGE)
		coverage_start();
	run_calls(nr_calls, flags);
	if (flags & LINUX_COVERAGE)
		coverage_stop(shared->coverage);
	shared->run_ns = host_ns() - start;
	if (flags & LINUX_FINAL_HASH && shared->nr_done == nr_calls && !shared->differs)
		shared->state_hash = program_hash();
}
