/* SPDX-License-Identifier: MIT */
/*
 * Records of words, one a list. Writing goes over a buffer that knows its end and is checked once;
 * reading trusts nothing.
 */
#include "diff/linux/linux_state.h"

#include <stdlib.h>
#include <string.h>

#define HASH_START 0xcbf29ce484222325ull
#define HASH_PRIME 0x100000001b3ull
#define RECORD_HEADER_WORDS 5u

enum record_kind { RECORD_FREE, RECORD_PCP, RECORD_PAGEBLOCKS, RECORD_LRU, NR_RECORD_KINDS };

void linux_state_free(struct linux_state *state)
{
	free(state->words);
	memset(state, 0, sizeof(*state));
}

/* ---- from a view ---- */

struct writer {
	const struct view *view;
	uint32_t *words;
	uint32_t nr, capacity; /* nr beyond capacity: it did not fit */
	uint32_t zone, pageblock_order;
};

static void put(struct writer *writer, uint32_t word)
{
	if (writer->nr < writer->capacity)
		writer->words[writer->nr] = word;
	writer->nr++;
}

static bool is_full(const struct writer *writer)
{
	return writer->nr > writer->capacity;
}

/* Returns where the record began. */
static uint32_t put_header(struct writer *writer, enum record_kind kind, uint32_t index,
			   uint32_t type)
{
	uint32_t start = writer->nr;

	put(writer, writer->zone);
	put(writer, kind);
	put(writer, index);
	put(writer, type);
	put(writer, 0);
	return start;
}

/* Sets n; a record without entries is taken back. */
static void close_record(struct writer *writer, uint32_t start, uint32_t words_per_entry)
{
	uint32_t nr_words = writer->nr - start - RECORD_HEADER_WORDS;

	if (!nr_words)
		writer->nr = start;
	else if (!is_full(writer))
		writer->words[start + 4] = nr_words / words_per_entry;
}

static void put_free_list(struct writer *writer, uint32_t order, enum migratetype type)
{
	struct list_cursor at = walk_free_list(writer->zone, order, type);
	uint32_t start = put_header(writer, RECORD_FREE, order, type);
	struct list_entry entry;

	while (!is_full(writer) && view_next_entry(writer->view, &at, &entry))
		put(writer, entry.pfn);
	close_record(writer, start, 1);
}

static void put_pcp_list(struct writer *writer, uint32_t pindex)
{
	struct list_cursor at = walk_pcp_list(writer->zone, 0, pindex);
	uint32_t start = put_header(writer, RECORD_PCP, pindex, 0);
	struct list_entry entry;

	while (!is_full(writer) && view_next_entry(writer->view, &at, &entry)) {
		put(writer, entry.pfn);
		put(writer, entry.page.index);
	}
	close_record(writer, start, 2);
}

static void put_pageblocks(struct writer *writer, const struct linux_zone *zone)
{
	const struct view *view = writer->view;
	pfn_t end = zone->start_pfn + zone->spanned_pages;
	uint32_t start = put_header(writer, RECORD_PAGEBLOCKS, 0, 0);
	struct page_info info;

	for (pfn_t block = zone->start_pfn >> writer->pageblock_order;
	     block << writer->pageblock_order < end; block++) {
		pfn_t pfn = block << writer->pageblock_order;

		if (pfn < zone->start_pfn)
			pfn = zone->start_pfn;
		put(writer, view->page(view->self, pfn, &info) ? view->pageblock(view->self, pfn)
							       : PAGEBLOCK_HOLE);
	}
	close_record(writer, start, 1);
}

static void put_lru(struct writer *writer, const struct linux_zone *zone)
{
	pfn_t end = zone->start_pfn + zone->spanned_pages;
	uint32_t start = put_header(writer, RECORD_LRU, 0, 0), run = 0;

	for (pfn_t pfn = zone->start_pfn; pfn < end; pfn++) {
		if (view_page_is_movable(writer->view, pfn)) {
			if (!run++)
				put(writer, pfn);
		} else if (run) {
			put(writer, run);
			run = 0;
		}
	}
	if (run)
		put(writer, run);
	close_record(writer, start, 2);
}

static void put_zone(struct writer *writer, const struct linux_zone *zone, bool without_lru)
{
	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
		for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
			put_free_list(writer, order, (enum migratetype)type);
	for (uint32_t pindex = 0; pindex < NR_PCP_LISTS; pindex++)
		put_pcp_list(writer, pindex);
	put_pageblocks(writer, zone);
	if (!without_lru)
		put_lru(writer, zone);
}

static void take_zone(const struct view *view, uint32_t number, struct linux_zone *zone)
{
	struct zone_info info;
	struct pcp_info pcp;

	view->zone(view->self, number, &info);
	view->pcp(view->self, number, 0, &pcp);
	*zone = (struct linux_zone){
		.index = info.index,
		.start_pfn = info.start_pfn,
		.spanned_pages = info.spanned_pages,
		.managed_pages = info.managed_pages,
		.watermark_boost = info.watermark_boost,
		.nr_free_pages = (uint32_t)info.nr_free_pages,
		.nr_free_cma_pages = (uint32_t)info.nr_free_cma_pages,
		.nr_reserved_highatomic = info.nr_reserved_highatomic,
		.nr_isolate_pageblock = info.nr_isolate_pageblock,
		.flags = info.flags,
		.pcp_high = (uint32_t)pcp.high,
		.pcp_batch = (uint32_t)pcp.batch,
		.pcp_free_factor = (uint32_t)pcp.free_factor,
	};
	memcpy(zone->watermark, info.watermark, sizeof(zone->watermark));
	memcpy(zone->lowmem_reserve, info.lowmem_reserve, sizeof(zone->lowmem_reserve));
}

/* Room for every page in two words and for the headers of all lists. */
static bool reserve_words(struct linux_state *state)
{
	uint64_t need = 0;

	for (uint32_t z = 0; z < state->machine.nr_zones; z++)
		need += 3ull * state->machine.zones[z].spanned_pages + 1024;
	if (need > LINUX_STATE_WORDS)
		need = LINUX_STATE_WORDS;
	if (need <= state->capacity)
		return true;
	free(state->words);
	state->words = malloc(need * sizeof(*state->words));
	state->capacity = state->words ? (uint32_t)need : 0;
	return state->words;
}

bool linux_state_take(struct linux_state *state, const struct view *view, bool without_lru)
{
	struct linux_machine *machine = &state->machine;
	struct writer writer = { .view = view };
	struct machine_info info;

	view->machine(view->self, &info);
	if (info.nr_zones > LINUX_MAX_ZONES)
		return false;
	machine->nr_zones = info.nr_zones;
	machine->mobility_disabled = info.mobility_disabled;
	machine->watermark_boost_factor = info.boost_factor;
	for (uint32_t z = 0; z < info.nr_zones; z++)
		take_zone(view, z, &machine->zones[z]);
	if (!reserve_words(state))
		return false;
	writer.words = state->words;
	writer.capacity = state->capacity;
	writer.pageblock_order = info.pageblock_order;
	for (; writer.zone < info.nr_zones; writer.zone++)
		put_zone(&writer, &machine->zones[writer.zone], without_lru);
	machine->nr_state_words = writer.nr;
	return !is_full(&writer);
}

static uint32_t square_root(uint64_t n)
{
	uint32_t root = 0;

	for (uint32_t bit = 1u << 31; bit; bit >>= 1)
		if ((uint64_t)(root | bit) * (root | bit) <= n)
			root |= bit;
	return root;
}

/* MM-62, at boot: the square root of 16 times the lowmem in kB, in 128..262144. */
static uint32_t boot_min_free_kbytes(const struct linux_machine *machine)
{
	uint64_t lowmem_kbytes = 0;
	uint32_t value;

	for (uint32_t z = 0; z < machine->nr_zones; z++)
		if (machine->zones[z].index <= ZONE_NORMAL)
			lowmem_kbytes += 4ull * machine->zones[z].managed_pages;
	value = square_root(lowmem_kbytes * 16);
	return value < 128 ? 128 : value > 262144 ? 262144 : value;
}

void linux_state_set_sysctls(struct linux_machine *machine, const struct buddy_config *config)
{
	const struct buddy_sysctl *sysctl = &config->sysctl;

	machine->min_free_kbytes = sysctl->min_free_kbytes == BUDDY_SYSCTL_AUTO
					   ? boot_min_free_kbytes(machine)
					   : (uint32_t)sysctl->min_free_kbytes;
	machine->watermark_scale_factor = sysctl->watermark_scale_factor;
	machine->watermark_boost_factor = sysctl->watermark_boost_factor;
	machine->percpu_pagelist_high_fraction = sysctl->percpu_pagelist_high_fraction;
	memcpy(machine->lowmem_reserve_ratio, sysctl->lowmem_reserve_ratio,
	       sizeof(machine->lowmem_reserve_ratio));
}

static uint64_t hash_words(uint64_t hash, const uint32_t *words, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		hash = (hash ^ words[i]) * HASH_PRIME;
	return hash;
}

uint64_t linux_state_hash(const struct linux_machine *machine, const uint32_t *words)
{
	uint64_t hash = hash_words(HASH_START, &machine->mobility_disabled, 1);

	for (uint32_t z = 0; z < machine->nr_zones; z++)
		hash = hash_words(hash, (const uint32_t *)&machine->zones[z],
				  sizeof(struct linux_zone) / sizeof(uint32_t));
	return hash_words(hash, words, machine->nr_state_words);
}

/* ---- into a snapshot ---- */

struct record {
	uint32_t zone, kind, index, type, nr;
	const uint32_t *words;
};

static bool read_record(const uint32_t **at, const uint32_t *end,
			const struct linux_machine *machine, struct record *record)
{
	size_t left = (size_t)(end - *at);
	uint64_t nr_words;

	if (left < RECORD_HEADER_WORDS)
		return false;
	*record = (struct record){ (*at)[0], (*at)[1], (*at)[2],
				   (*at)[3], (*at)[4], *at + RECORD_HEADER_WORDS };
	if (record->zone >= machine->nr_zones || record->kind >= NR_RECORD_KINDS)
		return false;
	nr_words = record->nr;
	if (record->kind == RECORD_PCP || record->kind == RECORD_LRU)
		nr_words *= 2;
	if (nr_words > left - RECORD_HEADER_WORDS)
		return false;
	*at += RECORD_HEADER_WORDS + nr_words;
	return true;
}

static bool append_words(struct pfn_list *list, const uint32_t *words, uint64_t nr, uint32_t step)
{
	for (uint64_t i = 0; i < nr; i++)
		if (!pfn_list_append(list, words[i * step]))
			return false;
	return true;
}

static bool read_free_list(const struct record *record, struct snapshot_zone *zone)
{
	if (record->index >= NR_PAGE_ORDERS || record->type >= MIGRATE_TYPES)
		return false;
	zone->info.nr_free[record->index] += record->nr;
	return append_words(&zone->lists[record->index][record->type], record->words, record->nr,
			    1);
}

static bool read_pcp_list(const struct record *record, struct snapshot_zone *zone)
{
	struct snapshot_pcp *pcp = &zone->pcps[0];

	if (record->index >= NR_PCP_LOW_LISTS)
		return false;
	pcp->info.count += (int32_t)(record->nr << record->index / MIGRATE_PCPTYPES);
	return append_words(&pcp->lists[record->index], record->words, record->nr, 2) &&
	       append_words(&pcp->types[record->index], record->words + 1, record->nr, 2);
}

static bool read_pageblocks(const struct record *record, struct snapshot_zone *zone)
{
	if (zone->pageblocks || !record->nr)
		return false;
	zone->pageblocks = malloc(record->nr);
	if (!zone->pageblocks)
		return false;
	zone->nr_pageblocks = record->nr;
	for (uint32_t i = 0; i < record->nr; i++)
		zone->pageblocks[i] = (uint8_t)record->words[i];
	return true;
}

static bool read_list(const struct record *record, struct snapshot_zone *zone)
{
	switch (record->kind) {
	case RECORD_FREE:
		return read_free_list(record, zone);
	case RECORD_PCP:
		return read_pcp_list(record, zone);
	case RECORD_PAGEBLOCKS:
		return read_pageblocks(record, zone);
	default:
		return append_words(&zone->lru, record->words, 2ull * record->nr, 1);
	}
}

static void read_zone(const struct linux_zone *zone, struct snapshot_zone *out)
{
	out->info = (struct zone_info){
		.index = zone->index,
		.start_pfn = zone->start_pfn,
		.spanned_pages = zone->spanned_pages,
		.present_pages = zone->spanned_pages,
		.managed_pages = zone->managed_pages,
		.watermark_boost = zone->watermark_boost,
		.nr_free_pages = zone->nr_free_pages,
		.nr_free_cma_pages = zone->nr_free_cma_pages,
		.nr_reserved_highatomic = zone->nr_reserved_highatomic,
		.nr_isolate_pageblock = zone->nr_isolate_pageblock,
		.flags = zone->flags,
	};
	memcpy(out->info.watermark, zone->watermark, sizeof(out->info.watermark));
	memcpy(out->info.lowmem_reserve, zone->lowmem_reserve, sizeof(out->info.lowmem_reserve));
	out->pcps[0].info = (struct pcp_info){
		.high = (int32_t)zone->pcp_high,
		.batch = (int32_t)zone->pcp_batch,
		.free_factor = (int32_t)zone->pcp_free_factor,
	};
}

static void read_machine(const struct linux_machine *machine, const struct snapshot *base,
			 struct snapshot *snapshot)
{
	snapshot->pageblock_order = base ? base->pageblock_order : MAX_PAGE_ORDER;
	snapshot->features = base ? base->features : 0;
	snapshot->nr_cpus = 1;
	snapshot->nr_zones = machine->nr_zones;
	snapshot->boost_factor = machine->watermark_boost_factor;
	snapshot->mobility_disabled = machine->mobility_disabled;
	for (uint32_t z = 0; z < machine->nr_zones; z++) {
		read_zone(&machine->zones[z], &snapshot->zones[z]);
		snapshot->zones_mask |= 1u << (machine->zones[z].index & 31);
		if (base && z < base->nr_zones)
			snapshot->zones[z].info.present_pages = base->zones[z].info.present_pages;
	}
}

bool linux_state_snapshot(const struct linux_machine *machine, const uint32_t *words,
			  const struct snapshot *base, struct snapshot *snapshot)
{
	const uint32_t *end = words + machine->nr_state_words;
	struct record record;

	snapshot_free(snapshot);
	if (machine->nr_zones > LINUX_MAX_ZONES || machine->nr_state_words > LINUX_STATE_WORDS)
		return false;
	read_machine(machine, base, snapshot);
	while (words < end)
		if (!read_record(&words, end, machine, &record) ||
		    !read_list(&record, &snapshot->zones[record.zone]))
			return false;
	return true;
}
