/* SPDX-License-Identifier: MIT */
/*
 * Comparing two states and telling the first difference the way a reader looks for it: where, what
 * was expected, what came, and the list around it on both sides. Only state is compared: how the
 * machine was configured (features, configured but empty zones) is not.
 */
#include <stdio.h>
#include <string.h>

#include "oracle/eyes/snapshot.h"
#include "oracle/lang/names.h"
#include "oracle/lang/text_line.h"

#define ENTRIES_AROUND 4u

struct comparison {
	struct line line;
	uint32_t zone;
};

static bool same(struct comparison *comparison, const char *what, int64_t expected, int64_t got)
{
	if (expected == got)
		return true;
	line_put(&comparison->line, "zone %u %s: expected %lld, got %lld", comparison->zone, what,
		 (long long)expected, (long long)got);
	return false;
}

static bool same_at(struct comparison *comparison, const char *what, uint32_t index,
		    int64_t expected, int64_t got)
{
	char name[64];

	if (expected == got)
		return true;
	snprintf(name, sizeof(name), "%s[%u]", what, index);
	return same(comparison, name, expected, got);
}

/* The entries around index, which stands in brackets. */
static void say_around(struct comparison *comparison, const char *side, const struct pfn_list *list,
		       uint32_t index)
{
	uint32_t i = index > ENTRIES_AROUND ? index - ENTRIES_AROUND : 0;

	line_put(&comparison->line, "\n  %s (%u entries):%s", side, list->nr, i ? " ..." : "");
	for (; i < list->nr && i <= index + ENTRIES_AROUND; i++)
		line_put(&comparison->line, i == index ? " [%u]" : " %u", list->pfns[i]);
	line_put(&comparison->line, "%s", i < list->nr ? " ..." : "");
}

static bool same_list(struct comparison *comparison, const char *what,
		      const struct pfn_list *expected, const struct pfn_list *got)
{
	uint32_t i = 0;

	while (i < expected->nr && i < got->nr && expected->pfns[i] == got->pfns[i])
		i++;
	if (i == expected->nr && i == got->nr)
		return true;
	line_put(&comparison->line, "zone %u %s, entry %u: expected ", comparison->zone, what, i);
	line_put(&comparison->line, i < expected->nr ? "%u" : "the end",
		 i < expected->nr ? expected->pfns[i] : 0);
	line_put(&comparison->line, i < got->nr ? ", got %u" : ", got the end",
		 i < got->nr ? got->pfns[i] : 0);
	say_around(comparison, "expected", expected, i);
	say_around(comparison, "got", got, i);
	return false;
}

static bool same_zone_info(struct comparison *c, const struct zone_info *e,
			   const struct zone_info *g)
{
	bool ok = same(c, "node", e->node, g->node) && same(c, "kind", e->index, g->index) &&
		  same(c, "start_pfn", e->start_pfn, g->start_pfn) &&
		  same(c, "spanned_pages", e->spanned_pages, g->spanned_pages) &&
		  same(c, "present_pages", e->present_pages, g->present_pages) &&
		  same(c, "managed_pages", e->managed_pages, g->managed_pages) &&
		  same(c, "watermark_boost", e->watermark_boost, g->watermark_boost);

	for (uint32_t i = 0; ok && i < NR_WMARK; i++)
		ok = same_at(c, "watermark", i, e->watermark[i], g->watermark[i]);
	for (uint32_t i = 0; ok && i < MAX_NR_ZONES; i++)
		ok = same_at(c, "lowmem_reserve", i, e->lowmem_reserve[i], g->lowmem_reserve[i]);
	return ok;
}

static bool same_zone_counters(struct comparison *c, const struct zone_info *e,
			       const struct zone_info *g)
{
	bool ok =
		same(c, "nr_free_pages", e->nr_free_pages, g->nr_free_pages) &&
		same(c, "nr_free_cma_pages", e->nr_free_cma_pages, g->nr_free_cma_pages) &&
		same(c, "nr_reserved_highatomic", e->nr_reserved_highatomic,
		     g->nr_reserved_highatomic) &&
		same(c, "nr_isolate_pageblock", e->nr_isolate_pageblock, g->nr_isolate_pageblock) &&
		same(c, "flags", e->flags, g->flags);

	for (uint32_t order = 0; ok && order < NR_PAGE_ORDERS; order++)
		ok = same_at(c, "nr_free", order, e->nr_free[order], g->nr_free[order]);
	return ok;
}

static bool same_lists(struct comparison *comparison, const struct snapshot_zone *expected,
		       const struct snapshot_zone *got)
{
	char what[64];

	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++) {
		for (uint32_t type = 0; type < MIGRATE_TYPES; type++) {
			snprintf(what, sizeof(what), "free list of order %u, %s", order,
				 migratetype_names[type]);
			if (!same_list(comparison, what, &expected->lists[order][type],
				       &got->lists[order][type]))
				return false;
		}
	}
	return true;
}

static bool same_pcp(struct comparison *c, uint32_t cpu, const struct snapshot_pcp *expected,
		     const struct snapshot_pcp *got, bool smp)
{
	const struct pcp_info *e = &expected->info, *g = &got->info;
	char what[64];
	bool ok;

	for (uint32_t pindex = 0; pindex < NR_PCP_LISTS; pindex++) {
		snprintf(what, sizeof(what), "per-CPU list %u of CPU %u", pindex, cpu);
		if (!same_list(c, what, &expected->lists[pindex], &got->lists[pindex]))
			return false;
		snprintf(what, sizeof(what), "recorded types on per-CPU list %u of CPU %u", pindex,
			 cpu);
		if (!same_list(c, what, &expected->types[pindex], &got->types[pindex]))
			return false;
	}
	ok = same_at(c, "pcp count of CPU", cpu, e->count, g->count) &&
	     same_at(c, "pcp high of CPU", cpu, e->high, g->high) &&
	     same_at(c, "pcp batch of CPU", cpu, e->batch, g->batch) &&
	     same_at(c, "pcp free_factor of CPU", cpu, e->free_factor, g->free_factor);
	if (!ok || !smp)
		return ok;
	return same_at(c, "stat_threshold of CPU", cpu, e->stat_threshold, g->stat_threshold) &&
	       same_at(c, "free page difference of CPU", cpu, e->diff_free, g->diff_free) &&
	       same_at(c, "CMA page difference of CPU", cpu, e->diff_cma, g->diff_cma);
}

static bool same_pageblocks(struct comparison *comparison, const struct snapshot_zone *expected,
			    const struct snapshot_zone *got)
{
	if (!same(comparison, "number of pageblocks", expected->nr_pageblocks, got->nr_pageblocks))
		return false;
	for (uint32_t i = 0; i < expected->nr_pageblocks; i++)
		if (!same_at(comparison, "type of pageblock", i, expected->pageblocks[i],
			     got->pageblocks[i]))
			return false;
	return true;
}

static bool same_machine(struct comparison *c, const struct snapshot *e, const struct snapshot *g)
{
	static const char *const format = "%s: expected %u, got %u";

	if (e->nr_zones != g->nr_zones)
		line_put(&c->line, format, "nr_zones", e->nr_zones, g->nr_zones);
	else if (e->nr_cpus != g->nr_cpus)
		line_put(&c->line, format, "nr_cpus", e->nr_cpus, g->nr_cpus);
	else if (e->pageblock_order != g->pageblock_order)
		line_put(&c->line, format, "pageblock_order", e->pageblock_order,
			 g->pageblock_order);
	else if (e->boost_factor != g->boost_factor)
		line_put(&c->line, format, "boost_factor", e->boost_factor, g->boost_factor);
	else if (e->mobility_disabled != g->mobility_disabled)
		line_put(&c->line, format, "mobility_disabled", e->mobility_disabled,
			 g->mobility_disabled);
	else
		return true;
	return false;
}

static bool same_zone(struct comparison *comparison, const struct snapshot *expected,
		      const struct snapshot *got)
{
	const struct snapshot_zone *e = &expected->zones[comparison->zone];
	const struct snapshot_zone *g = &got->zones[comparison->zone];

	if (!same_zone_info(comparison, &e->info, &g->info) || !same_lists(comparison, e, g))
		return false;
	for (uint32_t cpu = 0; cpu < expected->nr_cpus; cpu++)
		if (!same_pcp(comparison, cpu, &e->pcps[cpu], &g->pcps[cpu],
			      expected->features & BUDDY_SMP))
			return false;
	return same_zone_counters(comparison, &e->info, &g->info) &&
	       same_pageblocks(comparison, e, g) &&
	       same_list(comparison, "movable pages in use (start, length)", &e->lru, &g->lru);
}

bool snapshot_equal(const struct snapshot *expected, const struct snapshot *got, char *text,
		    size_t size)
{
	char nothing[1];
	struct comparison comparison = { { size ? text : nothing, 0, size ? size : 1 }, 0 };

	comparison.line.text[0] = '\0';
	if (!same_machine(&comparison, expected, got))
		return false;
	for (; comparison.zone < expected->nr_zones; comparison.zone++)
		if (!same_zone(&comparison, expected, got))
			return false;
	return true;
}
