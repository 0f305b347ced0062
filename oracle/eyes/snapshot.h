/* SPDX-License-Identifier: MIT */
/*
 * The complete allocator state as plain data: what a run starts from and ends in. Built from a view
 * or parsed from a recording; compared field by field, lists in order.
 */
#pragma once

#include <stddef.h>

#include "buddy/config.h"
#include "oracle/eyes/view.h"

struct pfn_list {
	pfn_t *pfns;
	uint32_t nr, capacity;
};

struct snapshot_pcp {
	struct pcp_info info;
	struct pfn_list lists[NR_PCP_LISTS];
	struct pfn_list types[NR_PCP_LISTS]; /* recorded migratetype of each entry */
};

struct snapshot_zone {
	struct zone_info info;
	struct pfn_list lists[NR_PAGE_ORDERS][MIGRATE_TYPES];
	struct snapshot_pcp pcps[BUDDY_MAX_CPUS];
	uint8_t *pageblocks; /* [nr_pageblocks], 0xff: hole; block 0 contains start_pfn */
	uint32_t nr_pageblocks;
	struct pfn_list lru; /* pairs start, length: pages that count as movable */
};

struct snapshot {
	uint32_t features, pageblock_order, nr_cpus, nr_zones, zones_mask, boost_factor;
	bool mobility_disabled;
	struct snapshot_zone zones[BUDDY_MAX_NODES * MAX_NR_ZONES];
};

void snapshot_init(struct snapshot *snapshot);
void snapshot_free(struct snapshot *snapshot);
bool pfn_list_append(struct pfn_list *list, pfn_t pfn);
/* Reads everything a view shows. false: out of memory or a list longer than the machine. */
bool snapshot_take(struct snapshot *snapshot, const struct view *view);
/* The caller knows that no page is marked as movable: the frames need not be looked through. */
bool snapshot_take_unmarked(struct snapshot *snapshot, const struct view *view);
typedef void (*snapshot_visitor)(void *context, pfn_t pfn, uint32_t order);
/* Every free block, on the free lists and on the per-CPU lists. */
void snapshot_each_free(const struct snapshot *snapshot, snapshot_visitor visit, void *context);
/*
 * true when equal. Else writes what differs first, with both sides and the lists around it, into
 * text[size]. Of SMP machines the shared counters and the differences are both compared.
 */
bool snapshot_equal(const struct snapshot *expected, const struct snapshot *got, char *text,
		    size_t size);
