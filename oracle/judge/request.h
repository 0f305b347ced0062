/* SPDX-License-Identifier: MIT */
/*
 * What a request may do, worked out from its flags and its task by the rules of the specification
 * (GF-4..18), apart from any allocator. The first attempt, the attempts of the slow path and those
 * with memory reserves.
 */
#pragma once

#include "oracle/lang/event.h"
#include "oracle/eyes/view.h"

enum alloc_flag {
	ALLOC_WMARK_LOW = 1u << 0,
	ALLOC_NO_WATERMARKS = 1u << 2,
	ALLOC_OOM = 1u << 3,
	ALLOC_NON_BLOCK = 1u << 4,
	ALLOC_MIN_RESERVE = 1u << 5,
	ALLOC_CMA = 1u << 7,
	ALLOC_HIGHATOMIC = 1u << 9
};

struct request {
	bool legal; /* false: undefined in the kernel (GF-5, GF-9) or too large */
	gfp_t gfp;  /* as the task's context leaves it (GF-11) */
	uint32_t order, type, highest_zoneidx;
	const uint8_t *zonelist; /* zone numbers, 0xff ends */
	uint32_t fast_flags, slow_flags;
	uint32_t memalloc_flags; /* instead of slow_flags when the task or gfp opens the reserves;
				    else 0 */
	bool never_fails;        /* __GFP_NOFAIL that may block */
	bool slow_cpuset;        /* the slow path keeps to the cpuset (GF-13) */
	bool unreserves; /* before it fails it gives every highatomic pageblock back (SP-35) */
};

/* FP-31, FP-40: the per-CPU list that serves it, or 0xff: none. */
uint8_t request_pindex(const struct machine_info *machine, const struct request *request);
/* The request that call stands for; task: OP_TASK_* mask of its CPU. */
struct request request_of(const struct machine_info *machine, const struct call *call,
			  uint32_t task);
