/* SPDX-License-Identifier: MIT */
/* Refill, overflow, drain and their order (04 section 6, 06 sections 6, 8). */
#include <string.h>

#include "alloc/pcp.h"
#include "world.h"

static struct world world;

static struct pcp *pcp_of(uint32_t cpu)
{
	return zone_pcp(&world.sys, world_zone(&world, 0), cpu);
}

static struct page *take(uint32_t order)
{
	struct page *page = alloc_pages(&world.tsk, GFP_NOWAIT, order);

	assert_non_null(page);
	return page;
}

/* FP-42: max(batch >> order, 2), but 1 for a batch of 1; ascending frames from one block (FP-43).
 */
static void test_refill_sizes(void **state)
{
	static const struct {
		int32_t batch;
		uint32_t order;
		int32_t blocks;
	} rows[] = { { 63, 0, 63 }, { 63, 1, 31 }, { 63, 2, 15 }, { 63, 3, 7 }, { 7, 0, 7 },
		     { 7, 1, 3 },   { 7, 2, 2 },   { 7, 3, 2 },   { 1, 0, 1 },  { 1, 3, 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		world_empty(&world, 4096, 10, 1000, rows[i].batch);
		world_add_free(&world, 1024, 10, MIGRATE_UNMOVABLE);
		assert_int_equal(page_to_pfn(&world.sys, take(rows[i].order)), 1024);
		assert_int_equal(pcp_of(0)->count, (rows[i].blocks - 1) << rows[i].order);
		assert_int_equal(world_free_pages(&world),
				 1024 - (rows[i].blocks << rows[i].order));
		if (rows[i].blocks > 1)
			assert_int_equal(page_to_pfn(&world.sys, take(rows[i].order)),
					 1024 + (1 << rows[i].order));
		world_free(&world);
	}
}

/* FR-30: high 252, batch 63: 63, 126, 189 pages go back at consecutive overflows. */
static void test_overflow_grows(void **state)
{
	static struct page *pages[1000];
	static const int32_t freed[] = { 63, 126, 189, 189 };
	uint32_t next = 0;

	(void)state;
	world_empty(&world, 4096, 10, 252, 63);
	world_add_free(&world, 1024, 10, MIGRATE_UNMOVABLE);
	for (uint32_t i = 0; i < 1000; i++)
		pages[i] = take(0);
	drain_local_pages(&world.tsk);
	for (size_t i = 0; i < sizeof(freed) / sizeof(freed[0]); i++) {
		int64_t before = world_free_pages(&world);

		while (world_free_pages(&world) == before)
			__free_pages(&world.tsk, pages[next++], 0);
		assert_int_equal(world_free_pages(&world) - before, freed[i]);
		assert_int_equal(pcp_of(0)->count, 252 - freed[i]);
	}
	assert_int_equal(pcp_of(0)->free_factor, 2);
	take(0);
	assert_int_equal(pcp_of(0)->free_factor, 1); /* FP-41 */
	world_free(&world);
}

/* FR-27, FR-28: with a free_factor an order > 0 free empties the whole pcp. */
static void test_free_high(void **state)
{
	struct page *large, *small;

	(void)state;
	world_empty(&world, 4096, 10, 100, 7);
	world_add_free(&world, 1024, 10, MIGRATE_UNMOVABLE);
	large = take(2);
	small = take(0);
	pcp_of(0)->free_factor = 1;
	__free_pages(&world.tsk, small, 0);
	assert_int_not_equal(pcp_of(0)->count, 0);
	__free_pages(&world.tsk, large, 2);
	assert_int_equal(pcp_of(0)->count, 0);
	assert_int_equal(world.marks[MARK_pcp_free_high], 1);
	world_free(&world);
}

/* FR-27: kswapd at work lowers high to four batches; FR-28: a disabled pcp frees one page at a
 * time. */
static void test_reclaim_and_disabled(void **state)
{
	struct page *pages[40];

	(void)state;
	world_empty(&world, 4096, 10, 100, 3);
	world_add_free(&world, 1024, 10, MIGRATE_UNMOVABLE);
	for (uint32_t i = 0; i < 40; i++)
		pages[i] = take(0);
	drain_local_pages(&world.tsk);
	world_zone(&world, 0)->flags = ZONE_RECLAIM_ACTIVE;
	for (uint32_t i = 0; i < 12; i++)
		__free_pages(&world.tsk, pages[i], 0);
	assert_int_equal(pcp_of(0)->count, 9);
	world_zone(&world, 0)->flags = 0;
	drain_local_pages(&world.tsk);
	pcp_of(0)->high = 0;
	pcp_of(0)->batch = 1;
	for (uint32_t i = 12; i < 20; i++) {
		__free_pages(&world.tsk, pages[i], 0);
		assert_int_equal(pcp_of(0)->count, 0);
	}
	world_free(&world);
}

/* FR-32: cyclically ascending from the list freed to, each list from tail to head and emptied
 * first. */
static void test_bulk_order(void **state)
{
	static const struct {
		pfn_t pfn;
		uint32_t pindex;
	} rows[] = { { 2000, 0 }, { 2002, 0 }, { 2016, 3 }, { 2020, 3 }, { 2040, 1 } };
	static const pfn_t want[] = { 2020, 2016, 2002, 2000, 2040 };
	uint32_t nr = 0;

	(void)state;
	world_empty(&world, 4096, 10, 100, 3);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		buddy_import_pcp_page(&world.sys, 0, rows[i].pindex, rows[i].pfn,
				      rows[i].pindex == 1 ? MIGRATE_MOVABLE : MIGRATE_UNMOVABLE);
	assert_int_equal(pcp_of(0)->count, 7);
	free_pcppages_bulk(&world.tsk, world_zone(&world, 0), pcp_of(0), 100, 3);
	assert_int_equal(pcp_of(0)->count, 0);
	for (uint32_t i = 0; i < world.nr_log; i++)
		if (world.log[i].kind == TRACE_MM_PAGE_PCPU_DRAIN)
			assert_int_equal(world.log[i].pfn, want[nr++]);
	assert_int_equal(nr, 5);
	world_free(&world);
}

/* FR-25.3, FR-35: CMA waits on the MOVABLE list and goes home by its recorded type. */
static void test_cma_page_remembers(void **state)
{
	struct page *page;

	(void)state;
	world_empty(&world, 4096, 10, 100, 3);
	buddy_import_pageblock(&world.sys, 1024, MIGRATE_CMA);
	page = pfn_page(&world.sys, 1030);
	__free_pages(&world.tsk, page, 0);
	assert_pcp_list(&world, 1, 1030, PFN_NONE);
	buddy_import_pageblock(&world.sys, 1024, MIGRATE_MOVABLE);
	drain_local_pages(&world.tsk);
	assert_free_list(&world, 0, MIGRATE_CMA, 1030, PFN_NONE);
	assert_int_equal(world_zone(&world, 0)->stat[NR_FREE_CMA_PAGES], 1);
	world_free(&world);
}

/* FR-25.3: ISOLATE bypasses; BU-55: with isolated blocks the type is read again at the drain. */
static void test_isolated(void **state)
{
	(void)state;
	world_empty(&world, 4096, 10, 100, 3);
	__free_pages(&world.tsk, pfn_page(&world.sys, 1030), 0);
	buddy_import_pageblock(&world.sys, 1024, MIGRATE_ISOLATE);
	world_zone(&world, 0)->nr_isolate_pageblock = 1;
	__free_pages(&world.tsk, pfn_page(&world.sys, 1040), 0);
	assert_free_list(&world, 0, MIGRATE_ISOLATE, 1040, PFN_NONE);
	drain_local_pages(&world.tsk);
	assert_free_list(&world, 0, MIGRATE_ISOLATE, 1030, 1040, PFN_NONE);
	assert_int_equal(world_free_pages(&world), 0);
	world_free(&world);
}

/* FR-33, FP-45: a page that went bad while on the pcp is lost at the drain, or found at the refill.
 */
static void test_bad_pages(void **state)
{
	struct page *page;

	(void)state;
	world_empty(&world, 4096, 10, 100, 3);
	buddy_import_pcp_page(&world.sys, 0, 0, 100, MIGRATE_UNMOVABLE);
	pfn_page(&world.sys, 100)->refcount = -1;
	drain_local_pages(&world.tsk);
	assert_int_equal(world.bad_reason, BAD_PAGE_REFCOUNT);
	assert_int_equal(world.bad_pfn, 100);
	assert_int_equal(world_free_pages(&world), 0);
	assert_int_equal(pcp_of(0)->count, 0);

	world_add_free(&world, 1024, 2, MIGRATE_UNMOVABLE);
	page_written(&world.sys, pfn_page(&world.sys, 1024));
	pfn_page(&world.sys, 1024)->mapping = 8;
	page = take(0);
	assert_int_equal(page_to_pfn(&world.sys, page), 1025);
	assert_int_equal(world.bad_reason, BAD_PAGE_MAPPING);
	assert_int_equal(pcp_of(0)->count, 1);
	assert_int_equal(world_free_pages(&world), 1);
	world_free(&world);
}

/* FP-45 in strict mode: checked at allocation, not at refill. */
static void test_strict_checks_at_allocation(void **state)
{
	(void)state;
	world_empty(&world, 4096, 10, 100, 3);
	world.sys.head->features |= BUDDY_DEBUG_VM;
	world_add_free(&world, 1024, 2, MIGRATE_UNMOVABLE);
	page_written(&world.sys, pfn_page(&world.sys, 1025));
	pfn_page(&world.sys, 1025)->flags = PG_BIT(dirty);
	assert_int_equal(page_to_pfn(&world.sys, take(0)), 1024);
	assert_int_equal(world.nr_bad, 0);
	assert_int_equal(page_to_pfn(&world.sys, take(0)), 1026);
	assert_int_equal(world.bad_reason, BAD_PAGE_FLAGS_AT_PREP);
	world_free(&world);
}

/* A count without pages is our own sin. */
static void test_count_without_pages_traps(void **state)
{
	(void)state;
	world_empty(&world, 4096, 10, 100, 3);
	pcp_of(0)->count = 5;
	assert_trap(&world, "nr_empty", drain_local_pages(&world.tsk));
	world_free(&world);
}

/* FR-47 */
static void test_aged_remote_pcp(void **state)
{
	(void)state;
	world_empty(&world, 4096, 10, 100, 3);
	for (pfn_t pfn = 100; pfn < 110; pfn += 2)
		buddy_import_pcp_page(&world.sys, 0, 0, pfn, MIGRATE_UNMOVABLE);
	drain_zone_pages(&world.tsk, world_zone(&world, 0));
	assert_pcp_list(&world, 0, 100, 102, PFN_NONE);
	drain_zone_pages(&world.tsk, world_zone(&world, 0));
	drain_zone_pages(&world.tsk, world_zone(&world, 0));
	assert_pcp_list(&world, 0, PFN_NONE);
	world_free(&world);
}

static bool no_lock(void *context, uint32_t id)
{
	(void)context;
	(void)id;
	return false;
}

static void ignore_lock(void *context, uint32_t id)
{
	(*(uint32_t *)context)++;
	(void)id;
}

/* FP-33, FR-25.4: without the pcp lock both paths go to the buddy, with the page's true type. */
static void test_trylock_failure(void **state)
{
	uint32_t nr_calls = 0;
	struct buddy_sync sync = {
		.context = &nr_calls, .lock = ignore_lock, .trylock = no_lock, .unlock = ignore_lock
	};
	struct page *page, *pages[2] = { NULL, NULL };

	(void)state;
	world_empty(&world, 4096, 10, 100, 3);
	buddy_set_sync(&world.sys, &sync);
	world_add_free(&world, 1024, 4, MIGRATE_UNMOVABLE);
	page = take(0);
	assert_int_equal(page_to_pfn(&world.sys, page), 1024);
	assert_int_equal(world_free_pages(&world), 15);
	assert_int_equal(alloc_pages_bulk_array(&world.tsk, GFP_NOWAIT, 0, NULL, 2, pages), 1);
	buddy_import_pageblock(&world.sys, 1024, MIGRATE_CMA);
	__free_pages(&world.tsk, page, 0);
	assert_free_list(&world, 0, MIGRATE_CMA, 1024, PFN_NONE);
	release_pages(&world.tsk, pages, 1);
	assert_free_list(&world, 4, MIGRATE_CMA, 1024, PFN_NONE);
	assert_int_equal(world.marks[MARK_pcp_trylock_failed], 4);
	assert_int_equal(nr_calls % 2, 0);
	world_free(&world);
}

/* FP-40 on X: pageblock-order blocks have lists 12 and 13; the first refill takes two of them. */
static void test_thp_lists(void **state)
{
	struct buddy_config config = buddy_config_x86_64(0, 8192);
	struct page *page;
	int32_t count;

	(void)state;
	config.pageblock_order = 4;
	world_boot(&world, &config, false);
	for (uint32_t number = 0; number < world.sys.head->nr_zones; number++)
		zone_pcp(&world.sys, world_zone(&world, number), 0)->batch = 63;
	page = alloc_pages(&world.tsk, GFP_HIGHUSER_MOVABLE, 4);
	assert_non_null(page);
	count = 0;
	for (uint32_t number = 0; number < world.sys.head->nr_zones; number++)
		count += zone_pcp(&world.sys, world_zone(&world, number), 0)->count;
	assert_int_equal(count, 2 * 16);
	__free_pages(&world.tsk, page, 4);
	drain_all_pages(&world.tsk);
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refill_sizes),
		cmocka_unit_test(test_overflow_grows),
		cmocka_unit_test(test_free_high),
		cmocka_unit_test(test_reclaim_and_disabled),
		cmocka_unit_test(test_bulk_order),
		cmocka_unit_test(test_cma_page_remembers),
		cmocka_unit_test(test_isolated),
		cmocka_unit_test(test_bad_pages),
		cmocka_unit_test(test_strict_checks_at_allocation),
		cmocka_unit_test(test_count_without_pages_traps),
		cmocka_unit_test(test_aged_remote_pcp),
		cmocka_unit_test(test_trylock_failure),
		cmocka_unit_test(test_thp_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
