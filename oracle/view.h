/* SPDX-License-Identifier: MIT */
/*
 * A subject's state as the judge may see it: the functions of inspect.h over any allocator. A
 * subject that has no such state hands out no view and is judged by its answers alone.
 */
#pragma once

#include "buddy/inspect.h"

struct view {
	const void *self;
	void (*machine)(const void *self, struct machine_info *info);
	void (*zone)(const void *self, uint32_t zone, struct zone_info *info);
	void (*pcp)(const void *self, uint32_t zone, uint32_t cpu, struct pcp_info *info);
	bool (*page)(const void *self, pfn_t pfn, struct page_info *info);
	enum migratetype (*pageblock)(const void *self, pfn_t pfn);
	pfn_t (*free_first)(const void *self, uint32_t zone, uint32_t order, enum migratetype type);
	pfn_t (*free_next)(const void *self, uint32_t zone, uint32_t order, enum migratetype type,
			   pfn_t pfn);
	pfn_t (*pcp_first)(const void *self, uint32_t zone, uint32_t cpu, uint32_t pindex);
	pfn_t (*pcp_next)(const void *self, uint32_t zone, uint32_t cpu, uint32_t pindex,
			  pfn_t pfn);
	bool (*links_ok)(const void *self, pfn_t pfn);
};
