/* SPDX-License-Identifier: MIT */
/* Back to a copy: every byte, whatever calls have done, and no more work than they have made. */
#include <stdlib.h>
#include <string.h>

#include "base/frame_map.h"
#include "buddy/gfp.h"
#include "world.h"

#define MAX_WORDS 256
#define NR_BLOCKS 200

static struct world world;
static unsigned char *copy;
static uint64_t taken[MAX_WORDS], listed[MAX_WORDS];
static struct page *blocks[NR_BLOCKS];
static uint32_t orders[NR_BLOCKS];

/* From here on the image can go back to what it is now. */
static void keep(void)
{
	assert_true(buddy_map_words(&world.sys) <= MAX_WORDS);
	copy = malloc(world.size);
	assert_non_null(copy);
	memcpy(copy, world.memory, world.size);
	memset(listed, 0, sizeof(listed));
	buddy_map_lists(&world.sys, listed);
	memcpy(taken, listed, sizeof(taken));
	world.sys.taken = taken;
}

static void drop(void)
{
	free(copy);
	world_free(&world);
}

static void rewind_and_compare(void)
{
	buddy_rewind(&world.sys, copy, listed);
	assert_memory_equal(world.memory, copy, world.size);
	assert_memory_equal(taken, listed, sizeof(taken));
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Blocks of all orders, in all zones and ways; some stay out. */
static void churn(uint32_t seed, uint32_t nr_steps)
{
	static const gfp_t kinds[] = { GFP_KERNEL, GFP_HIGHUSER_MOVABLE | __GFP_COMP,
				       GFP_KERNEL | __GFP_RECLAIMABLE, GFP_ATOMIC,
				       GFP_KERNEL | __GFP_DMA32 | __GFP_ZERO };

	memset(blocks, 0, sizeof(blocks));
	for (uint32_t i = 0; i < nr_steps; i++) {
		uint32_t n = next_random(&seed) % NR_BLOCKS;

		world.tsk.cpu = next_random(&seed) % world.sys.head->nr_cpus;
		if (blocks[n]) {
			__free_pages(&world.tsk, blocks[n], orders[n]);
			blocks[n] = NULL;
			continue;
		}
		orders[n] = next_random(&seed) % 4 ? next_random(&seed) % 4
						   : next_random(&seed) % NR_PAGE_ORDERS;
		blocks[n] = alloc_pages(
			&world.tsk, kinds[next_random(&seed) % 5] | __GFP_NOWARN | __GFP_NORETRY,
			orders[n]);
		if (blocks[n] && next_random(&seed) % 8 == 0)
			buddy_set_lru(&world.sys, page_to_pfn(&world.sys, blocks[n]), orders[n],
				      true);
		if (i % 64 == 0)
			buddy_tick(&world.tsk);
	}
	world.tsk.cpu = 0;
}

static void what_calls_write_is_undone(void **state)
{
	struct buddy_config config = buddy_config_x86_64(1234, 9000);

	(void)state;
	config.nr_cpus = 3;
	config.pageblock_order = 5;
	config.zone_end_pfn[ZONE_DMA] = 2000;
	config.zone_end_pfn[ZONE_DMA32] = 5000;
	world_boot(&world, &config, false);
	keep();
	for (uint32_t seed = 1; seed <= 20; seed++) {
		churn(seed, 40 * seed);
		rewind_and_compare();
	}
	drop();
}

/* What the copy has on CPUs' lists is handed out without leaving a free list again. */
static void a_used_machine_is_a_start_as_good(void **state)
{
	struct buddy_config config = buddy_config_debian(0, 4096);

	(void)state;
	config.nr_cpus = 2;
	world_boot(&world, &config, false);
	churn(99, 2000);
	keep();
	for (uint32_t seed = 1; seed <= 20; seed++) {
		drain_all_pages(&world.tsk);
		churn(seed, 300);
		rewind_and_compare();
		for (uint32_t i = 0; i < 100; i++)
			alloc_pages(&world.tsk, GFP_KERNEL | __GFP_NOWARN, i % 4);
		rewind_and_compare();
	}
	drop();
}

/* What was out when the copy was made is the program's to free, and its first writer's to note. */
static void blocks_out_at_the_start_come_back(void **state)
{
	struct buddy_config config = buddy_config_debian(0, 4096);

	(void)state;
	world_boot(&world, &config, false);
	churn(7, 1500);
	keep();
	for (uint32_t round = 0; round < 5; round++) {
		for (uint32_t i = round; i < NR_BLOCKS; i += 5) {
			if (!blocks[i])
				continue;
			buddy_note_written(&world.sys, page_to_pfn(&world.sys, blocks[i]),
					   1u << orders[i]);
			__free_pages(&world.tsk, blocks[i], orders[i]);
		}
		drain_all_pages(&world.tsk);
		rewind_and_compare();
	}
	drop();
}

/* As an engine would: pages that no call took, on a list of its own. */
static void a_note_is_all_it_takes(void **state)
{
	struct buddy_config config = buddy_config_debian(0, 4096);
	struct page *page;
	uint32_t index;

	(void)state;
	world_boot(&world, &config, false);
	churn(11, 1500);
	keep();
	page = world.sys.mem_map;
	while (!page->refcount || page_is_compound(page))
		page++;
	index = page_to_pfn(&world.sys, page) - world.sys.head->base_pfn;
	assert_false(taken[index / 64] >> index % 64 & 1);
	page->lru.next = 77;
	page->flags |= PG_BIT(lru);
	buddy_rewind(&world.sys, copy, listed);
	assert_memory_not_equal(world.memory, copy, world.size);
	page_note_written(&world.sys, page);
	assert_int_equal(world.sys.head->stray_writes, 0);
	rewind_and_compare();
	buddy_set_lru(&world.sys, page_to_pfn(&world.sys, page), 0, true);
	rewind_and_compare();
	drop();
}

/* A large block on a CPU's list: every page of it may be written once it is handed out. */
static void large_blocks_on_cpu_lists_go_back_whole(void **state)
{
	struct buddy_config config = buddy_config_debian(0, 4096);
	gfp_t gfp = GFP_HIGHUSER_MOVABLE | __GFP_COMP;
	struct page *page;

	(void)state;
	config.pageblock_order = 6;
	world_boot(&world, &config, false);
	page = alloc_pages(&world.tsk, gfp, 6);
	assert_non_null(page);
	__free_pages(&world.tsk, page, 6);
	keep();
	assert_ptr_equal(alloc_pages(&world.tsk, gfp, 6), page);
	buddy_set_lru(&world.sys, page_to_pfn(&world.sys, page), 6, true);
	rewind_and_compare();
	drop();
}

static void settings_are_undone(void **state)
{
	struct buddy_config config = buddy_config_x86_64(0, 8192);

	(void)state;
	world_boot(&world, &config, false);
	keep();
	for (uint32_t name = 0; name < NR_SYSCTLS; name++)
		assert_int_equal(
			buddy_sysctl_write(&world.sys, (enum buddy_sysctl_name)name, 1, 512), 0);
	set_pageblock_migratetype(&world.sys, 512, MIGRATE_CMA);
	assert_memory_not_equal(world.memory, copy, world.size);
	rewind_and_compare();
	drop();
}

/* One page of a large machine: its neighbours in the map are all that is copied. */
static void untouched_frames_are_not_copied(void **state)
{
	struct buddy_config config = buddy_config_uml(0, 4096);
	uint32_t nr_bits = 0;

	(void)state;
	world_boot(&world, &config, false);
	keep();
	assert_non_null(alloc_pages(&world.tsk, GFP_KERNEL, 0));
	for (uint32_t i = 0; i < MAX_WORDS; i++)
		nr_bits += (uint32_t)__builtin_popcountll(taken[i]);
	assert_in_range(nr_bits, 4, 64);
	world.sys.mem_map[3000].index = 7; /* nobody's page: it shows who is not looked at */
	buddy_rewind(&world.sys, copy, listed);
	assert_int_equal(world.sys.mem_map[3000].index, 7);
	world.sys.mem_map[3000].index = 0;
	assert_memory_equal(world.memory, copy, world.size);
	drop();
}

static void a_block_has_all_its_bits(void **state)
{
	(void)state;
	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++) {
		for (uint32_t index = 0; index + (1u << order) <= 4096; index += 1u << order) {
			uint64_t map[64] = { 0 };

			map_frames(map, index, 1u << order);
			for (uint32_t i = 0; i < 4096; i++)
				assert_int_equal(map[i / 64] >> i % 64 & 1,
						 i >= index && i < index + (1u << order));
		}
	}
}

/* What is left of a large block after a split is on a list: only the heads of the halves changed.
 */
static void a_split_block_has_its_bits(void **state)
{
	(void)state;
	world_empty(&world, 4096, 9, 0, 1);
	for (uint32_t low = 0; low < NR_PAGE_ORDERS; low++) {
		for (uint32_t high = low; high < NR_PAGE_ORDERS; high++) {
			uint32_t index = 3u << MAX_PAGE_ORDER | (high < 8 ? 5u << high : 0);
			uint64_t map[64 + 1] = { 0 }, expected[64 + 1] = { 0 };

			for (uint32_t i = 0; i < BIT(low); i++)
				map_frame(expected, index + i);
			for (uint32_t order = low; order < high; order++)
				map_frame(expected, index + BIT(order));
			world.sys.taken = map;
			map_taken(&world.sys, world.sys.mem_map + index, BIT(low), high);
			assert_memory_equal(map, expected, sizeof(map));
		}
	}
	world.sys.taken = NULL;
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_calls_write_is_undone),
		cmocka_unit_test(a_used_machine_is_a_start_as_good),
		cmocka_unit_test(blocks_out_at_the_start_come_back),
		cmocka_unit_test(a_note_is_all_it_takes),
		cmocka_unit_test(large_blocks_on_cpu_lists_go_back_whole),
		cmocka_unit_test(settings_are_undone),
		cmocka_unit_test(untouched_frames_are_not_copied),
		cmocka_unit_test(a_block_has_all_its_bits),
		cmocka_unit_test(a_split_block_has_its_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
