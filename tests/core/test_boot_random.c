/* SPDX-License-Identifier: MIT */
/*
 * Odd machines: random ranges, nodes, zone borders and pageblocks. Each must boot to a state that a
 * plain look at its config explains, give out every page and merge back to where it began.
 */
#include <string.h>

#include "world.h"

#define NR_MACHINES 400
#define MAX_PFN 6000

static struct world world;
static uint64_t seed;

/* [0, limit) */
static uint32_t draw(uint32_t limit)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33) % limit;
}

static uint32_t draw_ranges(struct buddy_range *ranges, uint32_t max_ranges, uint32_t nr_nodes)
{
	uint32_t nr = 0;
	pfn_t pfn = draw(3) ? draw(700) : 0;

	while (nr < max_ranges && pfn < MAX_PFN) {
		pfn_t end = pfn + 1 + draw(1u << (1 + draw(12)));

		ranges[nr++] = (struct buddy_range){ pfn, end, draw(nr_nodes) };
		pfn = end + (draw(3) ? draw(1u << (1 + draw(10))) : 0);
	}
	return nr;
}

static struct buddy_config draw_config(void)
{
	struct buddy_config config = draw(2) ? buddy_config_x86_64(0, 1) : buddy_config_uml(0, 1);

	config.features |= BUDDY_DEBUG_VM;
	config.pageblock_order = 1 + draw(MAX_PAGE_ORDER);
	if (config.features & BUDDY_NUMA) {
		config.nr_nodes = 1 + draw(4);
		config.nr_cpus = 1 + draw(3);
	}
	config.nr_memory = draw_ranges(config.memory, 1 + draw(BUDDY_MAX_RANGES), config.nr_nodes);
	for (uint32_t i = 1; draw(3) && i < config.nr_memory; i++)
		if (config.memory[i].node < config.memory[i - 1].node)
			config.memory[i].node = config.memory[i - 1].node;
	config.nr_reserved = draw(2) ? draw_ranges(config.reserved, draw(4), 1) : 0;
	config.zone_end_pfn[ZONE_DMA] = draw(MAX_PFN);
	config.zone_end_pfn[ZONE_DMA32] = draw(MAX_PFN);
	if (draw(2))
		config.movablecore_pages = 1 + draw(MAX_PFN);
	if (draw(4) == 0)
		config.kernelcore_pages = 1 + draw(MAX_PFN);
	return config;
}

/* The first of a series that is legal; only nodes inside pageblocks may be wrong. */
static struct buddy_config draw_machine(uint32_t number)
{
	struct buddy_config config;
	const char *error;

	seed = number;
	for (uint32_t tries = 0; tries < 1000; tries++) {
		config = draw_config();
		error = buddy_config_error(&config);
		if (!error)
			return config;
		assert_non_null(strstr(error, "alternate"));
	}
	fail_msg("machine %u: no legal one found", number);
	return config;
}

static const struct buddy_range *range_of(const struct buddy_range *ranges, uint32_t nr, pfn_t pfn)
{
	for (uint32_t i = 0; i < nr; i++)
		if (pfn >= ranges[i].start_pfn && pfn < ranges[i].end_pfn)
			return &ranges[i];
	return NULL;
}

/* Every frame, from the top: memory lies in a zone of its node, a hole in the zone above it. */
static void check_frames(const struct buddy_config *config, uint32_t *nr_free)
{
	const struct image *head = world.sys.head;
	uint32_t above = UINT32_MAX;

	for (uint32_t i = head->nr_pages; i-- > 0;) {
		pfn_t pfn = head->base_pfn + i;
		const struct buddy_range *range = range_of(config->memory, config->nr_memory, pfn);
		bool reserved = range_of(config->reserved, config->nr_reserved, pfn) != NULL;
		struct page_info info;
		struct zone_info zone;

		if (!inspect_page(&world.sys, pfn, &info)) {
			assert_null(range);
			continue;
		}
		inspect_zone(&world.sys, info.zone, &zone);
		if (range) {
			assert_int_equal(zone.node, range->node);
			assert_in_range(pfn, zone.start_pfn,
					zone.start_pfn + zone.spanned_pages - 1);
			above = info.zone;
		} else if (above != UINT32_MAX) {
			assert_int_equal(info.zone, above);
		}
		assert_int_equal(info.refcount, reserved || !range);
		assert_int_equal(info.flags, reserved || !range ? 1u << PG_reserved : 0);
		if (!info.refcount)
			nr_free[info.zone]++;
	}
}

static uint32_t count_lists(uint32_t zone)
{
	uint32_t pages = 0;

	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++) {
		for (uint32_t type = 0; type < MIGRATE_TYPES; type++) {
			pfn_t pfn = inspect_free_first(&world.sys, zone, order, type);

			while (pfn != PFN_NONE) {
				struct page_info info;

				assert_true(
					inspect_page(&world.sys, pfn + (1u << order) - 1, &info));
				assert_int_equal(info.zone, zone);
				assert_true(inspect_page(&world.sys, pfn, &info));
				assert_true(info.buddy);
				assert_int_equal(info.zone, zone);
				assert_int_equal(info.private_value, order);
				assert_int_equal(pfn % (1u << order), 0);
				assert_true(inspect_links_ok(&world.sys, pfn));
				pages += 1u << order;
				pfn = inspect_free_next(&world.sys, zone, order, type, pfn);
			}
		}
	}
	return pages;
}

static void check_booted(const struct buddy_config *config)
{
	uint32_t nr_free[IMAGE_MAX_ZONES] = { 0 };
	uint32_t present = 0;

	check_frames(config, nr_free);
	for (uint32_t i = 0; i < world.sys.head->nr_zones; i++) {
		struct zone_info zone;

		inspect_zone(&world.sys, i, &zone);
		assert_int_equal(zone.managed_pages, nr_free[i]);
		assert_int_equal(zone.nr_free_pages, nr_free[i]);
		assert_int_equal(count_lists(i), nr_free[i]);
		present += zone.present_pages;
	}
	for (uint32_t i = 0; i < config->nr_memory; i++)
		present -= config->memory[i].end_pfn - config->memory[i].start_pfn;
	assert_int_equal(present, 0);
}

static void snapshot_blocks(uint32_t (*blocks)[NR_PAGE_ORDERS])
{
	for (uint32_t i = 0; i < world.sys.head->nr_zones; i++) {
		struct zone_info zone;

		inspect_zone(&world.sys, i, &zone);
		memcpy(blocks[i], zone.nr_free, sizeof(zone.nr_free));
	}
}

/* Takes what there is, page by page or in small blocks, and gives it back. */
static void take_all_and_return(void)
{
	static struct page *pages[MAX_PFN * 2];
	uint32_t before[IMAGE_MAX_ZONES][NR_PAGE_ORDERS];
	uint32_t after[IMAGE_MAX_ZONES][NR_PAGE_ORDERS];
	uint32_t order = draw(4);
	uint32_t nr = 0;
	gfp_t gfp = (draw(2) ? GFP_KERNEL : GFP_HIGHUSER_MOVABLE) | __GFP_MEMALLOC | __GFP_NOWARN |
		    __GFP_NORETRY;

	snapshot_blocks(before);
	while (nr < MAX_PFN * 2 && (pages[nr] = alloc_pages(&world.tsk, gfp, order)) != NULL)
		nr++;
	while (nr > 0)
		__free_pages(&world.tsk, pages[--nr], order);
	drain_all_pages(&world.tsk);
	snapshot_blocks(after);
	assert_memory_equal(before, after, sizeof(before[0]) * world.sys.head->nr_zones);
}

static void test_random_machines(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < NR_MACHINES; i++) {
		struct buddy_config config = draw_machine(i);

		world_boot(&world, &config, false);
		check_booted(&config);
		take_all_and_return();
		world_free(&world);
	}
}

/* An imported machine has the same zones and holes, and not one page free. */
static void test_random_imports(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < NR_MACHINES; i++) {
		struct buddy_config config = draw_machine(i);
		struct page_info info;

		world_boot(&world, &config, true);
		for (pfn_t pfn = 0; pfn < 2 * MAX_PFN; pfn++)
			if (inspect_page(&world.sys, pfn, &info))
				assert_int_equal(info.refcount, 1);
		for (uint32_t zone = 0; zone < world.sys.head->nr_zones; zone++)
			assert_int_equal(count_lists(zone), 0);
		world_free(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_machines),
		cmocka_unit_test(test_random_imports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
