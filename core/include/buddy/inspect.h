/* SPDX-License-Identifier: MIT */
/*
 * Read-only eyes: plain-data copies of the state. Looking never disturbs and no pointer leads into
 * the image. A zone is named by its number 0..nr_zones-1: populated zones, node by node, lowest
 * index first.
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

/* Fields as the kernel would show them; links are not shown, lists are walked. */
struct page_info {
	uint32_t flags; /* 1 << PG_* */
	int32_t refcount;
	int32_t mapcount; /* raw _mapcount: -1 unmapped */
	bool buddy;       /* PageBuddy */
	bool tail;        /* PageTail */
	bool pfmemalloc;
	uint32_t private_value; /* order while buddy */
	uint32_t index;         /* recorded migratetype */
	uint32_t mapping;
	pfn_t compound_head;     /* itself unless a tail */
	uint32_t compound_order; /* of a head */
	uint32_t zone;           /* zone number the page belongs to */
};

void inspect_machine(const struct buddy_system *sys, struct machine_info *info);
void inspect_zone(const struct buddy_system *sys, uint32_t zone, struct zone_info *info);
/* Only what a watermark is made of: counters but nr_free, marks, boost and reserves. The rest
 * stays. */
void inspect_zone_marks(const struct buddy_system *sys, uint32_t zone, struct zone_info *info);
void inspect_pcp(const struct buddy_system *sys, uint32_t zone, uint32_t cpu,
		 struct pcp_info *info);
/* false when pfn has no struct page. */
bool inspect_page(const struct buddy_system *sys, pfn_t pfn, struct page_info *info);
/* As many from pfn on as have one; returns their number. */
uint32_t inspect_pages(const struct buddy_system *sys, pfn_t pfn, uint32_t nr_pages,
		       struct page_info *infos);
/* What the other pages of a block are held against. */
struct block_head {
	pfn_t pfn;
	uint32_t zone;
	bool compound;
};

/*
 * How many frames from pfn on show what the tails of a block show that was just handed out: its
 * zone, no flags, no type, map count, private data or reference; when compound marks as tails of
 * this head, else no such mark and no mapping. Reading stops at the first that does not.
 */
uint32_t inspect_plain_tails(const struct buddy_system *sys, const struct block_head *head,
			     pfn_t pfn, uint32_t nr_pages);
/*
 * Does a whole block look as when it was just handed out: a plain first page with one reference (no
 * flag but PG_head, which with the order says compound), behind it plain tails? block: pfn and
 * compound are asked, zone is answered.
 */
bool inspect_plain_block(const struct buddy_system *sys, struct block_head *block, uint32_t order);
/* Migratetype of the pageblock of pfn. */
enum migratetype inspect_pageblock(const struct buddy_system *sys, pfn_t pfn);
/*
 * Of nr_blocks pageblocks in a row, from that of pfn on; PAGEBLOCK_HOLE where pfn, or the first
 * frame of a later one, has no struct page.
 */
#define PAGEBLOCK_HOLE 0xffu
void inspect_pageblocks(const struct buddy_system *sys, pfn_t pfn, uint32_t nr_blocks,
			uint8_t *types);
/*
 * Reference counts of frames, up to the first without a struct page; returns their number. Bit i of
 * *marked: frame pfns[i] is PageBuddy. At most INSPECT_REFCOUNTS_MAX at once.
 */
#define INSPECT_REFCOUNTS_MAX 64u
uint32_t inspect_refcounts(const struct buddy_system *sys, const pfn_t *pfns, uint32_t nr_pages,
			   int32_t *refcounts, uint64_t *marked);

/*
 * List walks, head to tail. first returns the head pfn or PFN_NONE; next the one after pfn, or
 * PFN_NONE. They do not check anything: a corrupt list may lead anywhere inside the machine, so
 * walkers bound themselves.
 */
pfn_t inspect_free_first(const struct buddy_system *sys, uint32_t zone, uint32_t order,
			 enum migratetype type);
/*
 * Orders from this one on that have free blocks, by counter and list: bit o of orders[type]. The
 * first order with a block of a type in enough (1 << type) is the last that is looked at.
 */
void inspect_free_orders(const struct buddy_system *sys, uint32_t zone, uint32_t order,
			 uint32_t enough, uint16_t orders[MIGRATE_TYPES]);
pfn_t inspect_free_next(const struct buddy_system *sys, uint32_t zone, uint32_t order,
			enum migratetype type, pfn_t pfn);
pfn_t inspect_pcp_first(const struct buddy_system *sys, uint32_t zone, uint32_t cpu,
			uint32_t pindex);
pfn_t inspect_pcp_next(const struct buddy_system *sys, uint32_t zone, uint32_t cpu, uint32_t pindex,
		       pfn_t pfn);
/*
 * Whole sets of lists at once: list after list, each head to tail. A list is named by its number,
 * order * MIGRATE_TYPES + type or the pindex. As careless as the walks above: a circle never ends.
 */
struct list_cursor {
	uint32_t list;
	bool inside; /* pfn is the next of this list */
	pfn_t pfn;
};

/* A block on a list, with what a walker asks of its first page. */
struct list_entry {
	pfn_t pfn;
	uint16_t list;
	bool known; /* has a struct page; else all below says nothing */
	bool buddy, tail, links_ok;
	bool marked_inside; /* a frame pfn + 2^k inside the free block is PageBuddy too */
	/* Surely in order on its free list: buddy, of this order and zone, aligned, without flags,
	 * references or marks inside, links_ok. */
	bool plain;
	uint32_t flags;
	int32_t refcount;
	uint32_t private_value, index, zone;
};

/* The next entries from *at on, which begins as zeros; fewer than max: these were the last. */
uint32_t inspect_free_entries(const struct buddy_system *sys, uint32_t zone, struct list_cursor *at,
			      struct list_entry *entries, uint32_t max);
/* Of the first nr_lists lists. */
uint32_t inspect_pcp_entries(const struct buddy_system *sys, uint32_t zone, uint32_t cpu,
			     uint32_t nr_lists, struct list_cursor *at, struct list_entry *entries,
			     uint32_t max);
/* True when both neighbours of pfn's list node point back at it. */
bool inspect_links_ok(const struct buddy_system *sys, pfn_t pfn);

#ifdef __cplusplus
}
#endif
