/* SPDX-License-Identifier: MIT */
/*
 * The vocabulary: page frame numbers, gfp bits, migratetypes, zones, orders and limits. No code.
 * Kernel words keep the kernel's spelling and values (rules GF-1, FB-1, BU-3).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* An answer that nobody reads is a fault: an error, or a reference or a page that is lost. */
#define BUDDY_MUST_CHECK __attribute__((warn_unused_result))

/*
 * A function of the installed library: what does not bear this mark is not to be seen in it,
 * neither in libbuddy.a nor in libbuddy.so. Only the build of these two defines BUDDY_EXPORTS.
 */
#ifdef BUDDY_EXPORTS
#define BUDDY_API __attribute__((visibility("default")))
#else
#define BUDDY_API
#endif

/* A page frame number. Frames are numbered over all nodes; holes have numbers too. */
typedef uint32_t pfn_t;
#define PFN_NONE UINT32_MAX

#define BUDDY_PAGE_SHIFT 12
#define BUDDY_PAGE_SIZE (1u << BUDDY_PAGE_SHIFT)

/* Orders run from 0 to MAX_PAGE_ORDER. Linux 6.1 calls NR_PAGE_ORDERS "MAX_ORDER" (exclusive). */
#define MAX_PAGE_ORDER 10
#define NR_PAGE_ORDERS (MAX_PAGE_ORDER + 1)
#define PAGE_ALLOC_COSTLY_ORDER 3

#define BUDDY_MAX_NODES 8
#define BUDDY_MAX_CPUS 16

/* Zone indices of a node. A machine may leave kinds out (config.h); indices never move. */
enum zone_type { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL, ZONE_MOVABLE, ZONE_DEVICE, MAX_NR_ZONES };

/* FB-1, with CONFIG_CMA and CONFIG_MEMORY_ISOLATION. Without CMA value 4 never occurs. */
enum migratetype {
	MIGRATE_UNMOVABLE,
	MIGRATE_MOVABLE,
	MIGRATE_RECLAIMABLE,
	MIGRATE_PCPTYPES,
	MIGRATE_HIGHATOMIC = MIGRATE_PCPTYPES,
	MIGRATE_CMA,
	MIGRATE_ISOLATE,
	MIGRATE_TYPES
};

/* pcp lists: 3 migratetypes x orders 0..3, then the two pageblock-order lists of THP (FP-40). */
#define NR_PCP_LOW_LISTS (MIGRATE_PCPTYPES * (PAGE_ALLOC_COSTLY_ORDER + 1))
#define NR_PCP_LISTS (NR_PCP_LOW_LISTS + 2)

enum zone_watermarks { WMARK_MIN, WMARK_LOW, WMARK_HIGH, WMARK_PROMO, NR_WMARK };

/* zone_info.flags */
#define ZONE_BOOSTED_WATERMARK 0x1u
#define ZONE_RECLAIM_ACTIVE 0x2u

/* Request flags (GF-1). */
typedef uint32_t gfp_t;
#define __GFP_DMA 0x1u
#define __GFP_HIGHMEM 0x2u
#define __GFP_DMA32 0x4u
#define __GFP_MOVABLE 0x8u
#define __GFP_RECLAIMABLE 0x10u
#define __GFP_HIGH 0x20u
#define __GFP_IO 0x40u
#define __GFP_FS 0x80u
#define __GFP_ZERO 0x100u
#define __GFP_ATOMIC 0x200u
#define __GFP_DIRECT_RECLAIM 0x400u
#define __GFP_KSWAPD_RECLAIM 0x800u
#define __GFP_WRITE 0x1000u
#define __GFP_NOWARN 0x2000u
#define __GFP_RETRY_MAYFAIL 0x4000u
#define __GFP_NOFAIL 0x8000u
#define __GFP_NORETRY 0x10000u
#define __GFP_MEMALLOC 0x20000u
#define __GFP_COMP 0x40000u
#define __GFP_NOMEMALLOC 0x80000u
#define __GFP_HARDWALL 0x100000u
#define __GFP_THISNODE 0x200000u
#define __GFP_ACCOUNT 0x400000u
#define __GFP_ZEROTAGS 0x800000u
#define __GFP_BITS_MASK 0x7ffffffu

#define __GFP_RECLAIM (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)
#define GFP_ATOMIC (__GFP_HIGH | __GFP_ATOMIC | __GFP_KSWAPD_RECLAIM)
#define GFP_KERNEL (__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_KERNEL_ACCOUNT (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_NOWAIT (__GFP_KSWAPD_RECLAIM)
#define GFP_NOIO (__GFP_RECLAIM)
#define GFP_NOFS (__GFP_RECLAIM | __GFP_IO)
#define GFP_USER (GFP_KERNEL | __GFP_HARDWALL)
#define GFP_DMA __GFP_DMA
#define GFP_DMA32 __GFP_DMA32
#define GFP_HIGHUSER (GFP_USER | __GFP_HIGHMEM)
#define GFP_HIGHUSER_MOVABLE (GFP_HIGHUSER | __GFP_MOVABLE)
#define GFP_TRANSHUGE_LIGHT \
	((GFP_HIGHUSER_MOVABLE | __GFP_COMP | __GFP_NOMEMALLOC | __GFP_NOWARN) & ~__GFP_RECLAIM)
#define GFP_TRANSHUGE (GFP_TRANSHUGE_LIGHT | __GFP_DIRECT_RECLAIM)
#define GFP_ZONEMASK 0xfu

/* Task flags that change a request (GF-11). */
#define PF_EXITING 0x4u
#define PF_DUMPCORE 0x200u
#define PF_MEMALLOC 0x800u
#define PF_MEMALLOC_NOFS 0x40000u
#define PF_MEMALLOC_NOIO 0x80000u
#define PF_KTHREAD 0x200000u
#define PF_MEMALLOC_PIN 0x10000000u

/* Page flag numbers (BU-3). */
enum pageflags {
	PG_locked,
	PG_referenced,
	PG_uptodate,
	PG_dirty,
	PG_lru,
	PG_active,
	PG_workingset,
	PG_waiters,
	PG_error,
	PG_slab,
	PG_owner_priv_1,
	PG_arch_1,
	PG_reserved,
	PG_private,
	PG_private_2,
	PG_writeback,
	PG_head,
	PG_mappedtodisk,
	PG_reclaim,
	PG_swapbacked,
	PG_unevictable,
	PG_mlocked,
	PG_hwpoison,
	NR_PAGEFLAGS
};

/* Why a page was called bad (FR-15). Stable: findings are named by these. */
enum bad_page_reason {
	BAD_PAGE_NONE,
	BAD_PAGE_MAPCOUNT,
	BAD_PAGE_MAPPING,
	BAD_PAGE_REFCOUNT,
	BAD_PAGE_FLAGS_AT_FREE,
	BAD_PAGE_FLAGS_AT_PREP,
	NR_BAD_PAGE_REASONS
};
