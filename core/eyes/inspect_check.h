/* SPDX-License-Identifier: MIT */
/* What the eyes are asked about, looked at with BUDDY_DEBUG_VM: what is wrong is BUG. */
#pragma once

#include "base/check.h"
#include "buddy/inspect.h"

/* out: where the answer goes. */
#define CHECK_ZONE_EYE(sys, zone, out) \
	VM_BUG_ON(sys, (zone) >= (sys)->head->nr_zones || !(out), PFN_NONE)

#define CHECK_FREE_LIST_EYE(sys, zone, order, type)                                        \
	VM_BUG_ON(sys,                                                                     \
		  (zone) >= (sys)->head->nr_zones || (uint32_t)(order) > MAX_PAGE_ORDER || \
			  (uint32_t)(type) >= MIGRATE_TYPES,                               \
		  PFN_NONE)

#define CHECK_PCP_EYE(sys, zone, cpu, pindex)                                         \
	VM_BUG_ON(sys,                                                                \
		  (zone) >= (sys)->head->nr_zones || (cpu) >= (sys)->head->nr_cpus || \
			  (pindex) >= NR_PCP_LISTS,                                   \
		  PFN_NONE)

#define CHECK_FRAME_EYE(sys, pfn) \
	VM_BUG_ON(sys, (pfn) - (sys)->head->base_pfn >= (sys)->head->nr_pages, pfn)
