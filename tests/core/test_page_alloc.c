/* SPDX-License-Identifier: MIT */
/* The fast path over several zones and nodes (04), bulk, exact and fragment allocations. */
#include <string.h>

#include "alloc/alloc_context.h"
#include "world.h"

static struct world world;

/* DMA, DMA32, NORMAL of 4096 frames each and MOVABLE behind; one node. */
static void boot_zones(void)
{
	struct buddy_config config = buddy_config_x86_64(0, 16384);

	config.zone_end_pfn[ZONE_DMA] = 4096;
	config.zone_end_pfn[ZONE_DMA32] = 8192;
	config.movablecore_pages = 4096;
	world_boot(&world, &config, false);
	assert_int_equal(world.sys.head->nr_zones, 4);
}

static uint32_t zone_index_of(const struct page *page)
{
	return page_zone(&world.sys, page)->index;
}

/* GF-4, GF-10, FB-3 of the memory model: which zone serves which flags. */
static void test_zone_by_gfp(void **state)
{
	static const struct {
		gfp_t gfp;
		uint32_t index;
	} rows[] = { { GFP_KERNEL, ZONE_NORMAL },
		     { GFP_KERNEL | __GFP_DMA, ZONE_DMA },
		     { GFP_KERNEL | __GFP_DMA32, ZONE_DMA32 },
		     { GFP_HIGHUSER_MOVABLE, ZONE_MOVABLE },
		     { GFP_USER | __GFP_MOVABLE, ZONE_NORMAL },
		     { GFP_HIGHUSER, ZONE_NORMAL } };

	(void)state;
	boot_zones();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(zone_index_of(alloc_pages(&world.tsk, rows[i].gfp, 0)),
				 rows[i].index);
	world.tsk.flags = PF_MEMALLOC_PIN; /* GF-11: loses MOVABLE */
	assert_int_equal(zone_index_of(alloc_pages(&world.tsk, GFP_HIGHUSER_MOVABLE, 0)),
			 ZONE_NORMAL);
	world_free(&world);
}

/* GF-7, FP-13: downward when a zone is short, without fragmenting on the first pass. */
static void test_zone_fallback(void **state)
{
	struct page *page;
	uint32_t lowest = ZONE_MOVABLE;

	(void)state;
	boot_zones();
	while ((page = alloc_pages(&world.tsk, GFP_NOWAIT | __GFP_NOWARN, 0)) != NULL) {
		assert_true(zone_index_of(page) <= ZONE_NORMAL);
		if (zone_index_of(page) < lowest)
			lowest = zone_index_of(page);
	}
	assert_int_not_equal(lowest, ZONE_NORMAL);
	assert_int_not_equal(world.marks[MARK_nofragment_retry], 0);
	world_free(&world);
}

/* FP-5, GF-9 */
static void test_refused(void **state)
{
	(void)state;
	boot_zones();
	assert_null(alloc_pages(&world.tsk, GFP_KERNEL, NR_PAGE_ORDERS));
	assert_int_equal(world.nr_traces[TRACE_WARN_ON_ONCE], 1);
	assert_null(alloc_pages(&world.tsk, GFP_KERNEL | __GFP_MOVABLE | __GFP_RECLAIMABLE, 0));
	assert_int_equal(
		zone_index_of(alloc_pages(&world.tsk, GFP_KERNEL | __GFP_DMA | __GFP_HIGHMEM, 0)),
		ZONE_DMA); /* GF-5: an illegal nibble is zone 0 */
	world.sys.head->features |= BUDDY_DEBUG_VM;
	assert_trap(&world, "gfp_is_legal",
		    alloc_pages(&world.tsk, GFP_KERNEL | __GFP_DMA | __GFP_DMA32, 0));
	world_free(&world);
}

static struct buddy_config two_nodes(uint32_t distance)
{
	struct buddy_config config = buddy_config_x86_64(0, 8192);

	config.nr_nodes = 2;
	config.nr_cpus = 2;
	config.cpu_node[1] = 1;
	config.zone_end_pfn[ZONE_DMA] = config.zone_end_pfn[ZONE_DMA32] = 0;
	config.nr_memory = 2;
	config.memory[0] = (struct buddy_range){ 0, 4096, 0 };
	config.memory[1] = (struct buddy_range){ 4096, 8192, 1 };
	config.distance[0][0] = config.distance[1][1] = 10;
	config.distance[0][1] = config.distance[1][0] = (uint8_t)distance;
	return config;
}

static uint32_t node_of(const struct page *page)
{
	return page_zone(&world.sys, page)->node;
}

/* MM-52, GF-6, FP-7: the CPU's node first, the other when it is short, THISNODE never. */
static void test_nodes(void **state)
{
	struct buddy_config config = two_nodes(20);
	uint32_t node1 = 2;
	struct page *page;

	(void)state;
	world_boot(&world, &config, false);
	assert_int_equal(node_of(alloc_pages(&world.tsk, GFP_KERNEL, 0)), 0);
	world.tsk.cpu = 1;
	assert_int_equal(node_of(alloc_pages(&world.tsk, GFP_KERNEL, 0)), 1);
	assert_int_equal(node_of(alloc_pages_node(&world.tsk, 0, GFP_KERNEL, 0)), 0);
	assert_int_equal(node_of(alloc_pages_node(&world.tsk, -1, GFP_KERNEL, 0)), 1);
	assert_int_equal(node_of(__alloc_pages(&world.tsk, GFP_KERNEL, 0, 0, &node1)), 1);
	do
		page = alloc_pages_node(&world.tsk, 0, GFP_NOWAIT | __GFP_THISNODE, 4);
	while (page && node_of(page) == 0);
	assert_null(page);
	assert_int_equal(node_of(alloc_pages_node(&world.tsk, 0, GFP_NOWAIT, 4)), 1);
	world_free(&world);
}

static int node_reclaim_answer;

static int on_node_reclaim(void *context, uint32_t node, gfp_t gfp, uint32_t order)
{
	struct world *w = context;

	(void)node;
	(void)gfp;
	(void)order;
	w->nr_reclaims++;
	if (node_reclaim_answer > 0)
		world_zone(w, 0)->stat[NR_FREE_PAGES] += 100;
	return node_reclaim_answer;
}

/* FP-11.4c,d */
static void test_node_reclaim(void **state)
{
	struct buddy_config config = two_nodes(20);

	(void)state;
	world_boot(&world, &config, false);
	world_set_hook(&world, node_reclaim, on_node_reclaim);
	world_zone(&world, 0)->watermark[WMARK_LOW] = (uint32_t)world_free_pages(&world) + 10;
	node_reclaim_answer = -1;
	assert_int_equal(node_of(alloc_pages(&world.tsk, GFP_KERNEL, 0)), 1);
	node_reclaim_answer = 0;
	assert_int_equal(node_of(alloc_pages(&world.tsk, GFP_KERNEL, 0)), 1);
	node_reclaim_answer = 1;
	assert_int_equal(node_of(alloc_pages(&world.tsk, GFP_KERNEL, 0)), 0);
	assert_int_equal(world.nr_reclaims, 3);
	world_free(&world);
}

/* FP-11.3: with NOFRAGMENT, another node may fragment rather than this one stay empty-handed. */
static void test_nofragment_remote(void **state)
{
	struct buddy_config config = two_nodes(20);

	(void)state;
	config.zone_end_pfn[ZONE_DMA32] = 1024;
	world_boot(&world, &config, false);
	while (node_of(alloc_pages_node(&world.tsk, 0, GFP_NOWAIT, 0)) == 0)
		;
	assert_int_not_equal(world.marks[MARK_nofragment_remote], 0);
	world_free(&world);
}

static bool only_node1(void *context, const struct task *tsk, uint32_t node, gfp_t gfp)
{
	(void)context;
	(void)tsk;
	(void)gfp;
	return node == 1;
}

/* FP-7.2, FP-8, FP-11.1 */
static void test_cpuset(void **state)
{
	struct buddy_config config = two_nodes(20);
	uint32_t both = 3, node1 = 2;
	struct page *pages[3] = { NULL };

	(void)state;
	world_boot(&world, &config, false);
	world_set_hook(&world, cpuset_allowed, only_node1);
	world.tsk.mems_allowed = &node1;
	assert_int_equal(node_of(alloc_pages(&world.tsk, GFP_KERNEL, 0)), 1);
	assert_int_equal(node_of(__alloc_pages(&world.tsk, GFP_KERNEL, 0, 0, &both)), 1);
	world.tsk.in_interrupt = true;
	assert_int_equal(node_of(alloc_pages(&world.tsk, GFP_ATOMIC, 0)), 1);
	assert_int_equal(alloc_pages_bulk_array(&world.tsk, GFP_KERNEL, 0, NULL, 3, pages), 1);
	world_free(&world);
}

static bool node0_is_dirty(void *context, uint32_t node)
{
	(void)context;
	return node != 0;
}

/* FP-11.2, FP-5.6: __GFP_WRITE avoids a node over its dirty limit, but not in the slow path. */
static void test_dirty_limit(void **state)
{
	struct buddy_config config = two_nodes(20);

	(void)state;
	world_boot(&world, &config, false);
	world_set_hook(&world, node_dirty_ok, node0_is_dirty);
	assert_int_equal(node_of(alloc_pages(&world.tsk, GFP_KERNEL | __GFP_WRITE, 0)), 1);
	assert_int_equal(node_of(alloc_pages(&world.tsk, GFP_KERNEL, 0)), 0);
	assert_int_equal(
		node_of(alloc_pages(&world.tsk, GFP_KERNEL | __GFP_WRITE | __GFP_THISNODE, 0)), 0);
	world_free(&world);
}

static bool fail_order_3(void *context, gfp_t gfp, uint32_t order)
{
	(void)context;
	(void)gfp;
	return order == 3;
}

/* FP-7.4 */
static void test_fault_injection(void **state)
{
	(void)state;
	boot_zones();
	world_set_hook(&world, should_fail_alloc, fail_order_3);
	assert_null(alloc_pages(&world.tsk, GFP_KERNEL, 3));
	assert_non_null(alloc_pages(&world.tsk, GFP_KERNEL, 2));
	world_free(&world);
}

/* FP-31: without ALLOC_CMA a MOVABLE request bypasses pcp; FP-34: a boosted zone wakes kswapd. */
static void test_boosted_zone(void **state)
{
	(void)state;
	boot_zones();
	page_zone(&world.sys, alloc_pages(&world.tsk, GFP_KERNEL, 0))->flags |=
		ZONE_BOOSTED_WATERMARK;
	assert_non_null(alloc_pages(&world.tsk, GFP_KERNEL, 0));
	assert_int_equal(world.nr_traces[TRACE_WAKEUP_KSWAPD], 1);
	world_free(&world);
}

/* FP-35: an atomic request takes the reserve first, a non-blocking one last. */
static void test_highatomic(void **state)
{
	struct page *page, *last = NULL;
	uint32_t nr = 0;

	(void)state;
	world_empty(&world, 8192, 10, 100, 1);
	world_zone(&world, 0)->watermark[WMARK_LOW] = 2048;
	world_zone(&world, 0)->watermark[WMARK_MIN] = 8;
	world_add_free(&world, 1024, 10, MIGRATE_MOVABLE);
	page = alloc_pages(&world.tsk, GFP_ATOMIC, 4);
	assert_non_null(page);
	assert_int_equal(world_zone(&world, 0)->nr_reserved_highatomic, 1024);
	while ((page = alloc_pages(&world.tsk, GFP_ATOMIC, 4)) != NULL) {
		last = page;
		nr++;
	}
	assert_non_null(last);
	assert_true(nr > 40);
	assert_int_not_equal(world.marks[MARK_highatomic_used], 0);
	assert_null(alloc_pages(&world.tsk, GFP_KERNEL | __GFP_NORETRY, 0));
	assert_non_null(alloc_pages(&world.tsk, GFP_ATOMIC | __GFP_NOWARN, 0));
	assert_int_not_equal(world.marks[MARK_highatomic_last_help], 0);
	world_free(&world);
}

static void test_zero(void **state)
{
	(void)state;
	boot_zones();
	assert_non_null(get_zeroed_page(&world.tsk, GFP_HIGHUSER));
	assert_non_null(alloc_pages(&world.tsk, GFP_KERNEL | __GFP_ZERO, 3));
	assert_int_equal(world.nr_cleared_pages, 9);
	world_set_hook(&world, clear_pages, NULL);
	assert_non_null(get_zeroed_page(&world.tsk, GFP_KERNEL));
	world_free(&world);
}

/* FP-60..62 */
static void test_bulk(void **state)
{
	struct page *pages[300] = { NULL };
	struct page *kept;

	(void)state;
	boot_zones();
	kept = alloc_pages(&world.tsk, GFP_KERNEL, 0);
	pages[0] = pages[2] = kept;
	assert_int_equal(alloc_pages_bulk_array(&world.tsk, GFP_KERNEL, 0, NULL, 10, pages), 10);
	assert_ptr_equal(pages[2], kept);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(page_ref_count(pages[i]), 1);
	assert_int_equal(alloc_pages_bulk_array(&world.tsk, GFP_KERNEL, 0, NULL, 10, pages), 10);
	assert_int_equal(alloc_pages_bulk_array(&world.tsk, GFP_KERNEL, 0, NULL, 11, pages), 11);
	assert_int_equal(world.marks[MARK_bulk_single_fallback], 1);
	assert_int_equal(alloc_pages_bulk_array(&world.tsk, GFP_KERNEL, 0, NULL, 300, pages), 300);
	assert_int_equal(alloc_pages_bulk_array(&world.tsk, __GFP_MOVABLE | __GFP_RECLAIMABLE, 0,
						NULL, 4, (struct page *[4]){ NULL }),
			 0);
	world_free(&world);
}

/* FP-61.8: each page of a list goes to its head. */
static void test_bulk_list(void **state)
{
	struct page *pages[8];

	(void)state;
	world_empty(&world, 4096, 10, 100, 63);
	world_add_free(&world, 1024, 10, MIGRATE_UNMOVABLE);
	assert_int_equal(alloc_pages_bulk_list(&world.tsk, GFP_KERNEL, 0, NULL, 8, pages), 8);
	for (uint32_t i = 0; i < 8; i++)
		assert_int_equal(page_to_pfn(&world.sys, pages[i]), 1024 + 7 - i);
	world_free(&world);
}

/* FP-61.6, FP-61.8: the low watermark plus the whole number must be there; else one page, if that.
 */
static void test_bulk_short_of_memory(void **state)
{
	struct page *pages[200] = { NULL };
	uint32_t nr;

	(void)state;
	world_empty(&world, 4096, 10, 100, 7);
	world_add_free(&world, 1024, 7, MIGRATE_UNMOVABLE);
	assert_int_equal(alloc_pages_bulk_array(&world.tsk, GFP_KERNEL, 0, NULL, 200, pages), 1);
	memset(pages, 0, sizeof(pages));
	world_zone(&world, 0)->stat[NR_FREE_PAGES] +=
		1000; /* a counter that lags: the lists run dry midway */
	nr = alloc_pages_bulk_array(&world.tsk, GFP_KERNEL, 0, NULL, 200, pages);
	assert_int_equal(nr, 127);
	memset(pages, 0, sizeof(pages));
	assert_int_equal(
		alloc_pages_bulk_array(&world.tsk, GFP_KERNEL | __GFP_NORETRY, 0, NULL, 10, pages),
		0);
	world_set_hook(&world, should_fail_alloc, fail_order_3);
	world_free(&world);
}

/* FR-82..84 */
static void test_exact(void **state)
{
	struct page *page;
	int64_t before;

	(void)state;
	world_empty(&world, 4096, 10, 100, 3);
	world_add_free(&world, 1024, 10, MIGRATE_UNMOVABLE);
	before = world_free_pages(&world);
	page = alloc_pages_exact(&world.tsk, 5 * BUDDY_PAGE_SIZE + 1, GFP_KERNEL | __GFP_COMP);
	assert_int_equal(page_to_pfn(&world.sys, page), 1024);
	for (uint32_t i = 0; i < 8; i++)
		assert_int_equal(page_ref_count(&page[i]), i < 6);
	assert_false(page_is_head(page));
	assert_free_list(&world, 1, MIGRATE_MOVABLE, 1030, PFN_NONE);
	assert_int_equal(world.nr_traces[TRACE_WARN_ON_ONCE], 1);
	free_pages_exact(&world.tsk, page, 5 * BUDDY_PAGE_SIZE + 1);
	drain_local_pages(&world.tsk);
	assert_int_equal(world_free_pages(&world), before);
	assert_null(alloc_pages_exact(&world.tsk, 0, GFP_KERNEL));
	assert_null(alloc_pages_exact(&world.tsk, (size_t)5 << 20, GFP_KERNEL));
	world_free(&world);
}

/* FR-76..78 */
static void test_page_frag(void **state)
{
	struct page_frag_cache cache = { 0 };
	struct page *page, *other;
	uint32_t offset;

	(void)state;
	world_empty(&world, 4096, 10, 100, 3);
	world_add_free(&world, 1024, 10, MIGRATE_UNMOVABLE);
	page = page_frag_alloc(&world.tsk, &cache, 1000, GFP_ATOMIC, ~0u, &offset);
	assert_int_equal(offset, 31768);
	assert_int_equal(page_ref_count(page), 32769);
	assert_ptr_equal(page_frag_alloc(&world.tsk, &cache, 1000, GFP_ATOMIC, ~63u, &offset),
			 page);
	assert_int_equal(offset, 30720);
	page_frag_free(&world.tsk, page + 1);
	page_frag_free(&world.tsk, page);
	assert_ptr_equal(page_frag_alloc(&world.tsk, &cache, 31000, GFP_ATOMIC, ~0u, &offset),
			 page);
	assert_int_equal(world.marks[MARK_frag_reused], 1);
	other = page_frag_alloc(&world.tsk, &cache, 31000, GFP_ATOMIC, ~0u, &offset);
	assert_ptr_not_equal(other, page);
	assert_int_equal(page_ref_count(page), 1);
	assert_null(page_frag_alloc(&world.tsk, &cache, 40000, GFP_ATOMIC, ~0u, &offset));
	page_frag_free(&world.tsk,
		       page_frag_alloc(&world.tsk, &cache, 1000, GFP_ATOMIC, ~0u, &offset));
	assert_null(page_frag_alloc(&world.tsk, &cache, 40000, GFP_ATOMIC, ~0u, &offset));
	assert_int_equal(cache.offset, 31768); /* a failure leaves it */
	page_frag_free(&world.tsk, page);
	page_frag_free(&world.tsk, other);
	page_frag_cache_drain(&world.tsk, &cache);
	page_frag_cache_drain(&world.tsk, &cache);
	drain_local_pages(&world.tsk);
	assert_int_equal(world_free_pages(&world), 1024);
	world_free(&world);
}

/* FR-76, FR-77: order 0 when order 3 is not to be had; a page from the reserves is not reused. */
static void test_page_frag_small_chunk(void **state)
{
	struct page_frag_cache cache = { 0 };
	struct page *page;
	uint32_t offset;

	(void)state;
	world_empty(&world, 4096, 10, 100, 1);
	assert_null(page_frag_alloc(&world.tsk, &cache, 64, GFP_ATOMIC, ~0u, &offset));
	world_add_free(&world, 100, 0, MIGRATE_UNMOVABLE);
	world_zone(&world, 0)->watermark[WMARK_MIN] = 50;
	world_zone(&world, 0)->watermark[WMARK_LOW] = 50;
	page = page_frag_alloc(&world.tsk, &cache, 64, GFP_ATOMIC | __GFP_MEMALLOC, ~0u, &offset);
	assert_int_equal(offset, 4032);
	assert_true(cache.pfmemalloc);
	page_frag_free(&world.tsk, page);
	drain_local_pages(&world.tsk);
	assert_null(page_frag_alloc(&world.tsk, &cache, 4090, GFP_ATOMIC, ~0u, &offset));
	assert_null(cache.page);
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zone_by_gfp),
		cmocka_unit_test(test_zone_fallback),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_node_reclaim),
		cmocka_unit_test(test_nofragment_remote),
		cmocka_unit_test(test_cpuset),
		cmocka_unit_test(test_dirty_limit),
		cmocka_unit_test(test_fault_injection),
		cmocka_unit_test(test_boosted_zone),
		cmocka_unit_test(test_highatomic),
		cmocka_unit_test(test_zero),
		cmocka_unit_test(test_bulk),
		cmocka_unit_test(test_bulk_list),
		cmocka_unit_test(test_bulk_short_of_memory),
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_page_frag),
		cmocka_unit_test(test_page_frag_small_chunk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
