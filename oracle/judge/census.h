/* SPDX-License-Identifier: MIT */
/*
 * The census: where each page is by the lists alone, what zones and CPUs say of themselves, and
 * what of all this a rule may say no to. It is taken in one pass over the lists and the pages that
 * the program had, and judges nothing: its findings are data for the rules about lists and pages.
 */
#pragma once

#include "oracle/eyes/view.h"

struct judge;

/* Where a page is. */
enum census_place { PLACE_NONE, PLACE_BUDDY, PLACE_BUDDY_TAIL, PLACE_PCP, PLACE_PCP_TAIL };

struct zone_census {
	struct zone_info info; /* what the zone says */
	uint64_t free_pages;   /* not on ISOLATE lists */
	uint64_t cma_pages;
	uint32_t nr_free[NR_PAGE_ORDERS];
};

struct pcp_census {
	struct pcp_info info; /* what the CPU's part of the zone says */
	uint64_t pages;
};

/* What the lists say of the first page of a block. */
struct listed_block {
	uint8_t place; /* enum census_place; PLACE_NONE: no block begins here */
	uint8_t order, zone;
};

enum oddity {
	ODD_LOOKS,  /* its first page does not look as such an entry surely may */
	ODD_ASTRAY, /* not in the machine; the pass left the list there */
	ODD_TWICE   /* a page of it was on a list before; likewise */
};

/* An entry that the rule of its list has to look at. */
struct odd_entry {
	struct list_entry entry;
	uint32_t zone, cpu; /* cpu: of a per-CPU list */
	uint32_t order;     /* of its list */
	enum oddity oddity;
	pfn_t twice; /* ODD_TWICE: that page */
};

/* A page that the program had, with other references than the ledger has on it. */
struct odd_page {
	pfn_t pfn;
	int32_t refcount;
};

/* As many as there are; memory is kept for the next census. */
struct findings {
	void *items;
	uint32_t nr, capacity;
};

struct census {
	uint64_t *listed;           /* by page (page_map.h): on some list */
	struct listed_block *heads; /* [nr_pages] */
	uint32_t *blocks; /* [nr_pages] offsets from the base, in the order they were found */
	uint32_t nr_blocks;
	uint32_t nr_zones, nr_cpus;
	struct zone_census *zones;  /* [nr_zones] */
	struct pcp_census *pcps;    /* [nr_zones * nr_cpus], census_pcp() */
	struct findings free_lists; /* struct odd_entry */
	struct findings pcp_lists;  /* struct odd_entry */
	struct findings marks;      /* pfn_t: marked as a free block where none begins */
	struct findings references; /* struct odd_page */
};

/* The whole pass. Of the touched pages those are reread whose turn it is (judge_walk.c). */
void census_take(struct judge *judge);
void census_free(struct census *census);
/* Of the page at offset from the base. */
enum census_place census_place(const struct judge *judge, uint32_t offset);
const char *census_place_name(enum census_place place);

static inline struct pcp_census *census_pcp(const struct census *census, uint32_t zone,
					    uint32_t cpu)
{
	return &census->pcps[zone * census->nr_cpus + cpu];
}
