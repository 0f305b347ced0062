/* SPDX-License-Identifier: MIT */
/*
 * The judge that is installed (buddyfuzz/judge.h): it holds on an honest system, sees breaks that
 * are forged in the image, by looking and by being told; and its start states are the harness's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "buddy/buddy.h"
#include "buddy/inspect.h"
#include "diff/judge/include/buddyfuzz/judge.h"
#include "diff/start/start_state.h"
#include "diff/subjects/subject.h"
#include "oracle/lang/text.h"
#include "oracle/lang/names.h"

static struct buddy_config config;
static struct buddy_system sys;
static struct task task = { .sys = &sys };
static struct buddy_judge *judge;

static int boot(void **state)
{
	size_t size;

	config = buddy_config_uml(0, 1024);
	size = buddy_image_size(&config);
	*state = aligned_alloc(64, size);
	assert_non_null(*state);
	assert_int_equal(buddy_boot(&sys, &config, *state, size, 0, NULL), 0);
	judge = buddy_judge_create(&config, &sys, 0);
	return !judge;
}

static int halt(void **state)
{
	buddy_judge_free(judge);
	free(*state);
	return 0;
}

/* A byte of the page's description that is 0 and lies inside a free block. */
static void spoil(pfn_t pfn)
{
	memset(pfn_to_page(&sys, pfn), 0x5a, 8);
}

/* Untold, it takes what is in use as somebody's, each time anew. */
static void who_only_looks(void **state)
{
	struct page *page;

	(void)state;
	assert_null(buddy_judge_walk(judge));
	page = alloc_pages(&task, GFP_KERNEL, 4);
	assert_null(buddy_judge_walk(judge));
	__free_pages(&task, page, 4);
	assert_null(buddy_judge_walk(judge));
	assert_null(buddy_judge_rule(judge));
	spoil(0);
	assert_non_null(strstr(buddy_judge_walk(judge), "free block"));
	assert_string_equal(buddy_judge_rule(judge), "free_list_integrity");
}

static struct page *told_alloc(const char *op, uint32_t order)
{
	struct page *page;

	assert_true(buddy_judge_op(judge, op));
	page = alloc_pages(&task, GFP_KERNEL, order);
	assert_null(buddy_judge_page(judge, page));
	return page;
}

static void who_tells_all(void **state)
{
	struct page *page = told_alloc("r0 = alloc_pages order=3 gfp=GFP_KERNEL", 3);

	(void)state;
	assert_true(buddy_judge_holds(judge, 0));
	assert_false(buddy_judge_op(judge, "r0 = alloc_pages order=3 gfp=GFP_KERNEL"));
	assert_null(buddy_judge_walk(judge));
	assert_true(buddy_judge_op(judge, "free_pages r0"));
	__free_pages(&task, page, 3);
	assert_null(buddy_judge_result(judge, page_ref_count(page)));
	assert_false(buddy_judge_holds(judge, 0));
	assert_true(buddy_judge_op(judge, "drain_all_pages"));
	drain_all_pages(&task);
	assert_null(buddy_judge_result(judge, 1));
	assert_null(buddy_judge_end(judge));
}

static void false_answers_break_rules(void **state)
{
	struct page *page = told_alloc("r0 = alloc_pages order=0 gfp=GFP_KERNEL", 0);

	(void)state;
	assert_true(buddy_judge_op(judge, "r1 = alloc_pages order=0 gfp=GFP_KERNEL"));
	assert_non_null(buddy_judge_page(judge, page)); /* the same again */
	assert_string_equal(buddy_judge_rule(judge), "no_overlap");
	assert_false(buddy_judge_op(judge, "free_pages r0"));
}

static void forgotten_pages_break_the_end(void **state)
{
	(void)state;
	told_alloc("r0 = alloc_pages order=0 gfp=GFP_KERNEL", 0);
	assert_non_null(buddy_judge_end(judge));
	assert_string_equal(buddy_judge_rule(judge), "end_all_free");
}

static void unzeroed_pages_are_seen(void **state)
{
	struct page *page;

	(void)state;
	page = told_alloc("r0 = alloc_pages order=0 gfp=GFP_KERNEL", 0);
	assert_true(buddy_judge_op(judge, "free_pages r0"));
	__free_pages(&task, page, 0);
	assert_null(buddy_judge_result(judge, 0));
	assert_true(buddy_judge_op(judge, "r0 = alloc_pages order=0 gfp=GFP_KERNEL|__GFP_ZERO"));
	page = alloc_pages(&task, GFP_KERNEL | __GFP_ZERO, 0);
	/* Nobody passed on what hooks.clear_pages was told. */
	assert_non_null(buddy_judge_page(judge, page));
	assert_string_equal(buddy_judge_rule(judge), "zeroed");
}

static void traps_and_reports_are_judged(void **state)
{
	(void)state;
	told_alloc("r0 = alloc_pages order=0 gfp=GFP_KERNEL", 0);
	assert_true(buddy_judge_op(judge, "tick"));
	buddy_judge_bad_page(judge, 3, BAD_PAGE_MAPCOUNT);
	assert_non_null(buddy_judge_result(judge, 1));
	assert_string_equal(buddy_judge_rule(judge), "bad_page_only_after_misuse");
}

static void a_trap_is_the_end(void **state)
{
	(void)state;
	assert_true(buddy_judge_op(judge, "tick"));
	assert_non_null(strstr(buddy_judge_trap(judge, "page->refcount == 0", 3), "refcount"));
	assert_string_equal(buddy_judge_rule(judge), "no_trap");
}

static void nonsense_is_no_operation(void **state)
{
	(void)state;
	assert_false(buddy_judge_op(judge, "alloc_pages of order three"));
	assert_string_equal(buddy_judge_rule(judge), "syntax");
	assert_non_null(strstr(buddy_judge_walk(judge), "is no operation"));
}

static const char *lock_fault;
static jmp_buf after_fault;

static void keep_fault(void *context, const char *condition, pfn_t pfn)
{
	(void)context, (void)pfn;
	lock_fault = condition;
	longjmp(after_fault, 1);
}

static void locks_are_watched(void **state)
{
	const struct buddy_hooks hooks = { .bug = keep_fault };
	const struct buddy_sync *sync = buddy_judge_locks(judge, 0);

	(void)state;
	buddy_set_hooks(&sys, &hooks);
	buddy_set_sync(&sys, sync);
	told_alloc("r0 = alloc_pages order=0 gfp=GFP_KERNEL", 0);
	assert_null(lock_fault);
	if (!setjmp(after_fault)) {
		sync->lock(sync->context, LOCK_ZONE(0));
		sync->lock(sync->context, LOCK_ZONE(0));
	}
	assert_non_null(lock_fault);
}

/* ---- start states ---- */

static uint64_t hash_of_harness(const struct buddy_config *machine, enum program_start start)
{
	static const struct env env = { .no_reset = true };
	static struct snapshot snapshot;
	char error[256];
	uint64_t hash;
	void *core;

	snapshot_init(&snapshot);
	assert_true(start_state_make(machine, start, &snapshot, error, sizeof(error)));
	core = subject_core()->create(machine, &snapshot, &env, error, sizeof(error));
	assert_non_null(core);
	hash = subject_core()->hash(core);
	subject_core()->destroy(core);
	snapshot_free(&snapshot);
	return hash;
}

static uint64_t hash_of_ours(const struct buddy_config *machine, enum program_start start)
{
	struct buddy_system used;
	size_t size = buddy_image_size(machine);
	void *image = aligned_alloc(64, size);
	uint64_t hash;

	assert_non_null(image);
	assert_int_equal(buddy_boot(&used, machine, image, size, BUDDY_BOOT_IMPORT, NULL), 0);
	assert_null(buddy_start_state(&used, machine, program_start_names[start]));
	hash = buddy_hash(&used);
	free(image);
	return hash;
}

static void start_states_are_the_harness_s(void **state)
{
	static const char *const machines[] = {
		"profile=uml pages=4096",
		"profile=x86_64 pages=8192 nodes=2 cpus=2",
		"profile=debian start=1027 pages=2045 pageblock=4",
	};
	struct text_error error;
	struct program program;
	char text[128];

	(void)state;
	program_init(&program);
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		snprintf(text, sizeof(text), "machine %s\nnop\n", machines[i]);
		if (!text_parse(text, strlen(text), &program, &error))
			fail_msg("%s: %s", text, error.message);
		for (enum program_start start = 0; start < NR_PROGRAM_STARTS; start++)
			assert_int_equal(hash_of_ours(&program.machine, start),
					 hash_of_harness(&program.machine, start));
	}
	program_free(&program);
	assert_non_null(
		strstr(buddy_start_state(&sys, &config, "tired"), "no start state 'tired'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_only_looks, boot, halt),
		cmocka_unit_test_setup_teardown(who_tells_all, boot, halt),
		cmocka_unit_test_setup_teardown(false_answers_break_rules, boot, halt),
		cmocka_unit_test_setup_teardown(forgotten_pages_break_the_end, boot, halt),
		cmocka_unit_test_setup_teardown(unzeroed_pages_are_seen, boot, halt),
		cmocka_unit_test_setup_teardown(traps_and_reports_are_judged, boot, halt),
		cmocka_unit_test_setup_teardown(a_trap_is_the_end, boot, halt),
		cmocka_unit_test_setup_teardown(nonsense_is_no_operation, boot, halt),
		cmocka_unit_test_setup_teardown(locks_are_watched, boot, halt),
		cmocka_unit_test_setup_teardown(start_states_are_the_harness_s, boot, halt),
	};

	return cmocka_run_group_tests_name("diff.judge", tests, NULL, NULL);
}
