/* SPDX-License-Identifier: MIT */
/* Taking a state, and telling two apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "oracle/eyes/snapshot.h"
#include "tests/oracle/fake_view.h"

#define TEXT_SIZE 400

struct pair {
	struct fake fake;
	struct snapshot before, after;
	char text[TEXT_SIZE];
};

static struct pair *p;

static int setup(void **state)
{
	static struct pair pair;

	(void)state;
	p = &pair;
	memset(p, 0, sizeof(*p));
	fake_init(&p->fake);
	fake_take(&p->fake, 16, 0, false);
	fake_take(&p->fake, 17, 0, false);
	fake_drop(&p->fake, 17, 0);
	fake_add_pcp(&p->fake, 1, 1, 17, 0, MIGRATE_CMA);
	p->fake.hole[0] = true;
	for (pfn_t pfn = 21; pfn < 23; pfn++)
		p->fake.pages[pfn].flags = 1u << PG_lru;
	snapshot_init(&p->before);
	snapshot_init(&p->after);
	return snapshot_take(&p->before, &p->fake.view) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	snapshot_free(&p->before);
	snapshot_free(&p->after);
	return 0;
}

/* Takes the state as the test left it and expects the given words in the explanation. */
static void expect_difference(const char *words)
{
	assert_true(snapshot_take(&p->after, &p->fake.view));
	assert_false(snapshot_equal(&p->before, &p->after, p->text, sizeof(p->text)));
	if (!strstr(p->text, words))
		print_error("%s\n", p->text);
	assert_non_null(strstr(p->text, words));
}

static void test_take(void **state)
{
	const struct snapshot_zone *zone = &p->before.zones[1];

	(void)state;
	assert_int_equal(p->before.nr_zones, FAKE_ZONES);
	assert_int_equal(p->before.nr_cpus, FAKE_CPUS);
	assert_int_equal(p->before.zones_mask, 1u << ZONE_DMA | 1u << ZONE_NORMAL);
	assert_int_equal(zone->lists[1][MIGRATE_MOVABLE].nr, 1);
	assert_int_equal(zone->lists[1][MIGRATE_MOVABLE].pfns[0], 18);
	assert_int_equal(zone->pcps[1].lists[1].pfns[0], 17);
	assert_int_equal(zone->pcps[1].types[1].pfns[0], MIGRATE_CMA);
	assert_int_equal(zone->nr_pageblocks, 4);
	assert_int_equal(zone->pageblocks[0], MIGRATE_MOVABLE);
	assert_int_equal(p->before.zones[0].pageblocks[0], 0xff);
	assert_int_equal(zone->lru.nr, 2);
	assert_int_equal(zone->lru.pfns[0], 21);
	assert_int_equal(zone->lru.pfns[1], 2);
}

static void test_equal(void **state)
{
	(void)state;
	assert_true(snapshot_take(&p->after, &p->fake.view));
	assert_true(snapshot_equal(&p->before, &p->after, p->text, sizeof(p->text)));
	assert_string_equal(p->text, "");
	assert_true(snapshot_take(&p->after, &p->fake.view)); /* again, over the old one */
	assert_true(snapshot_equal(&p->before, &p->after, NULL, 0));
}

static void test_list_difference(void **state)
{
	(void)state;
	p->fake.free[1][1][MIGRATE_MOVABLE].pfns[0] = 30;
	expect_difference("free list of order 1, movable, entry 0: expected 18, got 30");
	assert_non_null(strstr(p->text, "expected (1 entries): [18]"));
}

static void test_list_is_longer(void **state)
{
	struct fake_list *list = &p->fake.free[1][0][MIGRATE_UNMOVABLE];

	(void)state;
	list->pfns[list->nr++] = 40;
	expect_difference("expected the end, got 40");
}

static void test_field_differences(void **state)
{
	(void)state;
	p->fake.zones[1].nr_free_pages--;
	expect_difference("zone 1 nr_free_pages: expected");
	p->fake.zones[1].nr_free_pages++;
	p->fake.pcps[2][0].diff_free = 5;
	expect_difference("zone 2 free page difference of CPU[0]: expected 0, got 5");
	p->fake.pcps[2][0].diff_free = 0;
	p->fake.zones[0].watermark[WMARK_LOW] = 1;
	expect_difference("zone 0 watermark[1]: expected 6, got 1");
	p->fake.zones[0].watermark[WMARK_LOW] = 6;
	p->fake.pageblocks[7] = MIGRATE_CMA;
	expect_difference("zone 2 type of pageblock[1]: expected 1, got 4");
	p->fake.pageblocks[7] = MIGRATE_MOVABLE;
	p->fake.pages[17].index = MIGRATE_MOVABLE;
	expect_difference("recorded types on per-CPU list 1 of CPU 1");
	p->fake.pages[17].index = MIGRATE_CMA;
	p->fake.pages[23].flags = 1u << PG_lru;
	expect_difference("movable pages in use");
	p->fake.pages[23].flags = 0;
	p->fake.machine.mobility_disabled = true;
	expect_difference("mobility_disabled: expected 0, got 1");
}

static void test_differences_of_cpus_count_on_smp_only(void **state)
{
	(void)state;
	p->fake.pcps[2][0].diff_free = 5;
	assert_true(snapshot_take(&p->after, &p->fake.view));
	p->before.features &= ~(uint32_t)BUDDY_SMP;
	assert_true(snapshot_equal(&p->before, &p->after, p->text, sizeof(p->text)));
}

static void test_text_never_overflows(void **state)
{
	char small[24];

	(void)state;
	memset(small, 'x', sizeof(small));
	p->fake.free[1][1][MIGRATE_MOVABLE].pfns[0] = 30;
	assert_true(snapshot_take(&p->after, &p->fake.view));
	assert_false(snapshot_equal(&p->before, &p->after, small, sizeof(small) - 4));
	assert_memory_equal(small + sizeof(small) - 4, "xxxx", 4);
	assert_int_equal(small[sizeof(small) - 5], '\0');
}

static void test_circle_is_refused(void **state)
{
	struct fake_list *list = &p->fake.free[1][1][MIGRATE_MOVABLE];

	(void)state;
	list->pfns[1] = 44; /* the fake finds the successor by value: 18, 44, 18, ... */
	list->pfns[2] = 18;
	list->nr = 3;
	assert_false(snapshot_take(&p->after, &p->fake.view));
}

struct count {
	uint32_t nr_blocks, nr_pages;
	uint64_t sum;
};

static void count_free(void *context, pfn_t pfn, uint32_t order)
{
	struct count *count = context;

	count->nr_blocks++;
	count->nr_pages += 1u << order;
	count->sum += pfn;
}

/* What is free on paper: the blocks of the free lists and those that CPUs keep. */
static void test_each_free(void **state)
{
	struct count got = { 0, 0, 0 }, expected = { 0, 0, 0 };

	(void)state;
	snapshot_each_free(&p->before, count_free, &got);
	for (uint32_t z = 0; z < p->fake.machine.nr_zones; z++) {
		for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
			for (uint32_t type = 0; type < MIGRATE_TYPES; type++)
				for (uint32_t i = 0; i < p->fake.free[z][order][type].nr; i++)
					count_free(&expected, p->fake.free[z][order][type].pfns[i],
						   order);
		for (uint32_t cpu = 0; cpu < p->fake.machine.nr_cpus; cpu++)
			expected.nr_pages += (uint32_t)p->fake.pcps[z][cpu].count;
	}
	assert_true(got.nr_blocks > expected.nr_blocks);
	assert_int_equal(got.nr_pages, expected.nr_pages);
	assert_true(got.sum > expected.sum);
}

#define SNAPSHOT_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SNAPSHOT_TEST(test_take),
		SNAPSHOT_TEST(test_equal),
		SNAPSHOT_TEST(test_list_difference),
		SNAPSHOT_TEST(test_list_is_longer),
		SNAPSHOT_TEST(test_field_differences),
		SNAPSHOT_TEST(test_differences_of_cpus_count_on_smp_only),
		SNAPSHOT_TEST(test_text_never_overflows),
		SNAPSHOT_TEST(test_circle_is_refused),
		SNAPSHOT_TEST(test_each_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
