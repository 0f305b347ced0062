/* SPDX-License-Identifier: MIT */
/*
 * Read-only eyes: plain-data copies of the state. Looking never disturbs and no pointer leads into
 * the image. A zone is named by its number 0..nr_zones-1: populated zones, node by node, lowest
 * index first.
 *
 * Wrong arguments (buddy.h): a zone, CPU, order, migratetype or pcp list that the machine has not,
 * and NULL for a pointer that is used, is BUG with BUDDY_DEBUG_VM and the caller's sin elsewhere.
 * So is a frame outside of the memory map where the answer does not say that there is none.
 */
#pragma once

#include "buddy/types.h"

#ifdef __cplusplus
extern "C" {
#endif

struct buddy_system;

struct machine_info {
	uint32_t features, pageblock_order, nr_nodes, nr_cpus, nr_zones;
	pfn_t base_pfn, end_pfn; /* span of all zones */
	bool mobility_disabled;
	uint32_t boost_factor; /* watermark_boost_factor */
	uint8_t cpu_node[BUDDY_MAX_CPUS];
	/* [node][0: FALLBACK, 1: NOFALLBACK]: zone numbers in zonelist order, ended by 0xff */
	uint8_t zonelist[BUDDY_MAX_NODES][2][BUDDY_MAX_NODES * MAX_NR_ZONES + 1];
	uint8_t gfp_zone[16]; /* zone index by the low nibble of gfp (GF-4) */
};

struct zone_info {
	uint32_t node, index; /* enum zone_type */
	pfn_t start_pfn;
	uint32_t spanned_pages, present_pages, managed_pages;
	uint32_t watermark[NR_WMARK], watermark_boost;
	uint32_t lowmem_reserve[MAX_NR_ZONES];
	int64_t nr_free_pages, nr_free_cma_pages; /* shared counters */
	uint32_t nr_reserved_highatomic, nr_isolate_pageblock, flags;
	uint32_t nr_free[NR_PAGE_ORDERS];
};

struct pcp_info {
	int32_t count, high, batch, free_factor, expire;
	uint32_t stat_threshold;
	int32_t diff_free, diff_cma;
};

/* A page as the kernel would show it, in 32 bytes. Links are not shown, lists are walked. */
struct page_info {
	uint32_t flags; /* 1 << PG_* */
	int32_t refcount;
	int32_t mapcount;       /* raw _mapcount: -1 unmapped */
	uint32_t private_value; /* order while buddy */
	uint32_t index;         /* recorded migratetype */
	uint32_t mapping;
	pfn_t compound_head; /* itself unless a tail */
	bool tail;           /* PageTail */
	bool buddy : 1;      /* PageBuddy */
	bool pfmemalloc : 1;
	uint8_t unused : 6;     /* 0 */
	uint8_t compound_order; /* of a head */
	uint8_t zone;           /* zone number the page belongs to */
};

BUDDY_API void inspect_machine(const struct buddy_system *sys, struct machine_info *info);
BUDDY_API void inspect_zone(const struct buddy_system *sys, uint32_t zone, struct zone_info *info);
BUDDY_API void inspect_pcp(const struct buddy_system *sys, uint32_t zone, uint32_t cpu,
			   struct pcp_info *info);
/* What the next request for this list of a CPU meets. */
struct pcp_front {
	pfn_t first; /* of the list; PFN_NONE: it is empty */
	int32_t free_factor;
};

BUDDY_API void inspect_pcp_front(const struct buddy_system *sys, uint32_t zone, uint32_t cpu,
				 uint32_t pindex, struct pcp_front *front);

/* What a request meets in a zone at the list of its CPU, and whether a free list has a block. */
struct zone_front {
	uint8_t cpu, pindex; /* asked for; pindex from NR_PCP_LISTS on: there is no such list */
	uint8_t order, type; /* asked for */
	struct pcp_front pcp;
	bool has_free; /* that list is not empty */
};

/* Of info only what a watermark is made of: counters but nr_free, marks, boost and reserves. The
 * rest stays. */
BUDDY_API void inspect_zone_front(const struct buddy_system *sys, uint32_t zone,
				  struct zone_info *info, struct zone_front *front);
/* false when pfn has no struct page; any number may be asked for. */
BUDDY_API bool inspect_page(const struct buddy_system *sys, pfn_t pfn, struct page_info *info);
/* Pages in a row that show the same as the first of them: all but index, and themselves as head. */
struct page_row {
	struct page_info page; /* the first */
	uint32_t nr_pages;
};

/*
 * The pages from pfn on, nr_pages or up to the first without a struct page, as rows; max_rows at
 * most. Returns the number of rows. What shows the same may still be two rows.
 */
BUDDY_API uint32_t inspect_rows(const struct buddy_system *sys, pfn_t pfn, uint32_t nr_pages,
				struct page_row *rows, uint32_t max_rows);
/* Migratetype of the pageblock of pfn. */
BUDDY_API enum migratetype inspect_pageblock(const struct buddy_system *sys, pfn_t pfn);
/*
 * Of nr_blocks pageblocks in a row, from that of pfn on; PAGEBLOCK_HOLE where pfn, or the first
 * frame of a later one, has no struct page. BUG: more of them than the memory map has.
 */
#define PAGEBLOCK_HOLE 0xffu
BUDDY_API void inspect_pageblocks(const struct buddy_system *sys, pfn_t pfn, uint32_t nr_blocks,
				  uint8_t *types);
/*
 * Reference counts of frames, up to the first without a struct page; returns their number. Bit i of
 * *marked: frame pfns[i] is PageBuddy. At most INSPECT_REFCOUNTS_MAX at once; more are BUG.
 */
#define INSPECT_REFCOUNTS_MAX 64u
BUDDY_API uint32_t inspect_refcounts(const struct buddy_system *sys, const pfn_t *pfns,
				     uint32_t nr_pages, int32_t *refcounts, uint64_t *marked);
/* Of one; false: it has no struct page. */
BUDDY_API bool inspect_refcount(const struct buddy_system *sys, pfn_t pfn, int32_t *refcount);

/*
 * Orders from this one on that have free blocks, by counter and list: bit o of orders[type]. The
 * first order with a block of a type in enough (1 << type) is the last that is looked at. From
 * NR_PAGE_ORDERS there are none.
 */
BUDDY_API void inspect_free_orders(const struct buddy_system *sys, uint32_t zone, uint32_t order,
				   uint32_t enough, uint16_t orders[MIGRATE_TYPES]);

/*
 * Lists, head to tail. Nothing is checked: a corrupt list may lead anywhere inside the machine, or
 * in a circle that never ends, so walkers bound themselves. A list has a number within its kind:
 * order * MIGRATE_TYPES + type of the zone's free lists, the pindex of a CPU's.
 */
enum list_kind { LIST_FREE, LIST_PCP };

/* Where a walk is. It begins with inside false at the first list and is over at the end. */
struct list_cursor {
	uint8_t kind;
	uint8_t zone, cpu; /* cpu: LIST_PCP */
	bool inside;       /* pfn is the next of this list; else its head is */
	uint16_t list;
	uint16_t end; /* the list behind the last */
	pfn_t pfn;
};

/* A block on a list, by its first page. */
struct list_entry {
	pfn_t pfn;
	uint16_t list;
	bool known;    /* has a struct page; else all below says nothing */
	bool links_ok; /* both neighbours of its list node point back at it */
	/* A frame pfn + 2^k inside the free block is PageBuddy too; of LIST_FREE. */
	bool marked_inside;
	struct page_info page;
};

/* The next entries of the walk; fewer than max: these were the last. BUG: a cursor that names no
 * list of the machine. */
BUDDY_API uint32_t inspect_list_entries(const struct buddy_system *sys, struct list_cursor *at,
					struct list_entry *entries, uint32_t max);

/* Single steps: the head pfn or PFN_NONE; the one after pfn, or PFN_NONE. */
BUDDY_API pfn_t inspect_free_first(const struct buddy_system *sys, uint32_t zone, uint32_t order,
				   enum migratetype type);
BUDDY_API pfn_t inspect_free_next(const struct buddy_system *sys, uint32_t zone, uint32_t order,
				  enum migratetype type, pfn_t pfn);
BUDDY_API pfn_t inspect_pcp_first(const struct buddy_system *sys, uint32_t zone, uint32_t cpu,
				  uint32_t pindex);
BUDDY_API pfn_t inspect_pcp_next(const struct buddy_system *sys, uint32_t zone, uint32_t cpu,
				 uint32_t pindex, pfn_t pfn);
/* As links_ok of an entry. */
BUDDY_API bool inspect_links_ok(const struct buddy_system *sys, pfn_t pfn);

#ifdef __cplusplus
}
#endif
