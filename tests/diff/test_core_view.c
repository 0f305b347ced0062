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

static void pages_are_read_alike(void **state)
{
	struct page_info row[ROW], page;
	uint32_t nr_rows = 0;

	(void)state;
	for (pfn_t pfn = 0; pfn < t.info.end_pfn + ROW; pfn += ROW / 3) {
		uint32_t nr = t.view->pages(t.view->self, pfn, ROW, row);

		assert_true(nr <= ROW);
		for (uint32_t i = 0; i < nr; i++) {
			assert_true(t.view->page(t.view->self, pfn + i, &page));
			assert_true(same_page(&page, &row[i]));
		}
		if (nr < ROW)
			assert_false(t.view->page(t.view->self, pfn + nr, &page));
		nr_rows += nr == ROW;
	}
	assert_true(nr_rows > 100);
}

static void a_view_without_bulk_readers_is_read_page_by_page(void **state)
{
	struct view single = *t.view;
	struct page_info rows[2][ROW];

	(void)state;
	single.pages = NULL;
	for (pfn_t pfn = 1400; pfn < 1700; pfn++) {
		uint32_t nr = view_read_pages(t.view, pfn, ROW, rows[0]);

		assert_int_equal(view_read_pages(&single, pfn, ROW, rows[1]), nr);
		for (uint32_t i = 0; i < nr; i++)
			assert_true(same_page(&rows[0][i], &rows[1][i]));
	}
}

/* Free frames look like tails; holes, block borders and other zones do not. */
static void plain_tails_are_told_alike(void **state)
{
	struct view single = *t.view;
	uint32_t nr_whole = 0, nr_cut = 0;

	(void)state;
	single.plain_tails = NULL;
	for (pfn_t pfn = 0; pfn < t.info.end_pfn + ROW; pfn += ROW / 3) {
		struct block_head head = { .pfn = pfn };

		for (head.zone = 0; head.zone < t.info.nr_zones; head.zone++) {
			uint32_t nr = view_plain_tails(t.view, &head, pfn, ROW);

			assert_int_equal(nr, view_plain_tails(&single, &head, pfn, ROW));
			nr_whole += nr == ROW;
			nr_cut += nr && nr < ROW;
		}
		head.compound = true;
		assert_int_equal(view_plain_tails(t.view, &head, pfn, ROW),
				 view_plain_tails(&single, &head, pfn, ROW));
	}
	assert_true(nr_whole > 100);
	assert_true(nr_cut > 10);
}

static void alloc_block(gfp_t gfp, uint32_t order)
{
	struct call call = { .code = OP_alloc_pages, .order = (uint8_t)order, .gfp = gfp };
	struct event event = { 0 };

	event_clear(&event);
	subject_core()->apply(t.self, &call, &event);
	assert_int_not_equal(event.pfn, PFN_NONE);
}

/* What lies beside blocks, or in holes, or across borders, is no block; some of it looks like one.
 */
static void plain_blocks_are_told_alike(void **state)
{
	uint32_t nr_plain[2] = { 0, 0 };

	(void)state;
	for (uint32_t i = 0; i < 24; i++)
		alloc_block(i & 1 ? GFP_KERNEL | __GFP_COMP : GFP_KERNEL, i % 5);
	for (pfn_t pfn = 0; pfn < t.info.end_pfn + ROW; pfn++) {
		for (uint32_t i = 0; i < 10; i++) {
			struct block_head blocks[2] = { { .pfn = pfn, .compound = i & 1 } };
			uint32_t order = i / 2;
			bool plain;

			if (!order && i & 1)
				continue;
			blocks[1] = blocks[0];
			plain = view_plain_block(t.view, &blocks[0], order);
			assert_int_equal(plain,
					 view_plain_block_by_pages(t.view, &blocks[1], order));
			if (plain)
				assert_int_equal(blocks[0].zone, blocks[1].zone);
			nr_plain[i & 1] += plain;
		}
	}
	assert_true(nr_plain[0] >= 12);
	assert_true(nr_plain[1] >= 9);
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

static void single_facts_are_read_alike(void **state)
{
	struct zone_info full, marks;
	struct page_info page;
	int32_t refcount;

	(void)state;
	for (uint32_t zone = 0; zone < t.info.nr_zones; zone++) {
		t.view->zone(t.view->self, zone, &full);
		memset(&marks, 0xa5, sizeof(marks));
		view_read_zone_marks(t.view, zone, &marks);
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
		cmocka_unit_test(pages_are_read_alike),
		cmocka_unit_test(a_view_without_bulk_readers_is_read_page_by_page),
		cmocka_unit_test(plain_tails_are_told_alike),
		cmocka_unit_test(free_orders_are_read_alike),
		cmocka_unit_test(plain_blocks_are_told_alike),
		cmocka_unit_test(single_facts_are_read_alike),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
