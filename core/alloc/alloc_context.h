/* SPDX-License-Identifier: MIT */
/*
 * One request on its way through fast and slow path, and the zonelist walk both share. zonelist,
 * migratetype and highest_zoneidx never change after prepare_alloc_pages(); the slow path may drop
 * nodemask and choose preferred anew; spread_dirty_pages is cleared when the fast path gives up
 * (FP-5, FP-6).
 */
#pragma once

#include "base/image.h"

/* GF-15 table */
#define ALLOC_WMARK_MIN ((uint32_t)WMARK_MIN)
#define ALLOC_WMARK_LOW ((uint32_t)WMARK_LOW)
#define ALLOC_WMARK_HIGH ((uint32_t)WMARK_HIGH)
#define ALLOC_WMARK_MASK 0x3u
#define ALLOC_NO_WATERMARKS 0x4u
#define ALLOC_OOM 0x8u
#define ALLOC_NON_BLOCK 0x10u
#define ALLOC_MIN_RESERVE 0x20u
#define ALLOC_CPUSET 0x40u
#define ALLOC_CMA 0x80u
#define ALLOC_NOFRAGMENT 0x100u
#define ALLOC_HIGHATOMIC 0x200u
#define ALLOC_KSWAPD 0x800u
#define ALLOC_RESERVES (ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE | ALLOC_HIGHATOMIC | ALLOC_OOM)

_Static_assert(ALLOC_MIN_RESERVE == __GFP_HIGH && ALLOC_KSWAPD == __GFP_KSWAPD_RECLAIM,
	       "these bits are copied from gfp (GF-13)");

struct alloc_context {
	const struct zoneref *zonelist;
	const struct zoneref *preferred;
	const uint32_t *nodemask;
	uint32_t migratetype, highest_zoneidx;
	bool spread_dirty_pages;
};

static always_inline bool zoneref_is_end(const struct zoneref *ref)
{
	return ref->zone == ZONEREF_END;
}

/* From ref on, the first entry the request may use; the terminator when none (MM-55). */
static always_inline const struct zoneref *
next_zoneref(const struct zoneref *ref, uint32_t highest_zoneidx, const uint32_t *nodemask)
{
	while (!zoneref_is_end(ref) &&
	       (ref->index > highest_zoneidx || (nodemask && !(*nodemask & BIT(ref->node)))))
		ref++;
	return ref;
}

#define for_each_zoneref(ref, start, highest_zoneidx, nodemask)                            \
	for ((ref) = next_zoneref(start, highest_zoneidx, nodemask); !zoneref_is_end(ref); \
	     (ref) = next_zoneref((ref) + 1, highest_zoneidx, nodemask))

/* GF-8. The caller has refused MOVABLE|RECLAIMABLE (GF-9). */
static always_inline uint32_t gfp_migratetype(const struct buddy_system *sys, gfp_t gfp)
{
	if (unlikely(sys->head->mobility_disabled))
		return MIGRATE_UNMOVABLE;
	return (gfp & (__GFP_MOVABLE | __GFP_RECLAIMABLE)) >> 3;
}

/* GF-14 */
static always_inline uint32_t gfp_to_alloc_flags_cma(const struct buddy_system *sys, gfp_t gfp,
						     uint32_t flags)
{
	if (has_feature(sys, BUDDY_CMA) && gfp_migratetype(sys, gfp) == MIGRATE_MOVABLE)
		flags |= ALLOC_CMA;
	return flags;
}

/* GF-6 */
static always_inline const struct zoneref *node_zonelist(const struct buddy_system *sys,
							 uint32_t nid, gfp_t gfp)
{
	bool nofallback = (gfp & __GFP_THISNODE) && has_feature(sys, BUDDY_NUMA);

	return sys->head->zonelists[nid][nofallback ? ZONELIST_NOFALLBACK : ZONELIST_FALLBACK];
}

/* Highest zone index a request with these zone bits may use. */
static always_inline uint32_t gfp_zone_index(const struct buddy_system *sys, gfp_t gfp)
{
	return sys->head->gfp_zone[gfp & GFP_ZONEMASK];
}

/* The FALLBACK list of the node of CPU 0, which boots the machine. */
static always_inline const struct zoneref *boot_zonelist(const struct buddy_system *sys)
{
	return sys->head->zonelists[sys->head->config.cpu_node[0]][ZONELIST_FALLBACK];
}
