/* SPDX-License-Identifier: MIT */
/*
 * Read-only eyes: plain-data copies of the state. Looking never disturbs and no pointer leads into
 * the image. A zone is named by its number 0..nr_zones-1: populated zones, node by node, lowest
 * index first.
 */
#pragma once

#include "buddy/types.h"

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
/* Migratetype of the pageblock of pfn. */
enum migratetype inspect_pageblock(const struct buddy_system *sys, pfn_t pfn);

/*
 * List walks, head to tail. first returns the head pfn or PFN_NONE; next the one after pfn, or
 * PFN_NONE. They do not check anything: a corrupt list may lead anywhere inside the machine, so
 * walkers bound themselves.
 */
pfn_t inspect_free_first(const struct buddy_system *sys, uint32_t zone, uint32_t order,
			 enum migratetype type);
/* All types of an order, or all lists of a CPU, at once. */
void inspect_free_heads(const struct buddy_system *sys, uint32_t zone, uint32_t order,
			pfn_t heads[MIGRATE_TYPES]);
void inspect_pcp_heads(const struct buddy_system *sys, uint32_t zone, uint32_t cpu,
		       pfn_t heads[NR_PCP_LISTS]);
pfn_t inspect_free_next(const struct buddy_system *sys, uint32_t zone, uint32_t order,
			enum migratetype type, pfn_t pfn);
pfn_t inspect_pcp_first(const struct buddy_system *sys, uint32_t zone, uint32_t cpu,
			uint32_t pindex);
pfn_t inspect_pcp_next(const struct buddy_system *sys, uint32_t zone, uint32_t cpu, uint32_t pindex,
		       pfn_t pfn);
/* True when both neighbours of pfn's list node point back at it. */
bool inspect_links_ok(const struct buddy_system *sys, pfn_t pfn);
