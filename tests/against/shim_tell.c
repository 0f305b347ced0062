/* SPDX-License-Identifier: MIT */
/*
 * The whole state in one fixed order, through the eyes of inspect.h. The same walk either only
 * hashes what it sees or writes it down as well.
 */
#include <stdio.h>
#include <stdlib.h>

#include "shim_core.h"

#define MULTIPLIER UINT64_C(0x9e3779b97f4a7c15)

enum label {
#define LABEL(name, a, b, c, d) LABEL_##name,
#include "labels.def"
};

static void store(struct shim *shim, enum label label, const uint32_t at[SHIM_MAX_AT],
		  uint64_t value)
{
	struct shim_word *word;

	if (shim->nr_words == shim->max_words) {
		shim->max_words = shim->max_words * 2 + 1024;
		shim->words = realloc(shim->words, shim->max_words * sizeof(*shim->words));
		if (!shim->words) {
			perror("against");
			exit(2);
		}
	}
	word = &shim->words[shim->nr_words++];
	word->label = label;
	word->value = value;
	for (uint32_t i = 0; i < SHIM_MAX_AT; i++)
		word->at[i] = at[i];
}

static inline void say(struct shim *shim, enum label label, const uint32_t at[SHIM_MAX_AT],
		       uint64_t value)
{
	uint64_t hash = (shim->hash ^ value) * MULTIPLIER;

	shim->hash = hash ^ hash >> 29;
	if (shim->storing)
		store(shim, label, at, value);
}

/* SAY(label, value, at...): every member goes through 64 bits, signs included. */
#define SAY(shim, name, value, ...) \
	say(shim, LABEL_##name, (const uint32_t[SHIM_MAX_AT]){ __VA_ARGS__ }, (uint64_t)(value))

static void tell_machine(struct shim *shim)
{
	struct machine_info info;

	inspect_machine(&shim->sys, &info);
	SAY(shim, machine_pageblock_order, info.pageblock_order, 0);
	SAY(shim, machine_nr_zones, info.nr_zones, 0);
	SAY(shim, machine_base_pfn, info.base_pfn, 0);
	SAY(shim, machine_end_pfn, info.end_pfn, 0);
	SAY(shim, machine_mobility_disabled, info.mobility_disabled, 0);
	SAY(shim, machine_boost_factor, info.boost_factor, 0);
	for (uint32_t node = 0; node < info.nr_nodes; node++)
		for (uint32_t list = 0; list < 2; list++)
			for (uint32_t i = 0; i <= info.nr_zones; i++)
				SAY(shim, machine_zonelist, info.zonelist[node][list][i], node,
				    list, i);
	for (uint32_t i = 0; i < 16; i++)
		SAY(shim, machine_gfp_zone, info.gfp_zone[i], i);
}

static void tell_frags(struct shim *shim)
{
	for (uint32_t i = 0; i < SHIM_NR_FRAG_CACHES; i++) {
		const struct page_frag_cache *cache = &shim->frags[i];

		if (!cache->page)
			continue;
		SAY(shim, frag_pfn, page_to_pfn(&shim->sys, cache->page), i);
		SAY(shim, frag_offset, cache->offset, i);
		SAY(shim, frag_size, cache->size_bytes, i);
		SAY(shim, frag_bias, cache->pagecnt_bias, i);
		SAY(shim, frag_pfmemalloc, cache->pfmemalloc, i);
	}
}

static void tell_zone(struct shim *shim, uint32_t z)
{
	struct zone_info info;

	inspect_zone(&shim->sys, z, &info);
	SAY(shim, zone_node, info.node, z);
	SAY(shim, zone_index, info.index, z);
	SAY(shim, zone_start_pfn, info.start_pfn, z);
	SAY(shim, zone_spanned_pages, info.spanned_pages, z);
	SAY(shim, zone_present_pages, info.present_pages, z);
	SAY(shim, zone_managed_pages, info.managed_pages, z);
	for (uint32_t mark = 0; mark < NR_WMARK; mark++)
		SAY(shim, zone_watermark, info.watermark[mark], z, mark);
	SAY(shim, zone_watermark_boost, info.watermark_boost, z);
	for (uint32_t kind = 0; kind < MAX_NR_ZONES; kind++)
		SAY(shim, zone_lowmem_reserve, info.lowmem_reserve[kind], z, kind);
	SAY(shim, zone_nr_free_pages, info.nr_free_pages, z);
	SAY(shim, zone_nr_free_cma_pages, info.nr_free_cma_pages, z);
	SAY(shim, zone_nr_reserved_highatomic, info.nr_reserved_highatomic, z);
	SAY(shim, zone_nr_isolate_pageblock, info.nr_isolate_pageblock, z);
	SAY(shim, zone_flags, info.flags, z);
	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
		SAY(shim, zone_nr_free, info.nr_free[order], z, order);
}

static void tell_pcp(struct shim *shim, uint32_t z, uint32_t cpu)
{
	struct pcp_info info;

	inspect_pcp(&shim->sys, z, cpu, &info);
	SAY(shim, pcp_count, info.count, z, cpu);
	SAY(shim, pcp_high, info.high, z, cpu);
	SAY(shim, pcp_batch, info.batch, z, cpu);
	SAY(shim, pcp_free_factor, info.free_factor, z, cpu);
	SAY(shim, pcp_expire, info.expire, z, cpu);
	SAY(shim, pcp_stat_threshold, info.stat_threshold, z, cpu);
	SAY(shim, pcp_diff_free, info.diff_free, z, cpu);
	SAY(shim, pcp_diff_cma, info.diff_cma, z, cpu);
}

/* A broken list may be a circle: no list is longer than the machine. */
static uint32_t nr_frames(const struct shim *shim)
{
	return shim->info.end_pfn - shim->info.base_pfn;
}

static void tell_pcp_lists(struct shim *shim, uint32_t z, uint32_t cpu)
{
	for (uint32_t pindex = 0; pindex < NR_PCP_LISTS; pindex++) {
		pfn_t pfn = inspect_pcp_first(&shim->sys, z, cpu, pindex);
		uint32_t i = 0;

		for (; pfn != PFN_NONE && i <= nr_frames(shim); i++) {
			SAY(shim, pcp_list, pfn, z, cpu, pindex, i);
			pfn = inspect_pcp_next(&shim->sys, z, cpu, pindex, pfn);
		}
		SAY(shim, pcp_list, PFN_NONE, z, cpu, pindex, i);
	}
}

static void tell_free_list(struct shim *shim, uint32_t z, uint32_t order, enum migratetype type)
{
	pfn_t pfn = inspect_free_first(&shim->sys, z, order, type);
	uint32_t i = 0;

	for (; pfn != PFN_NONE && i <= nr_frames(shim); i++) {
		SAY(shim, free_list, pfn, z, order, (uint32_t)type, i);
		pfn = inspect_free_next(&shim->sys, z, order, type, pfn);
	}
	SAY(shim, free_list, PFN_NONE, z, order, (uint32_t)type, i);
}

static void tell_lists(struct shim *shim)
{
	for (uint32_t z = 0; z < shim->info.nr_zones; z++) {
		for (uint32_t cpu = 0; cpu < shim->info.nr_cpus; cpu++)
			tell_pcp_lists(shim, z, cpu);
		for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
			for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
				tell_free_list(shim, z, order, (enum migratetype)type);
	}
}

static void tell_page(struct shim *shim, pfn_t pfn, const struct page_info *info)
{
	SAY(shim, page_flags, info->flags, pfn);
	SAY(shim, page_refcount, info->refcount, pfn);
	SAY(shim, page_mapcount, info->mapcount, pfn);
	SAY(shim, page_marks, info->buddy | info->tail << 1 | info->pfmemalloc << 2, pfn);
	SAY(shim, page_private, info->private_value, pfn);
	SAY(shim, page_index, info->index, pfn);
	SAY(shim, page_mapping, info->mapping, pfn);
	SAY(shim, page_compound_head, info->compound_head, pfn);
	SAY(shim, page_compound_order, info->compound_order, pfn);
	SAY(shim, page_zone, info->zone, pfn);
}

static void tell_pages(struct shim *shim)
{
	struct page_info info;

	for (pfn_t pfn = shim->info.base_pfn; pfn < shim->info.end_pfn; pfn++) {
		if (inspect_page(&shim->sys, pfn, &info))
			tell_page(shim, pfn, &info);
		else
			SAY(shim, page_exists, false, pfn);
	}
}

static void tell_pageblocks(struct shim *shim)
{
	pfn_t nr_pages = (pfn_t)1 << shim->info.pageblock_order;
	pfn_t start = shim->info.base_pfn & ~(nr_pages - 1);

	for (pfn_t pfn = start; pfn < shim->info.end_pfn; pfn += nr_pages)
		SAY(shim, pageblock_type,
		    inspect_pageblock(&shim->sys,
				      pfn < shim->info.base_pfn ? shim->info.base_pfn : pfn),
		    pfn);
}

static void walk(struct shim *shim, enum shim_depth depth)
{
	for (uint32_t z = 0; z < shim->info.nr_zones; z++) {
		tell_zone(shim, z);
		for (uint32_t cpu = 0; cpu < shim->info.nr_cpus; cpu++)
			tell_pcp(shim, z, cpu);
	}
	tell_frags(shim);
	if (depth >= SHIM_LISTS)
		tell_lists(shim);
	if (depth >= SHIM_PAGES) {
		tell_pageblocks(shim);
		tell_pages(shim);
		tell_machine(shim);
	}
}

uint64_t shim_hash(struct shim *shim, enum shim_depth depth)
{
	shim->hash = 0;
	shim->storing = false;
	walk(shim, depth);
	return shim->hash;
}

uint64_t shim_tell(struct shim *shim, enum shim_depth depth, const struct shim_word **words)
{
	shim->nr_words = 0;
	shim->storing = true;
	walk(shim, depth);
	*words = shim->words;
	return shim->nr_words;
}
