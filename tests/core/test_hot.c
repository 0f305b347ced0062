/* SPDX-License-Identifier: MIT */
/*
 * The common case has a path of its own. Two machines get the same calls; somebody traces one of
 * them, so it takes the general path. Each byte of both must stay the same.
 */
#include <string.h>

#include "buddy/gfp.h"
#include "world.h"

#define NR_BLOCKS 300

static struct world general, hot;
static struct page *blocks[2][NR_BLOCKS];
static uint32_t orders[NR_BLOCKS];

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void boot(const struct buddy_config *config)
{
	world_boot(&general, config, false);
	world_boot(&hot, config, false);
	memset(blocks, 0, sizeof(blocks));
	assert_non_null(general.sys.hooks.trace);
	world_set_hook(&hot, trace, NULL);
}

static void drop(void)
{
	world_free(&general);
	world_free(&hot);
}

static void assert_same_machine(void)
{
	assert_memory_equal(general.memory, hot.memory, general.size);
	assert_int_equal(general.nr_bad, hot.nr_bad);
}

static gfp_t random_gfp(uint32_t *seed)
{
	static const gfp_t kinds[] = {
		GFP_KERNEL, GFP_HIGHUSER_MOVABLE,     GFP_KERNEL | __GFP_RECLAIMABLE,
		GFP_ATOMIC, GFP_KERNEL | __GFP_DMA32, GFP_KERNEL | __GFP_THISNODE,
		GFP_NOWAIT, GFP_KERNEL | __GFP_COMP
	};

	return kinds[next_random(seed) % 8] | __GFP_NOWARN | __GFP_NORETRY;
}

static void alloc_both(uint32_t n, gfp_t gfp, uint32_t order)
{
	blocks[0][n] = alloc_pages(&general.tsk, gfp, order);
	blocks[1][n] = alloc_pages(&hot.tsk, gfp, order);
	orders[n] = order;
	assert_true(!blocks[0][n] == !blocks[1][n]);
}

static void free_both(uint32_t n)
{
	__free_pages(&general.tsk, blocks[0][n], orders[n]);
	__free_pages(&hot.tsk, blocks[1][n], orders[n]);
	blocks[0][n] = blocks[1][n] = NULL;
}

/* A page that nobody owns is written to: whoever takes it must find out. */
static void stain_both(uint32_t index)
{
	if (general.sys.mem_map[index].refcount || general.sys.mem_map[index].flags)
		return;
	page_written(&general.sys, &general.sys.mem_map[index]);
	page_written(&hot.sys, &hot.sys.mem_map[index]);
	general.sys.mem_map[index].mapping = 8;
	hot.sys.mem_map[index].mapping = 8;
}

/* As after a burst of frees, which lists of small machines are too short for. */
static void burst_both(uint32_t cpu, uint32_t factor)
{
	for (uint32_t zone = 0; zone < general.sys.head->nr_zones; zone++) {
		zone_pcp(&general.sys, &general.sys.zones[zone], cpu)->free_factor =
			(int32_t)factor;
		zone_pcp(&hot.sys, &hot.sys.zones[zone], cpu)->free_factor = (int32_t)factor;
	}
}

static void churn(uint32_t seed, uint32_t nr_steps, uint32_t stain_once_in)
{
	for (uint32_t i = 0; i < nr_steps; i++) {
		uint32_t n = next_random(&seed) % NR_BLOCKS;
		uint32_t order = next_random(&seed) % 8 ? next_random(&seed) % 4
							: next_random(&seed) % NR_PAGE_ORDERS;

		general.tsk.cpu = hot.tsk.cpu = next_random(&seed) % general.sys.head->nr_cpus;
		if (next_random(&seed) % 4 == 0)
			burst_both(general.tsk.cpu, next_random(&seed) % 6);
		if (stain_once_in && next_random(&seed) % stain_once_in == 0)
			stain_both(next_random(&seed) % general.sys.head->nr_pages);
		if (blocks[0][n])
			free_both(n);
		else
			alloc_both(n, random_gfp(&seed), order);
		if (i % 256 == 0) {
			drain_all_pages(&general.tsk);
			drain_all_pages(&hot.tsk);
		}
		assert_same_machine();
	}
}

static struct buddy_config machine_of(uint32_t seed)
{
	struct buddy_config config = seed % 3 ? buddy_config_x86_64(0, 64u << seed % 7)
					      : buddy_config_uml(64, 64u << seed % 7);
	uint32_t nr_pages = 64u << seed % 7;

	config.nr_cpus = config.features & BUDDY_SMP ? 1 + seed % 2 : 1;
	if (seed % 3 == 1) {
		config.pageblock_order = 4;
		config.zone_end_pfn[ZONE_DMA] = nr_pages / 8;
		config.zone_end_pfn[ZONE_DMA32] = nr_pages / 2;
	}
	return config;
}

static void answers_are_those_of_the_general_path(void **state)
{
	uint32_t nr_refills = 0;

	(void)state;
	for (uint32_t seed = 1; seed <= 28; seed++) {
		struct buddy_config config = machine_of(seed);

		boot(&config);
		churn(seed, 600, 0);
		nr_refills += hot.marks[MARK_pcp_refill];
		drop();
	}
	assert_true(nr_refills > 1000);
}

static void broken_pages_are_found_alike(void **state)
{
	uint32_t nr_bad = 0;

	(void)state;
	for (uint32_t seed = 1; seed <= 28; seed++) {
		struct buddy_config config = machine_of(seed);

		config.features &= ~(uint32_t)BUDDY_DEBUG_VM;
		boot(&config);
		churn(seed, 600, 20);
		nr_bad += hot.nr_bad;
		drop();
	}
	assert_true(nr_bad > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_those_of_the_general_path),
		cmocka_unit_test(broken_pages_are_found_alike),
	};

	return cmocka_run_group_tests_name("core.hot", tests, NULL, NULL);
}
