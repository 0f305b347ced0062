/* SPDX-License-Identifier: MIT */
/* Which ops fit which slots, what they come to, and what a slot remembers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "oracle/ledger/holdings.h"
#include "oracle/ops/ops.h"

#define NR_SLOTS 70u

struct table {
	struct ledger *ledger;
	struct call call;
	struct event event;
	pfn_t pfns[CALL_MAX_PFNS];
};

static struct table *t;
static bool judged; /* what fits must not depend on it */

static int setup(void **state)
{
	static struct table table;
	struct buddy_config machine = {
		.features = BUDDY_CMA,
		.pageblock_order = 3,
		.nr_nodes = 2,
		.nr_cpus = 2,
		.cpu_node = { 0, 1 },
		.nr_memory = 2,
		.memory = { { 100, 1200, 0 }, { 2000, 3000, 1 } },
	};

	(void)state;
	t = &table;
	memset(t, 0, sizeof(*t));
	t->event.pfns = t->pfns;
	t->ledger = ledger_create(&machine, NR_SLOTS, judged);
	return t->ledger ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	ledger_free(t->ledger);
	return 0;
}

static struct op op_on(enum op_code code, uint32_t slot)
{
	struct op op = op_make(code);

	op.slot = slot;
	return op;
}

static bool resolves(const struct op *op)
{
	return ops_resolve(t->ledger, op, &t->call);
}

/* Resolves, answers with pfn and result, and takes the answer in. */
static void run(const struct op *op, pfn_t pfn, int64_t result)
{
	assert_true(resolves(op));
	event_clear(&t->event);
	t->event.pfn = pfn;
	t->event.result = result;
	ops_take(t->ledger, op, &t->call, &t->event, NULL);
}

static void run_on(enum op_code code, uint32_t slot)
{
	struct op op = op_on(code, slot);

	run(&op, PFN_NONE, 1);
}

static bool fits(enum op_code code, uint32_t slot, uint32_t page)
{
	struct op op = op_on(code, slot);

	op.count = page;
	return resolves(&op);
}

static void alloc(uint32_t slot, uint32_t order, gfp_t gfp, pfn_t pfn)
{
	struct op op = op_on(OP_alloc_pages, slot);

	op.order = (uint8_t)order;
	op.gfp = gfp;
	run(&op, pfn, pfn != PFN_NONE);
}

static const struct slot *slot(uint32_t index)
{
	return &t->ledger->slots[index];
}

/* The first page of the block that the slot holds. */
static const struct ledger_page *block(uint32_t index)
{
	return ledger_held_head(t->ledger, slot(index)->pfn);
}

static void test_alloc_and_free(void **state)
{
	(void)state;
	assert_false(fits(OP_free_pages, 3, 0));
	alloc(3, 2, GFP_KERNEL, 104);
	assert_int_equal(slot(3)->kind, SLOT_BLOCK);
	assert_int_equal(block(3)->order, 2);
	assert_false(fits(OP_alloc_pages, 3, 0));
	run_on(OP_free_pages, 3);
	assert_int_equal(t->call.pfn, 104);
	assert_int_equal(t->call.order, 2);
	assert_int_equal(slot(3)->kind, SLOT_EMPTY);
	assert_int_equal(slot_last_pfn(slot(3)), 104);
}

static void test_failed_alloc_holds_nothing(void **state)
{
	(void)state;
	alloc(3, 2, GFP_KERNEL, PFN_NONE);
	assert_int_equal(slot(3)->kind, SLOT_EMPTY);
	assert_int_equal(slot_last_pfn(slot(3)), PFN_NONE);
	alloc(3, 12, GFP_KERNEL, 104); /* nonsense from a subject does no harm */
	assert_int_equal(slot(3)->kind, SLOT_EMPTY);
}

static void test_declined_op_changes_nothing(void **state)
{
	struct op op = op_on(OP_free_pages, 3);

	(void)state;
	alloc(3, 0, GFP_KERNEL, 104);
	assert_true(resolves(&op));
	event_clear(&t->event);
	t->event.status = EVENT_UNSUPPORTED;
	ops_take(t->ledger, &op, &t->call, &t->event, NULL);
	assert_int_equal(slot(3)->kind, SLOT_BLOCK);
}

static void test_free_with_references_left(void **state)
{
	(void)state;
	alloc(0, 3, GFP_KERNEL, 104);
	run_on(OP_get_page, 0);
	run_on(OP_free_pages, 0); /* FR-5: the tails are gone, the head stays */
	assert_int_equal(slot(0)->kind, SLOT_BLOCK);
	assert_int_equal(block(0)->order, 0);
	assert_int_equal(block(0)->refs, 1);
	run_on(OP_free_pages, 0);
	assert_int_equal(t->call.order, 0);
	assert_int_equal(slot(0)->kind, SLOT_EMPTY);

	alloc(1, 3, GFP_KERNEL | __GFP_COMP, 112);
	run_on(OP_get_page, 1);
	run_on(OP_free_pages, 1); /* compound: only a reference less */
	assert_int_equal(block(1)->order, 3);
	assert_int_equal(block(1)->refs, 1);
}

static void test_put_page_never_leaks_tails(void **state)
{
	(void)state;
	alloc(0, 2, GFP_KERNEL, 104);
	assert_false(fits(OP_put_page, 0, 0));
	run_on(OP_get_page, 0);
	run_on(OP_put_page, 0);
	assert_int_equal(block(0)->refs, 1);
	alloc(1, 2, GFP_KERNEL | __GFP_COMP, 108);
	assert_true(fits(OP_get_page, 1, 3)); /* counts on the head */
	assert_int_equal(t->call.pfn, 111);
	assert_false(fits(OP_get_page, 1, 4));
	assert_false(fits(OP_get_page, 0, 1)); /* tail of a plain block */
	run_on(OP_put_page, 1);
	assert_int_equal(slot(1)->kind, SLOT_EMPTY);
}

static void test_split(void **state)
{
	struct op op = op_on(OP_free_page, 0);

	(void)state;
	alloc(0, 2, GFP_KERNEL, 104);
	run_on(OP_get_page, 0);
	run_on(OP_split_page, 0);
	assert_int_equal(slot(0)->kind, SLOT_SPLIT);
	assert_int_equal(slot(0)->nr_left, 4);
	assert_false(fits(OP_free_pages, 0, 0));
	assert_false(fits(OP_free_page, 0, 4));
	op.count = 2;
	run(&op, PFN_NONE, 0);
	assert_int_equal(t->call.pfn, 106);
	assert_int_equal(slot(0)->nr_left, 3);
	assert_false(resolves(&op)); /* it is gone */
	op.count = 0;                /* the extra reference stayed with page 0 */
	run(&op, PFN_NONE, 1);
	assert_int_equal(slot(0)->nr_left, 3);
	run(&op, PFN_NONE, 0);
	assert_int_equal(slot(0)->nr_left, 2);
	op.count = 1;
	run(&op, PFN_NONE, 0);
	op.count = 3;
	run(&op, PFN_NONE, 0);
	assert_int_equal(slot(0)->kind, SLOT_EMPTY);
}

static void test_split_refuses(void **state)
{
	(void)state;
	alloc(0, 0, GFP_KERNEL, 104);
	assert_false(fits(OP_split_page, 0, 0));
	alloc(1, 1, GFP_KERNEL | __GFP_COMP, 106);
	assert_false(fits(OP_split_page, 1, 0));
	alloc(2, 1, GFP_KERNEL, 108);
	run_on(OP_set_lru, 2);
	assert_false(fits(OP_set_lru, 2, 0));
	assert_false(fits(OP_split_page, 2, 0));
	run_on(OP_free_pages, 2);
	assert_int_equal(slot(2)->kind, SLOT_EMPTY);
}

static void test_exact(void **state)
{
	struct op op = op_on(OP_alloc_pages_exact, 0);

	(void)state;
	op.count = 3 * BUDDY_PAGE_SIZE - 100;
	run(&op, 104, 1);
	assert_int_equal(t->call.order, 2);
	assert_int_equal(slot(0)->nr_pages, 3);
	assert_true(fits(OP_free_pages_exact, 0, 0));
	assert_int_equal(t->call.count, 3 * BUDDY_PAGE_SIZE);
	assert_true(fits(OP_free_page, 0, 2));
	run_on(OP_free_page, 0);
	assert_false(fits(OP_free_pages_exact, 0, 0)); /* a page is gone */
	op.slot = 1;
	op.count = 0;
	assert_true(resolves(&op));
	assert_int_equal(t->call.order, NR_PAGE_ORDERS); /* FR-83 */
}

static void test_bulk_array(void **state)
{
	struct op op = op_on(OP_alloc_pages_bulk_array, 0);

	(void)state;
	alloc(1, 0, GFP_KERNEL, 500);
	op.count = 3;
	assert_true(resolves(&op));
	assert_int_equal(t->call.pfns[0], PFN_NONE);
	assert_int_equal(t->call.pfns[1], 500);
	event_clear(&t->event);
	t->event.nr_pfns = 3;
	t->pfns[0] = 600;
	t->pfns[1] = 500;
	t->pfns[2] = PFN_NONE;
	ops_take(t->ledger, &op, &t->call, &t->event, NULL);
	assert_int_equal(slot(0)->pfn, 600);
	assert_int_equal(slot(1)->pfn, 500);
	assert_int_equal(slot(2)->kind, SLOT_EMPTY);
	op.slot = NR_SLOTS - 2; /* cut at the end of the table */
	op.count = 100;
	assert_true(resolves(&op));
	assert_int_equal(t->call.count, 2);
}

static void test_bulk_list_needs_room(void **state)
{
	struct op op = op_on(OP_alloc_pages_bulk_list, 0);

	(void)state;
	op.count = 3;
	assert_true(resolves(&op));
	alloc(2, 0, GFP_KERNEL, 500);
	assert_false(resolves(&op));
	op.count = 0;
	assert_false(resolves(&op));
}

static void test_release_pages(void **state)
{
	struct op op = op_on(OP_release_pages, 0);

	(void)state;
	op.count = 5;
	assert_false(resolves(&op));
	alloc(0, 0, GFP_KERNEL, 500);
	alloc(1, 1, GFP_KERNEL, 502); /* order 1 */
	alloc(2, 0, GFP_KERNEL, 504);
	run_on(OP_get_page, 2); /* two references */
	alloc(4, 0, GFP_KERNEL, 505);
	run(&op, PFN_NONE, 1);
	assert_int_equal(t->call.count, 2);
	assert_int_equal(t->call.pfns[0], 500);
	assert_int_equal(t->call.pfns[1], 505);
	assert_int_equal(slot(0)->kind, SLOT_EMPTY);
	assert_int_equal(slot(1)->kind, SLOT_BLOCK);
	assert_int_equal(slot(2)->kind, SLOT_BLOCK);
	assert_int_equal(slot(4)->kind, SLOT_EMPTY);
}

static void test_operands_follow_the_machine(void **state)
{
	struct op op = op_on(OP_alloc_pages, 0);

	(void)state;
	op.cpu = 1;
	assert_true(resolves(&op));
	assert_int_equal(t->call.node, 1); /* local to CPU 1 */
	op.cpu = 5;
	op.node = 4;
	assert_true(resolves(&op));
	assert_int_equal(t->call.cpu, 1);
	assert_int_equal(t->call.node, 0);
	op = op_make(OP_cpu);
	assert_false(resolves(&op));
	op.cpu = 1;
	run(&op, PFN_NONE, 1);
	op = op_make(OP_task);
	op.value = UINT32_MAX;
	run(&op, PFN_NONE, 1);
	assert_int_equal(t->call.cpu, 1);
	assert_int_equal(t->ledger->task[1], OP_TASK_MASK);
	assert_false(fits(OP_alloc_pages, NR_SLOTS, 0));
	assert_false(fits(OP_nop, 0, 0));
}

static void test_pageblock_type(void **state)
{
	struct op op = op_on(OP_set_pageblock_type, 0);

	(void)state;
	alloc(0, 2, GFP_KERNEL, 104);
	alloc(1, 4, GFP_KERNEL, 112);
	op.type = MIGRATE_CMA;
	assert_false(resolves(&op)); /* below pageblock order */
	op.slot = 1;
	assert_true(resolves(&op));
	t->ledger->machine.features = 0;
	assert_false(resolves(&op));
	op.type = MIGRATE_TYPES;
	assert_false(resolves(&op));
}

static void test_speculation_follows_the_frame(void **state)
{
	struct op op = op_on(OP_get_page_unless_zero, 0);

	(void)state;
	assert_false(resolves(&op)); /* no memory of any page */
	alloc(0, 0, GFP_KERNEL, 104);
	run_on(OP_free_pages, 0);
	run(&op, PFN_NONE, 0);
	assert_int_equal(t->call.pfn, 104);
	alloc(1, 1, GFP_KERNEL, 104); /* another slot has it now */
	run(&op, PFN_NONE, 1);
	assert_int_equal(block(1)->refs, 2);
	assert_int_equal(slot(0)->kind, SLOT_EMPTY);
}

static void test_fragments(void **state)
{
	struct op op = op_on(OP_page_frag_alloc, 0);
	struct op release;

	(void)state;
	assert_false(resolves(&op)); /* no bytes */
	op.count = 100;
	assert_true(resolves(&op));
	event_clear(&t->event);
	t->event.pfn = 104;
	t->event.offset_bytes = 3996;
	ops_take(t->ledger, &op, &t->call, &t->event, NULL);
	assert_int_equal(slot(0)->kind, SLOT_FRAG);
	assert_false(fits(OP_get_page, 0, 0));
	assert_false(fits(OP_free_pages, 0, 0));
	assert_true(ops_next_release(t->ledger, &release));
	assert_int_equal(release.code, OP_page_frag_free);
	run(&release, PFN_NONE, 1);
	assert_int_equal(t->call.pfn, 104);
	assert_int_equal(t->call.value, 3996);
	assert_int_equal(t->call.count, 100);
	assert_true(ops_next_release(t->ledger, &release));
	assert_int_equal(release.code, OP_page_frag_cache_drain);
	run(&release, PFN_NONE, 1);
	assert_false(ops_next_release(t->ledger, &release));
}

static void test_double_free(void **state)
{
	(void)state;
	alloc(0, 0, GFP_KERNEL, 104);
	assert_false(fits(OP_double_free, 0, 0)); /* still held */
	run_on(OP_free_pages, 0);
	alloc(1, 0, GFP_KERNEL, 104);
	assert_false(fits(OP_double_free, 0, 0)); /* somebody else has it */
	run_on(OP_free_pages, 1);
	run_on(OP_double_free, 0);
	assert_int_equal(t->call.pfn, 104);
	assert_true(t->call.misuse);
	assert_false(fits(OP_double_free, 0, 0)); /* once is enough */
	assert_false(fits(OP_get_page_unless_zero, 1, 0));
	alloc(2, 1, GFP_KERNEL, 106);
	run_on(OP_free_pages, 2);
	assert_false(fits(OP_double_free, 2, 0)); /* order 1 */
}

static void test_wrong_order(void **state)
{
	struct op op = op_on(OP_free_wrong_order, 0);

	(void)state;
	alloc(0, 2, GFP_KERNEL, 1196);
	op.order = 2;
	assert_false(resolves(&op));
	op.order = 3;
	assert_false(resolves(&op)); /* memory ends at 1200 */
	op.order = 11;
	assert_false(resolves(&op));
	op.order = 1;
	run(&op, PFN_NONE, 0);
	assert_int_equal(t->call.order, 1);
	assert_int_equal(slot(0)->kind, SLOT_EMPTY);
	assert_int_equal(slot_last_pfn(slot(0)), PFN_NONE);
}

static void test_foreign(void **state)
{
	struct op op = op_make(OP_free_foreign);

	(void)state;
	alloc(0, 2, GFP_KERNEL, 104);
	op.value = 6; /* 100 + 6: inside the block */
	assert_false(resolves(&op));
	op.value = 8;
	assert_true(resolves(&op));
	assert_int_equal(t->call.pfn, 108);
	op.value = 2900 + 8; /* reduced into the span */
	assert_true(resolves(&op));
	assert_int_equal(t->call.pfn, 108);
	op.value = 1500; /* in the hole between both ranges */
	assert_false(resolves(&op));
	op.value = 2;
	op.order = 2; /* 102..105 reaches into the block */
	assert_false(resolves(&op));
}

static void test_tail_and_referenced(void **state)
{
	struct op op = op_on(OP_free_tail, 0);

	(void)state;
	alloc(0, 2, GFP_KERNEL, 104);
	assert_false(resolves(&op));
	op.count = 3;
	run(&op, PFN_NONE, -1);
	assert_int_equal(t->call.pfn, 107);
	assert_int_equal(slot(0)->kind, SLOT_BLOCK);
	assert_false(resolves(&op));
	alloc(1, 4, GFP_KERNEL, 112);
	assert_false(fits(OP_free_referenced, 1, 0)); /* order 4 */
	run_on(OP_free_referenced, 0);
	assert_int_equal(t->call.order, 2);
	assert_int_equal(slot(0)->kind, SLOT_EMPTY);
	assert_false(fits(OP_get_page_unless_zero, 0, 0));
}

static void test_releases_empty_every_slot(void **state)
{
	struct op exact = op_on(OP_alloc_pages_exact, 66), op;
	uint32_t rounds = 0;

	(void)state;
	alloc(0, 3, GFP_KERNEL, 104);
	run_on(OP_get_page, 0);
	alloc(5, 2, GFP_KERNEL, 112);
	run_on(OP_split_page, 5);
	alloc(69, 3, GFP_KERNEL | __GFP_COMP, 120);
	run_on(OP_get_page, 69);
	exact.count = 5 * BUDDY_PAGE_SIZE;
	run(&exact, 128, 1);
	while (ops_next_release(t->ledger, &op) && rounds++ < 100)
		run(&op, PFN_NONE, 0);
	assert_int_equal(rounds, 2 + 4 + 1 + 2);
	for (uint32_t i = 0; i < NR_SLOTS; i++)
		assert_int_equal(slot(i)->kind, SLOT_EMPTY);
}

static void test_reset(void **state)
{
	struct op op;

	(void)state;
	alloc(0, 3, GFP_KERNEL, 104);
	alloc(NR_SLOTS - 1, 0, GFP_KERNEL, 200);
	t->ledger->cpu = 1;
	ledger_reset(t->ledger, NR_SLOTS);
	assert_int_equal(slot(0)->kind, SLOT_EMPTY);
	assert_int_equal(slot_last_pfn(slot(0)), PFN_NONE);
	assert_int_equal(slot(NR_SLOTS - 1)->kind, SLOT_EMPTY);
	assert_int_equal(slot_last_pfn(slot(NR_SLOTS - 1)), PFN_NONE);
	assert_int_equal(t->ledger->cpu, 0);
	assert_false(ops_next_release(t->ledger, &op));
	ledger_reset(t->ledger, 200);
	assert_true(fits(OP_alloc_pages, 199, 0));
	alloc(0, 0, GFP_KERNEL, 2999);
	run_on(OP_free_pages, 0);
	assert_true(fits(OP_double_free, 0, 0));
}

#define SLOT_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void test_reset_forgets_every_owner(void **state)
{
	struct buddy_config machine = t->ledger->machine;

	(void)state;
	machine.memory[0] = (struct buddy_range){ 0, 4096, 0 };
	machine.nr_memory = 1;
	ledger_free(t->ledger);
	t->ledger = ledger_create(&machine, NR_SLOTS, judged);
	assert_non_null(t->ledger);
	for (uint32_t nr_blocks = 1; nr_blocks <= 4; nr_blocks += 3) {
		ledger_reset(t->ledger, NR_SLOTS);
		for (uint32_t i = 0; i < nr_blocks; i++) {
			struct op op = op_on(OP_alloc_pages_exact, i);

			op.count = BUDDY_PAGE_SIZE << MAX_PAGE_ORDER;
			run(&op, i << MAX_PAGE_ORDER, 0);
			assert_int_equal(t->ledger->slots[i].nr_left, 1u << MAX_PAGE_ORDER);
		}
		ledger_reset(t->ledger, NR_SLOTS);
		for (pfn_t pfn = 0; pfn < 4096; pfn++)
			assert_int_equal(t->ledger->pages[pfn].kind, HOLDER_none);
		for (uint32_t i = 0; i < NR_SLOTS; i++) {
			assert_int_equal(t->ledger->slots[i].kind, SLOT_EMPTY);
			assert_int_equal(slot_last_pfn(&t->ledger->slots[i]), PFN_NONE);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SLOT_TEST(test_alloc_and_free),
		SLOT_TEST(test_reset_forgets_every_owner),
		SLOT_TEST(test_failed_alloc_holds_nothing),
		SLOT_TEST(test_declined_op_changes_nothing),
		SLOT_TEST(test_free_with_references_left),
		SLOT_TEST(test_put_page_never_leaks_tails),
		SLOT_TEST(test_split),
		SLOT_TEST(test_split_refuses),
		SLOT_TEST(test_exact),
		SLOT_TEST(test_bulk_array),
		SLOT_TEST(test_bulk_list_needs_room),
		SLOT_TEST(test_release_pages),
		SLOT_TEST(test_operands_follow_the_machine),
		SLOT_TEST(test_pageblock_type),
		SLOT_TEST(test_speculation_follows_the_frame),
		SLOT_TEST(test_fragments),
		SLOT_TEST(test_double_free),
		SLOT_TEST(test_wrong_order),
		SLOT_TEST(test_foreign),
		SLOT_TEST(test_tail_and_referenced),
		SLOT_TEST(test_releases_empty_every_slot),
		SLOT_TEST(test_reset),
	};

	int nr_failed = cmocka_run_group_tests_name("for nobody", tests, NULL, NULL);

	judged = true;
	return nr_failed + cmocka_run_group_tests_name("for a judge", tests, NULL, NULL);
}
