/* SPDX-License-Identifier: MIT */
/*
 * A machine on paper: 64 frames whose every field a test may set, behind a view. It allocates
 * nothing; tests move blocks about with the functions below and then spoil what they like.
 *
 *   frames 0..15 zone 0 (DMA, node 0) | 16..47 zone 1 (NORMAL, node 0) | 48..63 zone 2 (NORMAL,
 * node 1)
 *
 * Each 16 frames begin as one free block of order 4; pageblocks have 8 frames and are MOVABLE.
 */
#pragma once

#include "oracle/judge/judge.h"

#define FAKE_PAGES 64u
#define FAKE_ZONES 3u
#define FAKE_CPUS 2u
#define FAKE_PAGEBLOCK_ORDER 3u

struct fake_list {
	pfn_t pfns[FAKE_PAGES];
	uint32_t nr;
};

struct fake {
	struct buddy_config config;
	struct view view;
	struct machine_info machine;
	struct zone_info zones[FAKE_ZONES];
	struct pcp_info pcps[FAKE_ZONES][FAKE_CPUS];
	struct page_info pages[FAKE_PAGES];
	bool hole[FAKE_PAGES];
	bool links_bad[FAKE_PAGES];
	uint8_t pageblocks[FAKE_PAGES >> FAKE_PAGEBLOCK_ORDER];
	struct fake_list free[FAKE_ZONES][NR_PAGE_ORDERS][MIGRATE_TYPES];
	struct fake_list pcp[FAKE_ZONES][FAKE_CPUS][NR_PCP_LISTS];
};

/* The view points into fake: it must not move afterwards. */
void fake_init(struct fake *fake);
uint32_t fake_zone_of(pfn_t pfn);
/* A free block of the MOVABLE list comes and goes, with its counters. */
void fake_add_free(struct fake *fake, pfn_t pfn, uint32_t order, enum migratetype type);
void fake_remove_free(struct fake *fake, pfn_t pfn);
void fake_add_pcp(struct fake *fake, uint32_t cpu, uint32_t pindex, pfn_t pfn, uint32_t order,
		  enum migratetype type);
/* Takes 2^order frames at pfn out of the free block around them, whose rest stays free, split in
 * halves. */
void fake_take(struct fake *fake, pfn_t pfn, uint32_t order, bool compound);
/* The other way: the fields become those of free frames; nothing merges and nothing is listed. */
void fake_drop(struct fake *fake, pfn_t pfn, uint32_t order);
