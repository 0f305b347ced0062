// SPDX-License-Identifier: GPL-2.0-only
/*
 * Symbols that are not exported: a probe on kallsyms_lookup_name tells where that is, and it tells
 * the rest. Fences: ftrace sends a call of a fenced function elsewhere, as live patches do.
 */
#include <linux/mm.h>
#include <linux/compaction.h>
#include <linux/ftrace.h>
#include <linux/kprobes.h>

#include "kernel.h"

struct kernel_functions kernel;

#define ENTRY(name)                          \
	{                                    \
#name, (void **)&kernel.name \
	}
static const struct {
	const char *name;
	void **place;
} symbols[] = {
	ENTRY(get_pfnblock_flags_mask),
	ENTRY(set_pfnblock_flags_mask),
	ENTRY(drain_local_pages),
	ENTRY(drain_all_pages),
	ENTRY(page_group_by_mobility_disabled),
	ENTRY(watermark_boost_factor),
	ENTRY(try_to_compact_pages),
	ENTRY(try_to_free_pages),
	ENTRY(out_of_memory),
};

int kernel_find(void)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	unsigned long (*find)(const char *name);
	int missing = register_kprobe(&probe);

	if (missing) {
		pr_err("buddy_recorder: no probe on kallsyms_lookup_name: error %d\n", missing);
		return missing;
	}
	find = (void *)probe.addr;
	unregister_kprobe(&probe);
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
		*symbols[i].place = (void *)find(symbols[i].name);
		if (*symbols[i].place)
			continue;
		pr_err("buddy_recorder: the kernel has no %s\n", symbols[i].name);
		missing = -ENOENT;
	}
	return missing;
}

static bool fence_closed;

static unsigned long answer_skipped(void)
{
	return COMPACT_SKIPPED;
}

static unsigned long answer_nothing(void)
{
	return 0;
}

static void turn_away(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
		      struct ftrace_regs *regs)
{
	if (READ_ONCE(fence_closed))
		ftrace_instruction_pointer_set(regs, (unsigned long)ops->private);
}

#define FENCE(answer)                                                       \
	{                                                                   \
		.func = turn_away, .private = (answer),                     \
		.flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY | \
			 FTRACE_OPS_FL_RECURSION,                           \
	}
static struct ftrace_ops fences[] = {
	FENCE(answer_skipped),
	FENCE(answer_nothing),
	FENCE(answer_nothing),
};
static unsigned int nr_fences;

int kernel_fence_install(void)
{
	void *functions[] = { kernel.try_to_compact_pages, kernel.try_to_free_pages,
			      kernel.out_of_memory };
	int error;

	for (nr_fences = 0; nr_fences < ARRAY_SIZE(fences); nr_fences++) {
		struct ftrace_ops *fence = &fences[nr_fences];

		error = ftrace_set_filter_ip(fence, (unsigned long)functions[nr_fences], 0, 0);
		if (!error)
			error = register_ftrace_function(fence);
		if (!error)
			continue;
		pr_err("buddy_recorder: no fence over %ps: error %d\n", functions[nr_fences],
		       error);
		kernel_fence_remove();
		return error;
	}
	return 0;
}

void kernel_fence_remove(void)
{
	while (nr_fences)
		unregister_ftrace_function(&fences[--nr_fences]);
}

void kernel_fence_close(bool closed)
{
	WRITE_ONCE(fence_closed, closed);
}
