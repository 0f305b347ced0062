/* SPDX-License-Identifier: MIT */
/* Zones of nodes (MM-22..29), where holes belong (MM-32), zonelists (MM-50..56), zone by gfp
 * (GF-4). */
#include <string.h>

#include "boot/mobility.h"
#include "boot/zonelist.h"
#include "boot/zones.h"
#include "world.h"

static struct world world;

static void set_memory(struct buddy_config *config, uint32_t nr, const struct buddy_range *ranges)
{
	config->nr_memory = nr;
	memcpy(config->memory, ranges, nr * sizeof(*ranges));
}

/* The machines of MM-29: 2 GiB; frames below 1 MiB reserved as the firmware's neighbourhood. */
static struct buddy_config four_nodes(void)
{
	static const struct buddy_range ranges[] = {
		{ 1, 0x9f, 0 },          { 0x100, 0x20000, 0 },   { 0x20000, 0x40000, 2 },
		{ 0x40000, 0x60000, 1 }, { 0x60000, 0x7ffe0, 3 },
	};
	struct buddy_config config = buddy_config_debian(1, 1);

	config.nr_nodes = 4;
	set_memory(&config, 5, ranges);
	config.nr_reserved = 1;
	config.reserved[0] = (struct buddy_range){ .start_pfn = 0, .end_pfn = 0x100 };
	config.movablecore_pages = 256u << 8;
	return config;
}

static struct buddy_config three_nodes(void)
{
	static const struct buddy_range ranges[] = {
		{ 1, 0x9f, 0 },
		{ 0x100, 0x40000, 0 },
		{ 0x40000, 0x50000, 1 },
		{ 0x50000, 0x7ffe0, 2 },
	};
	struct buddy_config config = four_nodes();

	config.nr_nodes = 3;
	set_memory(&config, 4, ranges);
	config.movablecore_pages = 0;
	config.kernelcore_pages = 600u << 8;
	return config;
}

/* Start of a node's zone, PFN_NONE when it has no such zone. */
static pfn_t zone_start(const struct buddy_config *config, uint32_t node, uint32_t kind)
{
	struct zone_plan plan;

	plan_zones(config, &plan);
	for (uint32_t i = 0; i < plan.nr_zones; i++)
		if (plan.zones[i].node == node && plan.zones[i].index == kind)
			return plan.zones[i].start_pfn;
	return PFN_NONE;
}

static void assert_zone(const struct planned_zone *zone, uint32_t node, uint32_t index,
			pfn_t start_pfn, uint32_t spanned_pages, uint32_t present_pages)
{
	assert_int_equal(zone->node, node);
	assert_int_equal(zone->index, index);
	assert_int_equal(zone->start_pfn, start_pfn);
	assert_int_equal(zone->spanned_pages, spanned_pages);
	assert_int_equal(zone->present_pages, present_pages);
}

static void test_movable_placement(void **state)
{
	static const pfn_t four[] = { 0x1c400, 0x5c000, 0x3c000, 0x7c000 };
	static const pfn_t three[] = { 0xcc00, 0x4c800, 0x5c800 };
	struct buddy_config config = four_nodes();

	(void)state;
	assert_null(buddy_config_error(&config));
	for (uint32_t node = 0; node < 4; node++)
		assert_int_equal(zone_start(&config, node, ZONE_MOVABLE), four[node]);
	config = three_nodes();
	assert_null(buddy_config_error(&config));
	for (uint32_t node = 0; node < 3; node++)
		assert_int_equal(zone_start(&config, node, ZONE_MOVABLE), three[node]);
}

static void test_spans(void **state)
{
	struct buddy_config config = four_nodes();
	struct zone_plan plan;

	(void)state;
	plan_zones(&config, &plan);
	assert_int_equal(plan.nr_zones, 9);
	assert_zone(&plan.zones[0], 0, ZONE_DMA, 1, 4095, 158 + 3840);
	assert_zone(&plan.zones[1], 0, ZONE_DMA32, 4096, 0x1c400 - 4096, 0x1c400 - 4096);
	assert_zone(&plan.zones[2], 0, ZONE_MOVABLE, 0x1c400, 0x3c00, 0x3c00);
	assert_zone(&plan.zones[3], 1, ZONE_DMA32, 0x40000, 0x1c000, 0x1c000);
	assert_zone(&plan.zones[8], 3, ZONE_MOVABLE, 0x7c000, 0x3fe0, 0x3fe0);
}

/* MM-27.5, 27.6: nothing asked, everything asked, and a wish that rounds up to everything. */
static void test_movable_limits(void **state)
{
	struct buddy_config config = buddy_config_uml(0, 8192);

	(void)state;
	assert_int_equal(zone_start(&config, 0, ZONE_MOVABLE), PFN_NONE);
	config.movablecore_pages = 8192;
	assert_int_equal(zone_start(&config, 0, ZONE_MOVABLE), PFN_NONE);
	config.movablecore_pages = 7169;
	assert_int_equal(zone_start(&config, 0, ZONE_MOVABLE), PFN_NONE);
	config.movablecore_pages = 1;
	assert_int_equal(zone_start(&config, 0, ZONE_MOVABLE), 7168);
	config.kernelcore_pages = 2000; /* the larger core wins */
	assert_int_equal(zone_start(&config, 0, ZONE_MOVABLE), 7168);
	config.movablecore_pages = 0;
	assert_int_equal(zone_start(&config, 0, ZONE_MOVABLE), 2048);
	config.kernelcore_pages = 7169; /* rounds up to the end of the node */
	assert_int_equal(zone_start(&config, 0, ZONE_MOVABLE), PFN_NONE);
	config.kernelcore_pages = 8192;
	assert_int_equal(zone_start(&config, 0, ZONE_MOVABLE), PFN_NONE);
	config.movablecore_pages = UINT32_MAX;
	assert_int_equal(zone_start(&config, 0, ZONE_MOVABLE), PFN_NONE);
}

/* What a small node cannot give, the others give in the next pass. */
static void test_movable_small_node(void **state)
{
	static const struct buddy_range ranges[] = { { 0, 2048, 0 }, { 2048, 32768, 1 } };
	struct buddy_config config = buddy_config_x86_64(0, 1);

	(void)state;
	config.nr_nodes = 2;
	config.zone_end_pfn[ZONE_DMA] = config.zone_end_pfn[ZONE_DMA32] = 0;
	set_memory(&config, 2, ranges);
	config.kernelcore_pages = 10000;
	assert_int_equal(zone_start(&config, 0, ZONE_MOVABLE), PFN_NONE);
	assert_int_equal(zone_start(&config, 1, ZONE_MOVABLE), 2048 + 8192);
}

/* Memory below the carved zone eats its node's share, and then the others' (MM-27.7). */
static void test_movable_low_memory(void **state)
{
	static const struct buddy_range two[] = { { 0, 20480, 0 }, { 20480, 40960, 1 } };
	static const struct buddy_range split[] = { { 0, 4000, 0 }, { 8192, 16384, 0 } };
	struct buddy_config config = buddy_config_x86_64(0, 1);

	(void)state;
	config.zone_end_pfn[ZONE_DMA32] = 0;
	config.nr_nodes = 2;
	set_memory(&config, 2, two);
	config.kernelcore_pages = 4500; /* 2250 each; 404 left; 202 each; 202 more of node 0 */
	assert_int_equal(zone_start(&config, 0, ZONE_MOVABLE), 5120);
	assert_int_equal(zone_start(&config, 1, ZONE_MOVABLE), 20480 + 1024);
	set_memory(&config, 2, split);
	config.kernelcore_pages = 4000; /* used up below: the next range is movable as a whole */
	assert_int_equal(zone_start(&config, 0, ZONE_MOVABLE), 8192);
	config.zone_end_pfn[ZONE_DMA] = 0;
	config.kernelcore_pages = 2048; /* used up inside the first range */
	assert_int_equal(zone_start(&config, 0, ZONE_MOVABLE), 2048);
}

/* MM-22: limits at or below the running start are empty zones; memory of a kind left out falls
 * upward. */
static void test_limits(void **state)
{
	struct buddy_config config = buddy_config_x86_64(5000, 3000);

	(void)state;
	assert_int_equal(zone_start(&config, 0, ZONE_DMA), PFN_NONE);
	assert_int_equal(zone_start(&config, 0, ZONE_DMA32), 5000);
	assert_int_equal(zone_start(&config, 0, ZONE_NORMAL), PFN_NONE);
	config.zone_end_pfn[ZONE_DMA] = 6000;
	config.zone_end_pfn[ZONE_DMA32] = 5500;
	assert_int_equal(zone_start(&config, 0, ZONE_DMA), 5000);
	assert_int_equal(zone_start(&config, 0, ZONE_DMA32), PFN_NONE);
	assert_int_equal(zone_start(&config, 0, ZONE_NORMAL), 6000);
	config.zones &= ~(1u << ZONE_DMA);
	assert_int_equal(zone_start(&config, 0, ZONE_DMA32), 5000);
	assert_int_equal(zone_start(&config, 0, ZONE_NORMAL), 5500);
}

/*
 * Interleaved nodes: spans overlap, memory does not. Pageblocks of 512.
 *   [1, 0x9f) node 0 | hole | [0x100, 2048) node 0 | [2048, 3000) node 1 | hole | [3100, 4000) node
 * 0 | tail
 */
static void test_interleaved_nodes(void **state)
{
	static const struct buddy_range ranges[] = {
		{ 1, 0x9f, 0 },
		{ 0x100, 2048, 0 },
		{ 2048, 3000, 1 },
		{ 3100, 4000, 0 },
	};
	struct buddy_config config = buddy_config_x86_64(0, 1);
	struct page_info info;

	(void)state;
	config.nr_nodes = 2;
	set_memory(&config, 4, ranges);
	world_boot(&world, &config, false);
	assert_int_equal(world.sys.head->nr_zones, 2);
	assert_int_equal(world_zone(&world, 0)->spanned_pages, 3999);
	assert_int_equal(world_zone(&world, 0)->present_pages, 158 + 1792 + 900);
	assert_int_equal(world_zone(&world, 1)->present_pages, 952);
	for (pfn_t pfn = 0; pfn < 4096; pfn++) {
		assert_true(inspect_page(&world.sys, pfn, &info));
		assert_int_equal(info.zone, pfn >= 2048 && pfn < 3000);
	}
	assert_int_equal(world_zone(&world, 0)->managed_pages, 158 + 1792 + 900);
	assert_int_equal(world_zone(&world, 0)->stat[NR_FREE_PAGES], 158 + 1792 + 900);
	world_free(&world);
}

static void assert_node_order(const struct buddy_config *config, const char *want)
{
	struct machine_info info;
	char got[BUDDY_MAX_NODES * (BUDDY_MAX_NODES + 1) + 1] = "";
	size_t length = 0;

	world_boot(&world, config, false);
	inspect_machine(&world.sys, &info);
	for (uint32_t node = 0; node < info.nr_nodes; node++) {
		uint32_t last = BUDDY_MAX_NODES;

		for (const uint8_t *zone = info.zonelist[node][0]; *zone != 0xff; zone++) {
			uint32_t next = world_zone(&world, *zone)->node;

			if (next != last)
				got[length++] = (char)('0' + next);
			last = next;
		}
		got[length++] = '.';
	}
	got[length] = '\0';
	assert_string_equal(got, want);
	world_free(&world);
}

static struct buddy_config equal_nodes(uint32_t nr_nodes)
{
	struct buddy_config config = buddy_config_x86_64(0, 1024);

	config.nr_nodes = nr_nodes;
	config.nr_memory = nr_nodes;
	for (uint32_t node = 0; node < nr_nodes; node++)
		config.memory[node] = (struct buddy_range){ node * 1024, node * 1024 + 1024, node };
	return config;
}

static void test_node_order(void **state)
{
	struct buddy_config config = equal_nodes(4);

	(void)state;
	assert_node_order(&config, "0123.1230.2301.3012.");
	config = equal_nodes(2);
	assert_node_order(&config, "01.10.");
	config = equal_nodes(3);
	config.distance[0][1] = config.distance[1][0] = 30;
	config.distance[0][2] = config.distance[2][0] = 20;
	config.distance[1][2] = config.distance[2][1] = 15;
	assert_node_order(&config, "021.120.210.");
	config = equal_nodes(
		4); /* two pairs: load turns 1 and 3 to their pair's far partner first */
	for (uint32_t node = 0; node < 4; node++)
		config.distance[node][(node + 2) % 4] = config.distance[node][3 - node] = 30;
	assert_node_order(&config, "0123.1032.2301.3210.");
	config = equal_nodes(3);
	config.nr_memory = 2; /* node 2 has CPUs only: its list starts elsewhere */
	assert_node_order(&config, "01.10.01.");
}

/* MM-50, MM-51: highest zone first; the second list stays at home. */
static void test_zonelists(void **state)
{
	static const uint8_t fallback[] = { 2, 1, 0, 4, 3, 0xff };
	static const uint8_t nofallback[] = { 2, 1, 0, 0xff };
	struct buddy_config config = equal_nodes(2);
	struct machine_info info;

	(void)state;
	config.memory[0].end_pfn = 8192;
	config.memory[1] = (struct buddy_range){ 8192, 16384, 1 };
	config.kernelcore_pages = 12288;
	world_boot(&world, &config, false);
	inspect_machine(&world.sys, &info);
	assert_int_equal(info.nr_zones, 5);
	assert_memory_equal(info.zonelist[0][0], fallback, sizeof(fallback));
	assert_memory_equal(info.zonelist[0][1], nofallback, sizeof(nofallback));
	assert_int_equal(info.base_pfn, 0);
	assert_int_equal(info.end_pfn, 16384);
	world_free(&world);
}

static void assert_gfp_zones(uint32_t zones, const uint8_t *want)
{
	struct buddy_config config = buddy_config_x86_64(0, 4096);
	struct machine_info info;

	config.zones = zones;
	world_boot(&world, &config, false);
	inspect_machine(&world.sys, &info);
	assert_memory_equal(info.gfp_zone, want, 16);
	world_free(&world);
}

/* GF-4, GF-5; a kind left out of the build means NORMAL, an illegal nibble the lowest kind. */
static void test_gfp_zones(void **state)
{
	static const uint8_t x86[16] = { 2, 0, 2, 0, 1, 0, 0, 0, 2, 0, 3, 0, 1, 0, 0, 0 };
	static const uint8_t uml[16] = { 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2 };
	static const uint8_t dma32[16] = { 2, 2, 2, 1, 1, 1, 1, 1, 2, 2, 3, 1, 1, 1, 1, 1 };
	static const uint8_t normal[16] = { 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2 };

	(void)state;
	assert_gfp_zones(0x1f, x86);
	assert_gfp_zones(1u << ZONE_NORMAL | 1u << ZONE_MOVABLE, uml);
	assert_gfp_zones(1u << ZONE_DMA32 | 1u << ZONE_NORMAL | 1u << ZONE_MOVABLE, dma32);
	assert_gfp_zones(1u << ZONE_NORMAL, normal);
}

static bool mobility_disabled(const struct buddy_config *config)
{
	bool disabled;

	world_boot(&world, config, false);
	disabled = world.sys.head->mobility_disabled;
	/* MM-31 comes first: types are written while grouping is still on */
	assert_int_equal(inspect_pageblock(&world.sys, 1024), MIGRATE_MOVABLE);
	world_free(&world);
	return disabled;
}

/* MM-56, MM-2: 6 x 1024, 6 x 512 and 5 x 512 pages, memory map not counted. */
static void test_mobility_limit(void **state)
{
	struct buddy_config config = buddy_config_uml(0, 6144 + 85);

	(void)state;
	assert_true(mobility_disabled(&config)); /* ceil(6229 x 56 / 4096) = 86 */
	config = buddy_config_uml(0, 6144 + 86);
	assert_false(mobility_disabled(&config));
	config = buddy_config_x86_64(0, 3072 + 48);
	assert_true(mobility_disabled(&config)); /* ceil(3120 x 64 / 4096) = 49 */
	config = buddy_config_x86_64(0, 3072 + 49);
	assert_false(mobility_disabled(&config));
	config = buddy_config_debian(0, 2560 + 41);
	assert_false(mobility_disabled(&config));
	config.nr_reserved = 1; /* dma_reserve */
	config.reserved[0] = (struct buddy_range){ .start_pfn = 7, .end_pfn = 8 };
	assert_true(mobility_disabled(&config));
	config = buddy_config_x86_64(0, 65536);
	config.features |= BUDDY_MOBILITY_OFF;
	assert_true(mobility_disabled(&config));
}

static void test_mobility_vector(void **state)
{
	struct buddy_config config = four_nodes();

	(void)state;
	world_boot(&world, &config, true);
	assert_int_equal(vm_total_pages_at_boot(&world.sys), 515808);
	world_free(&world);
	config = three_nodes();
	world_boot(&world, &config, true);
	assert_int_equal(vm_total_pages_at_boot(&world.sys), 515808);
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_movable_placement),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_movable_limits),
		cmocka_unit_test(test_movable_small_node),
		cmocka_unit_test(test_movable_low_memory),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_interleaved_nodes),
		cmocka_unit_test(test_node_order),
		cmocka_unit_test(test_zonelists),
		cmocka_unit_test(test_gfp_zones),
		cmocka_unit_test(test_mobility_limit),
		cmocka_unit_test(test_mobility_vector),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
