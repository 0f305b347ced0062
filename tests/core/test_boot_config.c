/* SPDX-License-Identifier: MIT */
/* Ready-made machines, and what is wrong with each field of one that is not. */
#include <string.h>

#include "world.h"

static void test_ready_made(void **state)
{
	struct buddy_config config = buddy_config_x86_64(1, 4095);

	(void)state;
	assert_null(buddy_config_error(&config));
	assert_int_equal(config.features & BUDDY_DEBUG_VM, 0);
	assert_int_equal(config.pageblock_order, 9);
	assert_int_equal(config.zones, 0x1f);
	assert_true(config.features & BUDDY_CMA);
	config = buddy_config_debian(1, 4095);
	assert_null(buddy_config_error(&config));
	assert_false(config.features & BUDDY_CMA);
	assert_true(config.features & BUDDY_THP);
	config = buddy_config_uml(0, 4096);
	assert_null(buddy_config_error(&config));
	assert_int_equal(config.features, BUDDY_CMA | BUDDY_COMPACTION);
	assert_int_equal(config.pageblock_order, 10);
	assert_int_equal(config.memory[0].end_pfn, 4096);
}

/* Breaks one thing of a good machine; the sentence must begin with the field. */
#define CHECK(field, breakage)                                                 \
	do {                                                                   \
		struct buddy_config config = good_config();                    \
		const char *error;                                             \
                                                                               \
		breakage;                                                      \
		error = buddy_config_error(&config);                           \
		if (!error || strncmp(error, field ":", sizeof(field)) != 0)   \
			fail_msg("%s: %s", field, error ? error : "accepted"); \
		assert_int_equal(buddy_image_size(&config), 0);                \
	} while (0)

static struct buddy_config good_config(void)
{
	struct buddy_config config = buddy_config_x86_64(0, 8192);

	config.nr_nodes = 2;
	config.nr_cpus = 2;
	config.nr_memory = 2;
	config.memory[1] = (struct buddy_range){ 9000, 16384, 1 };
	config.nr_reserved = 2;
	config.reserved[0] = (struct buddy_range){ .start_pfn = 0, .end_pfn = 10 };
	config.reserved[1] = (struct buddy_range){ .start_pfn = 10, .end_pfn = 20 };
	return config;
}

static void test_good(void **state)
{
	struct buddy_config config = good_config();

	(void)state;
	assert_null(buddy_config_error(&config));
	config.pageblock_order = 1;
	config.sysctl.min_free_kbytes = 0;
	config.sysctl.percpu_pagelist_high_fraction = 8;
	config.memory[1].start_pfn = 8192;
	assert_null(buddy_config_error(&config));
}

static void test_geometry_errors(void **state)
{
	(void)state;
	CHECK("features", config.features |= 1u << 8);
	CHECK("zones", config.zones |= 1u << MAX_NR_ZONES);
	CHECK("zones", config.zones &= ~(1u << ZONE_NORMAL));
	CHECK("pageblock_order", config.pageblock_order = 0);
	CHECK("pageblock_order", config.pageblock_order = 11);
	CHECK("nr_nodes", config.nr_nodes = 0);
	CHECK("nr_nodes", config.nr_nodes = 9);
	CHECK("nr_nodes", config.features &= ~(uint32_t)BUDDY_NUMA);
	CHECK("nr_cpus", config.nr_cpus = 0);
	CHECK("nr_cpus", config.nr_cpus = 17);
	CHECK("nr_cpus", config.features &= ~(uint32_t)BUDDY_SMP);
	CHECK("struct_page_size", config.struct_page_size = 0);
	CHECK("struct_page_size", config.struct_page_size = 4097);
	CHECK("cpu_node", config.cpu_node[1] = 2);
	CHECK("distance", config.distance[1][1] = 20);
	CHECK("distance", config.distance[0][1] = 9);
}

static void test_memory_errors(void **state)
{
	(void)state;
	CHECK("nr_memory", config.nr_memory = 0);
	CHECK("nr_memory", config.nr_memory = BUDDY_MAX_RANGES + 1);
	CHECK("nr_reserved", config.nr_reserved = BUDDY_MAX_RANGES + 1);
	CHECK("memory", config.memory[1].start_pfn = 8191);
	CHECK("memory", config.memory[1].end_pfn = 9000);
	CHECK("memory", config.memory[1].node = 2);
	CHECK("memory", config.memory[1].start_pfn = 8193; config.memory[2] = config.memory[0];
	      config.memory[2].start_pfn = 16384; config.memory[2].end_pfn = 20000;
	      config.memory[0].end_pfn = 8193; config.nr_memory = 3);
	CHECK("memory", config.memory[1].end_pfn = (1u << 30) + 1);
	CHECK("memory", config.memory[1].end_pfn = 1u << 30);
	CHECK("reserved", config.reserved[1].start_pfn = 9);
	CHECK("reserved", config.reserved[1].end_pfn = 10);
	CHECK("reserved", config.reserved[1].end_pfn = (1u << 30) + 1);
	CHECK("zone_end_pfn",
	      config.zone_end_pfn[ZONE_DMA32] = config.zone_end_pfn[ZONE_NORMAL] = 16383);
	CHECK("zone_end_pfn", config.zones &= ~(1u << ZONE_DMA32);
	      config.zone_end_pfn[ZONE_NORMAL] = 0);
	CHECK("movablecore_pages", config.zones &= ~(1u << ZONE_MOVABLE);
	      config.movablecore_pages = 1);
	CHECK("kernelcore_pages", config.zones &= ~(1u << ZONE_MOVABLE);
	      config.kernelcore_pages = 1);
}

static void test_sysctl_errors(void **state)
{
	(void)state;
	CHECK("sysctl.min_free_kbytes", config.sysctl.min_free_kbytes = -2);
	CHECK("sysctl.watermark_scale_factor", config.sysctl.watermark_scale_factor = 0);
	CHECK("sysctl.watermark_scale_factor", config.sysctl.watermark_scale_factor = 3001);
	CHECK("sysctl.watermark_boost_factor", config.sysctl.watermark_boost_factor = 1u << 31);
	CHECK("sysctl.percpu_pagelist_high_fraction",
	      config.sysctl.percpu_pagelist_high_fraction = 7);
	CHECK("sysctl.percpu_pagelist_high_fraction",
	      config.sysctl.percpu_pagelist_high_fraction = 1u << 31);
	CHECK("sysctl.lowmem_reserve_ratio", config.sysctl.lowmem_reserve_ratio[4] = 1u << 31);
}

/* The largest machine whose links still fit, and its parts in order. */
static void test_largest(void **state)
{
	struct buddy_config config = buddy_config_uml(0, (1u << 30) - (1u << 20));
	size_t size = buddy_image_size(&config);

	(void)state;
	assert_null(buddy_config_error(&config));
	assert_true(size > (size_t)config.memory[0].end_pfn * sizeof(struct page));
	assert_true(size / sizeof(struct list_node) <= UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ready_made),      cmocka_unit_test(test_good),
		cmocka_unit_test(test_geometry_errors), cmocka_unit_test(test_memory_errors),
		cmocka_unit_test(test_sysctl_errors),   cmocka_unit_test(test_largest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
