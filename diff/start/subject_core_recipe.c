/* SPDX-License-Identifier: MIT */
/* The recipes: each begins with a machine whose every page is taken. */
#include "diff/start/subject_core_recipe.h"

#include <stdlib.h>
#include <string.h>

/*
 * First everything is taken, in single pages, past all watermarks; then pages are given back in the
 * pattern of the state. Patterns depend on frame numbers alone, so they scale with the machine.
 * Taking steals pageblocks and boosts; writing a sysctl with the value it has takes the boost back,
 * as kswapd would in time.
 */
#define NR_MIXED 4u
#define STRIDE 1000003u /* a prime above every span: the order in which frames are given back */
/* Without __GFP_KSWAPD_RECLAIM: nobody is woken. */
#define TAKE_ALL (__GFP_MEMALLOC | __GFP_NOWARN | __GFP_THISNODE)

void recipe_begin(struct recipe *recipe, struct buddy_system *system,
		  const struct buddy_config *config)
{
	memset(recipe, 0, sizeof(*recipe));
	recipe->sys = system;
	recipe->scale_factor = (int32_t)config->sysctl.watermark_scale_factor;
	inspect_machine(system, &recipe->machine);
	recipe->span = recipe->machine.end_pfn - recipe->machine.base_pfn;
	recipe->stride = recipe->span ? STRIDE % recipe->span : 0;
	for (uint32_t i = 0; i < BUDDY_MAX_CPUS; i++)
		recipe->tasks[i] = (struct task){ .sys = system, .cpu = i };
	recipe->held = calloc((size_t)recipe->span + 1, 1);
	if (!recipe->held)
		recipe->problem = "out of memory";
}

void recipe_end(struct recipe *recipe)
{
	free(recipe->held);
}

/* A block of single pages, or PFN_NONE. A core that gives what it gave before is stopped. */
static pfn_t take(struct recipe *recipe, uint32_t order, gfp_t gfp, uint32_t node)
{
	struct task *tsk = &recipe->tasks[0];
	struct page *page = recipe->problem ? NULL : __alloc_pages(tsk, gfp, order, node, NULL);
	pfn_t pfn = page ? page_to_pfn(recipe->sys, page) : PFN_NONE;
	uint32_t first = pfn - recipe->machine.base_pfn;

	if (!page)
		return PFN_NONE;
	for (uint32_t i = first; i < first + (1u << order); i++) {
		if (i >= recipe->span || recipe->held[i]) {
			recipe->problem =
				"a page was handed out twice, or is none of the machine's";
			return PFN_NONE;
		}
		recipe->held[i] = 1;
	}
	if (order)
		split_page(tsk, page, order);
	return pfn;
}

static void give(struct recipe *recipe, uint32_t index, uint32_t of_cpu)
{
	recipe->held[index] = 0;
	__free_pages(&recipe->tasks[of_cpu],
		     pfn_to_page(recipe->sys, recipe->machine.base_pfn + index), 0);
}

/*
 * Is there anything that a request of the first CPU for this order could get? Asking for what there
 * is not changes nothing, and takes the longest way through the allocator.
 */
static bool has_any(const struct recipe *recipe, uint32_t order, uint32_t node)
{
	for (uint32_t z = 0; z < recipe->machine.nr_zones; z++) {
		struct zone_info zone;
		struct pcp_info pcp;
		uint32_t nr_blocks = 0;

		inspect_zone(recipe->sys, z, &zone);
		if (zone.node != node)
			continue;
		for (uint32_t k = order; k < NR_PAGE_ORDERS; k++)
			nr_blocks |= zone.nr_free[k];
		inspect_pcp(recipe->sys, z, 0, &pcp);
		if (nr_blocks || pcp.count)
			return true;
	}
	return false;
}

/* Every zone of every node; the type changes with each block when mixed. */
static void take_order(struct recipe *recipe, uint32_t order, bool mixed)
{
	static const gfp_t types[NR_MIXED] = { __GFP_HIGHMEM | __GFP_MOVABLE, 0,
					       __GFP_HIGHMEM | __GFP_MOVABLE, __GFP_RECLAIMABLE };
	uint32_t nr_types = mixed ? NR_MIXED : 1;

	for (uint32_t node = 0; node < recipe->machine.nr_nodes; node++) {
		uint32_t nr_failed = 0;

		for (uint32_t turn = 0; nr_failed < nr_types && has_any(recipe, order, node);
		     turn++) {
			pfn_t pfn = take(recipe, order, types[turn % nr_types] | TAKE_ALL, node);

			nr_failed = pfn == PFN_NONE ? nr_failed + 1 : 0;
		}
	}
}

static void take_everything(struct recipe *recipe, bool mixed)
{
	for (uint32_t order = recipe->machine.pageblock_order + 1; order-- > 0;)
		take_order(recipe, order, mixed);
	buddy_sysctl_write(recipe->sys, SYSCTL_WATERMARK_SCALE_FACTOR, 0, recipe->scale_factor);
}

static uint32_t scatter(uint32_t value)
{
	value = (value ^ value >> 16) * 0x7feb352du;
	value = (value ^ value >> 15) * 0x846ca68bu;
	return value ^ value >> 16;
}

/* All frames once, out of order: from 0 on, each the one after the other. */
static uint32_t next_scattered(const struct recipe *recipe, uint32_t i)
{
	i += recipe->stride;
	return i < recipe->span ? i : i - recipe->span;
}

/* Used pages in places become movable ones; most of them in MOVABLE pageblocks. */
static void mark_movable(struct recipe *recipe)
{
	pfn_t block_mask = (1u << recipe->machine.pageblock_order) - 1;
	uint32_t share = 0; /* quarters of the used pages of this pageblock */

	for (uint32_t i = 0; i < recipe->span && !recipe->problem; i++) {
		pfn_t pfn = recipe->machine.base_pfn + i;

		if (!i || !(pfn & block_mask))
			share = inspect_pageblock(recipe->sys, pfn) == MIGRATE_MOVABLE ? 3 : 1;
		if (recipe->held[i] && (scatter(pfn) & 3) < share)
			buddy_set_lru(recipe->sys, pfn, 0, true);
	}
}

/* Each row of 16 pages keeps at least one, and four rows after another differ in density. */
static bool keeps_page(pfn_t pfn)
{
	static const uint16_t used[8] = { 0x0001, 0x0100, 0x1010, 0x1111,
					  0x3303, 0x5555, 0x7f7f, 0xffff };
	uint32_t density = (scatter(pfn >> 6) + (pfn >> 4)) % 8;

	return used[density] >> (pfn & 15) & 1;
}

void recipe_fragmented(struct recipe *recipe)
{
	take_everything(recipe, true);
	for (uint32_t n = 0, i = 0; n < recipe->span && !recipe->problem;
	     n++, i = next_scattered(recipe, i))
		if (recipe->held[i] && !keeps_page(recipe->machine.base_pfn + i))
			give(recipe, i, 0);
	mark_movable(recipe);
	drain_all_pages(&recipe->tasks[0]);
}

#define PCP_PAGES 5u

/* Pages that may still be given back, by zone. */
struct room {
	uint32_t pages[BUDDY_MAX_NODES * MAX_NR_ZONES];
	uint64_t total;
};

static void room_add(struct room *room, uint32_t zone, uint32_t pages)
{
	room->pages[zone] += pages;
	room->total += pages;
}

static void give_within(struct recipe *recipe, struct room *room, uint32_t index, uint32_t of_cpu)
{
	struct page_info info;
	uint32_t *left;

	if (index >= recipe->span || !recipe->held[index] ||
	    !inspect_page(recipe->sys, recipe->machine.base_pfn + index, &info) ||
	    info.zone >= recipe->machine.nr_zones)
		return;
	left = &room->pages[info.zone];
	if (!*left)
		return;
	(*left)--;
	room->total--;
	give(recipe, index, of_cpu);
}

/* Runs of 1 to 32 pages; then, where the watermark asks for more, whatever is left. */
static void give_runs(struct recipe *recipe, struct room *room)
{
	for (uint32_t n = 0, i = 0; n < recipe->span && !recipe->problem;
	     n++, i = next_scattered(recipe, i)) {
		pfn_t pfn = recipe->machine.base_pfn + i;

		if (pfn % 32)
			continue;
		for (uint32_t k = 0; k < 1u << scatter(pfn) % 6; k++)
			give_within(recipe, room, i + k, 0);
	}
	for (uint32_t n = 0, i = 0; n < recipe->span && room->total && !recipe->problem;
	     n++, i = next_scattered(recipe, i))
		give_within(recipe, room, i, 0);
}

static void fill_pcp_lists(struct recipe *recipe)
{
	for (uint32_t c = 0; c < recipe->machine.nr_cpus; c++) {
		struct room room = { .total = 0 };

		for (uint32_t z = 0; z < recipe->machine.nr_zones; z++)
			room_add(&room, z, PCP_PAGES);
		for (uint32_t n = 0, i = 0; n < recipe->span && room.total && !recipe->problem;
		     n++, i = next_scattered(recipe, i))
			give_within(recipe, &room, i, c);
	}
}

void recipe_low(struct recipe *recipe)
{
	struct room room = { .total = 0 };

	take_everything(recipe, true);
	for (uint32_t z = 0; z < recipe->machine.nr_zones; z++) {
		struct zone_info zone;
		uint32_t gap;

		inspect_zone(recipe->sys, z, &zone);
		gap = zone.watermark[WMARK_LOW] - zone.watermark[WMARK_MIN];
		room_add(&room, z,
			 z % 2 ? zone.watermark[WMARK_MIN] + gap / 2 + 1
			       : zone.watermark[WMARK_LOW] + gap / 4 + 1);
	}
	give_runs(recipe, &room);
	drain_all_pages(&recipe->tasks[0]);
	fill_pcp_lists(recipe);
	mark_movable(recipe);
}

#define MAX_STEALS 8u
#define MAX_RESERVES 4u
#define FAR_ORDER 3u

static gfp_t gfp_of_zone(uint32_t index)
{
	switch (index) {
	case ZONE_DMA:
		return __GFP_DMA;
	case ZONE_DMA32:
		return __GFP_DMA32;
	case ZONE_MOVABLE:
		return __GFP_HIGHMEM | __GFP_MOVABLE;
	default:
		return 0;
	}
}

/* Unmovable and reclaimable requests where only parts of movable pageblocks are free (MM-68). */
static void steal(struct recipe *recipe, const struct zone_info *zone)
{
	gfp_t gfp = gfp_of_zone(zone->index) | TAKE_ALL | __GFP_KSWAPD_RECLAIM;

	for (uint32_t i = 0; i < MAX_STEALS && zone->index != ZONE_MOVABLE; i++)
		take(recipe, i / 4, gfp | (i % 2 ? __GFP_RECLAIMABLE : 0), zone->node);
}

/* Down to where an atomic request has to go the slow way; in blocks as long as it is far. */
static void take_down_to_low(struct recipe *recipe, uint32_t z)
{
	uint32_t order = FAR_ORDER;
	struct zone_info zone;

	for (uint32_t i = 0; i < recipe->span; i++) {
		gfp_t gfp;
		int64_t above;

		inspect_zone(recipe->sys, z, &zone);
		above = zone.nr_free_pages - zone.watermark[WMARK_LOW] - zone.watermark_boost;
		if (above <= 0)
			return;
		if (above < 4 << FAR_ORDER)
			order = 0;
		gfp = gfp_of_zone(zone.index) | __GFP_MOVABLE | TAKE_ALL;
		if (take(recipe, order, gfp, zone.node) != PFN_NONE)
			continue;
		if (!order)
			return;
		order = 0;
	}
}

/* FB-40: a high-order atomic request that is served below the low watermark reserves a pageblock.
 */
static void reserve(struct recipe *recipe, uint32_t z)
{
	struct zone_info zone;

	inspect_zone(recipe->sys, z, &zone);
	for (uint32_t i = 0; i < MAX_RESERVES && !zone.nr_reserved_highatomic; i++) {
		take(recipe, 1 + i % 2,
		     gfp_of_zone(zone.index) | GFP_ATOMIC | __GFP_NOWARN | __GFP_THISNODE,
		     zone.node);
		inspect_zone(recipe->sys, z, &zone);
	}
}

/* Rows of 64 pages, fewer where that is more than a pageblock or a sixteenth of the machine. */
static uint32_t row_order(const struct recipe *recipe)
{
	uint32_t order = recipe->machine.pageblock_order < 6 ? recipe->machine.pageblock_order : 6;

	while (order > 1 && 16u << order > recipe->span)
		order--;
	return order;
}

/* Of each row of pages one stays; every third row stays whole. */
static void give_parts_of_pageblocks(struct recipe *recipe)
{
	uint32_t order = row_order(recipe);

	for (uint32_t n = 0, i = 0; n < recipe->span && !recipe->problem;
	     n++, i = next_scattered(recipe, i)) {
		pfn_t pfn = recipe->machine.base_pfn + i;

		if (recipe->held[i] && pfn & ((1u << order) - 1) && scatter(pfn >> order) % 3)
			give(recipe, i, 0);
	}
	drain_all_pages(&recipe->tasks[0]);
}

void recipe_boosted(struct recipe *recipe)
{
	struct zone_info zone;

	take_everything(recipe, false);
	give_parts_of_pageblocks(recipe);
	for (uint32_t z = 0; z < recipe->machine.nr_zones; z++) {
		inspect_zone(recipe->sys, z, &zone);
		steal(recipe, &zone);
		take_down_to_low(recipe, z);
		reserve(recipe, z);
	}
	mark_movable(recipe);
	recipe->boost_flags = ZONE_BOOSTED_WATERMARK;
}
