/* SPDX-License-Identifier: MIT */
/*
 * Records of words, one a list. Reading trusts nothing.
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
	snapshot_free(&state->snapshot);
	free(state->words);
	memset(state, 0, sizeof(*state));
}

struct record {
	uint32_t zone, kind, index, type, nr;
	const uint32_t *words;
};

static uint32_t entry_words(uint32_t kind)
{
	return kind == RECORD_PCP || kind == RECORD_LRU ? 2 : 1;
}

/* ---- from a view ---- */

static bool reserve_words(struct linux_state *state, uint64_t nr)
{
	uint32_t *grown;

	if (nr <= state->capacity)
		return true;
	if (nr > LINUX_STATE_WORDS)
		return false;
	nr = nr > LINUX_STATE_WORDS / 2 ? LINUX_STATE_WORDS : 2 * nr;
	grown = realloc(state->words, nr * sizeof(*grown));
	if (!grown)
		return false;
	state->words = grown;
	state->capacity = (uint32_t)nr;
	return true;
}

/* Where the entries of another record go, or NULL. */
static uint32_t *add_record(struct linux_state *state, const struct record *record)
{
	uint32_t start = state->machine.nr_state_words, *words;
	uint64_t end =
		start + RECORD_HEADER_WORDS + (uint64_t)record->nr * entry_words(record->kind);

	if (!reserve_words(state, end))
		return NULL;
	words = state->words + start;
	*words++ = record->zone;
	*words++ = record->kind;
	*words++ = record->index;
	*words++ = record->type;
	*words++ = record->nr;
	state->machine.nr_state_words = (uint32_t)end;
	return words;
}

/* A list without entries is none. */
static bool put_list(struct linux_state *state, const struct record *record)
{
	uint32_t *to = record->nr ? add_record(state, record) : NULL;

	if (to)
		memcpy(to, record->words, record->nr * entry_words(record->kind) * sizeof(*to));
	return to || !record->nr;
}

static bool put_pcp_list(struct linux_state *state, uint32_t zone, uint32_t pindex)
{
	const struct snapshot_pcp *pcp = &state->snapshot.zones[zone].pcps[0];
	const struct record record = { zone, RECORD_PCP, pindex, 0, pcp->lists[pindex].nr, NULL };
	uint32_t *to = record.nr ? add_record(state, &record) : NULL;

	for (uint32_t i = 0; to && i < record.nr; i++) {
		*to++ = pcp->lists[pindex].pfns[i];
		*to++ = pcp->types[pindex].pfns[i];
	}
	return to || !record.nr;
}

static bool put_pageblocks(struct linux_state *state, uint32_t number)
{
	const struct snapshot_zone *zone = &state->snapshot.zones[number];
	const struct record record = { number, RECORD_PAGEBLOCKS, 0, 0, zone->nr_pageblocks, NULL };
	uint32_t *to = add_record(state, &record);

	for (uint32_t i = 0; to && i < record.nr; i++)
		to[i] = zone->pageblocks[i];
	return to;
}

static bool put_zone(struct linux_state *state, uint32_t number)
{
	const struct snapshot_zone *zone = &state->snapshot.zones[number];
	const struct record lru = { number, RECORD_LRU, 0, 0, zone->lru.nr / 2, zone->lru.pfns };
	bool ok = true;

	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
		for (uint32_t type = 0; ok && type < MIGRATE_TYPES; type++) {
			const struct pfn_list *list = &zone->lists[order][type];

			ok = put_list(state, &(struct record){ number, RECORD_FREE, order, type,
							       list->nr, list->pfns });
		}
	for (uint32_t pindex = 0; ok && pindex < NR_PCP_LISTS; pindex++)
		ok = put_pcp_list(state, number, pindex);
	return ok && put_pageblocks(state, number) && put_list(state, &lru);
}

static void take_zone(const struct snapshot_zone *from, struct linux_zone *zone)
{
	const struct zone_info *info = &from->info;
	const struct pcp_info *pcp = &from->pcps[0].info;

	*zone = (struct linux_zone){
		.index = info->index,
		.start_pfn = info->start_pfn,
		.spanned_pages = info->spanned_pages,
		.managed_pages = info->managed_pages,
		.watermark_boost = info->watermark_boost,
		.nr_free_pages = (uint32_t)info->nr_free_pages,
		.nr_free_cma_pages = (uint32_t)info->nr_free_cma_pages,
		.nr_reserved_highatomic = info->nr_reserved_highatomic,
		.nr_isolate_pageblock = info->nr_isolate_pageblock,
		.flags = info->flags,
		.pcp_high = (uint32_t)pcp->high,
		.pcp_batch = (uint32_t)pcp->batch,
		.pcp_free_factor = (uint32_t)pcp->free_factor,
	};
	memcpy(zone->watermark, info->watermark, sizeof(zone->watermark));
	memcpy(zone->lowmem_reserve, info->lowmem_reserve, sizeof(zone->lowmem_reserve));
}

bool linux_state_take(struct linux_state *state, const struct view *view, bool without_lru)
{
	const struct snapshot *snapshot = &state->snapshot;
	struct linux_machine *machine = &state->machine;
	bool ok = without_lru ? snapshot_take_unmarked(&state->snapshot, view)
			      : snapshot_take(&state->snapshot, view);

	if (!ok || snapshot->nr_zones > LINUX_MAX_ZONES)
		return false;
	machine->nr_zones = snapshot->nr_zones;
	machine->mobility_disabled = snapshot->mobility_disabled;
	machine->watermark_boost_factor = snapshot->boost_factor;
	machine->nr_state_words = 0;
	for (uint32_t z = 0; ok && z < snapshot->nr_zones; z++) {
		take_zone(&snapshot->zones[z], &machine->zones[z]);
		ok = put_zone(state, z);
	}
	return ok;
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
uint32_t linux_min_free_kbytes(const struct snapshot *snapshot, const struct buddy_config *config)
{
	uint64_t lowmem_kbytes = 0;
	uint32_t value;

	if (config->sysctl.min_free_kbytes != BUDDY_SYSCTL_AUTO)
		return (uint32_t)config->sysctl.min_free_kbytes;
	for (uint32_t z = 0; z < snapshot->nr_zones; z++)
		if (snapshot->zones[z].info.index <= ZONE_NORMAL)
			lowmem_kbytes += 4ull * snapshot->zones[z].info.managed_pages;
	value = square_root(lowmem_kbytes * 16);
	return value < 128 ? 128 : value > 262144 ? 262144 : value;
}

void linux_state_set_sysctls(struct linux_state *state, const struct buddy_config *config)
{
	const struct buddy_sysctl *sysctl = &config->sysctl;
	struct linux_machine *machine = &state->machine;

	machine->min_free_kbytes = linux_min_free_kbytes(&state->snapshot, config);
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
	nr_words = (uint64_t)record->nr * entry_words(record->kind);
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
