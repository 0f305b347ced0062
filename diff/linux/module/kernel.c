// SPDX-License-Identifier: GPL-2.0-only
/*
 * Symbols that are not exported, and the fences that are put over the ways out of the page
 * allocator.
 */
#include <linux/mm.h>
#include <linux/compaction.h>
#include <linux/string.h>

#include "host.h"
#include "kernel.h"

struct kernel_functions kernel;

#define ENTRY(name)                          \
	{                                    \
#name, (void **)&kernel.name \
	}
static const struct {
	const char *name;
	void **place;
	bool optional;
} symbols[] = {
	ENTRY(get_pfnblock_flags_mask),
	ENTRY(set_pfnblock_flags_mask),
	ENTRY(set_pageblock_migratetype),
	ENTRY(drain_local_pages),
	ENTRY(drain_all_pages),
	ENTRY(lru_add_drain_all),
	ENTRY(vm_table),
	ENTRY(page_group_by_mobility_disabled),
	ENTRY(min_free_kbytes),
	ENTRY(user_min_free_kbytes),
	ENTRY(watermark_boost_factor),
	ENTRY(watermark_scale_factor),
	ENTRY(percpu_pagelist_high_fraction),
	ENTRY(sysctl_lowmem_reserve_ratio),
	ENTRY(tainted_mask),
	ENTRY(high_physmem),
	ENTRY(totalreserve_pages),
	ENTRY(try_to_compact_pages),
	ENTRY(try_to_free_pages),
	ENTRY(out_of_memory),
	{ "__gcov_reset", (void **)&kernel.gcov_reset, true },
	{ "__gcov_dump", (void **)&kernel.gcov_dump, true },
};

int kernel_find(unsigned long lookup)
{
	unsigned long (*find)(const char *name) = (void *)lookup;
	int missing = 0;

	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
		*symbols[i].place = (void *)find(symbols[i].name);
		if (*symbols[i].place || symbols[i].optional)
			continue;
		pr_err("buddy_lab: the kernel has no %s\n", symbols[i].name);
		missing = -ENOENT;
	}
	return missing;
}

/* mov $value, %eax; ret */
#define FENCE_BYTES 6
static struct fence {
	void **function;
	u32 value;
	u8 original[FENCE_BYTES];
} fences[] = {
	{ .function = &kernel.try_to_compact_pages, .value = COMPACT_SKIPPED },
	{ .function = &kernel.try_to_free_pages, .value = 0 },
	{ .function = &kernel.out_of_memory, .value = 0 },
};

static int write_text(void *to, const u8 *bytes)
{
	if (host_protect_text(to, FENCE_BYTES, true))
		return -EPERM;
	memcpy(to, bytes, FENCE_BYTES);
	return host_protect_text(to, FENCE_BYTES, false) ? -EPERM : 0;
}

int kernel_fence(bool on)
{
	u8 bytes[FENCE_BYTES] = { 0xb8, 0, 0, 0, 0, 0xc3 };
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(fences) && !error; i++) {
		struct fence *fence = &fences[i];

		if (!on) {
			error = write_text(*fence->function, fence->original);
			continue;
		}
		memcpy(fence->original, *fence->function, FENCE_BYTES);
		memcpy(bytes + 1, &fence->value, sizeof(fence->value));
		error = write_text(*fence->function, bytes);
	}
	return error;
}
