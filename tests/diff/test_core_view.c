/* SPDX-License-Identifier: MIT */
/* The core's bulk readers tell what its single ones tell, also across holes, zones and ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "diff/subjects/subject.h"
#include "oracle/eyes/view.h"
#include "tests/diff/rugged_machine.h"

#define ROW 40u

struct machine_under_test {
	void *self;
	const struct view *view;
	struct machine_info info;
};

static struct machine_under_test t;

static int setup(void **state)
{
	static const struct env env;
	struct buddy_config config = rugged_machine();
	char error[256];

	(void)state;
	t.self = subject_core()->create(&config, NULL, &env, error, sizeof(error));
	if (!t.self)
		return -1;
	t.view = subject_core()->view(t.self);
	t.view->machine(t.view->self, &t.info);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	subject_core()->destroy(t.self);
	return 0;
}

static bool same_page(const struct page_info *a, const struct page_info *b)
{
	return a->flags == b->flags && a->refcount == b->refcount && a->mapcount == b->mapcount &&
	       a->buddy == b->buddy && a->tail == b->tail && a->pfmemalloc == b->pfmemalloc &&
	       a->private_value == b->private_value && a->index == b->index &&
	       a->mapping == b->mapping && a->compound_head == b->compound_head &&
	       a->compound_order == b->compound_order && a->zone == b->zone;
}

/* Rows tell what each page of theirs shows: all but the index, and where a head is itself. */
static uint32_t assert_rows_tell(const struct view *view, pfn_t pfn, uint32_t nr_pages,
				 uint32_t max_rows)
{
	struct page_row rows[ROW];
	struct page_info page;
	uint32_t nr_rows = view_read_rows(view, pfn, nr_pages, rows, max_rows), nr = 0;

	assert_true(nr_rows <= max_rows);
	for (uint32_t i = 0; i < nr_rows; i++) {
		assert_true(rows[i].nr_pages > 0);
		for (uint32_t k = 0; k < rows[i].nr_pages; k++, nr++) {
			struct page_info told = rows[i].page;

			assert_true(t.view->page(t.view->self, pfn + nr, &page));
			told.index = k ? page.index : told.index;
			if (!told.tail)
				told.compound_head = pfn + nr;
			assert_true(same_page(&page, &told));
		}
	}
	assert_true(nr <= nr_pages);
	if (nr < nr_pages && nr_rows < max_rows)
		assert_false(t.view->page(t.view->self, pfn + nr, &page));
	return nr_rows;
}

static void alloc_block(gfp_t gfp, uint32_t order)
{
	struct call call = { .code = OP_alloc_pages, .order = (uint8_t)order, .gfp = gfp };
	struct event event = { 0 };

	event_clear(&event);
	subject_core()->apply(t.self, &call, &event);
	assert_int_not_equal(event.pfn, PFN_NONE);
}

/* Also over holes, block borders and zones; with and without the reader of rows. */
static void rows_tell_what_pages_show(void **state)
{
	struct view single = *t.view;
	uint32_t nr_one = 0, nr_more = 0;

	(void)state;
	single.rows = NULL;
	for (uint32_t i = 0; i < 24; i++)
		alloc_block(i & 1 ? GFP_KERNEL | __GFP_COMP : GFP_KERNEL, i % 5);
	for (pfn_t pfn = 0; pfn < t.info.end_pfn + ROW; pfn++) {
		uint32_t nr_rows = assert_rows_tell(t.view, pfn, ROW, ROW);

		nr_one += nr_rows == 1;
		nr_more += nr_rows > 1;
		assert_rows_tell(t.view, pfn, ROW, 1 + pfn % 3);
		assert_rows_tell(&single, pfn, 5, 1 + pfn % 7);
	}
	assert_true(nr_one > 100);
	assert_true(nr_more > 100);
}

/* What is handed out is a first page and its tails, so that two rows tell of it. */
static void a_block_is_two_rows(void **state)
{
	struct call call = { .code = OP_alloc_pages, .order = 4, .gfp = GFP_KERNEL | __GFP_COMP };
	struct event event = { 0 };
	struct page_row rows[2];

	(void)state;
	event_clear(&event);
	subject_core()->apply(t.self, &call, &event);
	assert_int_equal(view_read_rows(t.view, event.pfn, 16, rows, 2), 2);
	assert_int_equal(rows[0].nr_pages, 1);
	assert_int_equal(rows[1].nr_pages, 15);
}

static void free_orders_are_read_alike(void **state)
{
	struct view single = *t.view;
	uint16_t orders[2][MIGRATE_TYPES];
	uint32_t nr_stopped = 0;

	(void)state;
	single.free_orders = NULL;
	for (uint32_t zone = 0; zone < t.info.nr_zones; zone++) {
		for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++) {
			for (uint32_t enough = 0; enough < 1u << MIGRATE_TYPES; enough++) {
				view_read_free_orders(t.view, zone, order, enough, orders[0]);
				view_read_free_orders(&single, zone, order, enough, orders[1]);
				assert_memory_equal(orders[0], orders[1], sizeof(orders[0]));
				nr_stopped += enough && orders[0][MIGRATE_MOVABLE];
			}
		}
	}
	assert_true(nr_stopped > 100);
}

/* Of each list of a CPU, and of no list, with and without the reader of fronts. */
static void fronts_are_read_alike(void **state)
{
	struct view single = *t.view;
	struct zone_info info;
	uint32_t nr_blocks = 0;

	(void)state;
	single.zone_front = NULL;
	for (uint32_t zone = 0; zone < t.info.nr_zones; zone++) {
		for (uint32_t list = 0; list < NR_FREE_LISTS; list++) {
			struct zone_front fronts[2] = { { .pindex = (uint8_t)list,
							  .order = (uint8_t)(list / MIGRATE_TYPES),
							  .type = (uint8_t)(list %
									    MIGRATE_TYPES) } };

			fronts[1] = fronts[0];
			view_read_zone_front(t.view, zone, &info, &fronts[0]);
			view_read_zone_front(&single, zone, &info, &fronts[1]);
			assert_memory_equal(&fronts[0], &fronts[1], sizeof(fronts[0]));
			nr_blocks += fronts[0].has_free;
			nr_blocks += fronts[0].pcp.first != PFN_NONE;
		}
	}
	assert_true(nr_blocks > 1);
}

static void single_facts_are_read_alike(void **state)
{
	struct zone_front front = { 0 };
	struct zone_info full, marks;
	struct page_info page;
	int32_t refcount;

	(void)state;
	for (uint32_t zone = 0; zone < t.info.nr_zones; zone++) {
		t.view->zone(t.view->self, zone, &full);
		memset(&marks, 0xa5, sizeof(marks));
		view_read_zone_front(t.view, zone, &marks, &front);
		assert_memory_equal(full.watermark, marks.watermark, sizeof(full.watermark));
		assert_memory_equal(full.lowmem_reserve, marks.lowmem_reserve,
				    sizeof(full.lowmem_reserve));
		assert_int_equal(full.watermark_boost, marks.watermark_boost);
		assert_true(full.nr_free_pages == marks.nr_free_pages);
		assert_true(full.nr_free_cma_pages == marks.nr_free_cma_pages);
		assert_int_equal(full.nr_reserved_highatomic, marks.nr_reserved_highatomic);
	}
	for (pfn_t pfn = 0; pfn < t.info.end_pfn + ROW; pfn++) {
		bool known = t.view->page(t.view->self, pfn, &page);

		assert_int_equal(view_read_refcount(t.view, pfn, &refcount), known);
		if (known)
			assert_int_equal(refcount, page.refcount);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_tell_what_pages_show),
		cmocka_unit_test(a_block_is_two_rows),
		cmocka_unit_test(free_orders_are_read_alike),
		cmocka_unit_test(fronts_are_read_alike),
		cmocka_unit_test(single_facts_are_read_alike),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
