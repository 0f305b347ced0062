/* SPDX-License-Identifier: MIT */
/* Bulk allocation of order-0 pages: one watermark check, one pcp lock for many pages (04 section
 * 8). */
#include "alloc/page_alloc.h"
#include "alloc/pcp.h"
#include "alloc/prep.h"
#include "alloc/watermark.h"
#include "base/argument_check.h"
#include "base/check.h"
#include "base/marks.h"

/*
 * The two forms share everything but where a page goes. Array: the next NULL slot. List: the head,
 * here kept at the end of pages[] until alloc_pages_bulk_list() turns them round.
 */
struct bulk {
	struct page **pages;
	uint32_t nr, nr_populated;
	bool array;
};

static void skip_populated(struct bulk *bulk)
{
	while (bulk->array && bulk->nr_populated < bulk->nr && bulk->pages[bulk->nr_populated])
		bulk->nr_populated++;
}

static void bulk_add(const struct buddy_system *sys, struct bulk *bulk, struct page *page)
{
	VM_BUG_ON(sys, bulk->nr_populated >= bulk->nr, page_pfn(sys, page));
	bulk->pages[bulk->nr_populated++] = page;
}

/* FP-62 */
static uint32_t bulk_single(struct task *tsk, struct bulk *bulk, gfp_t gfp, uint32_t nid,
			    const uint32_t *nodemask)
{
	struct page *page = __alloc_pages(tsk, gfp, 0, nid, nodemask);

	MARK(tsk->sys, bulk_single_fallback);
	if (page)
		bulk_add(tsk->sys, bulk, page);
	return bulk->nr_populated;
}

/* FP-61.6: the first zone that holds the whole request above its low watermark. */
static struct zone *bulk_zone(struct task *tsk, const struct alloc_context *ac, gfp_t gfp,
			      uint32_t alloc_flags, uint32_t nr)
{
	struct buddy_system *sys = tsk->sys;
	const struct zoneref *ref;

	for_each_zoneref (ref, ac->preferred, ac->highest_zoneidx, ac->nodemask) {
		struct zone *zone = &sys->zones[ref->zone];

		if (sys->hooks.cpuset_allowed && (alloc_flags & ALLOC_CPUSET) &&
		    !sys->hooks.cpuset_allowed(sys->hooks.context, tsk, ref->node, gfp))
			continue;
		if (sys->head->nodes_online > 1 && ref->zone != ac->preferred->zone &&
		    ref->node != ac->preferred->node)
			return NULL;
		if (zone_watermark_fast(
			    sys, zone, 0,
			    (uint64_t)wmark_pages(zone, alloc_flags & ALLOC_WMARK_MASK) + nr,
			    ac->preferred->index, alloc_flags, gfp))
			return zone;
	}
	return NULL;
}

/* FP-61.8, the pcp is locked. False: nothing was allocated. */
static bool bulk_fill(struct task *tsk, struct bulk *bulk, struct zone *zone, gfp_t gfp,
		      uint32_t type, uint32_t alloc_flags)
{
	struct pcp *pcp = zone_pcp(tsk->sys, zone, tsk->cpu);
	bool any = false;

	while (bulk->nr_populated < bulk->nr) {
		struct page *page;

		skip_populated(bulk);
		if (bulk->nr_populated == bulk->nr)
			break;
		page = rmqueue_pcp_list(tsk, zone, pcp, 0, type, alloc_flags);
		if (!page)
			return any;
		prep_new_page(tsk, page, 0, gfp, 0);
		bulk_add(tsk->sys, bulk, page);
		any = true;
	}
	return true;
}

/* FP-61 */
static uint32_t alloc_pages_bulk(struct task *tsk, gfp_t gfp, uint32_t nid,
				 const uint32_t *nodemask, struct bulk *bulk)
{
	struct buddy_system *sys = tsk->sys;
	uint32_t alloc_flags = ALLOC_WMARK_LOW;
	struct alloc_context ac;
	struct zone *zone;
	gfp_t alloc_gfp;
	bool filled;

	skip_populated(bulk);
	if (bulk->nr_populated == bulk->nr)
		return bulk->nr_populated;
	if (bulk->nr - bulk->nr_populated == 1)
		return bulk_single(tsk, bulk, gfp, nid, nodemask);
	gfp &= sys->head->gfp_allowed_mask;
	if ((gfp & __GFP_MOVABLE) && (gfp & __GFP_RECLAIMABLE))
		return bulk->nr_populated;
	alloc_gfp = gfp;
	if (!prepare_alloc_pages(tsk, gfp, 0, nid, nodemask, &ac, &alloc_gfp, &alloc_flags))
		return bulk->nr_populated;
	gfp = alloc_gfp;
	zone = bulk_zone(tsk, &ac, gfp, alloc_flags, bulk->nr);
	if (!zone || !trylock_pcp(sys, zone, tsk->cpu))
		return bulk_single(tsk, bulk, gfp, nid, nodemask);
	filled = bulk_fill(tsk, bulk, zone, gfp, ac.migratetype, alloc_flags);
	unlock_pcp(sys, zone, tsk->cpu);
	return filled ? bulk->nr_populated : bulk_single(tsk, bulk, gfp, nid, nodemask);
}

/* Apart from the fill, which needs its registers. */
static cold_path void check_bulk(const struct task *tsk, struct page *const *pages, uint32_t nr)
{
	check_task(tsk);
	VM_BUG_ON(tsk->sys, nr && !pages, PFN_NONE);
}

uint32_t alloc_pages_bulk_array(struct task *tsk, gfp_t gfp, uint32_t nid, const uint32_t *nodemask,
				uint32_t nr, struct page **pages)
{
	struct bulk bulk = { .pages = pages, .nr = nr, .array = true };

	VM_CHECK(tsk->sys, check_bulk(tsk, pages, nr));
	return alloc_pages_bulk(tsk, gfp, nid, nodemask, &bulk);
}

uint32_t alloc_pages_bulk_list(struct task *tsk, gfp_t gfp, uint32_t nid, const uint32_t *nodemask,
			       uint32_t nr, struct page **pages)
{
	struct bulk bulk = { .pages = pages, .nr = nr };
	uint32_t nr_pages;

	VM_CHECK(tsk->sys, check_bulk(tsk, pages, nr));
	nr_pages = alloc_pages_bulk(tsk, gfp, nid, nodemask, &bulk);
	for (uint32_t low = 0, high = nr_pages; low + 1 < high; low++) {
		struct page *page = pages[low];

		pages[low] = pages[--high];
		pages[high] = page;
	}
	return nr_pages;
}
