/* SPDX-License-Identifier: MIT */
/*
 * The core's checks of its own work, with BUDDY_DEBUG_VM: an image that somebody has spoilt is
 * noticed by the next call that relies on what is spoilt there, before it does worse.
 */
#include <string.h>

#include "alloc/block_check.h"
#include "alloc/fallback.h"
#include "alloc/pageblock.h"
#include "alloc/pcp.h"
#include "base/list_check.h"
#include "world.h"

static struct world world;

#define zone0 world_zone(&world, 0)
#define pcp0 zone_pcp(&world.sys, zone0, 0)
#define page_at(pfn) (world.sys.mem_map + (pfn))

/* Blocks of order 3 at 8 and 24, of order 5 at 64, on the lists of MOVABLE; the rest is out. */
static void setup(void)
{
	world_empty(&world, 4096, 9, 100, 4);
	world_add_free(&world, 8, 3, MIGRATE_MOVABLE);
	world_add_free(&world, 24, 3, MIGRATE_MOVABLE);
	world_add_free(&world, 64, 5, MIGRATE_MOVABLE);
	world.sys.head->features |= BUDDY_DEBUG_VM;
	buddy_set_hooks(&world.sys,
			&(struct buddy_hooks){ .context = &world, .bug = world.sys.hooks.bug });
}

static void take(uint32_t order)
{
	assert_non_null(__rmqueue(&world.sys, zone0, order, MIGRATE_MOVABLE, 0));
}

static void give(pfn_t pfn, uint32_t order, uint32_t type)
{
	for (uint32_t i = 0; i < BIT(order); i++)
		page_at(pfn + i)->refcount = 0;
	__free_one_page(&world.tsk, zone0, page_at(pfn), order, type, 0);
}

/* setup, one thing spoilt, and the call that has to notice. */
#define assert_noticed(text, spoil, call)        \
	do {                                     \
		setup();                         \
		spoil;                           \
		assert_trap(&world, text, call); \
		world_free(&world);              \
	} while (0)

static void test_a_listed_block(void **state)
{
	(void)state;
	assert_noticed("!page_is_buddy_head", page_at(8)->type = 0, take(3));
	assert_noticed("private_value != order", page_at(8)->private_value = 4, take(3));
	assert_noticed("refcount != 0", page_at(8)->refcount = 1, take(3));
	assert_noticed("nr_free == 0", zone0->areas[3].nr_free = 0, take(3));
	assert_noticed("page_zone", *pageblock_of(&world.sys, page_at(8)) = 2 << 4, take(3));
}

static void test_links(void **state)
{
	(void)state;
	assert_noticed("list_del_valid", page_at(8)->lru.next = 0, take(3));
	assert_noticed("list_del_valid", page_at(8)->lru.next++, take(3));
	assert_noticed("list_del_valid", page_at(8)->lru.prev = UINT32_MAX, take(3));
	assert_noticed("list_del_valid", page_at(24)->lru.prev = page_at(24)->lru.next, take(3));
	assert_noticed("list_head_valid", zone0->areas[3].lists[MIGRATE_MOVABLE].prev = 1,
		       give(1000, 3, MIGRATE_MOVABLE));
	assert_noticed("list_head_valid", zone0->areas[0].lists[MIGRATE_MOVABLE].next = 1,
		       give(1000, 0, MIGRATE_MOVABLE));
}

static void test_a_freed_block(void **state)
{
	(void)state;
	assert_noticed("BIT(order) - 1", (void)0, give(1001, 1, MIGRATE_MOVABLE));
	assert_noticed("type >= MIGRATE_TYPES", (void)0, give(1000, 1, MIGRATE_TYPES));
	assert_noticed("page_is_buddy_head", (void)0, give(8, 3, MIGRATE_MOVABLE));
	assert_noticed("flags & PAGE_FLAGS_CHECK_AT_PREP", page_at(1000)->flags = PG_BIT(dirty),
		       give(1000, 0, MIGRATE_MOVABLE));
	/* A buddy, which leaves its list. */
	assert_noticed("list_del_valid", page_at(8)->lru.next = 0, give(0, 3, MIGRATE_MOVABLE));
	assert_noticed("nr_free == 0", zone0->areas[3].nr_free = 0, give(0, 3, MIGRATE_MOVABLE));
	assert_noticed("refcount != 0", page_at(8)->refcount = 1, give(0, 3, MIGRATE_MOVABLE));
}

static void alloc_one(void)
{
	(void)alloc_pages(&world.tsk, GFP_USER | __GFP_MOVABLE, 0);
}

static void drain(void)
{
	drain_local_pages(&world.tsk);
}

/* A refill leaves pages behind the one that was asked for. */
static void fill_pcp(void)
{
	alloc_one();
	assert_true(pcp0->count > 1);
}

static struct page *pcp_page(void)
{
	return list_first_page(&world.sys, &pcp0->lists[order_to_pindex(MIGRATE_MOVABLE, 0)]);
}

static void test_a_pcp_block(void **state)
{
	(void)state;
	assert_noticed("nr_pages > pcp->count", (fill_pcp(), pcp0->count = 0), alloc_one());
	assert_noticed("count < 0", (fill_pcp(), pcp0->count = -1), drain());
	assert_noticed("count != nr_pages", (fill_pcp(), pcp0->count++), drain());
	assert_noticed("list_del_valid", (fill_pcp(), pcp_page()->lru.next = 0), alloc_one());
	assert_noticed("list_head_valid", (fill_pcp(), pcp_page()->lru.prev = 7), drain());
	assert_noticed("page_is_buddy_head", (fill_pcp(), pcp_page()->type = PG_BUDDY),
		       alloc_one());
	assert_noticed("index >= MIGRATE_TYPES", (fill_pcp(), pcp_page()->index = 9), drain());
	assert_noticed("refcount != 0", (fill_pcp(), pcp_page()->refcount = 1), alloc_one());
	assert_noticed("pindex >= nr_lists", fill_pcp(),
		       free_pcppages_bulk(&world.tsk, zone0, pcp0, 1, NR_PCP_LISTS));
}

static void test_rows(void **state)
{
	struct buddy_config config = buddy_config_debian(0, 1u << 15);
	struct zone *zone;

	(void)state;
	config.features |= BUDDY_DEBUG_VM;
	for (uint32_t spoilt = 0; spoilt < 3; spoilt++) {
		world_boot(&world, &config, false);
		zone = zone0;
		while (!zone_has_row(zone))
			zone++;
		if (spoilt == 0)
			zone->row_start += 1;
		else if (spoilt == 1)
			page_at(zone->row_start)->type = PG_BUDDY;
		else
			page_at(zone->row_end)->lru.prev++;
		assert_trap(&world,
			    spoilt == 0   ? "row_end"
			    : spoilt == 1 ? "type"
					  : "list_add",
			    row_write_all(&world.sys, zone));
		world_free(&world);
	}
}

static void test_types_and_arguments(void **state)
{
	bool can_steal;

	(void)state;
	assert_noticed("type >= MIGRATE_TYPES", (void)0,
		       store_pageblock_migratetype(&world.sys, page_at(0), MIGRATE_TYPES));
	assert_noticed("start_type", (void)0,
		       assert_true(find_suitable_fallback(&world.sys, &zone0->areas[3], 3,
							  MIGRATE_CMA, false, &can_steal) < 0));
	assert_noticed(
		"nr_nodes", (void)0,
		assert_null(__alloc_pages(&world.tsk, GFP_KERNEL, 0, BUDDY_MAX_NODES, NULL)));
	assert_noticed("nr_pages", (void)0, assert_null(pfn_to_page(&world.sys, 4096)));
}

/* Without the feature nobody looks: what the calls do then is theirs. */
static void test_without_the_feature(void **state)
{
	(void)state;
	setup();
	world.sys.head->features &= ~(uint32_t)BUDDY_DEBUG_VM;
	page_at(8)->refcount = 1;
	zone0->areas[3].nr_free = 0;
	take(3);
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_listed_block),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_a_freed_block),
		cmocka_unit_test(test_a_pcp_block),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_types_and_arguments),
		cmocka_unit_test(test_without_the_feature),
	};

	return cmocka_run_group_tests_name("core.checks", tests, NULL, NULL);
}
