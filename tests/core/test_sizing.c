/* SPDX-License-Identifier: MIT */
/* Numbers from managed pages: MM-62..67 marks, MM-71..74 protection, MM-82..84 pcp sizes, MM-92
 * thresholds. */
#include <errno.h>
#include <string.h>

#include "tune/sizing.h"
#include "world.h"

static struct world world;

/* X with the four zone kinds; managed[kind] is forced after boot, then everything is computed
 * again. */
static void boot_managed(const uint32_t *managed)
{
	struct buddy_config config = buddy_config_x86_64(0, 16384);

	config.zone_end_pfn[ZONE_DMA] = 2048;
	config.zone_end_pfn[ZONE_DMA32] = 4096;
	config.kernelcore_pages = 8192;
	world_boot(&world, &config, false);
	assert_int_equal(world.sys.head->nr_zones, 4);
	for (uint32_t kind = ZONE_DMA; kind <= ZONE_MOVABLE; kind++) {
		world_zone(&world, kind)->managed_pages = managed[kind];
		memset(world_zone(&world, kind)->watermark, 0, sizeof(world.sys.zones->watermark));
	}
	init_per_zone_wmark_min(&world.sys);
}

static void assert_marks(uint32_t zone, uint32_t min, uint32_t low, uint32_t high, uint32_t promo)
{
	const uint32_t want[NR_WMARK] = { min, low, high, promo };
	struct zone_info info;

	inspect_zone(&world.sys, zone, &info);
	for (uint32_t mark = 0; mark < NR_WMARK; mark++)
		assert_int_equal(info.watermark[mark], want[mark]);
	assert_int_equal(info.watermark_boost, 0);
}

static void test_watermarks(void **state)
{
	static const uint32_t two[] = { 3976, 255000, 0, 0 };
	static const uint32_t three[] = { 3976, 760000, 1000000, 0 };
	static const uint32_t four[] = { 3976, 760000, 1000000, 262144 };

	(void)state;
	boot_managed(two);
	assert_int_equal(world.sys.head->sysctl.min_free_kbytes, 4071);
	assert_marks(0, 15, 18, 21, 24);
	assert_marks(1, 1001, 1256, 1511, 1766);
	world_free(&world);
	boot_managed(three);
	assert_int_equal(world.sys.head->sysctl.min_free_kbytes, 10625);
	assert_marks(0, 5, 8, 11, 14);
	assert_marks(1, 1144, 1904, 2664, 3424);
	assert_marks(2, 1505, 2505, 3505, 4505);
	world_free(&world);
	boot_managed(four);
	assert_int_equal(world.sys.head->sysctl.min_free_kbytes, 10625);
	assert_marks(0, 5, 8, 11, 14);
	assert_marks(1, 996, 1756, 2516, 3276);
	assert_marks(2, 1310, 2310, 3310, 4310);
	assert_marks(3, 343, 605, 867, 1129);
	world_free(&world);
}

static void test_watermarks_uml(void **state)
{
	struct buddy_config config = buddy_config_uml(0, 16384);

	(void)state;
	config.nr_reserved = 1;
	config.reserved[0] = (struct buddy_range){ .start_pfn = 0, .end_pfn = 600 };
	world_boot(&world, &config, false);
	assert_int_equal(world_zone(&world, 0)->managed_pages, 15784);
	assert_int_equal(world.sys.head->sysctl.min_free_kbytes, 1005);
	assert_marks(0, 251, 313, 375, 437);
	assert_int_equal(world.sys.head->totalreserve_pages, 375);
	world_free(&world);
}

/* MM-62: not below 128 kB nor above 256 MiB. */
static void test_min_free_limits(void **state)
{
	static const uint32_t none[] = { 0, 0, 0, 0 };
	static const uint32_t huge[] = { 0, 1u << 30, 1u << 30, 0 };
	struct buddy_config config = buddy_config_uml(0, 64);

	(void)state;
	world_boot(&world, &config, false);
	assert_int_equal(world.sys.head->sysctl.min_free_kbytes, 128);
	world_free(&world);
	boot_managed(none);
	world_zone(&world, 2)->managed_pages = 4000;
	world_zone(&world, 2)->watermark[WMARK_HIGH] = 4001; /* no negative share */
	init_per_zone_wmark_min(&world.sys);
	assert_int_equal(world.sys.head->sysctl.min_free_kbytes, 128);
	world_free(&world);
	boot_managed(huge);
	assert_int_equal(world.sys.head->sysctl.min_free_kbytes, 262144);
	world_free(&world);
}

static void assert_reserve(uint32_t zone, const uint32_t *want)
{
	struct zone_info info;

	inspect_zone(&world.sys, zone, &info);
	assert_memory_equal(info.lowmem_reserve, want, sizeof(info.lowmem_reserve));
}

static void test_lowmem_reserve(void **state)
{
	static const uint32_t managed[] = { 3976, 760000, 1000000, 262144 };
	static const uint32_t want[][MAX_NR_ZONES] = { { 0, 2968, 6875, 7899, 7899 },
						       { 0, 0, 3906, 4930, 4930 },
						       { 0, 0, 0, 8192, 8192 },
						       { 0, 0, 0, 0, 0 } };
	static const uint32_t without[MAX_NR_ZONES] = { 0 };

	(void)state;
	boot_managed(managed);
	for (uint32_t zone = 0; zone < 4; zone++)
		assert_reserve(zone, want[zone]);
	/* MM-74: DMA is capped by what it manages */
	assert_int_equal(world.sys.head->totalreserve_pages,
			 3976 + 4930 + 2516 + 8192 + 3310 + 867);
	assert_int_equal(
		buddy_sysctl_write(&world.sys, SYSCTL_LOWMEM_RESERVE_RATIO, ZONE_NORMAL, -3), 0);
	assert_reserve(2, without);
	assert_reserve(1, want[1]);
	assert_int_equal(world.sys.head->totalreserve_pages, 3976 + 4930 + 2516 + 3310 + 867);
	assert_int_equal(
		buddy_sysctl_write(&world.sys, SYSCTL_LOWMEM_RESERVE_RATIO, ZONE_NORMAL, 32), 0);
	assert_reserve(2, want[2]);
	assert_int_equal(
		buddy_sysctl_write(&world.sys, SYSCTL_LOWMEM_RESERVE_RATIO, MAX_NR_ZONES, 1),
		-EINVAL);
	world_free(&world);
}

/* Reserves are by node. */
static void test_lowmem_reserve_nodes(void **state)
{
	static const uint32_t first[MAX_NR_ZONES] = { 0, 16, 16, 16, 16 };
	static const uint32_t second[MAX_NR_ZONES] = { 0 };
	struct buddy_config config = buddy_config_x86_64(0, 8192);

	(void)state;
	config.nr_nodes = 2;
	config.nr_memory = 2;
	config.memory[1] = (struct buddy_range){ 8192, 32768, 1 };
	world_boot(&world, &config, false);
	assert_reserve(0, first);
	assert_reserve(1, second);
	assert_reserve(2, second);
	world_free(&world);
}

/* A UML kernel's array ends at MOVABLE. */
static void test_lowmem_reserve_uml(void **state)
{
	static const uint32_t want[MAX_NR_ZONES] = { [ZONE_MOVABLE] = 8192 / 32 };
	struct buddy_config config = buddy_config_uml(0, 16384);

	(void)state;
	config.movablecore_pages = 8192;
	world_boot(&world, &config, false);
	assert_reserve(0, want);
	world_free(&world);
}

static void test_batchsize(void **state)
{
	static const uint32_t rows[][2] = { { 0, 1 },       { 4096, 1 },     { 8191, 1 },
					    { 8192, 1 },    { 12287, 1 },    { 12288, 3 },
					    { 16384, 3 },   { 24576, 7 },    { 32768, 7 },
					    { 49152, 15 },  { 65536, 15 },   { 98304, 31 },
					    { 131072, 31 }, { 196608, 63 },  { 262143, 63 },
					    { 262144, 63 }, { 1u << 30, 63 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(zone_batchsize(rows[i][0]), rows[i][1]);
}

/* MM-83: low mark by the node's CPUs; a node without CPUs divides by all. */
static void test_highsize(void **state)
{
	struct buddy_config config = buddy_config_x86_64(0, 262144);
	struct pcp_info info;
	struct zone *zone;

	(void)state;
	config.zone_end_pfn[ZONE_DMA] = config.zone_end_pfn[ZONE_DMA32] = 0;
	config.nr_nodes = 2;
	config.nr_cpus = 3;
	config.nr_memory = 2;
	config.memory[1] = (struct buddy_range){ 262144, 524288, 1 };
	world_boot(&world, &config, false);
	zone = world_zone(&world, 0);
	assert_int_equal(zone->pageset_high, zone->watermark[WMARK_LOW] / 3);
	assert_int_equal(world_zone(&world, 1)->pageset_high, zone->watermark[WMARK_LOW] / 3);
	assert_int_equal(zone->pageset_batch, 63);
	assert_int_equal(buddy_sysctl_write(&world.sys, SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION, 0, 8),
			 0);
	for (uint32_t cpu = 0; cpu < 3; cpu++) {
		inspect_pcp(&world.sys, 0, cpu, &info);
		assert_int_equal(info.high, 262144 / 8 / 3);
		assert_int_equal(info.batch, 63);
	}
	/* never below 4 batches */
	assert_int_equal(
		buddy_sysctl_write(&world.sys, SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION, 0, 100000), 0);
	assert_int_equal(zone->pageset_high, 4 * 63);
	assert_int_equal(buddy_sysctl_write(&world.sys, SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION, 0, 7),
			 -EINVAL);
	assert_int_equal(
		buddy_sysctl_write(&world.sys, SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION, 0, -8),
		-EINVAL);
	assert_int_equal(zone->pageset_high, 4 * 63);
	world_free(&world);
}

/* MM-83: the boost counts; MM-63: the next marks take it away. */
static void test_boost_counts(void **state)
{
	struct buddy_config config = buddy_config_uml(0, 16384);
	struct zone *zone;

	(void)state;
	world_boot(&world, &config, false);
	zone = world_zone(&world, 0);
	zone->watermark_boost = 1000;
	zone_set_pageset_high_and_batch(&world.sys, zone);
	assert_int_equal(zone_pcp(&world.sys, zone, 0)->high, zone->watermark[WMARK_LOW] + 1000);
	zone->watermark_boost = 2000; /* an equal fraction is no news */
	assert_int_equal(buddy_sysctl_write(&world.sys, SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION, 0, 0),
			 0);
	assert_int_equal(zone_pcp(&world.sys, zone, 0)->high, zone->watermark[WMARK_LOW] + 1000);
	setup_per_zone_wmarks(&world.sys);
	assert_int_equal(zone->watermark_boost, 0);
	assert_int_equal(zone_pcp(&world.sys, zone, 0)->high, zone->watermark[WMARK_LOW]);
	world_free(&world);
}

/* MM-84: equal to the cached values means nothing is written, even where a pcp differs. */
static void test_cached_sizes(void **state)
{
	struct buddy_config config = buddy_config_uml(0, 16384);
	struct zone *zone;

	(void)state;
	world_boot(&world, &config, false);
	zone = world_zone(&world, 0);
	zone_pcp(&world.sys, zone, 0)->high = 0;
	zone_set_pageset_high_and_batch(&world.sys, zone);
	assert_int_equal(zone_pcp(&world.sys, zone, 0)->high, 0);
	zone->pageset_high++;
	zone_set_pageset_high_and_batch(&world.sys, zone);
	assert_int_equal(zone_pcp(&world.sys, zone, 0)->high, zone->watermark[WMARK_LOW]);
	world_free(&world);
}

static void test_stat_threshold(void **state)
{
	(void)state;
	assert_int_equal(normal_stat_threshold(1, 3840), 2);
	assert_int_equal(normal_stat_threshold(2, 32768), 8);
	assert_int_equal(normal_stat_threshold(4, 262144), 30);
	assert_int_equal(normal_stat_threshold(16, 1048576), 70);
	assert_int_equal(normal_stat_threshold(16, 1u << 30), 125);
}

/* MM-92: 16 CPUs drift more than the gap of a small zone; the mark stays when the gap grows. */
static void test_drift_mark(void **state)
{
	struct buddy_config config = buddy_config_x86_64(0, 4096);
	struct zone *zone;
	uint32_t mark;

	(void)state;
	config.nr_cpus = 16;
	world_boot(&world, &config, false);
	zone = world_zone(&world, 0);
	mark = zone->watermark[WMARK_HIGH] + 16 * 10;
	assert_int_equal(zone_pcp(&world.sys, zone, 15)->stat_threshold, 10);
	assert_int_equal(zone->percpu_drift_mark, mark);
	assert_int_equal(buddy_sysctl_write(&world.sys, SYSCTL_WATERMARK_SCALE_FACTOR, 0, 3000), 0);
	refresh_zone_stat_thresholds(&world.sys);
	assert_int_equal(zone->percpu_drift_mark, mark);
	world_free(&world);
	config.nr_cpus = 1;
	world_boot(&world, &config, false);
	assert_int_equal(world_zone(&world, 0)->percpu_drift_mark, 0);
	world_free(&world);
}

/* MM-66 */
static void test_watermark_sysctls(void **state)
{
	static const int32_t bad_scale[] = { 0, -1, 3001 };
	struct buddy_config config = buddy_config_uml(0, 16384);

	(void)state;
	world_boot(&world, &config, false);
	assert_int_equal(buddy_sysctl_write(&world.sys, SYSCTL_MIN_FREE_KBYTES, 0, 8192), 0);
	assert_marks(0, 2048, 2560, 3072, 3584);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(buddy_sysctl_write(&world.sys, SYSCTL_WATERMARK_SCALE_FACTOR, 0,
						    bad_scale[i]),
				 -EINVAL);
	assert_int_equal(buddy_sysctl_write(&world.sys, SYSCTL_WATERMARK_SCALE_FACTOR, 0, 1000), 0);
	assert_marks(0, 2048, 2048 + 1638, 2048 + 3276, 2048 + 4914);
	world_zone(&world, 0)->watermark_boost = 5;
	assert_int_equal(buddy_sysctl_write(&world.sys, SYSCTL_WATERMARK_BOOST_FACTOR, 0, 0), 0);
	assert_int_equal(world_zone(&world, 0)->watermark_boost, 5);
	assert_int_equal(world.sys.head->sysctl.watermark_boost_factor, 0);
	assert_int_equal(buddy_sysctl_write(&world.sys, SYSCTL_WATERMARK_BOOST_FACTOR, 0, -1),
			 -EINVAL);
	assert_int_equal(buddy_sysctl_write(&world.sys, SYSCTL_MIN_FREE_KBYTES, 0, -1), -EINVAL);
	assert_int_equal(buddy_sysctl_write(&world.sys, NR_SYSCTLS, 0, 1), -EINVAL);
	/* a value of root's is not lowered by the computed one (MM-62) */
	init_per_zone_wmark_min(&world.sys);
	assert_int_equal(world.sys.head->sysctl.min_free_kbytes, 8192);
	world_free(&world);
}

/* Sysctls of the config are in force after boot. */
static void test_config_sysctls(void **state)
{
	struct buddy_config config = buddy_config_uml(0, 16384);

	(void)state;
	config.sysctl.min_free_kbytes = 8192;
	config.sysctl.watermark_scale_factor = 300;
	config.sysctl.percpu_pagelist_high_fraction = 8;
	world_boot(&world, &config, false);
	assert_marks(0, 2048, 2560, 3072, 3584);
	assert_int_equal(world.sys.head->user_min_free_kbytes, 8192);
	assert_int_equal(zone_pcp(&world.sys, world_zone(&world, 0), 0)->high, 16384 / 8);
	world_free(&world);
}

/* All memory reserved: no total to share the reserve by. */
static void test_nothing_managed(void **state)
{
	struct buddy_config config = buddy_config_uml(0, 1024);

	(void)state;
	config.nr_reserved = 1;
	config.reserved[0] = (struct buddy_range){ .start_pfn = 0, .end_pfn = 4096 };
	world_boot(&world, &config, false);
	assert_marks(0, 0, 0, 0, 0);
	assert_int_equal(world_zone(&world, 0)->pageset_high, 4);
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_watermarks),
		cmocka_unit_test(test_watermarks_uml),
		cmocka_unit_test(test_min_free_limits),
		cmocka_unit_test(test_lowmem_reserve),
		cmocka_unit_test(test_lowmem_reserve_nodes),
		cmocka_unit_test(test_lowmem_reserve_uml),
		cmocka_unit_test(test_batchsize),
		cmocka_unit_test(test_highsize),
		cmocka_unit_test(test_boost_counts),
		cmocka_unit_test(test_cached_sizes),
		cmocka_unit_test(test_stat_threshold),
		cmocka_unit_test(test_drift_mark),
		cmocka_unit_test(test_watermark_sysctls),
		cmocka_unit_test(test_config_sysctls),
		cmocka_unit_test(test_nothing_managed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
