/* SPDX-License-Identifier: MIT */
/* Counters (MM-90..93) and the eyes: what is imported is what is seen. */
#include <string.h>

#include "stat/vmstat.h"
#include "world.h"

static struct world world;

static struct pcp *pcp_of(uint32_t zone, uint32_t cpu)
{
	return zone_pcp(&world.sys, world_zone(&world, zone), cpu);
}

static void boot_smp(uint32_t nr_cpus)
{
	struct buddy_config config = buddy_config_x86_64(0, 4096);

	config.nr_cpus = nr_cpus;
	world_boot(&world, &config, false);
}

/* MM-90: only a difference above the threshold comes home, all of it. */
static void test_differences(void **state)
{
	struct zone *zone;

	(void)state;
	boot_smp(2);
	zone = world_zone(&world, 0);
	zone->stat[NR_FREE_PAGES] = 1000;
	assert_int_equal(pcp_of(0, 1)->stat_threshold, 4);
	mod_zone_page_state(&world.sys, zone, 1, NR_FREE_PAGES, 4);
	assert_int_equal(zone->stat[NR_FREE_PAGES], 1000);
	assert_int_equal(zone_page_state(zone, NR_FREE_PAGES), 1000);
	assert_int_equal(zone_page_state_snapshot(&world.sys, zone, NR_FREE_PAGES), 1004);
	mod_zone_page_state(&world.sys, zone, 1, NR_FREE_PAGES, 1);
	assert_int_equal(zone->stat[NR_FREE_PAGES], 1005);
	assert_int_equal(pcp_of(0, 1)->stat_diff[NR_FREE_PAGES], 0);
	mod_zone_page_state(&world.sys, zone, 0, NR_FREE_PAGES, -4);
	mod_zone_page_state(&world.sys, zone, 1, NR_FREE_PAGES, -4);
	assert_int_equal(zone_page_state(zone, NR_FREE_PAGES), 1005);
	assert_int_equal(zone_page_state_snapshot(&world.sys, zone, NR_FREE_PAGES), 997);
	mod_zone_page_state(&world.sys, zone, 0, NR_FREE_PAGES, -1);
	assert_int_equal(zone->stat[NR_FREE_PAGES], 1000);
	world_free(&world);
}

/* MM-91 */
static void test_never_negative(void **state)
{
	struct zone *zone;

	(void)state;
	boot_smp(1);
	zone = world_zone(&world, 0);
	zone->stat[NR_FREE_CMA_PAGES] = -1;
	assert_int_equal(zone_page_state(zone, NR_FREE_CMA_PAGES), 0);
	assert_int_equal(zone_page_state_snapshot(&world.sys, zone, NR_FREE_CMA_PAGES), 0);
	pcp_of(0, 0)->stat_diff[NR_FREE_CMA_PAGES] = 2;
	assert_int_equal(zone_page_state_snapshot(&world.sys, zone, NR_FREE_CMA_PAGES), 1);
	world_free(&world);
}

static void test_up_is_exact(void **state)
{
	struct buddy_config config = buddy_config_uml(0, 4096);
	struct zone *zone;

	(void)state;
	world_boot(&world, &config, false);
	zone = world_zone(&world, 0);
	mod_zone_page_state(&world.sys, zone, 0, NR_FREE_PAGES, -1);
	assert_int_equal(zone->stat[NR_FREE_PAGES], 4095);
	assert_int_equal(pcp_of(0, 0)->stat_diff[NR_FREE_PAGES], 0);
	world_free(&world);
}

static void test_tick_folds(void **state)
{
	struct zone *zone;

	(void)state;
	boot_smp(2);
	zone = world_zone(&world, 0);
	mod_zone_page_state(&world.sys, zone, 0, NR_FREE_PAGES, -3);
	mod_zone_page_state(&world.sys, zone, 1, NR_FREE_PAGES, -4);
	mod_zone_page_state(&world.sys, zone, 1, NR_FREE_CMA_PAGES, 2);
	buddy_tick(&world.tsk);
	assert_int_equal(zone->stat[NR_FREE_PAGES], 4096 - 7);
	assert_int_equal(zone->stat[NR_FREE_CMA_PAGES], 2);
	for (uint32_t cpu = 0; cpu < 2; cpu++)
		for (uint32_t item = 0; item < NR_ZONE_STATS; item++)
			assert_int_equal(pcp_of(0, cpu)->stat_diff[item], 0);
	world_free(&world);
}

/*
 * MM-93: a fold arms the pcp for three rounds, the folding round is the first. A remote pcp then
 * loses batch pages a time; the drain's own differences arm it again. A local one is only disarmed.
 */
static void test_tick_ages_remote_pcps(void **state)
{
	struct buddy_config config = buddy_config_x86_64(0, 65536);
	struct page *pages[40];

	(void)state;
	config.zone_end_pfn[ZONE_DMA] = config.zone_end_pfn[ZONE_DMA32] = 0;
	config.nr_nodes = 2;
	config.nr_cpus = 2;
	config.nr_memory = 2;
	config.memory[1] = (struct buddy_range){ 65536, 131072, 1 };
	config.cpu_node[1] = 1;
	world_boot(&world, &config, false);
	for (uint32_t node = 0; node < 2; node++) {
		for (uint32_t i = 0; i < 40; i++)
			pages[i] = alloc_pages_node(&world.tsk, (int)node, GFP_KERNEL, 0);
		for (uint32_t i = 0; i < 40; i++)
			__free_pages(&world.tsk, pages[i], 0);
		assert_int_equal(pcp_of(node, 0)->batch, 15);
		assert_int_equal(pcp_of(node, 0)->count, 45);
		assert_int_equal(pcp_of(node, 0)->expire, 0);
		pcp_of(node, 0)->stat_diff[NR_FREE_PAGES] = 1;
	}
	pcp_of(0, 1)->stat_diff[NR_FREE_PAGES] = 1;
	buddy_tick(&world.tsk);
	assert_int_equal(pcp_of(0, 0)->expire, 0);
	assert_int_equal(pcp_of(1, 0)->expire, 2);
	assert_int_equal(pcp_of(0, 1)->expire, 3); /* remote to CPU 1, but empty */
	buddy_tick(&world.tsk);
	assert_int_equal(pcp_of(1, 0)->expire, 1);
	assert_int_equal(pcp_of(1, 0)->count, 45);
	buddy_tick(&world.tsk);
	assert_int_equal(pcp_of(1, 0)->expire, 0);
	assert_int_equal(pcp_of(1, 0)->count, 30);
	assert_int_equal(pcp_of(0, 0)->count, 45);
	world_free(&world);
}

/* UP has no NUMA: nothing is ever armed. */
static void test_tick_without_numa(void **state)
{
	struct buddy_config config = buddy_config_x86_64(0, 4096);

	(void)state;
	config.features &= ~(uint32_t)BUDDY_NUMA;
	world_boot(&world, &config, false);
	pcp_of(0, 0)->stat_diff[NR_FREE_PAGES] = 1;
	buddy_tick(&world.tsk);
	assert_int_equal(pcp_of(0, 0)->expire, 0);
	assert_int_equal(pcp_of(0, 0)->stat_diff[NR_FREE_PAGES], 0);
	world_free(&world);
}

static void test_import_zone_round_trip(void **state)
{
	static const struct buddy_zone_state zone = {
		.managed_pages = 4000,
		.watermark = { 10, 20, 30, 40 },
		.watermark_boost = 5,
		.lowmem_reserve = { 1, 2, 3, 4, 5 },
		.nr_free_pages = 700,
		.nr_free_cma_pages = 600,
		.nr_reserved_highatomic = 512,
		.nr_isolate_pageblock = 2,
		.flags = ZONE_BOOSTED_WATERMARK,
	};
	static const struct buddy_pcp_state pcp = { 90, 7, 2, 8, -3, 4 };
	struct buddy_config config = buddy_config_x86_64(0, 4096);
	struct pcp_info pcp_info;
	struct zone_info info;

	(void)state;
	config.nr_cpus = 2;
	world_boot(&world, &config, true);
	inspect_zone(&world.sys, 0, &info);
	assert_int_equal(info.managed_pages, 0);
	assert_int_equal(info.present_pages, 4096);
	assert_int_equal(info.nr_free_pages, 0);
	buddy_import_zone(&world.sys, 0, &zone);
	inspect_pcp(&world.sys, 0, 0, &pcp_info); /* MM-81 */
	assert_int_equal(pcp_info.batch, 1);
	assert_int_equal(pcp_info.high, 0);
	buddy_import_pcp(&world.sys, 0, 0, &pcp);
	buddy_import_pcp(&world.sys, 0, 1, &pcp);
	buddy_import_mobility(&world.sys, true);
	buddy_import_done(&world.sys);
	inspect_zone(&world.sys, 0, &info);
	assert_int_equal(info.managed_pages, 4000);
	assert_memory_equal(info.watermark, zone.watermark, sizeof(info.watermark));
	assert_int_equal(info.watermark_boost, 5);
	assert_memory_equal(info.lowmem_reserve, zone.lowmem_reserve, sizeof(info.lowmem_reserve));
	assert_int_equal(info.nr_free_pages, 700);
	assert_int_equal(info.nr_free_cma_pages, 600);
	assert_int_equal(info.nr_reserved_highatomic, 512);
	assert_int_equal(info.nr_isolate_pageblock, 2);
	assert_int_equal(info.flags, ZONE_BOOSTED_WATERMARK);
	inspect_pcp(&world.sys, 0, 1, &pcp_info);
	assert_int_equal(pcp_info.high, 90);
	assert_int_equal(pcp_info.batch, 7);
	assert_int_equal(pcp_info.free_factor, 2);
	assert_int_equal(pcp_info.stat_threshold, 8);
	assert_int_equal(pcp_info.diff_free, -3);
	assert_int_equal(pcp_info.diff_cma, 4);
	assert_int_equal(world.sys.head->mobility_disabled, 1);
	assert_int_equal(world.sys.head->totalreserve_pages, 5 + 30 + 5);
	assert_int_equal(world_zone(&world, 0)->percpu_drift_mark, 30 + 5 + 2 * 8);
	world_free(&world);
}

static void test_import_pages_round_trip(void **state)
{
	struct page_info info;

	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	assert_true(inspect_page(&world.sys, 100, &info));
	assert_int_equal(info.refcount, 1);
	assert_int_equal(info.flags, 0);
	buddy_import_pageblock(&world.sys, 1500, MIGRATE_CMA);
	assert_int_equal(inspect_pageblock(&world.sys, 1024), MIGRATE_CMA);
	assert_int_equal(inspect_pageblock(&world.sys, 1536), MIGRATE_MOVABLE);
	buddy_import_free(&world.sys, 2048, 3, MIGRATE_MOVABLE);
	buddy_import_free(&world.sys, 1024, 3, MIGRATE_MOVABLE);
	buddy_import_free(&world.sys, 1032, 3, MIGRATE_CMA);
	assert_free_list(&world, 3, MIGRATE_MOVABLE, 2048, 1024, PFN_NONE);
	assert_free_list(&world, 3, MIGRATE_CMA, 1032, PFN_NONE);
	assert_int_equal(world_zone(&world, 0)->areas[3].nr_free, 3);
	assert_int_equal(world_free_pages(&world), 0);
	assert_true(inspect_page(&world.sys, 1024, &info));
	assert_true(info.buddy);
	assert_int_equal(info.mapcount, -129);
	assert_int_equal(info.private_value, 3);
	assert_int_equal(info.refcount, 0);
	assert_true(inspect_links_ok(&world.sys, 1024));
	assert_true(inspect_page(&world.sys, 1031, &info));
	assert_false(info.buddy);
	assert_int_equal(info.refcount, 0);

	buddy_import_pcp_page(&world.sys, 0, 4, 600, MIGRATE_CMA);
	buddy_import_pcp_page(&world.sys, 0, 4, 602, MIGRATE_MOVABLE);
	assert_pcp_list(&world, 4, 600, 602, PFN_NONE);
	assert_int_equal(pcp_of(0, 0)->count, 4);
	assert_true(inspect_page(&world.sys, 600, &info));
	assert_int_equal(info.index, MIGRATE_CMA);
	assert_int_equal(info.refcount, 0);
	assert_true(inspect_page(&world.sys, 603, &info));
	assert_int_equal(info.refcount, 0);

	buddy_import_lru(&world.sys, 700, 2);
	assert_true(inspect_page(&world.sys, 701, &info));
	assert_int_equal(info.flags, 1u << PG_lru);
	assert_true(inspect_page(&world.sys, 702, &info));
	assert_int_equal(info.flags, 0);
	world_free(&world);
}

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static struct list_entry first_entry(void)
{
	struct list_cursor at = { .kind = LIST_FREE, .end = NR_PAGE_ORDERS * MIGRATE_TYPES };
	struct list_entry entries[4];

	assert_int_equal(inspect_list_entries(&world.sys, &at, entries, 4), 1);
	assert_int_equal(inspect_list_entries(&world.sys, &at, entries + 1, 3), 0);
	return entries[0];
}

/* A mark that a merge left behind stands where an upper half began, also at the machine's end. */
static void test_marks_inside_seen(void **state)
{
	struct list_entry entry;

	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	buddy_import_free(&world.sys, 4088, 3, MIGRATE_MOVABLE);
	entry = first_entry();
	assert_int_equal(entry.pfn, 4088);
	assert_int_equal(entry.list, 3 * MIGRATE_TYPES + MIGRATE_MOVABLE);
	assert_int_equal(entry.page.private_value, 3);
	assert_true(entry.known && entry.page.buddy && entry.links_ok && !entry.marked_inside);
	for (pfn_t half = 1; half < 8; half *= 2) {
		pfn_to_page(&world.sys, 4088 + half)->type = PG_BUDDY;
		assert_true(first_entry().marked_inside);
		pfn_to_page(&world.sys, 4088 + half)->type = PAGE_TYPE_BASE | PG_BUDDY;
		assert_false(first_entry().marked_inside);
		pfn_to_page(&world.sys, 4088 + half)->type = 0;
	}
	pfn_to_page(&world.sys, 4088)->lru.prev = 0;
	assert_false(first_entry().links_ok);
	world_free(&world);
}

/* Of three blocks on a list the one at 1032; however many are read at once. */
static struct list_entry second_entry(void)
{
	struct list_entry entries[3] = { 0 }, second = { 0 };

	for (uint32_t max = 1; max <= 3; max++) {
		struct list_cursor at = { .kind = LIST_FREE,
					  .end = NR_PAGE_ORDERS * MIGRATE_TYPES };
		uint32_t nr = 0;

		while (nr < 2)
			nr += inspect_list_entries(&world.sys, &at, entries + nr,
						   max < 3 - nr ? max : 3 - nr);
		assert_int_equal(entries[1].pfn, 1032);
		assert_true(max == 1 || !memcmp(&second, &entries[1], sizeof(second)));
		second = entries[1];
	}
	return second;
}

static bool second_is_as(const struct list_entry *honest)
{
	struct list_entry entry = second_entry();

	return !memcmp(&entry, honest, sizeof(entry));
}

/* Each field, each mark inside and each link that does not point back is told. */
static void test_forged_entries_seen(void **state)
{
	struct page *page, *next, before;
	struct list_entry honest;
	uint16_t *block, type;

	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	for (pfn_t pfn = 1024; pfn < 1048; pfn += 8)
		buddy_import_free(&world.sys, pfn, 2, MIGRATE_MOVABLE);
	page = pfn_to_page(&world.sys, 1032);
	next = pfn_to_page(&world.sys, 1040);
	before = *page;
	honest = second_entry();
#define FORGE(forgery)                               \
	do {                                         \
		assert_true(second_is_as(&honest));  \
		forgery;                             \
		assert_false(second_is_as(&honest)); \
		*page = before;                      \
	} while (0)
	FORGE(page->flags = PG_BIT(lru));
	FORGE(page->flags = PAGE_TAIL);
	FORGE(page->refcount = 1);
	FORGE(page->refcount = -1);
	FORGE(page->type = 0);
	FORGE(page->type |= PAGE_TYPE_BASE);
	FORGE(page->private_value = 3);
	FORGE(page->lru.prev = 0);
	FORGE(page->lru.prev = UINT32_MAX);
	FORGE(page->lru.prev = node_cell(&world.sys, &next->lru));
	FORGE(page[1].type = PG_BUDDY; page[2].type = PG_BUDDY);
	page[1].type = page[2].type = 0;
	FORGE(next->lru.prev = 0);
	next->lru.prev = node_cell(&world.sys, &page->lru);
	block = pageblock_of(&world.sys, page);
	type = *block;
	FORGE(*block = (uint16_t)(type + (1u << PAGEBLOCK_ZONE_SHIFT)));
	*block = type;
	assert_true(second_is_as(&honest));
#undef FORGE
	world_free(&world);
}

/* A block of an order that reaches beyond the memory map is read no further than that. */
static void test_list_astray_seen(void **state)
{
	struct list_node *list;
	struct page *page;

	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	page = pfn_to_page(&world.sys, 4095);
	list = &world.sys.zones[0].areas[MAX_PAGE_ORDER].lists[MIGRATE_MOVABLE];
	list_add(&world.sys, &page->lru, list);
	assert_int_equal(first_entry().pfn, 4095);
	assert_false(first_entry().marked_inside);
	assert_true(first_entry().links_ok);
	world_free(&world);
}

/* Links that lead nowhere are answered, not followed. */
static void test_corrupt_links(void **state)
{
	struct page *page;

	(void)state;
	world_empty(&world, 4096, 9, 12, 3);
	buddy_import_free(&world.sys, 8, 0, MIGRATE_MOVABLE);
	buddy_import_free(&world.sys, 16, 0, MIGRATE_MOVABLE);
	page = pfn_to_page(&world.sys, 8);
	assert_true(inspect_links_ok(&world.sys, 8));
	assert_false(inspect_links_ok(&world.sys, 9));
	page->lru.next = UINT32_MAX;
	assert_false(inspect_links_ok(&world.sys, 8));
	assert_int_equal(inspect_free_next(&world.sys, 0, 0, MIGRATE_MOVABLE, 8), PFN_NONE);
	page->lru.next = 0;
	assert_false(inspect_links_ok(&world.sys, 8));
	assert_int_equal(inspect_free_next(&world.sys, 0, 0, MIGRATE_MOVABLE, 8), PFN_NONE);
	page->lru.next = node_cell(&world.sys, &pfn_to_page(&world.sys, 32)->lru);
	assert_false(inspect_links_ok(&world.sys, 8));
	assert_int_equal(inspect_free_next(&world.sys, 0, 0, MIGRATE_MOVABLE, 8), 32);
	world_free(&world);
}

static void test_compound_seen(void **state)
{
	struct buddy_config config = buddy_config_uml(0, 4096);
	struct page_info info;
	pfn_t pfn;

	(void)state;
	world_boot(&world, &config, false);
	pfn = page_to_pfn(&world.sys, alloc_pages(&world.tsk, GFP_KERNEL | __GFP_COMP, 2));
	assert_true(inspect_page(&world.sys, pfn, &info));
	assert_int_equal(info.flags, 1u << PG_head);
	assert_int_equal(info.compound_order, 2);
	assert_int_equal(info.compound_head, pfn);
	assert_true(inspect_page(&world.sys, pfn + 3, &info));
	assert_true(info.tail);
	assert_int_equal(info.flags, 0);
	assert_int_equal(info.compound_head, pfn);
	assert_int_equal(page_ref_count(pfn_to_page(&world.sys, pfn)), 1);
	world_free(&world);
}

/* ---- rows ---- */

#define NR_ALIKE 64u
#define ALIKE_BASE (2048u - NR_ALIKE / 2) /* over a border of the largest order */

/* Few values, so that pages are often alike. */
static void spoil_pages(uint32_t *state)
{
	for (uint32_t i = 0; i < NR_ALIKE; i++) {
		struct page *page = pfn_page(&world.sys, ALIKE_BASE + i);
		uint32_t odd = next_random(state);

		memset(page, 0, sizeof(*page));
		page->flags = odd % 8 ? 0 : PAGE_TAIL;
		page->flags |= odd >> 3 & 7 ? 0 : PG_BIT(head);
		page->flags |= odd >> 6 & 7 ? 0 : PAGE_PFMEMALLOC;
		page->flags |= odd >> 9 & 7 ? 0 : PAGE_WHOLE & 5u << PAGE_WHOLE_SHIFT;
		page->refcount = odd >> 12 & 7 ? 0 : 1;
		page->type = odd >> 15 & 7 ? 0 : odd >> 18 & 1 ? PG_BUDDY : 1;
		page->private_value = odd >> 19 & 7 ? 0 : 1;
		page->index = odd >> 22 & 7 ? 0 : 1;
		page->mapping = odd >> 25 & 7 ? 0 : TAIL_MAPPING;
		page->compound_head = odd >> 28 & 1 ? ALIKE_BASE : ALIKE_BASE + i;
		page->compound_order = odd >> 29 & 1;
	}
}

/* Page pfn shows what the row's first page does: all but the index, and where a head is itself. */
static void assert_told(const struct page_row *row, pfn_t pfn)
{
	struct page_info info = { 0 }, told = row->page;

	assert_true(inspect_page(&world.sys, pfn, &info));
	told.index = info.index;
	if (!told.tail)
		told.compound_head = pfn;
	assert_memory_equal(&told, &info, sizeof(info));
}

/* Returns how many rows had more than one page. */
static uint32_t assert_rows_tell(pfn_t pfn, uint32_t nr_pages, uint32_t max_rows)
{
	struct page_row rows[NR_ALIKE] = { 0 };
	uint32_t nr_rows = inspect_rows(&world.sys, pfn, nr_pages, rows, max_rows);
	uint32_t nr = 0, nr_long = 0;

	for (uint32_t i = 0; i < nr_rows; i++) {
		for (uint32_t k = 0; k < rows[i].nr_pages; k++)
			assert_told(&rows[i], pfn + nr++);
		nr_long += rows[i].nr_pages > 1;
	}
	assert_true(nr == nr_pages || nr_rows == max_rows);
	return nr_long;
}

static void test_rows(void **state)
{
	uint32_t random = 1, nr_long = 0;

	(void)state;
	boot_smp(1);
	for (uint32_t round = 0; round < 20000; round++) {
		pfn_t pfn = ALIKE_BASE + next_random(&random) % NR_ALIKE;

		if (round % 16 == 0)
			spoil_pages(&random);
		nr_long += assert_rows_tell(pfn, ALIKE_BASE + NR_ALIKE - pfn,
					    1 + next_random(&random) % NR_ALIKE);
	}
	assert_true(nr_long > 5000);
	world_free(&world);
}

/* Over zones, and over blocks of which no descriptor is written. */
static void test_rows_over_borders(void **state)
{
	struct buddy_config config = buddy_config_x86_64(0, 8192);

	(void)state;
	config.zones |= 1u << ZONE_DMA | 1u << ZONE_DMA32;
	config.pageblock_order = 9;
	config.zone_end_pfn[ZONE_DMA] = 2048 + 512;
	world_boot(&world, &config, false);
	for (pfn_t pfn = 0; pfn < 5000; pfn += 37)
		assert_rows_tell(pfn, 3000, NR_ALIKE);
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_differences),
		cmocka_unit_test(test_never_negative),
		cmocka_unit_test(test_up_is_exact),
		cmocka_unit_test(test_tick_folds),
		cmocka_unit_test(test_tick_ages_remote_pcps),
		cmocka_unit_test(test_tick_without_numa),
		cmocka_unit_test(test_import_zone_round_trip),
		cmocka_unit_test(test_import_pages_round_trip),
		cmocka_unit_test(test_marks_inside_seen),
		cmocka_unit_test(test_list_astray_seen),
		cmocka_unit_test(test_corrupt_links),
		cmocka_unit_test(test_compound_seen),
		cmocka_unit_test(test_forged_entries_seen),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_rows_over_borders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
