/* SPDX-License-Identifier: MIT */
/* The paper machine: lists are arrays, and looking is reading them. */
#include "tests/oracle/fake_view.h"

#include <string.h>

static void view_machine(const void *self, struct machine_info *info)
{
	*info = ((const struct fake *)self)->machine;
}

static void view_zone(const void *self, uint32_t zone, struct zone_info *info)
{
	*info = ((const struct fake *)self)->zones[zone];
}

static void view_pcp(const void *self, uint32_t zone, uint32_t cpu, struct pcp_info *info)
{
	*info = ((const struct fake *)self)->pcps[zone][cpu];
}

static bool view_page(const void *self, pfn_t pfn, struct page_info *info)
{
	const struct fake *fake = self;

	if (pfn >= FAKE_PAGES || fake->hole[pfn])
		return false;
	*info = fake->pages[pfn];
	return true;
}

static enum migratetype view_pageblock(const void *self, pfn_t pfn)
{
	return (enum migratetype)((const struct fake *)self)
		->pageblocks[pfn >> FAKE_PAGEBLOCK_ORDER];
}

static const struct fake_list *fake_list(const struct fake *fake, const struct list_cursor *at)
{
	if (at->kind == LIST_PCP)
		return &fake->pcp[at->zone][at->cpu][at->list];
	return &fake->free[at->zone][at->list / MIGRATE_TYPES][at->list % MIGRATE_TYPES];
}

static bool is_marked_inside(const struct fake *fake, pfn_t pfn, uint32_t order)
{
	struct page_info info;

	for (uint32_t k = 0; k < order; k++)
		if (view_page(fake, pfn + (1u << k), &info) && info.buddy)
			return true;
	return false;
}

static struct list_entry entry_of(const struct fake *fake, const struct list_cursor *at)
{
	struct list_entry entry = { .pfn = at->pfn, .list = at->list };

	entry.known = view_page(fake, at->pfn, &entry.page);
	entry.links_ok = entry.known && !fake->links_bad[at->pfn];
	if (at->kind == LIST_FREE)
		entry.marked_inside = is_marked_inside(fake, at->pfn, at->list / MIGRATE_TYPES);
	return entry;
}

/* The first one behind a frame of this value: so a list may be a circle. */
static pfn_t list_next(const struct fake_list *list, pfn_t pfn)
{
	for (uint32_t i = 0; i + 1 < list->nr; i++)
		if (list->pfns[i] == pfn)
			return list->pfns[i + 1];
	return PFN_NONE;
}

/* Nothing leads on from where no page is. */
static uint32_t view_list_entries(const void *self, struct list_cursor *at,
				  struct list_entry *entries, uint32_t max)
{
	uint32_t nr = 0;

	while (at->list < at->end && nr < max) {
		const struct fake_list *list = fake_list(self, at);

		if (!at->inside)
			at->pfn = list->nr ? list->pfns[0] : PFN_NONE;
		if (at->pfn != PFN_NONE) {
			entries[nr] = entry_of(self, at);
			at->pfn = entries[nr++].known ? list_next(list, at->pfn) : PFN_NONE;
		}
		at->inside = at->pfn != PFN_NONE;
		at->list += !at->inside;
	}
	return nr;
}

uint32_t fake_zone_of(pfn_t pfn)
{
	return pfn < 16 ? 0 : pfn < 48 ? 1 : 2;
}

static void init_config(struct buddy_config *config)
{
	*config = (struct buddy_config){
		.features = BUDDY_SMP | BUDDY_NUMA | BUDDY_CMA,
		.zones = 1u << ZONE_DMA | 1u << ZONE_NORMAL,
		.pageblock_order = FAKE_PAGEBLOCK_ORDER,
		.nr_nodes = 2,
		.nr_cpus = FAKE_CPUS,
		.cpu_node = { 0, 1 },
		.nr_memory = 1,
		.memory = { { 0, FAKE_PAGES, 0 } },
	};
}

static void init_machine(struct machine_info *machine)
{
	static const uint8_t gfp_zone[16] = { 2, 0, 2, 0, 2, 0, 0, 0, 2, 0, 3, 0, 2, 0, 0, 0 };
	static const uint8_t lists[2][2][4] = {
		{ { 1, 0, 2, 0xff }, { 1, 0, 0xff } },
		{ { 2, 1, 0, 0xff }, { 2, 0xff } },
	};

	*machine = (struct machine_info){
		.features = BUDDY_SMP | BUDDY_NUMA | BUDDY_CMA,
		.pageblock_order = FAKE_PAGEBLOCK_ORDER,
		.nr_nodes = 2,
		.nr_cpus = FAKE_CPUS,
		.nr_zones = FAKE_ZONES,
		.end_pfn = FAKE_PAGES,
		.boost_factor = 15000,
		.cpu_node = { 0, 1 },
	};
	memcpy(machine->gfp_zone, gfp_zone, sizeof(gfp_zone));
	memset(machine->zonelist, 0xff, sizeof(machine->zonelist));
	for (uint32_t node = 0; node < 2; node++)
		for (uint32_t kind = 0; kind < 2; kind++)
			memcpy(machine->zonelist[node][kind], lists[node][kind], 4);
}

static void init_zones(struct fake *fake)
{
	static const struct zone_info zones[FAKE_ZONES] = {
		{ .node = 0, .index = ZONE_DMA, .start_pfn = 0, .spanned_pages = 16 },
		{ .node = 0, .index = ZONE_NORMAL, .start_pfn = 16, .spanned_pages = 32 },
		{ .node = 1, .index = ZONE_NORMAL, .start_pfn = 48, .spanned_pages = 16 },
	};

	for (uint32_t z = 0; z < FAKE_ZONES; z++) {
		struct zone_info *zone = &fake->zones[z];

		*zone = zones[z];
		zone->present_pages = zone->spanned_pages;
		zone->managed_pages = zone->spanned_pages;
		for (uint32_t mark = 0; mark < NR_WMARK; mark++)
			zone->watermark[mark] = 4 + 2 * mark;
	}
}

void fake_init(struct fake *fake)
{
	memset(fake, 0, sizeof(*fake));
	fake->view = (struct view){
		.self = fake,
		.machine = view_machine,
		.zone = view_zone,
		.pcp = view_pcp,
		.page = view_page,
		.pageblock = view_pageblock,
		.list_entries = view_list_entries,
	};
	init_config(&fake->config);
	init_machine(&fake->machine);
	init_zones(fake);
	memset(fake->pageblocks, MIGRATE_MOVABLE, sizeof(fake->pageblocks));
	for (pfn_t pfn = 0; pfn < FAKE_PAGES; pfn++)
		fake_drop(fake, pfn, 0);
	for (pfn_t pfn = 0; pfn < FAKE_PAGES; pfn += 16)
		fake_add_free(fake, pfn, 4, MIGRATE_MOVABLE);
}

void fake_add_free(struct fake *fake, pfn_t pfn, uint32_t order, enum migratetype type)
{
	struct zone_info *zone = &fake->zones[fake_zone_of(pfn)];
	struct fake_list *list = &fake->free[fake_zone_of(pfn)][order][type];

	list->pfns[list->nr++] = pfn;
	fake->pages[pfn].buddy = true;
	fake->pages[pfn].private_value = order;
	zone->nr_free[order]++;
	if (type != MIGRATE_ISOLATE)
		zone->nr_free_pages += 1u << order;
	if (type == MIGRATE_CMA)
		zone->nr_free_cma_pages += 1u << order;
}

void fake_remove_free(struct fake *fake, pfn_t pfn)
{
	struct zone_info *zone = &fake->zones[fake_zone_of(pfn)];
	uint32_t order = fake->pages[pfn].private_value;
	struct fake_list *list = &fake->free[fake_zone_of(pfn)][order][MIGRATE_MOVABLE];
	uint32_t i = 0;

	while (list->pfns[i] != pfn)
		i++;
	list->nr--;
	memmove(&list->pfns[i], &list->pfns[i + 1], (list->nr - i) * sizeof(pfn_t));
	fake->pages[pfn].buddy = false;
	fake->pages[pfn].private_value = 0;
	zone->nr_free[order]--;
	zone->nr_free_pages -= 1u << order;
}

void fake_add_pcp(struct fake *fake, uint32_t cpu, uint32_t pindex, pfn_t pfn, uint32_t order,
		  enum migratetype type)
{
	struct fake_list *list = &fake->pcp[fake_zone_of(pfn)][cpu][pindex];

	list->pfns[list->nr++] = pfn;
	fake->pages[pfn].index = type;
	fake->pcps[fake_zone_of(pfn)][cpu].count += 1 << order;
}

static void set_fields(struct fake *fake, pfn_t pfn, uint32_t order, bool compound)
{
	for (uint32_t i = 0; i < 1u << order; i++) {
		struct page_info *info = &fake->pages[pfn + i];

		info->refcount = i == 0;
		info->tail = compound && i;
		info->compound_head = compound ? pfn : pfn + i;
		info->mapping = compound && i ? 0x400 : 0;
	}
	if (compound) {
		fake->pages[pfn].flags = 1u << PG_head;
		fake->pages[pfn].compound_order = (uint8_t)order;
	}
}

void fake_take(struct fake *fake, pfn_t pfn, uint32_t order, bool compound)
{
	pfn_t head = pfn;
	uint32_t high;

	while (!fake->pages[head].buddy)
		head--;
	high = fake->pages[head].private_value;
	fake_remove_free(fake, head);
	while (high > order) {
		pfn_t middle = head + (1u << --high);

		fake_add_free(fake, pfn < middle ? middle : head, high, MIGRATE_MOVABLE);
		if (pfn >= middle)
			head = middle;
	}
	set_fields(fake, pfn, order, compound);
}

void fake_drop(struct fake *fake, pfn_t pfn, uint32_t order)
{
	for (uint32_t i = 0; i < 1u << order; i++)
		fake->pages[pfn + i] = (struct page_info){
			.mapcount = -1,
			.compound_head = pfn + i,
			.zone = (uint8_t)fake_zone_of(pfn + i),
		};
}
