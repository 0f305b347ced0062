/* SPDX-License-Identifier: MIT */
/*
 * What a walk reads in bulk is what the single readers tell, and the judge looks at each thing that
 * comes in bulk: whichever single one of them is forged, the walk says no.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "diff/subjects/subject.h"
#include "oracle/judge/judge.h"
#include "oracle/ops/ops.h"
#include "tests/diff/rugged_machine.h"

#define NR_SINGLES 80u /* the first quarter ends on per-CPU lists, each second other one free */
#define NR_ON_PCP 20u
#define BLOCK_ORDER 7u
#define NR_HELD ((1u << BLOCK_ORDER) + NR_SINGLES)
#define MAX_ENTRIES 512u

struct machine_under_test {
	void *self;
	struct buddy_config config;
	struct view honest, single, forged;
	struct machine_info info;
	struct ledger *ledger;
	struct judge *judge;
	pfn_t held[NR_HELD]; /* every page that the program had */
	size_t nr_ops;
};

static struct machine_under_test t;

/* The one thing that the forged view tells wrongly. */
static struct {
	pfn_t refcount, mark, entry;
	uint32_t pageblock;
} forgery;

static void forge_nothing(void)
{
	memset(&forgery, 0xff, sizeof(forgery));
}

static bool forged_page(const void *self, pfn_t pfn, struct page_info *info)
{
	bool known = t.honest.page(self, pfn, info);

	info->buddy = info->buddy || pfn == forgery.mark;
	return known;
}

static uint32_t forged_refcounts(const void *self, const pfn_t *pfns, uint32_t nr_pages,
				 int32_t *refcounts, uint64_t *marked)
{
	uint32_t nr = t.honest.refcounts(self, pfns, nr_pages, refcounts, marked);

	for (uint32_t i = 0; i < nr; i++) {
		refcounts[i] += pfns[i] == forgery.refcount;
		*marked |= (uint64_t)(pfns[i] == forgery.mark) << i;
	}
	return nr;
}

static uint32_t forged_list_entries(const void *self, struct list_cursor *at,
				    struct list_entry *entries, uint32_t max)
{
	uint32_t nr = t.honest.list_entries(self, at, entries, max);

	for (uint32_t i = 0; i < nr; i++)
		entries[i].page.refcount += entries[i].pfn == forgery.entry;
	return nr;
}

static void forged_pageblocks(const void *self, pfn_t pfn, uint32_t nr_blocks, uint8_t *types)
{
	t.honest.pageblocks(self, pfn, nr_blocks, types);
	if (forgery.pageblock < nr_blocks)
		types[forgery.pageblock] = MIGRATE_ISOLATE;
}

/* ---- a program ---- */

static pfn_t apply(enum op_code code, uint32_t slot, uint32_t order)
{
	static pfn_t pfns[CALL_MAX_PFNS];
	struct event event = { .pfns = pfns };
	struct op op = op_make(code);
	struct call call;

	op.slot = slot;
	op.order = (uint8_t)order;
	op.gfp = GFP_KERNEL;
	assert_true(ops_resolve(t.ledger, &op, &call));
	event_clear(&event);
	judge_before(t.judge, &call);
	subject_core()->apply(t.self, &call, &event);
	ops_take(t.ledger, &op, &call, &event, judge_taken(t.judge));
	assert_true(judge_after(t.judge, t.nr_ops++, &call, &event));
	return event.pfn;
}

/* A large block and single pages are held; more are listed than a walk reads at once. */
static void play(void)
{
	uint32_t nr = 0;
	pfn_t block;

	forge_nothing();
	subject_core()->reset(t.self);
	ledger_reset(t.ledger, NR_SINGLES + 1);
	judge_reset(t.judge);
	for (uint32_t i = 0; i < NR_SINGLES; i++)
		t.held[nr++] = apply(OP_alloc_pages, i, 0);
	block = apply(OP_alloc_pages, NR_SINGLES, BLOCK_ORDER);
	assert_int_not_equal(block, PFN_NONE);
	for (uint32_t i = 0; i < 1u << BLOCK_ORDER; i++)
		t.held[nr++] = block + i;
	for (uint32_t i = NR_ON_PCP; i < NR_SINGLES; i += 2)
		apply(OP_free_pages, i, 0);
	apply(OP_drain_all_pages, 0, 0);
	for (uint32_t i = 0; i < NR_ON_PCP; i++)
		apply(OP_free_pages, i, 0);
	assert_true(judge_walk(t.judge, t.nr_ops));
}

static int setup(void **state)
{
	static const struct env env;
	char error[256];

	(void)state;
	t.config = rugged_machine();
	t.self = subject_core()->create(&t.config, NULL, &env, error, sizeof(error));
	if (!t.self)
		return -1;
	t.honest = *subject_core()->view(t.self);
	t.honest.machine(t.honest.self, &t.info);
	t.single = t.honest;
	t.single.pageblocks = NULL;
	t.single.refcounts = NULL;
	t.forged = t.honest;
	t.forged.page = forged_page;
	t.forged.pageblocks = forged_pageblocks;
	t.forged.refcounts = forged_refcounts;
	t.forged.list_entries = forged_list_entries;
	forge_nothing();
	t.ledger = ledger_create(&t.config, NR_SINGLES + 1, true);
	t.judge = judge_create(t.ledger, &t.forged, NULL);
	return t.judge ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	judge_free(t.judge);
	ledger_free(t.ledger);
	subject_core()->destroy(t.self);
	return 0;
}

/* ---- alike ---- */

static struct list_cursor all_lists(enum list_kind kind, uint32_t zone)
{
	return walk_lists(kind, zone, 0, 0, kind == LIST_FREE ? NR_FREE_LISTS : NR_PCP_LOW_LISTS);
}

/* All lists of a zone, or of its first CPU, at most max entries at once. */
static uint32_t read_all(enum list_kind kind, uint32_t zone, uint32_t max,
			 struct list_entry *entries)
{
	struct list_cursor at = all_lists(kind, zone);
	uint32_t nr = 0, nr_read;

	do {
		assert_true(nr + max <= MAX_ENTRIES);
		nr_read = t.honest.list_entries(t.honest.self, &at, entries + nr, max);
		nr += nr_read;
	} while (nr_read == max);
	return nr;
}

/* The same by single steps. */
static uint32_t step_all(enum list_kind kind, uint32_t zone, struct list_entry *entries)
{
	struct list_cursor at = all_lists(kind, zone);
	const struct buddy_system *sys = t.honest.self;
	uint32_t nr = 0;

	for (uint32_t list = 0; list < at.end; list++) {
		uint32_t order = list / MIGRATE_TYPES, type = list % MIGRATE_TYPES;
		bool of_blocks = kind == LIST_FREE;
		pfn_t pfn = of_blocks ? inspect_free_first(sys, zone, order, type)
				      : inspect_pcp_first(sys, zone, 0, list);

		while (pfn != PFN_NONE) {
			struct list_entry *entry = &entries[nr++];

			assert_true(nr < MAX_ENTRIES);
			*entry = (struct list_entry){ .pfn = pfn, .list = (uint16_t)list };
			entry->known = inspect_page(sys, pfn, &entry->page);
			entry->links_ok = inspect_links_ok(sys, pfn);
			pfn = of_blocks ? inspect_free_next(sys, zone, order, type, pfn)
					: inspect_pcp_next(sys, zone, 0, list, pfn);
		}
	}
	return nr;
}

static uint32_t assert_same_entries(enum list_kind kind, uint32_t zone)
{
	static struct list_entry bulk[MAX_ENTRIES], single[MAX_ENTRIES];
	uint32_t nr = step_all(kind, zone, single);

	for (uint32_t max = 1; max <= 64; max = max * 2 + 1) {
		assert_int_equal(read_all(kind, zone, max, bulk), nr);
		for (uint32_t i = 0; i < nr; i++) {
			assert_int_equal(bulk[i].pfn, single[i].pfn);
			assert_int_equal(bulk[i].list, single[i].list);
			assert_int_equal(bulk[i].known, single[i].known);
			assert_int_equal(bulk[i].links_ok, single[i].links_ok);
			assert_false(bulk[i].marked_inside);
			assert_memory_equal(&bulk[i].page, &single[i].page, sizeof(bulk[i].page));
		}
	}
	return nr;
}

static void lists_are_read_alike(void **state)
{
	uint32_t nr_free = 0, nr_pcp = 0;

	(void)state;
	play();
	for (uint32_t zone = 0; zone < t.info.nr_zones; zone++) {
		nr_free += assert_same_entries(LIST_FREE, zone);
		nr_pcp += assert_same_entries(LIST_PCP, zone);
	}
	assert_true(nr_free > 30 * t.info.nr_zones);
	assert_true(nr_pcp > 16);
}

/* Rows with gaps, up and down, over holes and past the end. */
static void refcounts_are_read_alike(void **state)
{
	int32_t bulk[INSPECT_REFCOUNTS_MAX], single[INSPECT_REFCOUNTS_MAX];
	uint64_t marked[2], all_marked = 0;
	pfn_t pfns[INSPECT_REFCOUNTS_MAX];
	uint32_t nr_full = 0;

	(void)state;
	play();
	for (pfn_t pfn = 0; pfn < t.info.end_pfn + 64; pfn += 21) {
		uint32_t nr;

		for (uint32_t i = 0; i < INSPECT_REFCOUNTS_MAX; i++)
			pfns[i] = pfn + (pfn % 2 ? i ^ 37 : i * i % 191);
		nr = view_read_refcounts(&t.single, pfns, INSPECT_REFCOUNTS_MAX, single,
					 &marked[0]);
		assert_int_equal(view_read_refcounts(&t.honest, pfns, INSPECT_REFCOUNTS_MAX, bulk,
						     &marked[1]),
				 nr);
		assert_memory_equal(bulk, single, nr * sizeof(bulk[0]));
		assert_true(marked[0] == marked[1]);
		all_marked |= marked[1];
		nr_full += nr == INSPECT_REFCOUNTS_MAX;
	}
	assert_true(all_marked);
	assert_true(nr_full);
}

static void pageblocks_are_read_alike(void **state)
{
	uint32_t order = t.info.pageblock_order, nr = ((t.info.end_pfn - 1) >> order) + 1;
	uint8_t bulk[256], single[256];

	(void)state;
	nr -= t.info.base_pfn >> order;
	assert_true(nr <= sizeof(bulk));
	view_read_pageblocks(&t.honest, order, t.info.base_pfn, nr, bulk);
	view_read_pageblocks(&t.single, order, t.info.base_pfn, nr, single);
	assert_memory_equal(bulk, single, nr);
	assert_non_null(memchr(bulk, PAGEBLOCK_HOLE, nr));
	assert_non_null(memchr(bulk, MIGRATE_MOVABLE, nr));
}

/* ---- each is looked at ---- */

static void assert_walk_breaks(enum rule_id rule)
{
	assert_false(judge_walk(t.judge, t.nr_ops));
	assert_string_equal(rule_name(judge_verdict(t.judge)->rule), rule_name(rule));
}

static void each_refcount_is_looked_at(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < NR_HELD; i++) {
		play();
		forgery.refcount = t.held[i];
		assert_walk_breaks(RULE_refcounts_at_rest);
		assert_int_equal(judge_verdict(t.judge)->pfn, t.held[i]);
	}
}

static void each_mark_is_looked_at(void **state)
{
	uint32_t nr_forged = 0;
	struct page_info info;

	(void)state;
	for (uint32_t i = 0; i < NR_HELD; i++) {
		play();
		assert_true(t.honest.page(t.honest.self, t.held[i], &info));
		if (info.buddy)
			continue;
		nr_forged++;
		forgery.mark = t.held[i];
		assert_walk_breaks(RULE_free_list_integrity);
		assert_int_equal(judge_verdict(t.judge)->pfn, t.held[i]);
	}
	assert_true(nr_forged > INSPECT_REFCOUNTS_MAX);
}

static void break_each_entry(enum list_kind kind, uint32_t zone, enum rule_id rule)
{
	static struct list_entry entries[MAX_ENTRIES];
	uint32_t nr;

	play();
	nr = read_all(kind, zone, 64, entries);
	for (uint32_t i = 0; i < nr; i++) {
		play();
		forgery.entry = entries[i].pfn;
		assert_walk_breaks(rule);
		assert_int_equal(judge_verdict(t.judge)->pfn, entries[i].pfn);
	}
}

static void each_entry_is_looked_at(void **state)
{
	(void)state;
	for (uint32_t zone = 0; zone < t.info.nr_zones; zone++) {
		break_each_entry(LIST_FREE, zone, RULE_free_list_integrity);
		break_each_entry(LIST_PCP, zone, RULE_pcp_list_fields);
	}
}

static void each_pageblock_is_looked_at(void **state)
{
	uint32_t order = t.info.pageblock_order;

	(void)state;
	for (uint32_t i = 0; i < 1 + ((t.info.end_pfn - 1 - t.info.base_pfn) >> order); i++) {
		play();
		forgery.pageblock = i;
		assert_walk_breaks(RULE_pageblock_types);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_read_alike),
		cmocka_unit_test(refcounts_are_read_alike),
		cmocka_unit_test(pageblocks_are_read_alike),
		cmocka_unit_test(each_refcount_is_looked_at),
		cmocka_unit_test(each_mark_is_looked_at),
		cmocka_unit_test(each_entry_is_looked_at),
		cmocka_unit_test(each_pageblock_is_looked_at),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
