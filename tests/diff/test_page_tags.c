/* SPDX-License-Identifier: MIT */
/* What a page contains, and that resets by the hundreds bring nothing old back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "diff/subjects/page_tags.h"

#define BASE 100u
#define NR_PAGES 64u

static struct page_tags tags;

static int setup(void **state)
{
	(void)state;
	return page_tags_init(&tags, BASE, NR_PAGES) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	page_tags_free(&tags);
	return 0;
}

static void test_written_and_cleared(void **state)
{
	(void)state;
	assert_int_equal(page_tags_dirty(&tags, BASE + 8, 8), PFN_NONE);
	assert_int_equal(page_tags_dirty(&tags, BASE, 16), BASE + 8);
	assert_int_equal(page_tags_dirty(&tags, BASE + 3, 1), BASE + 3);
	page_tags_clear(&tags, BASE, 16);
	assert_int_equal(page_tags_dirty(&tags, BASE + 3, 1), PFN_NONE);
	assert_int_equal(page_tags_dirty(&tags, BASE, 16), BASE + 3);
}

/* Whatever of a block lies outside is nobody's. */
static void test_outside(void **state)
{
	(void)state;
	assert_int_equal(page_tags_dirty(&tags, BASE - 1, 4), PFN_NONE);
	assert_int_equal(page_tags_dirty(&tags, BASE + NR_PAGES, 4), PFN_NONE);
	assert_int_equal(page_tags_dirty(&tags, BASE + NR_PAGES - 2, 4), PFN_NONE);
	assert_int_equal(page_tags_dirty(&tags, BASE + NR_PAGES - 1, 1), BASE + NR_PAGES - 1);
	page_tags_clear(&tags, BASE + NR_PAGES - 1, 4);
	assert_int_equal(page_tags_dirty(&tags, BASE + NR_PAGES - 1, 1), PFN_NONE);
}

static void test_many_resets(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		pfn_t pfn = BASE + i % NR_PAGES;

		assert_int_equal(page_tags_dirty(&tags, pfn, 1), PFN_NONE);
		assert_int_equal(page_tags_dirty(&tags, pfn, 1), pfn);
		page_tags_reset(&tags);
		assert_int_equal(page_tags_dirty(&tags, BASE, NR_PAGES), PFN_NONE);
		page_tags_reset(&tags);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_written_and_cleared, setup, teardown),
		cmocka_unit_test_setup_teardown(test_outside, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_resets, setup, teardown),
	};

	return cmocka_run_group_tests_name("diff.page_tags", tests, NULL, NULL);
}
