/* SPDX-License-Identifier: MIT */
/*
 * Emitted files: which calls, which answers, and no piece too many. That they compile and do what
 * they should is the business of tests/emitted/check.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fuzz/emit_c/emit_c.h"
#include "oracle/lang/text.h"
#include "oracle/lang/names.h"

static struct program program;

static char *emit(const char *text, bool rules)
{
	static struct finding finding;
	struct text_error error;
	char *emitted = NULL;
	size_t size;
	FILE *out;

	if (!text_parse(text, strlen(text), &program, &error))
		fail_msg("%s: %s", text, error.message);
	out = open_memstream(&emitted, &size);
	assert_true(emit_c_print(&program, "some.ops", rules, out, &finding));
	fclose(out);
	return emitted;
}

static void assert_emits(const char *text, bool rules, const char *wanted)
{
	char *emitted = emit(text, rules), *found = strstr(emitted, wanted);

	if (!found)
		print_error("no '%s' in:\n%s", wanted, emitted);
	assert_non_null(found);
	free(emitted);
}

#define MACHINE "machine profile=x86_64 pages=4096 cpus=2 nodes=1\n"

static void calls_are_those_of_the_core(void **state)
{
	static const struct {
		const char *ops, *wanted;
	} cases[] = {
		{ "r3 = alloc_pages order=2 gfp=GFP_KERNEL|__GFP_ZERO cpu=1",
		  "\tOP(0, r[3] = alloc_pages(&task[1], GFP_KERNEL | __GFP_ZERO, 2));\n"
		  "\texpect(pfn(r[3]), 0);\n"
		  "\texpect_zeroed(r[3], 4);\n" },
		{ "r0 = page_frag_alloc size=64 gfp=GFP_NOWAIT",
		  "r[0] = page_frag_alloc(&task[0], &frag_cache, 64, GFP_NOWAIT, ~0u, "
		  "&frag_offset));\n"
		  "\texpect(pfn(r[0]), 0);\n"
		  "\texpect(frag_offset, 32704);\n" },
		{ "r9 = alloc_pages_bulk_list count=3 gfp=GFP_ATOMIC",
		  "result = alloc_pages_bulk_list(&task[0], GFP_ATOMIC, 0, NULL, 3, &r[9]));\n"
		  "\texpect(result, 3);\n"
		  "\texpect_pfns(&r[9], 3, (const pfn_t[]){ " },
		{ "r1 = alloc_pages order=3 gfp=GFP_KERNEL|__GFP_COMP\nget_page r1 page=4",
		  "\tOP(1, get_page(&task[0], nth_page(r[1], 4)));\n"
		  "\texpect(refs(nth_page(r[1], 4)), 2);\n" },
		{ "r1 = alloc_pages order=0 gfp=GFP_KERNEL\nget_page_unless_zero r1",
		  "get_page_unless_zero(&task[0], r[1]) ? page_ref_count(r[1]) : 0);\n"
		  "\texpect(result, 2);\n" },
		{ "r1 = alloc_pages order=3 gfp=GFP_KERNEL\nset_lru r1\nfree_pages r1",
		  "\tOP(1, set_lru(r[1], 3, true));\n"
		  "\tOP(2, set_lru(r[1], 3, false), __free_pages(&task[0], r[1], 3));\n"
		  "\texpect(page_ref_count(r[1]), 0);\n" },
		{ "r0 = alloc_pages_bulk_list count=2 gfp=GFP_ATOMIC\nrelease_pages r0 count=2",
		  "release_pages(&task[0], (struct page *[]){ r[0], r[1] }, 2));\n" },
		{ "cpu cpu=1\ndrain_local_pages", "\tOP(1, drain_local_pages(&task[1]));\n" },
		{ "task value=16", "task[0] = (struct task){ .sys = &sys, .cpu = 0, "
				   ".in_interrupt = true });\n" },
		{ "sysctl vm.min_free_kbytes=512",
		  "result = buddy_sysctl_write(&sys, SYSCTL_MIN_FREE_KBYTES, 0, 512));\n"
		  "\texpect(result, 0);\n" },
		{ "! free_foreign value=4097 order=1",
		  "\tOP(0, __free_pages(&task[0], pfn_to_page(&sys, 1), 1));\n"
		  "\texpect(page_ref_count(pfn_to_page(&sys, 1)), -1);\n" },
		{ "r0 = alloc_pages order=0 gfp=GFP_KERNEL\nfree_pages r0\n! double_free "
		  "r0\ndrain_all_pages",
		  "\tOP(2, __free_pages(&task[0], r[0], 0));\n" },
		{ "free_pages r5", "\t/* op 0 does not fit here: free_pages r5 */\n" },
		{ "r9 = alloc_pages order=11 gfp=GFP_NOWAIT", "\texpect(pfn(r[9]), NONE);\n" },
		{ "tick", "\tOP(0, buddy_tick(&task[0]));\n\texpect_free_blocks(0, " },
		{ "tick", "\tconfig = buddy_config_x86_64(0, 4096);\n\tconfig.nr_cpus = 2;\n" },
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), MACHINE "%s\n", cases[i].ops);
		assert_emits(text, false, cases[i].wanted);
	}
}

static void the_judge_is_told(void **state)
{
	static const char ops[] = MACHINE "r0 = alloc_pages order=3 gfp=GFP_KERNEL\n"
					  "cpu cpu=1\n"
					  "get_page r0\n";

	(void)state;
	assert_emits(ops, true,
		     "\tif (op(0, \"r0 = alloc_pages order=3 gfp=GFP_KERNEL\"))\n"
		     "\t\tr[0] = alloc_pages(&task[0], GFP_KERNEL, 3), answer_page(r[0]);\n"
		     "\tif (op(1, \"cpu cpu=1\"))\n"
		     "\t\tanswer(1);\n"
		     "\tif (op(2, \"get_page r0\"))\n"
		     "\t\tget_page(&task[1], r[0]), answer(page_ref_count(r[0]));\n"
		     "\tcheck(buddy_judge_walk(judge));\n");
	assert_emits(ops, true, "\tif (op(3, \"free_pages r0\"))\n");
	assert_emits(ops, true, "\tcheck(buddy_judge_end(judge));\n");
}

static void traps_are_expected(void **state)
{
	(void)state;
	assert_emits("machine profile=uml pages=64 +debug_vm\n"
		     "r0 = alloc_pages order=0 gfp=GFP_KERNEL\nfree_pages r0\n! double_free r0\n",
		     false,
		     "\texpect_trap(\"page->refcount == 0\");\n"
		     "\tOP(2, __free_pages(&task[0], r[0], 0));\n"
		     "\tfail(\"the allocator goes on\");\n");
}

/* An array of pages may not name those that are gone. */
static void empty_slots_are_emptied(void **state)
{
	static const char ops[] = MACHINE "r0 = alloc_pages order=0 gfp=GFP_KERNEL\n"
					  "r1 = alloc_pages order=0 gfp=GFP_KERNEL\n"
					  "free_pages r0\n"
					  "r0 = alloc_pages_bulk_array count=2 gfp=GFP_KERNEL\n";

	(void)state;
	assert_emits(ops, false, "\tOP(3, r[0] = NULL, result = alloc_pages_bulk_array(");
	assert_emits(ops, true, "answer_pages((empty_slots(0, 2), alloc_pages_bulk_array(");
}

static void hooks_are_told_by_name(void **state)
{
	static const struct {
		uint32_t value;
		const char *wanted;
	} cases[] = {
		{ 2, "answer_hooks((struct answers){ .reclaim = 2 }));" },
		{ 8 << 3 | 1 << 7 | 1 << 10, "{ .compact = COMPACT_SUCCESS, .compact_times = 1," },
		{ 8 << 3 | 1 << 7 | 1 << 10, ".capture = 1 }" },
		{ 3 << 11, "{ .oom = 3 }" },
		{ 2 << 13, "{ .cpuset = 2 }" },
		{ 1 << 15, "{ .dirty = 1 }" },
		{ 2 << 17, "{ .node_reclaim = 2 }" },
		{ 3 << 20, "{ .fail = 3 }" },
		{ 2 << 23, "{ .reclaimable = 2 }" },
		{ 1 << 26, "{ .sync = 1 }" },
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), MACHINE "hook_answers value=%u\n", cases[i].value);
		assert_emits(text, false, cases[i].wanted);
	}
}

static void pieces_come_by_need(void **state)
{
	static const char *const absent[] = { "get_page", "expect_pfns", "refs(",  "bad_pages",
					      "cleared",  "answer(",     "frag",   "judge",
					      "told",     "waits",       "strcmp", "@" };
	char *emitted = emit("machine profile=uml pages=64\n"
			     "r0 = alloc_pages order=1 gfp=GFP_KERNEL\n"
			     "hook_answers value=0\n",
			     false);
	size_t nr_lines = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		if (strstr(strchr(emitted, '#'), absent[i]))
			fail_msg("'%s' in:\n%s", absent[i], emitted);
	for (const char *at = emitted; *at; at++)
		nr_lines += *at == '\n';
	assert_null(strstr(emitted, "\n\n\n"));
	assert_in_range(nr_lines, 50, 90);
	free(emitted);
}

static void start_states_are_named(void **state)
{
	char text[128], wanted[64];

	(void)state;
	for (enum program_start start = 1; start < NR_PROGRAM_STARTS; start++) {
		snprintf(text, sizeof(text), "machine profile=uml pages=64 start_state=%s\ntick\n",
			 program_start_names[start]);
		snprintf(wanted, sizeof(wanted), "buddy_start_state(&sys, &config, \"%s\");",
			 program_start_names[start]);
		assert_emits(text, false, wanted);
		assert_emits(text, false, "BUDDY_BOOT_IMPORT");
		assert_emits(text, false, "--libs buddyfuzz-judge)");
	}
}

static void what_cannot_run_is_refused(void **state)
{
	static struct finding finding;

	(void)state;
	memset(&program.machine, 0, sizeof(program.machine));
	assert_false(emit_c_print(&program, "some.ops", false, stdout, &finding));
	assert_int_equal(finding.kind, FINDING_ERROR);
	assert_non_null(strstr(finding.text, "machine"));
}

static int end(void **state)
{
	(void)state;
	program_free(&program);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_are_those_of_the_core),
		cmocka_unit_test(the_judge_is_told),
		cmocka_unit_test(traps_are_expected),
		cmocka_unit_test(empty_slots_are_emptied),
		cmocka_unit_test(hooks_are_told_by_name),
		cmocka_unit_test(pieces_come_by_need),
		cmocka_unit_test(start_states_are_named),
		cmocka_unit_test(what_cannot_run_is_refused),
	};

	program_init(&program);
	return cmocka_run_group_tests_name("fuzz.emit_c", tests, NULL, end);
}
