/* SPDX-License-Identifier: MIT */
/* From a config to free lists: hand-over (MM-41..45), blocks and holes (MM-31, 32), the image as a
 * value. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "world.h"

static struct world world;

/* Number of free blocks of the whole machine. */
static uint32_t nr_blocks(void)
{
	uint32_t nr = 0;

	for (uint32_t zone = 0; zone < world.sys.head->nr_zones; zone++) {
		struct zone_info info;

		inspect_zone(&world.sys, zone, &info);
		for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
			nr += info.nr_free[order];
	}
	return nr;
}

static void assert_hole(pfn_t pfn, uint32_t zone)
{
	struct page_info info;

	assert_true(inspect_page(&world.sys, pfn, &info));
	assert_int_equal(info.flags, 1u << PG_reserved);
	assert_int_equal(info.refcount, 1);
	assert_int_equal(info.mapcount, -1);
	assert_false(info.buddy);
	assert_int_equal(info.zone, zone);
}

static struct buddy_config one_zone(pfn_t start_pfn, uint32_t nr_pages)
{
	struct buddy_config config = buddy_config_x86_64(start_pfn, nr_pages);

	config.zone_end_pfn[ZONE_DMA] = 0;
	config.zone_end_pfn[ZONE_DMA32] = 0;
	return config;
}

static void test_worked_example(void **state)
{
	struct buddy_config config = one_zone(1, 4095);

	(void)state;
	world_boot(&world, &config, false);
	for (uint32_t order = 0; order < 9; order++)
		assert_free_list(&world, order, MIGRATE_UNMOVABLE, 1u << order, PFN_NONE);
	assert_free_list(&world, 9, MIGRATE_MOVABLE, 512, PFN_NONE);
	assert_free_list(&world, 10, MIGRATE_MOVABLE, 1024, 2048, 3072, PFN_NONE);
	assert_int_equal(nr_blocks(), 13);
	assert_int_equal(world_free_pages(&world), 4095);
	assert_int_equal(world_zone(&world, 0)->managed_pages, 4095);
	assert_hole(0, 0);
	world_free(&world);
}

/* Frame 0 is memory: chunks start with order 10, and a reserved frame splits one: 0..4 | 5 | 6,7
 * | 8.. */
static void test_frame_zero_and_reserved(void **state)
{
	struct buddy_config config = buddy_config_uml(0, 4096);
	struct page_info info;

	(void)state;
	config.nr_reserved = 2;
	config.reserved[0] = (struct buddy_range){ .start_pfn = 5, .end_pfn = 6 };
	config.reserved[1] = (struct buddy_range){ .start_pfn = 1024, .end_pfn = 2048 };
	world_boot(&world, &config, false);
	assert_free_list(&world, 10, MIGRATE_MOVABLE, 2048, 3072, PFN_NONE);
	assert_free_list(&world, 2, MIGRATE_MOVABLE, 0, PFN_NONE);
	assert_free_list(&world, 0, MIGRATE_MOVABLE, 4, PFN_NONE);
	assert_free_list(&world, 1, MIGRATE_MOVABLE, 6, PFN_NONE);
	assert_free_list(&world, 3, MIGRATE_MOVABLE, 8, PFN_NONE);
	assert_int_equal(world_zone(&world, 0)->managed_pages, 4096 - 1025);
	assert_true(inspect_page(&world.sys, 5, &info));
	assert_int_equal(info.flags, 1u << PG_reserved);
	assert_int_equal(info.refcount, 1);
	assert_true(inspect_page(&world.sys, 6, &info));
	assert_true(info.buddy);
	assert_int_equal(info.private_value, 1);
	assert_true(inspect_page(&world.sys, 7, &info));
	assert_int_equal(info.refcount | (int)info.flags, 0);
	assert_int_equal(inspect_pageblock(&world.sys, 5), MIGRATE_MOVABLE);
	world_free(&world);
}

/* A reserved range may cover several memory ranges and the hole between them. */
static void test_reserved_over_hole(void **state)
{
	struct buddy_config config = buddy_config_uml(0, 100);

	(void)state;
	config.nr_memory = 2;
	config.memory[1] = (struct buddy_range){ .start_pfn = 200, .end_pfn = 1024 };
	config.nr_reserved = 1;
	config.reserved[0] = (struct buddy_range){ .start_pfn = 64, .end_pfn = 256 };
	world_boot(&world, &config, false);
	assert_free_list(&world, 6, MIGRATE_MOVABLE, 0, PFN_NONE);
	assert_free_list(&world, 8, MIGRATE_MOVABLE, 256, PFN_NONE);
	assert_free_list(&world, 9, MIGRATE_MOVABLE, 512, PFN_NONE);
	assert_int_equal(nr_blocks(), 3);
	assert_int_equal(world_zone(&world, 0)->present_pages, 924);
	assert_int_equal(world_zone(&world, 0)->managed_pages, 64 + 768);
	world_free(&world);
}

/*
 * Holes of part of a pageblock, of whole pageblocks, and behind the end. Pageblocks of 16 frames:
 *   0..39 memory, 40..99 hole, 100..219 memory, 220.. hole
 */
static void test_holes(void **state)
{
	struct buddy_config config = buddy_config_uml(0, 40);
	const struct page blank = { .refcount = 0 };
	struct page_info info;

	(void)state;
	config.pageblock_order = 4;
	config.nr_memory = 2;
	config.memory[1] = (struct buddy_range){ .start_pfn = 100, .end_pfn = 220 };
	world_boot(&world, &config, false);
	for (pfn_t pfn = 40; pfn < 100; pfn++)
		assert_hole(pfn, 0);
	for (pfn_t pfn = 220; pfn < 224; pfn++)
		assert_hole(pfn, 0);
	assert_false(inspect_page(&world.sys, 224, &info));
	assert_false(inspect_page(&world.sys, 1024, &info));
	assert_false(inspect_page(&world.sys, PFN_NONE, &info));
	assert_true(pfn_valid(&world.sys, 223));
	assert_false(pfn_valid(&world.sys, 224));
	/* whole blocks of a hole are not written */
	assert_int_equal(pfn_page(&world.sys, 47)->refcount, 1);
	assert_memory_equal(pfn_page(&world.sys, 48), &blank, sizeof(blank));
	assert_memory_equal(pfn_page(&world.sys, 95), &blank, sizeof(blank));
	assert_int_equal(pfn_page(&world.sys, 96)->refcount, 1);
	/* MM-31: the first frame of a block decides */
	assert_int_equal(inspect_pageblock(&world.sys, 39), MIGRATE_MOVABLE);
	assert_int_equal(inspect_pageblock(&world.sys, 64), MIGRATE_UNMOVABLE);
	assert_int_equal(inspect_pageblock(&world.sys, 100), MIGRATE_UNMOVABLE);
	assert_int_equal(inspect_pageblock(&world.sys, 112), MIGRATE_MOVABLE);
	world_free(&world);
}

/* A zone border inside a pageblock: no block of the lists crosses it, and every frame finds its
 * zone. */
static void test_mixed_pageblock(void **state)
{
	struct buddy_config config = buddy_config_x86_64(0, 4096);
	struct page_info info;

	(void)state;
	config.zone_end_pfn[ZONE_DMA] = 1000;
	config.zone_end_pfn[ZONE_DMA32] = 1003;
	world_boot(&world, &config, false);
	assert_int_equal(world.sys.head->nr_zones, 3);
	for (pfn_t pfn = 900; pfn < 1100; pfn++) {
		assert_true(inspect_page(&world.sys, pfn, &info));
		assert_int_equal(info.zone, pfn < 1000 ? 0 : pfn < 1003 ? 1 : 2);
	}
	assert_free_list(&world, 3, MIGRATE_MOVABLE, 992, PFN_NONE);
	assert_int_equal(inspect_free_first(&world.sys, 1, 1, MIGRATE_MOVABLE), 1000);
	assert_int_equal(inspect_free_first(&world.sys, 1, 0, MIGRATE_MOVABLE), 1002);
	assert_int_equal(inspect_free_first(&world.sys, 2, 0, MIGRATE_MOVABLE), 1003);
	assert_int_equal(inspect_free_first(&world.sys, 2, 2, MIGRATE_MOVABLE), 1004);
	assert_int_equal(world_zone(&world, 1)->managed_pages, 3);
	world_free(&world);
}

/* After boot a task may ask for anything, and every CPU's pcp is sized, empty and alike. */
static void test_ready(void **state)
{
	struct buddy_config config = one_zone(1, 65535);
	struct pcp_info info;

	(void)state;
	config.nr_cpus = 3;
	world_boot(&world, &config, false);
	assert_int_equal(world.sys.head->gfp_allowed_mask, __GFP_BITS_MASK);
	for (uint32_t cpu = 0; cpu < 3; cpu++) {
		inspect_pcp(&world.sys, 0, cpu, &info);
		assert_int_equal(info.count, 0);
		assert_int_equal(info.batch, 15);
		assert_int_equal(info.high, world_zone(&world, 0)->watermark[WMARK_LOW] / 3);
		assert_int_equal(info.stat_threshold, 2 * 2 * (1 + 1));
		for (uint32_t pindex = 0; pindex < NR_PCP_LISTS; pindex++)
			assert_int_equal(inspect_pcp_first(&world.sys, 0, cpu, pindex), PFN_NONE);
	}
	world_free(&world);
}

static void test_refusals(void **state)
{
	struct buddy_config config = buddy_config_uml(0, 4096);
	struct buddy_system sys;
	size_t size = buddy_image_size(&config);
	unsigned char *memory = aligned_alloc(64, size + 64);

	(void)state;
	assert_non_null(memory);
	assert_int_equal(size % 64, 0);
	assert_int_equal(buddy_boot(&sys, &config, memory, size - 1, 0, NULL), -ENOMEM);
	assert_int_equal(buddy_boot(&sys, &config, memory + 8, size, 0, NULL), -EINVAL);
	assert_int_equal(buddy_boot(&sys, &config, memory, size, 0, NULL), 0);
	assert_int_equal(buddy_attach(&sys, memory, size, NULL), 0);
	assert_int_equal(buddy_attach(&sys, memory, size - 1, NULL), -EINVAL);
	assert_int_equal(buddy_attach(&sys, memory, 8, NULL), -EINVAL);
	assert_int_equal(buddy_attach(&sys, memory + 8, size, NULL), -EINVAL);
	sys.head->config.nr_memory = 0;
	assert_int_equal(buddy_attach(&sys, memory, size, NULL), -EINVAL);
	sys.head->config.nr_memory = 1;
	sys.head->config.pageblock_order = 1; /* another machine's size */
	assert_int_equal(buddy_attach(&sys, memory, size, NULL), -EINVAL);
	sys.head->config.pageblock_order = MAX_PAGE_ORDER;
	sys.head->version++;
	assert_int_equal(buddy_attach(&sys, memory, size, NULL), -EINVAL);
	sys.head->version--;
	sys.head->magic++;
	assert_int_equal(buddy_attach(&sys, memory, size, NULL), -EINVAL);
	config.nr_memory = 0;
	assert_int_equal(buddy_image_size(&config), 0);
	assert_int_equal(buddy_boot(&sys, &config, memory, size, 0, NULL), -EINVAL);
	free(memory);
}

/* A copy elsewhere is the same machine, and goes on alike. */
static void test_relocation(void **state)
{
	struct buddy_config config = buddy_config_x86_64(1, 8191);
	struct buddy_system twin;
	struct task tsk = { .sys = &twin };
	void *memory;

	(void)state;
	config.nr_cpus = 2;
	world_boot(&world, &config, false);
	assert_non_null(alloc_pages(&world.tsk, GFP_KERNEL, 3));
	memory = aligned_alloc(64, world.size);
	assert_non_null(memory);
	memcpy(memory, world.memory, world.size);
	assert_int_equal(buddy_attach(&twin, memory, world.size, NULL), 0);
	assert_int_equal(buddy_hash(&twin), buddy_hash(&world.sys));
	for (uint32_t i = 0; i < 200; i++) {
		struct page *here = alloc_pages(&world.tsk, GFP_HIGHUSER_MOVABLE, i % 4);
		struct page *there = alloc_pages(&tsk, GFP_HIGHUSER_MOVABLE, i % 4);

		assert_int_equal(page_to_pfn(&world.sys, here), page_to_pfn(&twin, there));
		if (i % 3)
			continue;
		__free_pages(&world.tsk, here, i % 4);
		__free_pages(&tsk, there, i % 4);
	}
	assert_int_equal(buddy_hash(&twin), buddy_hash(&world.sys));
	assert_memory_equal(memory, world.memory, world.size);
	free(memory);
	world_free(&world);
}

/* One changed bit anywhere changes the hash. */
static void test_hash_sees_every_bit(void **state)
{
	struct buddy_config config = buddy_config_uml(0, 1024);
	unsigned char *bytes;
	uint64_t hash;

	(void)state;
	world_boot(&world, &config, false);
	hash = buddy_hash(&world.sys);
	bytes = world.memory;
	for (size_t i = sizeof(struct image); i < world.size; i += 97) {
		bytes[i] ^= (unsigned char)(1u << i % 8);
		assert_int_not_equal(buddy_hash(&world.sys), hash);
		bytes[i] ^= (unsigned char)(1u << i % 8);
	}
	/* the top bits of two words that meet in one lane */
	bytes[world.size - 1] ^= 0x80;
	bytes[world.size - 33] ^= 0x80;
	assert_int_not_equal(buddy_hash(&world.sys), hash);
	bytes[world.size - 1] ^= 0x80;
	bytes[world.size - 33] ^= 0x80;
	assert_int_equal(buddy_hash(&world.sys), hash);
	world_free(&world);
}

/* Equal machines boot to equal images, whatever was in the memory before. */
static void test_boot_is_deterministic(void **state)
{
	struct buddy_config config = buddy_config_debian(1, 20000);
	struct buddy_system twin;
	void *memory;

	(void)state;
	world_boot(&world, &config, false);
	memory = aligned_alloc(64, world.size);
	assert_non_null(memory);
	memset(memory, 0, world.size);
	assert_int_equal(buddy_boot(&twin, &config, memory, world.size, BUDDY_BOOT_ZEROED, NULL),
			 0);
	assert_int_equal(buddy_hash(&twin), buddy_hash(&world.sys));
	free(memory);
	world_free(&world);
}

/* Of this mapping alone, so that a sanitizer's shadow does not count. */
static size_t resident_bytes(void *memory, size_t size)
{
	size_t nr_pages = (size + 4095) / 4096, nr_resident = 0;
	unsigned char *resident = calloc(nr_pages, 1);

	assert_non_null(resident);
	assert_int_equal(mincore(memory, size, resident), 0);
	for (size_t i = 0; i < nr_pages; i++)
		nr_resident += resident[i] & 1;
	free(resident);
	return nr_resident * 4096;
}

/*
 * 256 GiB: 65536 blocks of order 10, whose heads lie 32 KiB apart in a memory map of 2 GiB. Only
 * the host pages of heads may become resident: 256 MiB of them, an eighth of the map.
 */
static void test_big_machine(void **state)
{
	struct buddy_config config = buddy_config_x86_64(0, 64u << 20);
	size_t size = buddy_image_size(&config);
	struct buddy_system sys;
	struct zone_info info;
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	(void)state;
	assert_true(memory != MAP_FAILED);
	madvise(memory, size, MADV_NOHUGEPAGE);
	assert_int_equal(buddy_boot(&sys, &config, memory, size, BUDDY_BOOT_ZEROED, NULL), 0);
	assert_in_range(resident_bytes(memory, size), 0, 280u << 20);
	inspect_zone(&sys, sys.head->nr_zones - 1, &info);
	assert_int_equal(info.index, ZONE_NORMAL);
	assert_int_equal(info.managed_pages, (64u << 20) - 0x100000);
	assert_int_equal(info.nr_free[MAX_PAGE_ORDER], info.managed_pages >> MAX_PAGE_ORDER);
	munmap(memory, size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worked_example),
		cmocka_unit_test(test_frame_zero_and_reserved),
		cmocka_unit_test(test_reserved_over_hole),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_mixed_pageblock),
		cmocka_unit_test(test_ready),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_relocation),
		cmocka_unit_test(test_hash_sees_every_bit),
		cmocka_unit_test(test_boot_is_deterministic),
		cmocka_unit_test(test_big_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
