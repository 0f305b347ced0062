/* SPDX-License-Identifier: MIT */
/* The free path: the reference puzzle, compound pages, misuse and its reports (06 sections 2, 3, 9,
 * 10). */
#include <string.h>

#include "alloc/free.h"
#include "world.h"

static struct world world;

static void setup(void)
{
	world_empty(&world, 4096, 10, 500, 3);
	world_add_free(&world, 1024, 10, MIGRATE_UNMOVABLE);
}

static struct page *take(gfp_t gfp, uint32_t order)
{
	struct page *page = alloc_pages(&world.tsk, gfp, order);

	assert_non_null(page);
	return page;
}

static int32_t pcp_count(void)
{
	return zone_pcp(&world.sys, world_zone(&world, 0), 0)->count;
}

/* FR-5, FR-8 and the study notes' question: upper half first, down to page 1; the head stays. */
static void test_free_while_referenced(void **state)
{
	struct page *page;
	int64_t free_before;
	int32_t count_before;

	(void)state;
	setup();
	page = take(GFP_NOWAIT, 5);
	free_before = world_free_pages(&world);
	count_before = pcp_count();
	get_page(&world.tsk, page);
	world.nr_log = 0;
	__free_pages(&world.tsk, page, 5);
	assert_int_equal(world_free_pages(&world) - free_before, 16);
	assert_int_equal(pcp_count() - count_before, 15);
	assert_int_equal(page_ref_count(page), 1);
	assert_int_equal(world.log[0].pfn, 1024 + 16);
	assert_int_equal(world.log[0].order, 4);
	put_page(&world.tsk, page);
	assert_int_equal(pcp_count() - count_before, 16);
	drain_local_pages(&world.tsk);
	assert_int_equal(world_free_pages(&world), 1024);
	assert_free_list(&world, 10, MIGRATE_MOVABLE, 1024,
			 PFN_NONE); /* the pageblock's type at the free */
	world_free(&world);
}

/* FP-52, FR-60..63: a compound page knows its order, so the last put frees it whole. */
static void test_compound(void **state)
{
	struct page *page;

	(void)state;
	setup();
	page = take(GFP_NOWAIT | __GFP_COMP, 5);
	get_page(&world.tsk, page + 7);
	assert_int_equal(page_ref_count(page), 2);
	assert_int_equal(page_ref_count(page + 7), 0);
	__free_pages(&world.tsk, page, 5);
	assert_int_equal(world_free_pages(&world), 1024 - 32);
	put_page(&world.tsk, page + 3);
	assert_int_equal(world_free_pages(&world), 1024);
	assert_int_equal(page->flags | page[1].flags | page[31].flags, 0);
	assert_int_equal(page[1].mapping, 0);
	world_free(&world);
}

static void test_get_page_unless_zero(void **state)
{
	struct page *page;

	(void)state;
	setup();
	page = take(GFP_NOWAIT, 0);
	assert_true(get_page_unless_zero(&world.tsk, page));
	put_page(&world.tsk, page);
	put_page(&world.tsk, page);
	assert_false(get_page_unless_zero(&world.tsk, page));
	world_free(&world);
}

/* FR-9: too small an order leaks the rest; too large a one is refused when a neighbour is in use.
 */
static void test_wrong_order(void **state)
{
	struct page *page;

	(void)state;
	setup();
	page = take(GFP_NOWAIT, 6);
	__free_pages(&world.tsk, page, 5);
	assert_int_equal(world_free_pages(&world), 1024 - 32);
	world_free(&world);

	setup();
	page = take(GFP_NOWAIT, 4);
	assert_ptr_equal(take(GFP_NOWAIT, 4), page + 16);
	__free_pages(&world.tsk, page, 5);
	assert_int_equal(world.nr_bad, 1);
	assert_int_equal(world.bad_pfn, 1024 + 16);
	assert_int_equal(world.bad_reason, BAD_PAGE_REFCOUNT);
	assert_int_equal(world_free_pages(&world), 1024 - 32);
	world_free(&world);
}

/* FR-9, FR-16: nothing is freed twice; the drain finds it. */
static void test_double_free(void **state)
{
	struct page *page;

	(void)state;
	setup();
	page = take(GFP_NOWAIT, 0);
	__free_pages(&world.tsk, page, 0);
	__free_pages(&world.tsk, page, 0);
	assert_int_equal(page_ref_count(page), -1);
	assert_int_equal(world.nr_bad, 0);
	drain_local_pages(&world.tsk);
	assert_int_equal(world.nr_bad, 1);
	assert_int_equal(world.bad_reason, BAD_PAGE_REFCOUNT);
	world_free(&world);
}

/* FR-14, FR-15, FR-17: which faults of a head and of a tail are seen at the free. */
static void test_faults(void **state)
{
	struct page *page;

	(void)state;
	setup();
	page = take(GFP_NOWAIT, 4);
	page[3].flags = PG_BIT(slab);
	forget_whole(page);
	__free_pages(&world.tsk, page, 4);
	assert_int_equal(world.bad_reason, BAD_PAGE_FLAGS_AT_FREE);
	page = take(GFP_NOWAIT, 4);
	page->type = 5;
	__free_pages(&world.tsk, page, 4);
	assert_int_equal(world.bad_reason, BAD_PAGE_MAPCOUNT);
	assert_int_equal(page->type, 0);
	page = take(GFP_NOWAIT, 4);
	page->mapping = 0x100;
	__free_pages(&world.tsk, page, 4);
	assert_int_equal(world.bad_reason, BAD_PAGE_MAPPING);
	assert_int_equal(world.nr_bad, 3);
	page = take(GFP_NOWAIT, 4);
	page->mapping = 0x101; /* anonymous: forgotten silently */
	page->flags |= PG_BIT(dirty) | PG_BIT(mlocked);
	page[1].flags |= PG_BIT(uptodate);
	forget_whole(page);
	__free_pages(&world.tsk, page, 4);
	assert_int_equal(world.nr_bad, 3);
	assert_int_equal(page->flags | page[1].flags | page->mapping, 0);
	page = take(GFP_NOWAIT, 0);
	page->flags |= PG_BIT(lru) | PG_BIT(slab);
	__free_pages(&world.tsk, page, 0); /* pcp-eligible heads lose their flags unseen */
	assert_int_equal(world.nr_bad, 3);
	world_free(&world);
}

/* FR-12.3, FP-46: a poisoned page is withheld without a word. */
static void test_hwpoison(void **state)
{
	struct page *page;
	int32_t count;

	(void)state;
	setup();
	page = take(GFP_NOWAIT, 0);
	count = pcp_count();
	page->flags |= PG_BIT(hwpoison);
	__free_pages(&world.tsk, page, 0);
	assert_int_equal(pcp_count(), count);
	drain_local_pages(&world.tsk);
	pfn_page(&world.sys, 1536)->flags |= PG_BIT(hwpoison);
	assert_non_null(alloc_pages(&world.tsk, GFP_NOWAIT, 9) ?: &world.sys.mem_map[0]);
	assert_int_equal(world.nr_bad, 0);
	world_free(&world);
}

/* Strict mode traps what a production kernel lets pass. */
static void test_strict(void **state)
{
	struct page *page;

	(void)state;
	setup();
	world.sys.head->features |= BUDDY_DEBUG_VM;
	page = take(GFP_NOWAIT | __GFP_COMP, 2);
	assert_trap(&world, "compound_order != order", __free_pages(&world.tsk, page, 1));
	page = take(GFP_NOWAIT, 0);
	__free_pages(&world.tsk, page, 0);
	assert_trap(&world, "refcount == 0", __free_pages(&world.tsk, page, 0));
	assert_trap(&world, "refcount <= 0", get_page(&world.tsk, page));
	page = take(GFP_NOWAIT, 0);
	page->flags |= PG_BIT(slab);
	__free_pages(&world.tsk, page, 0);
	assert_int_equal(world.bad_reason, BAD_PAGE_FLAGS_AT_FREE);
	world_free(&world);
}

/* FR-66 */
static void test_split_page(void **state)
{
	struct page *page;

	(void)state;
	setup();
	page = take(GFP_NOWAIT, 3);
	split_page(&world.tsk, page, 3);
	for (uint32_t i = 0; i < 8; i++) {
		assert_int_equal(page_ref_count(&page[i]), 1);
		__free_pages(&world.tsk, &page[i], 0);
	}
	drain_local_pages(&world.tsk);
	assert_int_equal(world_free_pages(&world), 1024);
	world_free(&world);
}

/* FR-41: dropped in array order, freed in reverse; large pages at once. */
static void test_release_pages(void **state)
{
	struct page *pages[4];
	pfn_t first, second;

	(void)state;
	setup();
	pages[0] = take(GFP_NOWAIT, 0);
	pages[1] = take(GFP_NOWAIT | __GFP_COMP, 1);
	pages[2] = take(GFP_NOWAIT, 0);
	pages[3] = take(GFP_NOWAIT, 0);
	get_page(&world.tsk, pages[3]);
	first = page_to_pfn(&world.sys, pages[0]);
	second = page_to_pfn(&world.sys, pages[2]);
	drain_local_pages(&world.tsk);
	release_pages(&world.tsk, pages, 4);
	assert_pcp_list(&world, 1, first, second, PFN_NONE);
	assert_int_equal(pcp_count(), 4);
	world_free(&world);
}

/* FR-41: in the order of the list, so the last one freed comes first; a held page stays. */
static void test_put_pages_list(void **state)
{
	struct page *pages[3];
	pfn_t first, second;

	(void)state;
	setup();
	for (int i = 0; i < 3; i++)
		pages[i] = take(GFP_NOWAIT, 0);
	get_page(&world.tsk, pages[1]);
	first = page_to_pfn(&world.sys, pages[0]);
	second = page_to_pfn(&world.sys, pages[2]);
	drain_local_pages(&world.tsk);
	put_pages_list(&world.tsk, pages, 3);
	assert_pcp_list(&world, 1, second, first, PFN_NONE);
	assert_int_equal(pcp_count(), 2);
	world_free(&world);
}

/* FR-40: isolated pages of a list go straight to the buddy. */
static void test_release_isolated(void **state)
{
	struct page *page;

	(void)state;
	setup();
	page = take(GFP_NOWAIT, 0);
	drain_local_pages(&world.tsk);
	buddy_import_pageblock(&world.sys, 1024, MIGRATE_ISOLATE);
	release_pages(&world.tsk, &page, 1);
	assert_int_equal(pcp_count(), 0);
	world_free(&world);
}

/* FR-70 */
static void test_free_contig_range(void **state)
{
	struct page *page;

	(void)state;
	setup();
	page = take(GFP_NOWAIT, 3);
	split_page(&world.tsk, page, 3);
	get_page(&world.tsk, &page[5]);
	free_contig_range(&world.tsk, page, 8);
	assert_int_equal(world.nr_traces[TRACE_FREE_CONTIG_IN_USE], 1);
	assert_int_equal(page_ref_count(&page[5]), 1);
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_free_while_referenced),
		cmocka_unit_test(test_compound),
		cmocka_unit_test(test_get_page_unless_zero),
		cmocka_unit_test(test_wrong_order),
		cmocka_unit_test(test_double_free),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_hwpoison),
		cmocka_unit_test(test_strict),
		cmocka_unit_test(test_split_page),
		cmocka_unit_test(test_release_pages),
		cmocka_unit_test(test_put_pages_list),
		cmocka_unit_test(test_release_isolated),
		cmocka_unit_test(test_free_contig_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
