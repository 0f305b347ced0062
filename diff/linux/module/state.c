// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine as it is, as records and as a hash over them. Lists that do not end are cut and
 * told.
 */
#include <linux/list.h>
#include <linux/mm.h>

#include "kernel.h"
#include "lab.h"
#include "records.h"

#define HASH_START 0xcbf29ce484222325ull
#define HASH_PRIME 0x100000001b3ull
#define HEADER_WORDS 5u

/* ---- reading ---- */

bool record_read(const u32 *words, u32 nr_words, u32 *at, struct record *record)
{
	u32 left = nr_words - *at, width;

	if (left < HEADER_WORDS)
		return false;
	words += *at;
	*record = (struct record){ words[0], words[1], words[2],
				   words[3], words[4], words + HEADER_WORDS };
	if (record->kind >= NR_RECORD_KINDS)
		return false;
	width = record->kind == RECORD_PCP || record->kind == RECORD_LRU ? 2 : 1;
	if (record->nr > (left - HEADER_WORDS) / width)
		return false;
	*at += HEADER_WORDS + record->nr * width;
	return true;
}

/* ---- writing ---- */

struct writer {
	u32 *words;
	u32 nr;     /* beyond LINUX_STATE_WORDS: full */
	u32 header; /* of the open record */
	u32 width;
};

static bool is_full(const struct writer *writer)
{
	return writer->nr > LINUX_STATE_WORDS;
}

static void put(struct writer *writer, u32 word)
{
	if (writer->nr < LINUX_STATE_WORDS)
		writer->words[writer->nr] = word;
	if (!is_full(writer))
		writer->nr++;
}

static void open_record(struct writer *writer, u32 zone, enum record_kind kind, u32 index, u32 type)
{
	writer->header = writer->nr;
	writer->width = kind == RECORD_PCP || kind == RECORD_LRU ? 2 : 1;
	put(writer, zone);
	put(writer, kind);
	put(writer, index);
	put(writer, type);
	put(writer, 0);
}

/* Empty records are taken back. */
static void close_record(struct writer *writer)
{
	u32 nr_words = writer->nr - writer->header - HEADER_WORDS;

	if (is_full(writer))
		return;
	if (!nr_words)
		writer->nr = writer->header;
	else
		writer->words[writer->header + 4] = nr_words / writer->width;
}

/* with_types: each frame is followed by the migratetype the page was recorded with. */
static void put_list(struct writer *writer, const struct list_head *list, bool with_types)
{
	const struct page *page;

	list_for_each_entry(page, list, lru)
	{
		put(writer, lab_pfn(page));
		if (with_types)
			put(writer, (u32)page->index);
		if (is_full(writer))
			return;
	}
}

static void put_free_lists(struct writer *writer, u32 z)
{
	for (u32 order = 0; order < MAX_ORDER; order++)
		for (u32 type = 0; type < MIGRATE_TYPES; type++) {
			open_record(writer, z, RECORD_FREE, order, type);
			put_list(writer, &lab->now.zones[z]->free_area[order].free_list[type],
				 false);
			close_record(writer);
		}
}

static void put_pcp_lists(struct writer *writer, u32 z)
{
	for (u32 i = 0; i < NR_PCP_LISTS; i++) {
		open_record(writer, z, RECORD_PCP, i, 0);
		put_list(writer, &lab->pcps[z]->lists[i], true);
		close_record(writer);
	}
}

static void put_pageblocks(struct writer *writer, u32 z)
{
	const struct zone *zone = lab->now.zones[z];
	unsigned long pfn = zone->zone_start_pfn;

	open_record(writer, z, RECORD_PAGEBLOCKS, 0, 0);
	for (u32 i = 0; pfn < zone_end_pfn(zone) && i < LAB_MAX_BLOCKS; i++) {
		u32 type = (u32)kernel.get_pfnblock_flags_mask(pfn_to_page(pfn), pfn,
							       MIGRATETYPE_MASK);

		put(writer, lab->now.hole_block[z][i] ? RECORD_HOLE : type);
		pfn = ALIGN(pfn + 1, pageblock_nr_pages);
	}
	close_record(writer);
}

static void put_lru(struct writer *writer, u32 z)
{
	const struct zone *zone = lab->now.zones[z];
	u32 run = 0;

	open_record(writer, z, RECORD_LRU, 0, 0);
	for (unsigned long pfn = zone->zone_start_pfn; pfn < zone_end_pfn(zone); pfn++) {
		struct page *page = pfn_to_page(pfn);

		if (!PageBuddy(page) && PageLRU(page)) {
			if (!run++)
				put(writer, lab_pfn(page));
		} else if (run) {
			put(writer, run);
			run = 0;
		}
	}
	if (run)
		put(writer, run);
	close_record(writer);
}

/* Fields that MACHINE gave and nothing changes (geometry) stay as they were given. */
static void read_zone(u32 z, struct linux_zone *to)
{
	struct zone *zone = lab->now.zones[z];
	const struct per_cpu_pages *pcp = lab->pcps[z];

	to->managed_pages = (u32)zone_managed_pages(zone);
	for (int i = 0; i < NR_WMARK; i++)
		to->watermark[i] = (u32)zone->_watermark[i];
	to->watermark_boost = (u32)zone->watermark_boost;
	for (int i = 0; i < MAX_NR_ZONES; i++)
		to->lowmem_reserve[lab_zone_type(i)] = (u32)zone->lowmem_reserve[i];
	to->nr_free_pages = (u32)atomic_long_read(&zone->vm_stat[NR_FREE_PAGES]);
	to->nr_free_cma_pages = (u32)atomic_long_read(&zone->vm_stat[NR_FREE_CMA_PAGES]);
	to->nr_reserved_highatomic = (u32)zone->nr_reserved_highatomic;
	to->nr_isolate_pageblock = (u32)zone->nr_isolate_pageblock;
	to->flags = (u32)zone->flags;
	to->pcp_high = (u32)pcp->high;
	to->pcp_batch = (u32)pcp->batch;
	to->pcp_free_factor = (u32)pcp->free_factor;
}

static void read_sysctls(struct linux_machine *machine)
{
	machine->mobility_disabled = (u32)*kernel.page_group_by_mobility_disabled;
	machine->min_free_kbytes = (u32)*kernel.min_free_kbytes;
	machine->watermark_scale_factor = (u32)*kernel.watermark_scale_factor;
	machine->watermark_boost_factor = (u32)*kernel.watermark_boost_factor;
	machine->percpu_pagelist_high_fraction = (u32)*kernel.percpu_pagelist_high_fraction;
	for (int i = 0; i < MAX_NR_ZONES; i++)
		machine->lowmem_reserve_ratio[lab_zone_type(i)] =
			(u32)kernel.sysctl_lowmem_reserve_ratio[i];
}

bool state_write(struct linux_machine *machine, u32 *words)
{
	struct writer writer = { .words = words };

	*machine = lab->now.machine;
	read_sysctls(machine);
	for (u32 z = 0; z < lab->now.nr_zones; z++) {
		read_zone(z, &machine->zones[z]);
		put_free_lists(&writer, z);
		put_pcp_lists(&writer, z);
		put_pageblocks(&writer, z);
		put_lru(&writer, z);
	}
	machine->nr_state_words = min(writer.nr, LINUX_STATE_WORDS);
	return !is_full(&writer);
}

/* ---- hash ---- */

static u64 hash_words(u64 hash, const u32 *words, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		hash = (hash ^ words[i]) * HASH_PRIME;
	return hash;
}

u64 state_hash(const struct linux_machine *machine, const u32 *words)
{
	u64 hash = hash_words(HASH_START, &machine->mobility_disabled, 1);

	hash = hash_words(hash, (const u32 *)machine->zones,
			  machine->nr_zones * sizeof(struct linux_zone) / sizeof(u32));
	return hash_words(hash, words, machine->nr_state_words);
}
