/* SPDX-License-Identifier: MIT */
/*
 * Numbers that follow from managed pages: watermarks, zone protection, pcp sizes, counter
 * thresholds. Written once at boot and again by the sysctls; nothing here is recomputed when
 * managed pages change (MM-47).
 */
#include "tune/sizing.h"

#include "alloc/alloc_context.h"
#include "base/check.h"
#include "base/sync.h"

static uint32_t max_pages(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint64_t total_managed_pages(const struct buddy_system *sys)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < sys->head->nr_zones; i++)
		total += sys->zones[i].managed_pages;
	return total;
}

static uint32_t sqrt_floor(uint64_t value)
{
	uint64_t root = 0;

	for (uint64_t bit = (uint64_t)1 << 31; bit; bit >>= 1)
		if ((root + bit) * (root + bit) <= value)
			root += bit;
	return (uint32_t)root;
}

/* MM-62. At a boot the marks are still 0; imported ones count as little. */
void calculate_min_free_kbytes(struct buddy_system *sys, bool imported)
{
	const struct zoneref *ref = boot_zonelist(sys);
	uint32_t highest = gfp_zone_index(sys, GFP_USER);
	uint64_t lowmem_kbytes = 0;
	int32_t kbytes;

	for (; ref->zone != ZONEREF_END; ref++) {
		const struct zone *zone = &sys->zones[ref->zone];
		uint32_t high = imported ? 0 : wmark_pages(zone, WMARK_HIGH);

		if (ref->index <= highest && zone->managed_pages > high)
			lowmem_kbytes +=
				(uint64_t)(zone->managed_pages - high) * (BUDDY_PAGE_SIZE / 1024);
	}
	kbytes = (int32_t)sqrt_floor(lowmem_kbytes * 16);
	if (kbytes <= sys->head->user_min_free_kbytes)
		return;
	if (kbytes < 128)
		kbytes = 128;
	if (kbytes > 262144)
		kbytes = 262144;
	sys->head->sysctl.min_free_kbytes = kbytes;
}

/* MM-63, one zone. total: managed pages of all zones, not 0. */
static void setup_zone_wmarks(struct buddy_system *sys, struct zone *zone, uint64_t total)
{
	uint64_t pages_min = (uint64_t)sys->head->sysctl.min_free_kbytes >> (BUDDY_PAGE_SHIFT - 10);
	uint32_t min = (uint32_t)(pages_min * zone->managed_pages / total);
	uint64_t scaled =
		(uint64_t)zone->managed_pages * sys->head->sysctl.watermark_scale_factor / 10000;
	uint32_t step = max_pages(min >> 2, (uint32_t)scaled);

	lock_zone(sys, zone);
	zone->watermark_boost = 0;
	for (uint32_t mark = 0; mark < NR_WMARK; mark++)
		zone->watermark[mark] = min + mark * step;
	unlock_zone(sys, zone);
}

/* MM-74 */
void calculate_totalreserve_pages(struct buddy_system *sys)
{
	uint32_t total = 0;

	for (uint32_t i = 0; i < sys->head->nr_zones; i++) {
		const struct zone *zone = &sys->zones[i];
		uint32_t reserve = 0;
		uint64_t pages;

		for (uint32_t kind = zone->index; kind < MAX_NR_ZONES; kind++)
			reserve = max_pages(reserve, zone->lowmem_reserve[kind]);
		pages = (uint64_t)reserve + wmark_pages(zone, WMARK_HIGH);
		total += pages < zone->managed_pages ? (uint32_t)pages : zone->managed_pages;
	}
	sys->head->totalreserve_pages = total;
}

void setup_per_zone_wmarks(struct buddy_system *sys)
{
	uint64_t total = total_managed_pages(sys);

	for (uint32_t i = 0; i < sys->head->nr_zones && total; i++)
		setup_zone_wmarks(sys, &sys->zones[i], total);
	calculate_totalreserve_pages(sys);
	for (uint32_t i = 0; i < sys->head->nr_zones; i++)
		zone_set_pageset_high_and_batch(sys, &sys->zones[i]);
}

static uint32_t node_managed_pages(const struct buddy_system *sys, uint32_t node, uint32_t kind)
{
	for (uint32_t i = 0; i < sys->head->nr_zones; i++)
		if (sys->zones[i].node == node && sys->zones[i].index == kind)
			return sys->zones[i].managed_pages;
	return 0;
}

/* MM-71. Kinds the kernel was built without have no entry: theirs stay 0. */
void setup_per_zone_lowmem_reserve(struct buddy_system *sys)
{
	for (uint32_t i = 0; i < sys->head->nr_zones; i++) {
		struct zone *zone = &sys->zones[i];
		uint32_t ratio = sys->head->sysctl.lowmem_reserve_ratio[zone->index];
		bool none = ratio == 0 || zone->managed_pages == 0;
		uint32_t pages = 0;

		for (uint32_t kind = zone->index + 1u; kind < MAX_NR_ZONES; kind++) {
			if (!(sys->head->zones_configured & BIT(kind)))
				continue;
			pages += node_managed_pages(sys, zone->node, kind);
			zone->lowmem_reserve[kind] = none ? 0 : pages / ratio;
		}
	}
	calculate_totalreserve_pages(sys);
}

/* MM-82 */
uint32_t zone_batchsize(uint32_t managed_pages)
{
	uint32_t batch = managed_pages >> 10;
	uint32_t power = 1;

	if (batch > 256)
		batch = 256;
	batch /= 4;
	if (batch < 1)
		batch = 1;
	batch += batch / 2;
	while (power * 2 <= batch)
		power *= 2;
	return power > 1 ? power - 1 : 1;
}

static uint32_t node_nr_cpus(const struct buddy_system *sys, uint32_t node)
{
	uint32_t nr_cpus = 0;

	for (uint32_t cpu = 0; cpu < sys->head->nr_cpus; cpu++)
		nr_cpus += sys->head->config.cpu_node[cpu] == node;
	return nr_cpus;
}

/* MM-83 */
static uint32_t zone_highsize(const struct buddy_system *sys, const struct zone *zone,
			      uint32_t batch)
{
	uint32_t fraction = sys->head->sysctl.percpu_pagelist_high_fraction;
	uint32_t total = fraction ? zone->managed_pages / fraction : wmark_pages(zone, WMARK_LOW);
	uint32_t nr_cpus = node_nr_cpus(sys, zone->node);

	if (!nr_cpus)
		nr_cpus = sys->head->nr_cpus;
	return max_pages(total / nr_cpus, 4 * batch);
}

/* MM-84 */
void zone_set_pageset_high_and_batch(struct buddy_system *sys, struct zone *zone)
{
	uint32_t batch = zone_batchsize(zone->managed_pages);
	uint32_t high = zone_highsize(sys, zone, batch);

	if (zone->pageset_high == (int32_t)high && zone->pageset_batch == (int32_t)batch)
		return;
	VM_BUG_ON(sys, batch < 1 || high < 4 * batch || high > INT32_MAX, PFN_NONE);
	zone->pageset_high = (int32_t)high;
	zone->pageset_batch = (int32_t)batch;
	for (uint32_t cpu = 0; cpu < sys->head->nr_cpus; cpu++) {
		struct pcp *pcp = zone_pcp(sys, zone, cpu);

		pcp->high = (int32_t)high;
		pcp->batch = (int32_t)batch;
	}
}

/* One more than the number of the highest set bit; 0 for 0. */
static uint32_t fls(uint32_t value)
{
	return value ? 32u - (uint32_t)__builtin_clz(value) : 0;
}

uint32_t normal_stat_threshold(uint32_t nr_cpus, uint32_t managed_pages)
{
	uint32_t threshold = 2 * fls(nr_cpus) * (1 + fls(managed_pages >> 15));

	return threshold < 125 ? threshold : 125;
}

/* A mark once set stays, whatever the sysctls do later. */
void update_percpu_drift_mark(const struct buddy_system *sys, struct zone *zone, uint32_t threshold)
{
	uint32_t drift = sys->head->nr_cpus * threshold;

	VM_BUG_ON(sys, threshold > INT8_MAX, PFN_NONE);
	VM_BUG_ON(sys, zone->watermark[WMARK_LOW] < zone->watermark[WMARK_MIN], PFN_NONE);
	if (drift > zone->watermark[WMARK_LOW] - zone->watermark[WMARK_MIN])
		zone->percpu_drift_mark = wmark_pages(zone, WMARK_HIGH) + drift;
}

/* MM-92 */
void refresh_zone_stat_thresholds(struct buddy_system *sys)
{
	uint32_t nr_cpus = sys->head->nr_cpus;

	if (!has_feature(sys, BUDDY_SMP))
		return;
	for (uint32_t i = 0; i < sys->head->nr_zones; i++) {
		struct zone *zone = &sys->zones[i];
		uint32_t threshold = normal_stat_threshold(nr_cpus, zone->managed_pages);

		for (uint32_t cpu = 0; cpu < nr_cpus; cpu++)
			zone_pcp(sys, zone, cpu)->stat_threshold = threshold;
		update_percpu_drift_mark(sys, zone, threshold);
	}
}

void init_per_zone_wmark_min(struct buddy_system *sys)
{
	calculate_min_free_kbytes(sys, false);
	setup_per_zone_wmarks(sys);
	refresh_zone_stat_thresholds(sys);
	setup_per_zone_lowmem_reserve(sys);
}
