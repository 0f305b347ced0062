/* SPDX-License-Identifier: MIT */
/*
 * First everything is taken, in single pages, past all watermarks; then pages are given back in the
 * pattern of the state. Patterns depend on frame numbers alone, so they scale with the machine.
 * Taking steals pageblocks and boosts; writing a sysctl with the value it has takes the boost back,
 * as kswapd would in time.
 */
#include "diff/start_state.h"

#include <stdio.h>
#include <stdlib.h>

#include "diff/subject.h"

#define MAX_ZONES (BUDDY_MAX_NODES * MAX_NR_ZONES)
#define NR_MIXED 4u
#define STRIDE 1000003u /* a prime above every span: the order in which frames are given back */
#define PCP_PAGES 5u
#define SYSCTL_SCALE_FACTOR 1u /* vm.watermark_scale_factor, as the core numbers it */
#define MAX_STEALS 8u
#define MAX_RESERVES 4u
#define FAR_ORDER 3u
/* Without __GFP_KSWAPD_RECLAIM: nobody is woken. */
#define TAKE_ALL (__GFP_MEMALLOC | __GFP_NOWARN | __GFP_THISNODE)

struct maker {
	const struct subject_ops *core;
	void *self;
	const struct view *view;
	const struct buddy_config *config;
	struct machine_info machine;
	uint32_t span, stride;
	uint8_t *held; /* [span] 1: the recipe has this page */
	struct event event;
	const char *problem;
};

/* ---- calls ---- */

static const struct event *apply(struct maker *maker, struct call call)
{
	event_clear(&maker->event);
	if (maker->problem)
		return &maker->event;
	maker->core->apply(maker->self, &call, &maker->event);
	if (maker->event.status != EVENT_TRAPPED)
		return &maker->event;
	maker->problem = maker->event.bug_condition ? maker->event.bug_condition : "a trap";
	event_clear(&maker->event);
	return &maker->event;
}

/* A block of single pages, or PFN_NONE. A core that gives what it gave before is stopped. */
static pfn_t take(struct maker *maker, uint32_t order, gfp_t gfp, uint32_t node)
{
	struct call call = {
		.code = OP_alloc_pages, .order = (uint8_t)order, .gfp = gfp, .node = (uint8_t)node
	};
	pfn_t pfn = apply(maker, call)->pfn;
	uint32_t first = pfn - maker->machine.base_pfn;

	if (pfn == PFN_NONE)
		return PFN_NONE;
	for (uint32_t i = first; i < first + (1u << order); i++) {
		if (i >= maker->span || maker->held[i]) {
			maker->problem = "a page was handed out twice, or is none of the machine's";
			return PFN_NONE;
		}
		maker->held[i] = 1;
	}
	if (order)
		apply(maker,
		      (struct call){ .code = OP_split_page, .order = (uint8_t)order, .pfn = pfn });
	return pfn;
}

static void give(struct maker *maker, uint32_t index, uint32_t cpu)
{
	maker->held[index] = 0;
	apply(maker, (struct call){ .code = OP_free_pages,
				    .cpu = (uint8_t)cpu,
				    .pfn = maker->machine.base_pfn + index });
}

/*
 * Is there anything that a request of the first CPU for this order could get? Asking for what there
 * is not changes nothing, and takes the longest way through the allocator.
 */
static bool has_any(const struct maker *maker, uint32_t order, uint32_t node)
{
	for (uint32_t z = 0; z < maker->machine.nr_zones; z++) {
		struct zone_info zone;
		struct pcp_info pcp;
		uint32_t nr_blocks = 0;

		maker->view->zone(maker->view->self, z, &zone);
		if (zone.node != node)
			continue;
		for (uint32_t k = order; k < NR_PAGE_ORDERS; k++)
			nr_blocks |= zone.nr_free[k];
		maker->view->pcp(maker->view->self, z, 0, &pcp);
		if (nr_blocks || pcp.count)
			return true;
	}
	return false;
}

/* Every zone of every node; the type changes with each block when mixed. */
static void take_order(struct maker *maker, uint32_t order, bool mixed)
{
	static const gfp_t types[NR_MIXED] = { __GFP_HIGHMEM | __GFP_MOVABLE, 0,
					       __GFP_HIGHMEM | __GFP_MOVABLE, __GFP_RECLAIMABLE };
	uint32_t nr_types = mixed ? NR_MIXED : 1;

	for (uint32_t node = 0; node < maker->config->nr_nodes; node++) {
		uint32_t nr_failed = 0;

		for (uint32_t turn = 0; nr_failed < nr_types && has_any(maker, order, node);
		     turn++) {
			pfn_t pfn = take(maker, order, types[turn % nr_types] | TAKE_ALL, node);

			nr_failed = pfn == PFN_NONE ? nr_failed + 1 : 0;
		}
	}
}

static void take_everything(struct maker *maker, bool mixed)
{
	for (uint32_t order = maker->machine.pageblock_order + 1; order-- > 0;)
		take_order(maker, order, mixed);
	apply(maker, (struct call){ .code = OP_sysctl,
				    .type = SYSCTL_SCALE_FACTOR,
				    .value = maker->config->sysctl.watermark_scale_factor });
}

static void drain(struct maker *maker)
{
	apply(maker, (struct call){ .code = OP_drain_all_pages });
}

/* ---- patterns ---- */

static uint32_t scatter(uint32_t value)
{
	value = (value ^ value >> 16) * 0x7feb352du;
	value = (value ^ value >> 15) * 0x846ca68bu;
	return value ^ value >> 16;
}

/* All frames once, out of order: from 0 on, each the one after the other. */
static uint32_t next_scattered(const struct maker *maker, uint32_t i)
{
	i += maker->stride;
	return i < maker->span ? i : i - maker->span;
}

/* Used pages in places become movable ones; most of them in MOVABLE pageblocks. */
static void mark_movable(struct maker *maker)
{
	pfn_t block_mask = (1u << maker->machine.pageblock_order) - 1;
	uint32_t share = 0; /* quarters of the used pages of this pageblock */

	for (uint32_t i = 0; i < maker->span && !maker->problem; i++) {
		pfn_t pfn = maker->machine.base_pfn + i;

		if (!i || !(pfn & block_mask))
			share = maker->view->pageblock(maker->view->self, pfn) == MIGRATE_MOVABLE
					? 3
					: 1;
		if (maker->held[i] && (scatter(pfn) & 3) < share)
			apply(maker, (struct call){ .code = OP_set_lru, .pfn = pfn });
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

static void make_fragmented(struct maker *maker)
{
	take_everything(maker, true);
	for (uint32_t n = 0, i = 0; n < maker->span && !maker->problem;
	     n++, i = next_scattered(maker, i)) {

		if (maker->held[i] && !keeps_page(maker->machine.base_pfn + i))
			give(maker, i, 0);
	}
	mark_movable(maker);
	drain(maker);
}

/* ---- low ---- */

/* Pages that may still be given back, by zone. */
struct room {
	uint32_t pages[MAX_ZONES];
	uint64_t total;
};

static void room_add(struct room *room, uint32_t zone, uint32_t pages)
{
	room->pages[zone] += pages;
	room->total += pages;
}

static uint32_t zone_of(const struct maker *maker, uint32_t index)
{
	struct page_info info = { 0 };

	maker->view->page(maker->view->self, maker->machine.base_pfn + index, &info);
	return info.zone % MAX_ZONES;
}

static void give_within(struct maker *maker, struct room *room, uint32_t index, uint32_t cpu)
{
	uint32_t *left;

	if (index >= maker->span || !maker->held[index])
		return;
	left = &room->pages[zone_of(maker, index)];
	if (!*left)
		return;
	(*left)--;
	room->total--;
	give(maker, index, cpu);
}

/* Runs of 1 to 32 pages; then, where the watermark asks for more, whatever is left. */
static void give_runs(struct maker *maker, struct room *room)
{
	for (uint32_t n = 0, i = 0; n < maker->span && !maker->problem;
	     n++, i = next_scattered(maker, i)) {
		pfn_t pfn = maker->machine.base_pfn + i;

		if (pfn % 32)
			continue;
		for (uint32_t k = 0; k < 1u << scatter(pfn) % 6; k++)
			give_within(maker, room, i + k, 0);
	}
	for (uint32_t n = 0, i = 0; n < maker->span && room->total && !maker->problem;
	     n++, i = next_scattered(maker, i))
		give_within(maker, room, i, 0);
}

static void fill_pcp_lists(struct maker *maker)
{
	for (uint32_t cpu = 0; cpu < maker->machine.nr_cpus; cpu++) {
		struct room room = { .total = 0 };

		for (uint32_t z = 0; z < maker->machine.nr_zones; z++)
			room_add(&room, z, PCP_PAGES);
		for (uint32_t n = 0, i = 0; n < maker->span && room.total && !maker->problem;
		     n++, i = next_scattered(maker, i))
			give_within(maker, &room, i, cpu);
	}
}

static void make_low(struct maker *maker)
{
	struct room room = { .total = 0 };

	take_everything(maker, true);
	for (uint32_t z = 0; z < maker->machine.nr_zones; z++) {
		struct zone_info zone;
		uint32_t gap;

		maker->view->zone(maker->view->self, z, &zone);
		gap = zone.watermark[WMARK_LOW] - zone.watermark[WMARK_MIN];
		room_add(&room, z,
			 z % 2 ? zone.watermark[WMARK_MIN] + gap / 2 + 1
			       : zone.watermark[WMARK_LOW] + gap / 4 + 1);
	}
	give_runs(maker, &room);
	drain(maker);
	fill_pcp_lists(maker);
	mark_movable(maker);
}

/* ---- boosted ---- */

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
static void steal(struct maker *maker, const struct zone_info *zone)
{
	gfp_t gfp = gfp_of_zone(zone->index) | TAKE_ALL | __GFP_KSWAPD_RECLAIM;

	for (uint32_t i = 0; i < MAX_STEALS && zone->index != ZONE_MOVABLE; i++)
		take(maker, i / 4, gfp | (i % 2 ? __GFP_RECLAIMABLE : 0), zone->node);
}

/* Down to where an atomic request has to go the slow way; in blocks as long as it is far. */
static void take_down_to_low(struct maker *maker, uint32_t z)
{
	uint32_t order = FAR_ORDER;
	struct zone_info zone;

	for (uint32_t i = 0; i < maker->span; i++) {
		gfp_t gfp;
		int64_t above;

		maker->view->zone(maker->view->self, z, &zone);
		above = zone.nr_free_pages - zone.watermark[WMARK_LOW] - zone.watermark_boost;
		if (above <= 0)
			return;
		if (above < 4 << FAR_ORDER)
			order = 0;
		gfp = gfp_of_zone(zone.index) | __GFP_MOVABLE | TAKE_ALL;
		if (take(maker, order, gfp, zone.node) != PFN_NONE)
			continue;
		if (!order)
			return;
		order = 0;
	}
}

/* FB-40: a high-order atomic request that is served below the low watermark reserves a pageblock.
 */
static void reserve(struct maker *maker, uint32_t z)
{
	struct zone_info zone;

	maker->view->zone(maker->view->self, z, &zone);
	for (uint32_t i = 0; i < MAX_RESERVES && !zone.nr_reserved_highatomic; i++) {
		take(maker, 1 + i % 2,
		     gfp_of_zone(zone.index) | GFP_ATOMIC | __GFP_NOWARN | __GFP_THISNODE,
		     zone.node);
		maker->view->zone(maker->view->self, z, &zone);
	}
}

/* Rows of 64 pages, fewer where that is more than a pageblock or a sixteenth of the machine. */
static uint32_t row_order(const struct maker *maker)
{
	uint32_t order = maker->machine.pageblock_order < 6 ? maker->machine.pageblock_order : 6;

	while (order > 1 && 16u << order > maker->span)
		order--;
	return order;
}

/* Of each row of pages one stays; every third row stays whole. */
static void give_parts_of_pageblocks(struct maker *maker)
{
	uint32_t order = row_order(maker);

	for (uint32_t n = 0, i = 0; n < maker->span && !maker->problem;
	     n++, i = next_scattered(maker, i)) {
		pfn_t pfn = maker->machine.base_pfn + i;

		if (maker->held[i] && pfn & ((1u << order) - 1) && scatter(pfn >> order) % 3)
			give(maker, i, 0);
	}
	drain(maker);
}

static void make_boosted(struct maker *maker)
{
	struct zone_info zone;

	take_everything(maker, false);
	give_parts_of_pageblocks(maker);
	for (uint32_t z = 0; z < maker->machine.nr_zones; z++) {
		maker->view->zone(maker->view->self, z, &zone);
		steal(maker, &zone);
		take_down_to_low(maker, z);
		reserve(maker, z);
	}
	mark_movable(maker);
}

/* As another CPU sees it between the steal and the waking of kswapd. */
static void set_boosted_flags(struct snapshot *snapshot)
{
	for (uint32_t z = 0; z < snapshot->nr_zones; z++)
		if (snapshot->zones[z].info.watermark_boost)
			snapshot->zones[z].info.flags |= ZONE_BOOSTED_WATERMARK;
}

/* ---- all together ---- */

static void make(struct maker *maker, enum program_start start)
{
	switch (start) {
	case START_FRAGMENTED:
		make_fragmented(maker);
		break;
	case START_LOW:
		make_low(maker);
		break;
	case START_BOOSTED:
		make_boosted(maker);
		break;
	default:
		break;
	}
}

bool start_state_make(const struct buddy_config *config, enum program_start start,
		      struct snapshot *snapshot, char *error, size_t error_size)
{
	static const struct env env = { .no_reset = true };
	struct maker maker = { .core = subject_core(), .config = config };

	maker.self = maker.core->create(config, NULL, &env, error, error_size);
	if (!maker.self)
		return false;
	maker.view = maker.core->view(maker.self);
	maker.view->machine(maker.view->self, &maker.machine);
	maker.span = maker.machine.end_pfn - maker.machine.base_pfn;
	maker.stride = maker.span ? STRIDE % maker.span : 0;
	maker.held = calloc((size_t)maker.span + 1, 1);
	if (maker.held)
		make(&maker, start);
	else
		maker.problem = "out of memory";
	if (!maker.problem && !snapshot_take(snapshot, maker.view))
		maker.problem = "its lists cannot be read, or memory is short";
	if (!maker.problem && start == START_BOOSTED)
		set_boosted_flags(snapshot);
	if (maker.problem)
		snprintf(error, error_size, "the core does not reach the start state %s: %s",
			 program_start_names[start], maker.problem);
	free(maker.held);
	maker.core->destroy(maker.self);
	return !maker.problem;
}
