/* SPDX-License-Identifier: MIT */
/*
 * What a machine is: geometry, profile and sysctls. Plain data, no pointers; the header of a
 * program and the boot of the core both speak it. One binary runs every profile of rule MM-2. The
 * image keeps a copy: the caller's is his own again after the call.
 */
#pragma once

#include "buddy/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BUDDY_MAX_RANGES 16

/* Memory or reserved frames [start_pfn, end_pfn). node is ignored for reserved ranges. */
struct buddy_range {
	pfn_t start_pfn;
	pfn_t end_pfn;
	uint32_t node;
};

/* What a kernel build has (MM-2, MM-2a). */
enum buddy_feature {
	BUDDY_SMP = 1u << 0,  /* zone counters are per-CPU differences (MM-90) */
	BUDDY_NUMA = 1u << 1, /* NOFALLBACK zonelists exist: __GFP_THISNODE is obeyed (GF-6) */
	BUDDY_CMA = 1u << 2,  /* MIGRATE_CMA, ALLOC_CMA and the pcp bypass exist */
	BUDDY_THP = 1u << 3,  /* pcp lists for pageblock order (FP-40) */
	BUDDY_COMPACTION = 1u << 4, /* the slow path asks the compaction hook */
	BUDDY_SPARSEMEM = 1u << 5,  /* holes and memmap size by section (MM-10, MM-56) */
	BUDDY_DEBUG_VM = 1u << 6,   /* strict: VM_BUG_ON traps (MM-3), arguments are checked */
	BUDDY_MOBILITY_OFF =
		1u << 7 /* force page_group_by_mobility_disabled (else by size, MM-56) */
};

/* Value of a sysctl that boot shall compute by itself. */
#define BUDDY_SYSCTL_AUTO (-1)

struct buddy_sysctl {
	int32_t min_free_kbytes; /* BUDDY_SYSCTL_AUTO: MM-62 */
	uint32_t watermark_scale_factor;
	uint32_t watermark_boost_factor;
	uint32_t percpu_pagelist_high_fraction;
	uint32_t lowmem_reserve_ratio[MAX_NR_ZONES];
};

struct buddy_config {
	uint32_t features; /* enum buddy_feature */
	uint32_t zones; /* mask: 1 << enum zone_type for each configured kind; NORMAL is a must */
	uint32_t pageblock_order;  /* 1..MAX_PAGE_ORDER */
	uint32_t nr_nodes;         /* 1..BUDDY_MAX_NODES */
	uint32_t nr_cpus;          /* 1..BUDDY_MAX_CPUS, all online */
	uint32_t struct_page_size; /* bytes, of the modelled kernel: only sizes the memmap in MM-56
				    */
	uint8_t cpu_node[BUDDY_MAX_CPUS];
	uint8_t distance[BUDDY_MAX_NODES][BUDDY_MAX_NODES]; /* MM-28: 10 local, 20 remote */
	/* Upper limits of DMA, DMA32 and NORMAL; a limit not above the running start is an empty
	 * zone (MM-22). */
	pfn_t zone_end_pfn[ZONE_MOVABLE];
	uint32_t movablecore_pages; /* MM-27; 0: none */
	uint32_t kernelcore_pages;
	uint32_t nr_memory;
	uint32_t nr_reserved;
	struct buddy_range memory[BUDDY_MAX_RANGES];   /* ascending, disjoint */
	struct buddy_range reserved[BUDDY_MAX_RANGES]; /* ascending, disjoint */
	struct buddy_sysctl sysctl;
};

/*
 * Defaults of profile X (x86_64, SMP, NUMA, CMA, THP), of profile U (User-Mode Linux) and of
 * Debian's amd64 kernel (X without CMA), for one node of nr_pages frames from start_pfn. Any
 * numbers are taken: what cannot be booted is buddy_config_error()'s to say.
 */
BUDDY_API struct buddy_config buddy_config_x86_64(pfn_t start_pfn, uint32_t nr_pages);
BUDDY_API struct buddy_config buddy_config_uml(pfn_t start_pfn, uint32_t nr_pages);
BUDDY_API struct buddy_config buddy_config_debian(pfn_t start_pfn, uint32_t nr_pages);

/*
 * NULL when the machine can be booted, else a static sentence that names the field at fault. Of
 * NULL it says so.
 */
BUDDY_API BUDDY_MUST_CHECK const char *buddy_config_error(const struct buddy_config *config);

#ifdef __cplusplus
}
#endif
