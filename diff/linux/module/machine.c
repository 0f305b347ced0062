// SPDX-License-Identifier: GPL-2.0-only
/*
 * Builds the machine that the harness describes, on the lab's pages, in exactly the state given.
 * Frames keep their numbers modulo MAX_ORDER_NR_PAGES, so blocks have the same buddies. What the
 * words say is trusted in nothing: every frame and every number is checked before it is used.
 */
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/string.h>
#include <linux/vmstat.h>

#include "kernel.h"
#include "lab.h"
#include "regions.h"
#include "records.h"

#define HIGHEST_COUNT (1u << 30) /* of pages, in counters and watermarks */

int lab_kernel_zone(u32 zone_type)
{
	/* ZONE_NORMAL is number 2 in types.h, which knows DMA and DMA32 as well. */
	int number = (int)zone_type - 2 + ZONE_NORMAL;

	return zone_type < LAB_RATIOS && number <= ZONE_MOVABLE ? number : -1;
}

u32 lab_zone_type(int kernel_zone)
{
	return (u32)(kernel_zone - ZONE_NORMAL + 2);
}

/* ---- is the description possible ---- */

static const char *zone_problem(const struct linux_machine *machine, u32 z)
{
	const struct linux_zone *zone = &machine->zones[z];
	const struct linux_zone *before = z ? &machine->zones[z - 1] : NULL;

	if (lab_kernel_zone(zone->index) < 0)
		return "this kernel has no zone of that kind";
	if (!zone->spanned_pages || zone->spanned_pages > LAB_MAX_PAGES ||
	    zone->start_pfn > HIGHEST_COUNT)
		return "a zone's frames are out of range";
	if (before && (before->index >= zone->index ||
		       before->start_pfn + before->spanned_pages > zone->start_pfn))
		return "zones must ascend and not overlap";
	if (zone->managed_pages > zone->spanned_pages)
		return "a zone manages more pages than it spans";
	if (zone->nr_free_pages > zone->spanned_pages ||
	    zone->nr_free_cma_pages > zone->spanned_pages)
		return "a zone has more free pages than it spans";
	if (zone->pcp_batch < 1 || zone->pcp_batch > HIGHEST_COUNT ||
	    zone->pcp_high > HIGHEST_COUNT || zone->pcp_free_factor > 30)
		return "a zone's pcp numbers are out of range";
	return NULL;
}

static const char *machine_problem(const struct linux_machine *machine)
{
	const struct linux_zone *last;
	const char *problem;
	u32 base;

	if (machine->nr_zones < 1 || machine->nr_zones > LINUX_MAX_ZONES)
		return "a machine has 1 to 3 zones";
	if (machine->nr_state_words > LINUX_STATE_WORDS)
		return "nr_state_words is larger than state[]";
	for (u32 z = 0; z < machine->nr_zones; z++) {
		problem = zone_problem(machine, z);
		if (problem)
			return problem;
	}
	last = &machine->zones[machine->nr_zones - 1];
	base = round_down(machine->zones[0].start_pfn, MAX_ORDER_NR_PAGES);
	if (last->start_pfn + last->spanned_pages - base > lab->nr_pages)
		return "the machine is larger than the lab; start the guest with more memory";
	return NULL;
}

/* ---- zones ---- */

static void zone_clear(struct zone *zone)
{
	for (int order = 0; order < MAX_ORDER; order++) {
		zone->free_area[order].nr_free = 0;
		for (int type = 0; type < MIGRATE_TYPES; type++)
			INIT_LIST_HEAD(&zone->free_area[order].free_list[type]);
	}
	memset(zone->_watermark, 0, sizeof(zone->_watermark));
	memset(zone->lowmem_reserve, 0, sizeof(zone->lowmem_reserve));
	for (int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++)
		atomic_long_set(&zone->vm_stat[i], 0);
	atomic_long_set(&zone->managed_pages, 0);
	zone->zone_start_pfn = zone->spanned_pages = zone->present_pages = 0;
	zone->watermark_boost = zone->nr_reserved_highatomic = 0;
	zone->nr_isolate_pageblock = zone->cma_pages = 0;
	zone->flags = zone->percpu_drift_mark = 0;
	zone->contiguous = false;
	zone->initialized = 1;
	zone->compact_considered = zone->compact_defer_shift = 0;
	zone->compact_order_failed = 0;
	zone->compact_blockskip_flush = false;
}

static void pcp_set(struct zone *zone, struct per_cpu_pages *pcp, const struct linux_zone *from)
{
	memset(pcp, 0, sizeof(*pcp));
	spin_lock_init(&pcp->lock);
	for (int i = 0; i < NR_PCP_LISTS; i++)
		INIT_LIST_HEAD(&pcp->lists[i]);
	pcp->high = zone->pageset_high = (int)from->pcp_high;
	pcp->batch = zone->pageset_batch = (int)from->pcp_batch;
	pcp->free_factor = (short)from->pcp_free_factor;
	zone->per_cpu_pageset = (struct per_cpu_pages __percpu *)pcp;
}

static void compaction_start(struct zone *zone)
{
	zone->compact_cached_free_pfn = zone->compact_init_free_pfn = zone_end_pfn(zone);
	zone->compact_init_migrate_pfn = zone->zone_start_pfn;
	for (int i = 0; i < ASYNC_AND_SYNC; i++)
		zone->compact_cached_migrate_pfn[i] = zone->zone_start_pfn;
}

static void zone_set(u32 z, const struct linux_zone *from)
{
	struct zone *zone = lab->now.zones[z];

	zone->zone_start_pfn = lab->first_pfn + from->start_pfn - lab->now.base_pfn;
	zone->spanned_pages = zone->present_pages = from->spanned_pages;
	atomic_long_set(&zone->managed_pages, from->managed_pages);
	for (int i = 0; i < NR_WMARK; i++)
		zone->_watermark[i] = from->watermark[i];
	zone->watermark_boost = from->watermark_boost;
	for (int i = 0; i < MAX_NR_ZONES; i++)
		zone->lowmem_reserve[i] = from->lowmem_reserve[lab_zone_type(i)];
	zone->nr_reserved_highatomic = from->nr_reserved_highatomic;
	zone->nr_isolate_pageblock = from->nr_isolate_pageblock;
	zone->flags = from->flags & (BIT(ZONE_BOOSTED_WATERMARK) | BIT(ZONE_RECLAIM_ACTIVE));
	atomic_long_set(&zone->vm_stat[NR_FREE_PAGES], from->nr_free_pages);
	atomic_long_set(&zone->vm_stat[NR_FREE_CMA_PAGES], from->nr_free_cma_pages);
	atomic_long_add(from->nr_free_pages, &vm_zone_stat[NR_FREE_PAGES]);
	atomic_long_add(from->nr_free_cma_pages, &vm_zone_stat[NR_FREE_CMA_PAGES]);
	zone->pageblock_flags = lab->pageblock_bits[z];
	memset(lab->pageblock_bits[z], 0, LAB_MAX_BLOCKS / 2);
	pcp_set(zone, lab->pcps[z], from);
	compaction_start(zone);
}

/* Nobody sleeps where an allocation would wake somebody, and the zonelist names the lab's zones. */
static void node_prepare(struct pglist_data *node)
{
	struct zoneref *ref = node->node_zonelists[0]._zonerefs;

	INIT_LIST_HEAD(&node->kswapd_wait.head);
	INIT_LIST_HEAD(&node->pfmemalloc_wait.head);
	INIT_LIST_HEAD(&node->kcompactd_wait.head);
	node->kswapd_order = 0;
	node->kswapd_highest_zoneidx = MAX_NR_ZONES;
	for (u32 z = lab->now.nr_zones; z-- > 0;) {
		if (!zone_managed_pages(lab->now.zones[z]))
			continue;
		ref->zone = lab->now.zones[z];
		ref->zone_idx = zone_idx(lab->now.zones[z]);
		ref++;
	}
	*ref = (struct zoneref){ 0 };
}

static void zones_build(const struct linux_machine *machine)
{
	struct pglist_data *node = NODE_DATA(0);

	for (int i = 0; i < MAX_NR_ZONES; i++)
		zone_clear(&node->node_zones[i]);
	for (int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++)
		atomic_long_set(&vm_zone_stat[i], 0);
	for (u32 z = 0; z < machine->nr_zones; z++) {
		lab->now.zones[z] = &node->node_zones[lab_kernel_zone(machine->zones[z].index)];
		zone_set(z, &machine->zones[z]);
	}
	node_prepare(node);
}

static void sysctls_set(const struct linux_machine *machine)
{
	*kernel.page_group_by_mobility_disabled = !!machine->mobility_disabled;
	*kernel.min_free_kbytes = *kernel.user_min_free_kbytes = (int)machine->min_free_kbytes;
	*kernel.watermark_scale_factor = (int)machine->watermark_scale_factor;
	*kernel.watermark_boost_factor = (int)machine->watermark_boost_factor;
	*kernel.percpu_pagelist_high_fraction = (int)machine->percpu_pagelist_high_fraction;
	for (int i = 0; i < MAX_NR_ZONES; i++)
		kernel.sysctl_lowmem_reserve_ratio[i] =
			(int)machine->lowmem_reserve_ratio[lab_zone_type(i)];
}

/* ---- pages ---- */

/*
 * Frames between and before zones carry the links of the zone that follows, as holes do after a
 * boot.
 */
static void pages_build(void)
{
	u32 z = 0;

	for (unsigned long i = 0; i < lab->now.used_pages; i++) {
		unsigned long pfn = lab->first_pfn + i;
		struct page *page = pfn_to_page(pfn);

		while (z + 1 < lab->now.nr_zones && pfn >= zone_end_pfn(lab->now.zones[z]))
			z++;
		memset(page, 0, sizeof(*page));
		set_page_links(page, zone_idx(lab->now.zones[z]), 0, pfn);
		init_page_count(page);
		page_mapcount_reset(page);
		INIT_LIST_HEAD(&page->lru);
		if (!zone_spans_pfn(lab->now.zones[z], pfn))
			__SetPageReserved(page);
	}
}

/* The first of nr pages that lie in the zone and are still allocated, else NULL. */
static struct page *take_pages(const struct zone *zone, u32 pfn, u32 nr)
{
	struct page *page = lab_page(pfn);
	unsigned long real = page ? page_to_pfn(page) : 0;

	if (!page || !zone_spans_pfn(zone, real) || !zone_spans_pfn(zone, real + nr - 1))
		return NULL;
	for (u32 i = 0; i < nr; i++)
		if (!page_count(page + i))
			return NULL;
	return page;
}

static struct page *take_block(const struct zone *zone, u32 pfn, u32 order)
{
	struct page *page = pfn & ((1u << order) - 1) ? NULL : take_pages(zone, pfn, 1u << order);

	for (u32 i = 0; page && i < 1u << order; i++)
		set_page_count(page + i, 0);
	return page;
}

static const char *free_list_build(u32 z, const struct record *record)
{
	struct free_area *area;

	if (record->index >= MAX_ORDER || record->type >= MIGRATE_TYPES)
		return "a free list's order or type is out of range";
	area = &lab->now.zones[z]->free_area[record->index];
	for (u32 i = 0; i < record->nr; i++) {
		struct page *page = take_block(lab->now.zones[z], record->words[i], record->index);

		if (!page)
			return "a free block lies askew, outside its zone, or on another";
		set_page_private(page, record->index);
		__SetPageBuddy(page);
		list_add_tail(&page->lru, &area->free_list[record->type]);
		area->nr_free++;
	}
	return NULL;
}

static const char *pcp_list_build(u32 z, const struct record *record)
{
	struct per_cpu_pages *pcp = lab->pcps[z];
	u32 order = record->index / MIGRATE_PCPTYPES;

	if (record->index >= NR_PCP_LISTS)
		return "a pcp list's number is out of range";
	for (u32 i = 0; i < record->nr; i++) {
		struct page *page = take_block(lab->now.zones[z], record->words[2 * i], order);

		if (!page || record->words[2 * i + 1] >= MIGRATE_TYPES)
			return "a pcp page lies askew, outside its zone, on another or has no type";
		page->index = record->words[2 * i + 1];
		list_add_tail(&page->lru, &pcp->lists[record->index]);
		pcp->count += 1 << order;
	}
	return NULL;
}

static const char *pageblocks_build(u32 z, const struct record *record)
{
	struct zone *zone = lab->now.zones[z];
	unsigned long pfn = zone->zone_start_pfn;

	if (record->nr > LAB_MAX_BLOCKS)
		return "a zone has too many pageblocks";
	for (u32 i = 0; i < record->nr; i++) {
		if (!zone_spans_pfn(zone, pfn))
			return "a zone has fewer pageblocks than types given";
		lab->now.hole_block[z][i] = record->words[i] == RECORD_HOLE;
		if (!lab->now.hole_block[z][i] && record->words[i] >= MIGRATE_TYPES)
			return "a pageblock's type is out of range";
		if (!lab->now.hole_block[z][i])
			kernel.set_pfnblock_flags_mask(pfn_to_page(pfn), record->words[i], pfn,
						       MIGRATETYPE_MASK);
		pfn = ALIGN(pfn + 1, pageblock_nr_pages);
	}
	return NULL;
}

static const char *lru_build(u32 z, const struct record *record)
{
	for (u32 i = 0; i < record->nr; i++) {
		u32 nr = record->words[2 * i + 1];
		struct page *page = NULL;

		if (nr && nr <= lab->now.used_pages)
			page = take_pages(lab->now.zones[z], record->words[2 * i], nr);
		if (!page)
			return "a run of LRU pages lies outside its zone or on free pages";
		for (u32 k = 0; k < nr; k++)
			SetPageLRU(page + k);
	}
	return NULL;
}

static const char *lists_build(const u32 *words, u32 nr_words)
{
	static const char *(*const build[NR_RECORD_KINDS])(u32 z, const struct record *record) = {
		[RECORD_FREE] = free_list_build,
		[RECORD_PCP] = pcp_list_build,
		[RECORD_PAGEBLOCKS] = pageblocks_build,
		[RECORD_LRU] = lru_build,
	};
	const char *problem = NULL;
	u32 at = 0;

	while (at < nr_words && !problem) {
		struct record record;

		if (!record_read(words, nr_words, &at, &record) || record.zone >= lab->now.nr_zones)
			return "state[] is not a row of records";
		problem = build[record.kind](record.zone, &record);
	}
	return problem;
}

const char *machine_build(u32 slot)
{
	const struct linux_zone *last;
	const char *problem;

	lab->now.ready = lab->machines[slot].ready = false;
	lab->slot = slot;
	lab->now.machine = lab->shared->machine;
	problem = machine_problem(&lab->now.machine);
	if (problem)
		return problem;
	last = &lab->now.machine.zones[lab->now.machine.nr_zones - 1];
	regions_set_pages(lab->nr_pages);
	regions_restore(REGION_REAL);
	lab->now.nr_zones = lab->now.machine.nr_zones;
	lab->now.base_pfn = round_down(lab->now.machine.zones[0].start_pfn, MAX_ORDER_NR_PAGES);
	lab->now.used_pages = round_up(last->start_pfn + last->spanned_pages, MAX_ORDER_NR_PAGES) -
			      lab->now.base_pfn;
	memset(lab->now.hole_block, 0, sizeof(lab->now.hole_block));
	zones_build(&lab->now.machine);
	sysctls_set(&lab->now.machine);
	pages_build();
	memcpy(lab->words, lab->shared->state, lab->now.machine.nr_state_words * sizeof(u32));
	problem = lists_build(lab->words, lab->now.machine.nr_state_words);
	if (problem)
		return problem;
	regions_set_pages(lab->now.used_pages);
	if (!regions_save(REGION_MACHINE(slot)))
		return "no memory on the host to keep the machine";
	lab_forget_program();
	lab->now.ready = true;
	lab->machines[slot] = lab->now;
	return NULL;
}

bool machine_enter(u32 slot)
{
	if (slot >= LINUX_MACHINES || !lab->machines[slot].ready)
		return false;
	lab->now = lab->machines[slot];
	lab->slot = slot;
	regions_set_pages(lab->now.used_pages);
	return true;
}
