/* SPDX-License-Identifier: MIT */
/* Forged events: what each kind of effect makes of the ledger, and what cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "oracle/ledger/ledger_effects.h"
#include "oracle/ops/op_row.h"

#define BASE 64u
#define NR 64u
#define NR_SLOTS 8u

static struct ledger *ledger;

static int setup(void **state)
{
	const struct buddy_config machine = {
		.nr_nodes = 1,
		.nr_cpus = 1,
		.pageblock_order = 3,
		.nr_memory = 1,
		.memory = { { BASE, BASE + NR, 0 } },
	};

	(void)state;
	ledger = ledger_create(&machine, NR_SLOTS, true);
	return ledger ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	ledger_free(ledger);
	return 0;
}

/* An op of which only the effects count: what a judge is told of them. */
static const struct taken *tell(struct effect *effects, uint32_t nr)
{
	static struct taken taken;
	const struct call call = { .code = OP_tick };
	const struct op op = op_make(OP_tick);
	struct event event;

	event_clear(&event);
	event.effects = effects;
	event.nr_effects = nr;
	ops_take(ledger, &op, &call, &event, &taken);
	return &taken;
}

static bool is_told(struct effect effect)
{
	const struct taken *taken = tell(&effect, 1);

	if (!taken->effect_clash)
		return true;
	assert_int_equal(taken->notes, 1u << TAKEN_EFFECT);
	assert_int_equal(taken->effect_pfn, effect.pfn);
	return false;
}

static void alloc(uint32_t slot, pfn_t pfn, uint32_t order, gfp_t gfp)
{
	struct op op = op_make(OP_alloc_pages);
	struct event event;
	struct call call;

	op.slot = slot;
	op.order = (uint8_t)order;
	op.gfp = gfp;
	assert_true(ops_resolve(ledger, &op, &call));
	event_clear(&event);
	event.pfn = pfn;
	ops_take(ledger, &op, &call, &event, NULL);
}

static struct effect effect_on(enum effect_kind kind, pfn_t pfn, uint32_t order, int32_t value)
{
	return (struct effect){
		.kind = (uint8_t)kind, .pfn = pfn, .order = (uint8_t)order, .value = value
	};
}

static struct effect effect_of(enum effect_kind kind, enum holder_kind holder, uint32_t who,
			       pfn_t pfn, int32_t value)
{
	return (struct effect){ .kind = (uint8_t)kind,
				.holder = (uint8_t)holder,
				.who = who,
				.pfn = pfn,
				.value = value };
}

static void assert_holders(pfn_t pfn, const char *expected)
{
	char text[LEDGER_HOLDERS_TEXT];

	assert_string_equal(ledger_holders(ledger, pfn, text, sizeof(text)), expected);
}

static void test_take(void **state)
{
	(void)state;
	alloc(0, 72, 2, 0);
	assert_true(is_told(effect_of(EFFECT_TAKE, HOLDER_slot, 3, 80, 0)));
	assert_int_equal(ledger->slots[3].pfn, 80);
	assert_holders(80, "held by r3 (1 reference)");
	assert_false(is_told(effect_of(EFFECT_TAKE, HOLDER_slot, 4, 75, 0))); /* taken */
	assert_false(is_told(effect_of(EFFECT_TAKE, HOLDER_slot, 3, 81, 0))); /* r3 is full */
	assert_false(is_told(effect_of(EFFECT_TAKE, HOLDER_mapping, 0, BASE + NR, 0)));
	assert_false(is_told(effect_of(EFFECT_TAKE, HOLDER_none, 0, 82, 0)));
	assert_int_equal(ledger->pages_held, 5);
}

static void test_give(void **state)
{
	(void)state;
	alloc(0, 72, 2, 0);
	assert_false(is_told(effect_on(EFFECT_GIVE, 76, 0, 0))); /* nobody's */
	assert_false(is_told(effect_on(EFFECT_GIVE, 72, 1, 0))); /* half of it */
	assert_true(is_told(effect_on(EFFECT_GIVE, 72, 2, 0)));
	assert_int_equal(ledger->slots[0].kind, SLOT_EMPTY);
	assert_int_equal(ledger->pages_held, 0);
	assert_false(is_told(effect_on(EFFECT_GIVE, 72, 2, 0))); /* twice */
}

static void test_give_of_a_chunk(void **state)
{
	struct op op = op_make(OP_page_frag_alloc);
	struct event event;
	struct call call;

	(void)state;
	assert_true(is_told((struct effect){
		.kind = EFFECT_TAKE, .holder = HOLDER_fragment_cache, .order = 3, .pfn = 72 }));
	assert_holders(75, "held by the page_frag cache");
	op.count = 100;
	assert_true(ops_resolve(ledger, &op, &call));
	event_clear(&event);
	event.pfn = 72;
	event.offset_bytes = 32668;
	ops_take(ledger, &op, &call, &event, NULL);
	assert_holders(72, "held by the fragment in r0 (1 reference), the page_frag cache");
	assert_false(is_told(effect_on(EFFECT_GIVE, 72, 3, 0)));
	assert_true(is_told(effect_of(EFFECT_REF, HOLDER_fragment_cache, 0, 72, -1)));
	assert_false(is_told(effect_of(EFFECT_REF, HOLDER_fragment_cache, 0, 72, -1)));
	assert_holders(72, "held by the fragment in r0 (1 reference)");
	op = op_make(OP_page_frag_free);
	assert_true(ops_resolve(ledger, &op, &call));
	event_clear(&event);
	ops_take(ledger, &op, &call, &event, NULL);
	assert_int_equal(ledger->pages_held, 0);
}

static void test_move(void **state)
{
	struct effect move = effect_on(EFFECT_MOVE, 72, 2, 0);

	(void)state;
	alloc(0, 72, 2, __GFP_COMP);
	alloc(1, 80, 0, 0);
	move.to = 80;
	assert_false(is_told(move)); /* r1 is there */
	move.to = BASE + NR;
	assert_false(is_told(move));
	move.to = 84;
	assert_true(is_told(effect_of(EFFECT_REF, HOLDER_lru_batch, 0, 72, 1)));
	assert_true(is_told(effect_on(EFFECT_LRU, 72, 0, 1)));
	assert_true(is_told(move));
	assert_int_equal(ledger->slots[0].pfn, 84);
	assert_int_equal(ledger_page(ledger, 84)->refs, 2);
	assert_int_equal(ledger_page(ledger, 84)->marks, LEDGER_COMPOUND | LEDGER_LRU);
	assert_int_equal(ledger_page(ledger, 72)->state, LEDGER_FREE);
	assert_holders(86, "held by the pages on their way to an LRU list of cpu 0 (1 reference), "
			   "r0 (1 reference)");
	assert_false(is_told(move)); /* it has gone already */
	assert_int_equal(ledger->pages_held, 5);
}

static void test_refs_and_maps(void **state)
{
	(void)state;
	alloc(2, 72, 0, 0);
	assert_true(is_told(effect_on(EFFECT_MAP, 72, 0, 3)));
	assert_holders(72, "held by a mapping (3 references), r2 (1 reference)");
	assert_int_equal(ledger_page(ledger, 72)->refs, 4);
	assert_false(is_told(effect_on(EFFECT_MAP, 72, 0, -4)));
	assert_true(is_told(effect_on(EFFECT_MAP, 72, 0, -3)));
	assert_holders(72, "held by r2 (1 reference)");
	assert_false(is_told(effect_on(EFFECT_MAP, 73, 0, 1)));              /* nobody's */
	assert_false(is_told(effect_of(EFFECT_REF, HOLDER_slot, 5, 72, 1))); /* r5 has it not */
	assert_true(is_told(effect_of(EFFECT_REF, HOLDER_slot, 2, 72, 1)));
	assert_true(is_told(effect_on(EFFECT_MAP, 72, 0, 1)));
	assert_true(is_told(effect_of(EFFECT_REF, HOLDER_slot, 2, 72, -2)));
	assert_int_equal(ledger->slots[2].kind, SLOT_EMPTY); /* the mapping has it still */
	assert_int_equal(ledger_page(ledger, 72)->refs, 1);
}

static void test_lru_and_looks(void **state)
{
	(void)state;
	alloc(0, 72, 1, 0);
	assert_true(is_told(effect_on(EFFECT_LOOK, 73, 0, 0)));
	assert_false(is_told(effect_on(EFFECT_LOOK, 73, 0, 1)));
	assert_false(is_told(effect_on(EFFECT_LRU, 72, 0, 0)));
	assert_true(is_told(effect_on(EFFECT_LRU, 72, 0, 1)));
	assert_true(is_told(effect_on(EFFECT_LOOK, 73, 0, 1)));
	assert_false(is_told(effect_on(EFFECT_LRU, 80, 0, 1)));
	assert_true(is_told(effect_on(EFFECT_LOOK, 80, 0, 0))); /* free */
}

static void test_type(void **state)
{
	struct effect effect = effect_on(EFFECT_TYPE, 72, 0, MIGRATE_CMA);

	(void)state;
	assert_int_equal(tell(&effect, 1)->notes, 1u << TAKEN_RETYPED);
	effect.value = MIGRATE_TYPES;
	assert_true(tell(&effect, 1)->notes & 1u << TAKEN_EFFECT);
	effect.kind = NR_EFFECTS;
	assert_true(tell(&effect, 1)->notes & 1u << TAKEN_EFFECT);
}

/* In the order of the list, up to the first that cannot be. */
static void test_order(void **state)
{
	struct effect effects[] = {
		effect_on(EFFECT_GIVE, 72, 0, 0),
		effect_of(EFFECT_TAKE, HOLDER_mapping, 0, 72, 0),
		effect_on(EFFECT_GIVE, 73, 0, 0),
		effect_on(EFFECT_GIVE, 72, 0, 0),
	};

	(void)state;
	alloc(0, 72, 0, 0);
	assert_int_equal(tell(effects, 4)->effect_pfn, 73);
	assert_holders(72, "held by a mapping (1 reference)");
}

/* The op's own block went away: its own part is left out. */
static void test_effect_on_the_op_itself(void **state)
{
	struct effect effect = effect_on(EFFECT_GIVE, 72, 2, 0);
	struct op op = op_make(OP_free_pages);
	struct event event;
	struct call call;

	(void)state;
	alloc(0, 72, 2, 0);
	assert_true(ops_resolve(ledger, &op, &call));
	event_clear(&event);
	event.effects = &effect;
	event.nr_effects = 1;
	ops_take(ledger, &op, &call, &event, NULL);
	assert_int_equal(ledger->pages_held, 0);
	assert_int_equal(ledger->slots[0].kind, SLOT_EMPTY);
}

#define EFFECT_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EFFECT_TEST(test_take),
		EFFECT_TEST(test_give),
		EFFECT_TEST(test_give_of_a_chunk),
		EFFECT_TEST(test_move),
		EFFECT_TEST(test_refs_and_maps),
		EFFECT_TEST(test_lru_and_looks),
		EFFECT_TEST(test_type),
		EFFECT_TEST(test_order),
		EFFECT_TEST(test_effect_on_the_op_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
