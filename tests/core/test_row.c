/* SPDX-License-Identifier: MIT */
/*
 * Rows are a way to store free blocks and nothing else: whoever looks sees what would be written,
 * and writes nothing; whoever takes finds them in their order; rewinding makes them blank again.
 */
#include <stdlib.h>
#include <string.h>

#include "buddy/gfp.h"
#include "alloc/free_area.h"
#include "world.h"

#define NR_PAGES (24u * MAX_ORDER_NR_PAGES)
#define MAX_ENTRIES 512
#define NR_BLOCKS (NR_PAGES / MAX_ORDER_NR_PAGES)

static struct world rowed, written;

static void write_rows(struct world *world)
{
	for (uint32_t number = 0; number < world->sys.head->nr_zones; number++)
		row_write_all(&world->sys, world_zone(world, number));
}

/* The same machine twice, with and without its rows. */
static void boot_both(const struct buddy_config *config)
{
	uint32_t nr_rows = 0;

	world_boot(&rowed, config, false);
	world_boot(&written, config, false);
	for (uint32_t number = 0; number < rowed.sys.head->nr_zones; number++)
		nr_rows += zone_has_row(world_zone(&rowed, number));
	assert_true(nr_rows > 0);
	write_rows(&written);
}

static void free_both(void)
{
	world_free(&rowed);
	world_free(&written);
}

static uint32_t row_pages(uint32_t number)
{
	const struct zone *zone = world_zone(&rowed, number);

	return zone->row_end - zone->row_start;
}

static uint32_t zone_of_longest_row(void)
{
	uint32_t longest = 0;

	for (uint32_t number = 1; number < rowed.sys.head->nr_zones; number++)
		if (row_pages(number) > row_pages(longest))
			longest = number;
	return longest;
}

static struct buddy_config machine(void)
{
	return buddy_config_x86_64(0, NR_PAGES);
}

static void assert_same_pages(void)
{
	for (pfn_t pfn = 0; pfn < NR_PAGES; pfn++) {
		struct page_info a = { 0 }, b = { 0 };
		int32_t refcounts[2];
		uint64_t marked[2];

		assert_int_equal(inspect_page(&rowed.sys, pfn, &a),
				 inspect_page(&written.sys, pfn, &b));
		assert_memory_equal(&a, &b, sizeof(a));
		assert_int_equal(inspect_links_ok(&rowed.sys, pfn),
				 inspect_links_ok(&written.sys, pfn));
		inspect_refcounts(&rowed.sys, &pfn, 1, &refcounts[0], &marked[0]);
		inspect_refcounts(&written.sys, &pfn, 1, &refcounts[1], &marked[1]);
		assert_int_equal(refcounts[0], refcounts[1]);
		assert_int_equal(marked[0], marked[1]);
	}
}

static void assert_same_list(uint32_t zone, uint32_t order, enum migratetype type)
{
	pfn_t a = inspect_free_first(&rowed.sys, zone, order, type);
	pfn_t b = inspect_free_first(&written.sys, zone, order, type);

	for (; a != PFN_NONE && a == b;) {
		a = inspect_free_next(&rowed.sys, zone, order, type, a);
		b = inspect_free_next(&written.sys, zone, order, type, b);
	}
	assert_int_equal(a, b);
}

/* Read in portions, so that a portion ends inside a row, too. */
static uint32_t read_entries(const struct world *world, uint32_t zone, uint32_t portion,
			     struct list_entry *entries)
{
	struct list_cursor at = { .kind = LIST_FREE, .zone = (uint8_t)zone };
	uint32_t nr = 0, nr_read;

	at.end = NR_PAGE_ORDERS * MIGRATE_TYPES;
	do {
		nr_read = inspect_list_entries(&world->sys, &at, entries + nr, portion);
		nr += nr_read;
	} while (nr_read == portion);
	return nr;
}

static void assert_same_entries(uint32_t zone, uint32_t portion)
{
	static struct list_entry entries[2][MAX_ENTRIES];
	uint32_t nr = read_entries(&rowed, zone, portion, entries[0]);

	assert_int_equal(nr, read_entries(&written, zone, portion, entries[1]));
	for (uint32_t i = 0; i < nr; i++)
		assert_memory_equal(&entries[0][i], &entries[1][i], sizeof(entries[0][i]));
}

static void assert_same_lists(void)
{
	for (uint32_t zone = 0; zone < rowed.sys.head->nr_zones; zone++) {
		struct zone_info a = { 0 }, b = { 0 };

		inspect_zone(&rowed.sys, zone, &a);
		inspect_zone(&written.sys, zone, &b);
		assert_memory_equal(&a, &b, sizeof(a));
		for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
			for (enum migratetype type = 0; type < MIGRATE_TYPES; type++)
				assert_same_list(zone, order, type);
		for (uint32_t portion = 1; portion < 40; portion += 6)
			assert_same_entries(zone, portion);
	}
}

/* What is seen is the same, and nothing was written to see it. */
static void assert_same(void)
{
	uint64_t hash = buddy_hash(&rowed.sys);

	assert_same_pages();
	assert_same_lists();
	assert_int_equal(buddy_hash(&rowed.sys), hash);
}

static void test_eyes(void **state)
{
	struct buddy_config config = machine();

	(void)state;
	boot_both(&config);
	assert_same();
	free_both();
}

/* A reserved page cuts the memory: the longer run is the row, whichever comes first. */
static void test_longest_run(void **state)
{
	struct buddy_config config = machine();

	(void)state;
	config.nr_reserved = 1;
	for (uint32_t block = 4; block < NR_BLOCKS - 1; block += 5) {
		config.reserved[0].start_pfn = block * MAX_ORDER_NR_PAGES + 5;
		config.reserved[0].end_pfn = block * MAX_ORDER_NR_PAGES + 6;
		boot_both(&config);
		assert_same();
		free_both();
	}
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* The same answers, until nothing is left and back. */
static void test_taking(void **state)
{
	static struct page *blocks[2][4 * NR_BLOCKS];
	struct buddy_config config = machine();
	uint32_t seed = 1, orders[4 * NR_BLOCKS];

	(void)state;
	boot_both(&config);
	for (uint32_t i = 0; i < 4 * NR_BLOCKS; i++) {
		gfp_t gfp = next_random(&seed) % 2 ? GFP_NOWAIT : GFP_HIGHUSER_MOVABLE;

		orders[i] = 8 + next_random(&seed) % 3;
		blocks[0][i] = alloc_pages(&rowed.tsk, gfp, orders[i]);
		blocks[1][i] = alloc_pages(&written.tsk, gfp, orders[i]);
		assert_int_equal(!blocks[0][i], !blocks[1][i]);
		if (blocks[0][i])
			assert_int_equal(page_to_pfn(&rowed.sys, blocks[0][i]),
					 page_to_pfn(&written.sys, blocks[1][i]));
		if (i % 8 == 0)
			assert_same();
	}
	for (uint32_t i = 0; i < 4 * NR_BLOCKS; i++) {
		if (blocks[0][i]) {
			__free_pages(&rowed.tsk, blocks[0][i], orders[i]);
			__free_pages(&written.tsk, blocks[1][i], orders[i]);
		}
	}
	assert_same();
	free_both();
}

/* From both ends and from the middle, as isolation will. */
static void test_both_ends(void **state)
{
	struct buddy_config config = machine();
	uint32_t number, nr_taken = 0;

	(void)state;
	boot_both(&config);
	number = zone_of_longest_row();
	while (zone_has_row(world_zone(&rowed, number))) {
		struct world *const worlds[] = { &rowed, &written };
		const struct zone *zone = world_zone(&rowed, number);
		uint32_t index =
			nr_taken % 3 ? zone->row_start - MAX_ORDER_NR_PAGES : zone->row_end;

		for (uint32_t i = 0; i < 2; i++)
			move_to_free_list(&worlds[i]->sys, world_zone(worlds[i], number),
					  worlds[i]->sys.mem_map + index, MAX_PAGE_ORDER,
					  MIGRATE_UNMOVABLE);
		nr_taken++;
		assert_same_pages();
		assert_same_lists();
	}
	assert_true(nr_taken > 8);
	free_both();
}

/* Moving the free blocks of a pageblock inside a row. */
static void test_scan_of_pageblock(void **state)
{
	struct buddy_config config = machine();
	struct world *const worlds[] = { &rowed, &written };
	uint32_t number;
	pfn_t middle;

	(void)state;
	boot_both(&config);
	number = zone_of_longest_row();
	middle = world_zone(&rowed, number)->row_start + 2 * MAX_ORDER_NR_PAGES;
	assert_true(page_is_in_row(&rowed.sys, pfn_page(&rowed.sys, middle)));
	for (uint32_t i = 0; i < 2; i++)
		assert_int_equal(move_freepages_block(&worlds[i]->sys,
						      world_zone(worlds[i], number),
						      pfn_page(&worlds[i]->sys, middle),
						      MIGRATE_RECLAIMABLE, NULL),
				 MAX_ORDER_NR_PAGES);
	assert_same();
	free_both();
}

/* A reference dropped that nobody had, on a block in the middle of a row, shows there alone. */
static void test_stray_write(void **state)
{
	struct buddy_config config = machine();
	struct world *const worlds[] = { &rowed, &written };
	pfn_t middle;

	(void)state;
	boot_both(&config);
	middle = world_zone(&rowed, zone_of_longest_row())->row_start + MAX_ORDER_NR_PAGES;
	assert_true(page_is_in_row(&rowed.sys, pfn_page(&rowed.sys, middle)));
	for (uint32_t i = 0; i < 2; i++)
		__free_pages(&worlds[i]->tsk, pfn_page(&worlds[i]->sys, middle), 0);
	assert_same();
	free_both();
}

static void test_rewind(void **state)
{
	struct buddy_config config = machine();
	unsigned char *copy;
	uint64_t *maps;
	size_t nr_words;

	(void)state;
	boot_both(&config);
	nr_words = buddy_map_words(&rowed.sys);
	copy = malloc(rowed.size);
	maps = calloc(2 * nr_words, sizeof(*maps));
	assert_non_null(copy);
	assert_non_null(maps);
	memcpy(copy, rowed.memory, rowed.size);
	buddy_map_lists(&rowed.sys, maps);
	memcpy(maps + nr_words, maps, nr_words * sizeof(*maps));
	rowed.sys.taken = maps + nr_words;
	for (uint32_t i = 0; i < 5; i++)
		assert_non_null(alloc_pages(&rowed.tsk, GFP_NOWAIT, MAX_PAGE_ORDER));
	write_rows(&rowed);
	buddy_rewind(&rowed.sys, copy, maps);
	assert_memory_equal(rowed.memory, copy, rowed.size);
	assert_same();
	free(copy);
	free(maps);
	free_both();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_eyes),
		cmocka_unit_test(test_longest_run),
		cmocka_unit_test(test_taking),
		cmocka_unit_test(test_both_ends),
		cmocka_unit_test(test_scan_of_pageblock),
		cmocka_unit_test(test_stray_write),
		cmocka_unit_test(test_rewind),
	};

	return cmocka_run_group_tests_name("core.row", tests, NULL, NULL);
}
