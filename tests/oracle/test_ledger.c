/* SPDX-License-Identifier: MIT */
/* The allocator-of-record by itself: whose is a frame, how many are held, and that a reset forgets
 * all of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "oracle/ledger/holdings.h"

#define BASE 64u
#define NR 32u
#define NR_SLOTS 8u

static struct ledger *ledger;

static int setup(void **state)
{
	(void)state;
	const struct buddy_config machine = { .nr_memory = 1,
					      .memory = { { BASE, BASE + NR, 0 } } };

	ledger = ledger_create(&machine, NR_SLOTS, true);
	return ledger ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	ledger_free(ledger);
	return 0;
}

static void assert_page(pfn_t pfn, enum ledger_state state, pfn_t head, int32_t refs)
{
	const struct ledger_page *page = ledger_page(ledger, pfn);

	assert_int_equal(page->state, state);
	assert_int_equal(page->head, head);
	assert_int_equal(page->refs, refs);
	assert_int_equal(page_map_get(ledger->free_map, pfn - BASE), state == LEDGER_FREE);
}

static void blocks_come_and_go(void **state)
{
	(void)state;
	ledger_hold(ledger, BASE + 8, 2, true, HOLDER_slot, 3);
	assert_page(BASE + 8, LEDGER_HELD, BASE + 8, 1);
	assert_page(BASE + 11, LEDGER_TAIL, BASE + 8, 0);
	assert_int_equal(ledger_page(ledger, BASE + 8)->order, 2);
	assert_int_equal(ledger_first_taken(ledger, BASE + 4, 8), BASE + 8);
	assert_int_equal(ledger_first_taken(ledger, BASE + 11, 1), BASE + 11);
	assert_int_equal(ledger_first_taken(ledger, BASE + 12, 20), PFN_NONE);
	assert_int_equal(ledger_first_taken(ledger, BASE + 12, 1), PFN_NONE);
	assert_int_equal(ledger->pages_held, 4);
	ledger_release(ledger, BASE + 8, 4);
	assert_page(BASE + 11, LEDGER_FREE, BASE + 11, 0);
	assert_int_equal(ledger_page(ledger, BASE + 8)->order, 0);
	assert_false(ledger_page(ledger, BASE + 8)->marks & LEDGER_COMPOUND);
	assert_int_equal(ledger->pages_held, 0);
	assert_int_equal(ledger->peak_pages_held, 4);
}

/* Single frames go their own way; no frame at all is a number, too. */
static void single_frames_come_and_go(void **state)
{
	(void)state;
	ledger_hold(ledger, BASE + 3, 0, false, HOLDER_slot, 3);
	ledger_hold(ledger, BASE + 4, 0, true, HOLDER_slot, 3);
	assert_page(BASE + 3, LEDGER_HELD, BASE + 3, 1);
	ledger_release(ledger, BASE + 4, 0);
	assert_page(BASE + 4, LEDGER_HELD, BASE + 4, 1);
	assert_true(ledger_page(ledger, BASE + 4)->marks & LEDGER_COMPOUND);
	assert_int_equal(ledger->pages_held, 2);
	ledger_release(ledger, BASE + 4, 1);
	assert_page(BASE + 4, LEDGER_FREE, BASE + 4, 0);
	assert_false(ledger_page(ledger, BASE + 4)->marks & LEDGER_COMPOUND);
	assert_true(page_map_get(ledger->free_map, 4));
	assert_false(page_map_get(ledger->free_map, 3));
	assert_int_equal(ledger->pages_held, 1);
	assert_int_equal(ledger->peak_pages_held, 2);
	assert_int_equal(ledger->nr_touched, 2);
}

/* Only the count of a first page is set anew: a taint stays on tails (FR-16). */
static void single_pages_lose_their_taint(void **state)
{
	(void)state;
	for (pfn_t pfn = BASE; pfn < BASE + 4; pfn++)
		ledger_taint(ledger, pfn);
	ledger_hold(ledger, BASE, 1, false, HOLDER_slot, 3);
	assert_false(ledger_page(ledger, BASE)->marks & LEDGER_TAINTED);
	assert_true(ledger_page(ledger, BASE + 1)->marks & LEDGER_TAINTED);
	ledger_hold_singles(ledger, BASE, 3, HOLDER_slot, 3);
	for (pfn_t pfn = BASE; pfn < BASE + 3; pfn++) {
		assert_page(pfn, LEDGER_HELD, pfn, 1);
		assert_false(ledger_page(ledger, pfn)->marks & LEDGER_TAINTED);
	}
	assert_true(ledger_page(ledger, BASE + 3)->marks & LEDGER_TAINTED);
	assert_int_equal(ledger->pages_held, 3);
}

/* Every frame was touched, each is listed once, and there is room for that. */
static void a_reset_undoes_what_was_touched(void **state)
{
	bool seen[NR] = { false };

	(void)state;
	ledger_set_base(ledger, BASE + 5, false);
	for (uint32_t round = 0; round < 2; round++) {
		ledger_hold(ledger, BASE + 16, 4, false, HOLDER_slot, 3);
		ledger_hold_singles(ledger, BASE, 16, HOLDER_slot, 3);
		ledger_lose(ledger, BASE + 16, 8);
		assert_int_equal(ledger->nr_touched, NR);
	}
	for (uint32_t i = 0; i < NR; i++) {
		assert_false(seen[ledger->touched[i] - BASE]);
		seen[ledger->touched[i] - BASE] = true;
	}
	ledger_reset(ledger, NR_SLOTS);
	for (pfn_t pfn = BASE; pfn < BASE + NR; pfn++) {
		const struct ledger_page *page = ledger_page(ledger, pfn);

		assert_int_equal(page->state, pfn == BASE + 5 ? LEDGER_FOREIGN : LEDGER_FREE);
		assert_int_equal(page_map_get(ledger->free_map, pfn - BASE), pfn != BASE + 5);
		assert_int_equal(page->refs | page->order | page->marks, 0);
	}
	assert_int_equal(ledger->nr_touched, 0);
	assert_int_equal(ledger->pages_held, 0);
}

/* ---- the same told to plain arrays ---- */

static struct {
	uint8_t state;
	pfn_t head;
	uint32_t order; /* of a head */
} twin[NR];

static uint32_t random_below(uint32_t *seed, uint32_t n)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % n;
}

static void tell_twin(pfn_t pfn, uint32_t nr_pages, enum ledger_state state, pfn_t head)
{
	for (uint32_t i = 0; i < nr_pages; i++) {
		twin[pfn - BASE + i].state = (uint8_t)state;
		twin[pfn - BASE + i].head = head;
		twin[pfn - BASE + i].order = 0;
	}
}

static void hold_both(pfn_t pfn, uint32_t order)
{
	for (uint32_t i = 0; i < 1u << order; i++)
		if (twin[pfn - BASE + i].state != LEDGER_FREE)
			return;
	ledger_hold(ledger, pfn, order, false, HOLDER_slot, 3);
	tell_twin(pfn, 1u << order, LEDGER_TAIL, pfn);
	twin[pfn - BASE].state = LEDGER_HELD;
	twin[pfn - BASE].order = order;
}

/*
 * A held block goes: whole, as single pages one by one, all but its first page, for ever, or the
 * lower half of it while the upper is lost (FR-9); or only its first page does.
 */
static void end_both(pfn_t pfn, uint32_t way)
{
	uint32_t order = twin[pfn - BASE].order, nr_pages = 1u << order;

	if (way % 3 == 0 && way < 12) {
		ledger_release(ledger, pfn, nr_pages);
		tell_twin(pfn, nr_pages, LEDGER_FREE, pfn);
	} else if (way % 3 == 1 && way < 12) {
		ledger_hold_singles(ledger, pfn, nr_pages, HOLDER_slot, 3);
		for (uint32_t i = 0; i < nr_pages; i++)
			tell_twin(pfn + i, 1, LEDGER_HELD, pfn + i);
	} else if (way % 3 == 2 && order && way < 12) {
		ledger_shrink_to_head(ledger, pfn);
		ledger_release(ledger, pfn + 1, nr_pages - 1);
		tell_twin(pfn + 1, nr_pages - 1, LEDGER_FREE, pfn);
		twin[pfn - BASE].order = 0;
	} else if (way == 15) {
		ledger_lose(ledger, pfn, nr_pages);
		tell_twin(pfn, nr_pages, LEDGER_LOST, pfn);
	} else if (way == 12 && order) {
		ledger_release(ledger, pfn, 1);
		tell_twin(pfn, 1, LEDGER_FREE, pfn);
	} else if (way == 13 && order) {
		ledger_lose(ledger, pfn, 1);
		tell_twin(pfn, 1, LEDGER_LOST, pfn);
	} else if (way == 14 && order) {
		ledger_lose(ledger, pfn + nr_pages / 2, nr_pages / 2);
		ledger_release(ledger, pfn, nr_pages / 2);
		tell_twin(pfn + nr_pages / 2, nr_pages / 2, LEDGER_LOST, pfn);
		tell_twin(pfn, nr_pages / 2, LEDGER_FREE, pfn);
	}
}

static void assert_twin(pfn_t pfn)
{
	const struct ledger_page *page = ledger_page(ledger, pfn);

	assert_int_equal(page->state, twin[pfn - BASE].state);
	assert_int_equal(page->order, twin[pfn - BASE].order);
	assert_int_equal(page->refs, page->state == LEDGER_HELD);
	assert_int_equal(page_map_get(ledger->free_map, pfn - BASE), page->state == LEDGER_FREE);
	if (page->state == LEDGER_HELD || page->state == LEDGER_TAIL)
		assert_int_equal(page->head, twin[pfn - BASE].head);
}

static void tails_are_as_if_written(void **state)
{
	uint32_t seed = 1, nr_held = 0;

	(void)state;
	for (uint32_t round = 0; round < 3000; round++) {
		uint32_t order = random_below(&seed, 5);
		pfn_t pfn = BASE + random_below(&seed, NR >> order) * (1u << order);

		if (round % 100 == 0) {
			ledger_reset(ledger, NR_SLOTS);
			memset(twin, 0, sizeof(twin));
		}
		if (random_below(&seed, 9) == 0)
			ledger_taint(ledger, BASE + random_below(&seed, NR));
		hold_both(pfn, order);
		pfn = BASE + random_below(&seed, NR);
		if (twin[pfn - BASE].state == LEDGER_HELD)
			end_both(pfn, random_below(&seed, 16));
		/* A look writes, so not all are looked at. */
		assert_twin(BASE + random_below(&seed, NR));
		nr_held = 0;
		for (uint32_t i = 0; i < NR; i++)
			nr_held += twin[i].state == LEDGER_HELD || twin[i].state == LEDGER_TAIL;
		assert_int_equal(ledger->pages_held, nr_held);
		for (uint32_t i = 0; round % 16 == 15 && i < NR; i++)
			assert_twin(BASE + i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(blocks_come_and_go, setup, teardown),
		cmocka_unit_test_setup_teardown(single_frames_come_and_go, setup, teardown),
		cmocka_unit_test_setup_teardown(single_pages_lose_their_taint, setup, teardown),
		cmocka_unit_test_setup_teardown(a_reset_undoes_what_was_touched, setup, teardown),
		cmocka_unit_test_setup_teardown(tails_are_as_if_written, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
