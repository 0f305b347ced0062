/* SPDX-License-Identifier: MIT */
/* Calls of the trace hook, out of line of the hot paths unless somebody listens. Those of blocks
 * are made under the lock of their list: a listener calls nothing of the core. */
#pragma once

#include "base/pieces.h"

static always_inline bool trace_enabled(const struct buddy_system *sys)
{
	return unlikely(sys->hooks.trace != NULL);
}

static inline void trace_page(const struct buddy_system *sys, enum buddy_trace_kind kind,
			      const struct page *page, uint32_t order, uint32_t type,
			      uint32_t value)
{
	struct buddy_trace trace = {
		.kind = kind, .order = order, .migratetype = type, .value = value
	};

	trace.pfn = page ? page_pfn(sys, page) : PFN_NONE;
	if (page)
		trace.zone = page_zone(sys, page)->number;
	sys->hooks.trace(sys->hooks.context, &trace);
}

static always_inline void trace_alloc_zone_locked(const struct buddy_system *sys,
						  const struct page *page, uint32_t order,
						  uint32_t type)
{
	bool percpu_refill;

	if (!trace_enabled(sys))
		return;
	percpu_refill = type < MIGRATE_PCPTYPES && order <= PAGE_ALLOC_COSTLY_ORDER;
	trace_page(sys, TRACE_MM_PAGE_ALLOC_ZONE_LOCKED, page, order, type, percpu_refill);
}

static always_inline void trace_pcpu_drain(const struct buddy_system *sys, const struct page *page,
					   uint32_t order, uint32_t type)
{
	if (trace_enabled(sys))
		trace_page(sys, TRACE_MM_PAGE_PCPU_DRAIN, page, order, type, 0);
}

static always_inline void trace_page_free(const struct buddy_system *sys, const struct page *page,
					  uint32_t order)
{
	if (trace_enabled(sys))
		trace_page(sys, TRACE_MM_PAGE_FREE, page, order, 0, 0);
}

static inline void trace_request_now(const struct buddy_system *sys, enum buddy_trace_kind kind,
				     gfp_t gfp, uint32_t order, uint32_t zone, uint32_t value)
{
	struct buddy_trace trace = { .kind = kind,
				     .pfn = PFN_NONE,
				     .order = order,
				     .gfp = gfp,
				     .zone = zone,
				     .value = value };

	sys->hooks.trace(sys->hooks.context, &trace);
}

static always_inline void trace_request(const struct buddy_system *sys, enum buddy_trace_kind kind,
					gfp_t gfp, uint32_t order, uint32_t zone, uint32_t value)
{
	if (trace_enabled(sys))
		trace_request_now(sys, kind, gfp, order, zone, value);
}

static inline void trace_warning(const struct buddy_system *sys, enum buddy_warning warning,
				 gfp_t gfp, uint32_t order)
{
	trace_request(sys, TRACE_WARN_ON_ONCE, gfp, order, 0, (uint32_t)warning);
}
