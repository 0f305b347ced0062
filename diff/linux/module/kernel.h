/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel has and does not export, found by name once. */
#pragma once

#include <linux/mmzone.h>
#include <linux/sysctl.h>

struct kernel_functions {
	unsigned long (*get_pfnblock_flags_mask)(const struct page *page, unsigned long pfn,
						 unsigned long mask);
	void (*set_pfnblock_flags_mask)(struct page *page, unsigned long flags, unsigned long pfn,
					unsigned long mask);
	void (*set_pageblock_migratetype)(struct page *page, int migratetype);
	void (*drain_local_pages)(struct zone *zone);
	void (*drain_all_pages)(struct zone *zone);
	void (*lru_add_drain_all)(void);
	struct ctl_table *vm_table;
	int *page_group_by_mobility_disabled;
	int *min_free_kbytes, *user_min_free_kbytes;
	int *watermark_boost_factor, *watermark_scale_factor;
	int *percpu_pagelist_high_fraction;
	int *sysctl_lowmem_reserve_ratio;
	unsigned long *tainted_mask;
	unsigned long *high_physmem;
	unsigned long *totalreserve_pages;
	/* The ways out of page_alloc.c: see kernel_fence(). */
	void *try_to_compact_pages, *try_to_free_pages, *out_of_memory;
	/* The runtime of gcc's counters; NULL: the kernel has none. */
	void (*gcov_reset)(void), (*gcov_dump)(void);
};
extern struct kernel_functions kernel;

/* lookup: address of kallsyms_lookup_name. 0, or -ENOENT after naming what is missing. */
int kernel_find(unsigned long lookup);

/*
 * Compaction, reclaim and the OOM killer answer at once, as the hooks of another subject would:
 * skipped, nothing freed, nobody killed. false puts their first bytes back.
 */
int kernel_fence(bool on);
