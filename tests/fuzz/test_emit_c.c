/* SPDX-License-Identifier: MIT */
/* Emitted files: which parts, which calls, which answers, and rules that are those of rules.def. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fuzz/emit_c/emit_c.h"
#include "oracle/lang/text.h"

static struct program program;

static char *emit(const char *text, bool expects)
{
	struct emit_c_answers answers = { .of_ops = NULL };
	static struct finding finding;
	struct text_error error;
	char *emitted = NULL;
	size_t size;
	FILE *out;

	if (!text_parse(text, strlen(text), &program, &error))
		fail_msg("%s: %s", text, error.message);
	if (expects)
		assert_true(emit_c_record(&program, &answers, &finding));
	out = open_memstream(&emitted, &size);
	assert_true(emit_c_print(&program, "some.ops", expects ? &answers : NULL, out));
	fclose(out);
	emit_c_answers_free(&answers);
	return emitted;
}

static void assert_emits(const char *text, bool expects, const char *wanted)
{
	char *emitted = emit(text, expects);

	if (!strstr(emitted, wanted))
		print_error("no '%s' in:\n%s", wanted, strstr(emitted, "make_machine"));
	assert_non_null(strstr(emitted, wanted));
	free(emitted);
}

/* Drops blanks and quotes, so that a literal in pieces is one again. */
static void squeeze(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++)
		if (!isspace((unsigned char)*from) && *from != '"')
			*to++ = *from;
	*to = '\0';
}

/* However it is broken into lines. */
static void assert_emits_squeezed(const char *text, const char *wanted)
{
	char *emitted = emit(text, false), squeezed[256];

	snprintf(squeezed, sizeof(squeezed), "%s", wanted);
	squeeze(squeezed);
	squeeze(emitted);
	if (!strstr(emitted, squeezed))
		print_error("no '%s'\n", squeezed);
	assert_non_null(strstr(emitted, squeezed));
	free(emitted);
}

static void calls_name_everything(void **state)
{
	static const char machine[] = "machine profile=x86_64 pages=4096 cpus=2 nodes=1\n";
	static const struct {
		const char *op, *call;
	} cases[] = {
		{ "r3 = alloc_pages order=2 gfp=GFP_KERNEL|__GFP_ZERO node=0 cpu=1",
		  "\top_alloc_pages(3, 2, GFP_KERNEL | __GFP_ZERO, 0, 1);\n" },
		{ "r0 = page_frag_alloc size=64 gfp=GFP_NOWAIT",
		  "\top_page_frag_alloc(0, 64, GFP_NOWAIT, CPU_CURRENT);\n" },
		{ "r9 = alloc_pages_bulk_array count=3 gfp=GFP_ATOMIC",
		  "\top_alloc_pages_bulk_array(9, 3, GFP_ATOMIC, NODE_LOCAL, CPU_CURRENT);\n" },
		{ "get_page r1 page=4", "\top_get_page(1, 4);\n" },
		{ "task value=17", "\top_task(PF_MEMALLOC, true, false, false, false);\n" },
		{ "task value=0", "\top_task(0, false, false, false, false);\n" },
		{ "sysctl vm.min_free_kbytes=512",
		  "\top_sysctl(SYSCTL_MIN_FREE_KBYTES, 0, 512);\n" },
		{ "! free_foreign value=4097 order=1", "\top_free_foreign(1, 1, CPU_CURRENT);\n" },
		{ "nop", "\top_nop();\n" },
		{ "set_pageblock_type r0 type=cma", "\top_set_pageblock_type(0, MIGRATE_CMA);\n" },
		{ "tick", "\tconfig.nr_cpus = 2;\n" },
		{ "tick", "buddy_config_x86_64(0, 4096);\n" },
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "%s%s\n", machine, cases[i].op);
		assert_emits(text, false, cases[i].call);
	}
	/* No CMA, no such type: the op never fits, and no function of it is left unused. */
	assert_emits("machine profile=uml pages=64 -cma\nset_pageblock_type r0 type=cma\n", false,
		     "\top_nop();\n");
}

static void parts_come_by_need(void **state)
{
	char *emitted = emit("machine profile=uml pages=64\nget_page r0\n", false);

	(void)state;
	assert_non_null(strstr(emitted, "static int64_t op_get_page("));
	assert_non_null(strstr(emitted, "static struct frame *reference("));
	assert_null(strstr(emitted, "op_put_page"));
	assert_null(strstr(emitted, "hold_block"));
	assert_null(strstr(emitted, "expect"));
	assert_null(strstr(emitted, "@"));
	assert_null(strstr(emitted, "\n\n\n"));
	free(emitted);
}

static void hooks_are_told_by_name(void **state)
{
	static const char machine[] = "machine profile=x86_64 pages=4096 nodes=1\n";
	static const struct {
		uint32_t value;
		const char *members;
	} cases[] = {
		{ 0, "0" },
		{ 5, ".reclaims = 5" },
		{ 8 | 128 * 3, ".compactions = 3, .compacted = COMPACT_SKIPPED" },
		{ 8, "0" }, /* it never answers that */
		{ 8 * 8 | 128 | 1024,
		  ".compactions = 1, .compacted = COMPACT_SUCCESS, .captures = true" },
		{ 2048 * 2 | 8192, ".oom_kills = 2, .barred_nodes = 0x55u" },
		{ 8192 * 2 | 32768 * 3, ".barred_nodes = 0xaau, .dirty_nodes = 0xffu" },
		{ 131072 * 5, "0" },
		{ 131072 * 6, ".node_reclaim = NODE_RECLAIM_NOSCAN" },
		{ 131072 * 4 | 1048576 * 7,
		  ".node_reclaim = NODE_RECLAIM_SUCCESS, .fail_every = 7" },
		{ 8388608 * 2, ".reclaimable = 4096" },
		{ 33554432 | 67108864, ".absent = true, .locks = true" },
	};
	char text[256], wanted[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "%shook_answers value=1\nhook_answers value=%u\n",
			 machine, cases[i].value);
		snprintf(wanted, sizeof(wanted), "op_hook_answers((struct answers){%s});",
			 cases[i].members);
		assert_emits_squeezed(text, wanted);
	}
	snprintf(text, sizeof(text), "%shook_answers value=0\n", machine);
	assert_emits(text, false, "\top_nop();\n");
}

static void hooks_come_by_need(void **state)
{
	static const char machine[] = "machine profile=uml pages=64\n";
	char text[128], *emitted;

	(void)state;
	emitted =
		emit("machine profile=uml pages=64\nr0 = get_zeroed_page gfp=GFP_KERNEL\n", false);
	assert_null(strstr(emitted, "hook_reclaim"));
	assert_null(strstr(emitted, "in_cpuset"));
	assert_non_null(strstr(emitted, "hook_nofail_wait"));
	free(emitted);
	for (uint32_t locks = 0; locks < 2; locks++) {
		snprintf(text, sizeof(text), "%shook_answers value=%u\n", machine,
			 locks ? 67108864u : 1u);
		emitted = emit(text, false);
		assert_non_null(strstr(emitted, "install_answers(&told);"));
		assert_null(strstr(emitted, "in_cpuset")); /* nobody asks for memory */
		assert_null(strstr(emitted, "@"));
		assert_int_equal(strstr(emitted, "check_no_lock(") != NULL, locks);
		free(emitted);
	}
}

static void start_comes_by_need(void **state)
{
	char text[128], call[64], recipe[64], *emitted;

	(void)state;
	for (enum program_start start = 0; start < NR_PROGRAM_STARTS; start++) {
		snprintf(text, sizeof(text), "machine profile=uml pages=64 start_state=%s\ntick\n",
			 program_start_names[start]);
		emitted = emit(text, false);
		assert_int_equal(strstr(emitted, "BUDDY_BOOT_IMPORT") != NULL,
				 start != START_FRESH);
		for (enum program_start other = 1; other < NR_PROGRAM_STARTS; other++) {
			const char *name = program_start_names[other];

			snprintf(call, sizeof(call), "start_used(&config, size, recipe_%s);", name);
			snprintf(recipe, sizeof(recipe), "void recipe_%s(", name);
			assert_int_equal(strstr(emitted, call) != NULL, start == other);
			assert_int_equal(strstr(emitted, recipe) != NULL, start == other);
		}
		assert_null(strstr(emitted, "@"));
		assert_null(strstr(emitted, "#include \"diff"));
		assert_null(strstr(emitted, "recipe_none"));
		free(emitted);
	}
}

static void answers_are_recorded(void **state)
{
	static const char text[] = "machine profile=uml pages=64\n"
				   "r0 = alloc_pages order=3 gfp=GFP_KERNEL\n"
				   "free_pages r5\n"
				   "get_page r0\n"
				   "r1 = alloc_pages_bulk_list count=3 gfp=GFP_KERNEL\n"
				   "r9 = alloc_pages order=9 gfp=GFP_NOWAIT\n";

	(void)state;
	assert_emits(text, true, "\texpect(op_free_pages(5, CPU_CURRENT), SKIPPED);\n");
	assert_emits(text, true, "\texpect(op_get_page(0, 0), 2);\n");
	assert_emits(text, true,
		     "GFP_KERNEL, NODE_LOCAL, CPU_CURRENT), 3);\n"
		     "\texpect_slots(1, 3, (const pfn_t[]){ ");
	assert_emits(text, true,
		     "\texpect(op_alloc_pages(9, 9, GFP_NOWAIT, NODE_LOCAL, CPU_CURRENT), -1);\n");
}

static void rules_are_those_of_the_oracle(void **state)
{
	char *emitted = emit("machine profile=uml pages=64\n"
			     "r0 = alloc_pages order=0 gfp=GFP_KERNEL\n"
			     "r1 = alloc_pages_exact size=8192 gfp=GFP_KERNEL\n"
			     "r2 = alloc_pages_bulk_list count=2 gfp=GFP_KERNEL\n"
			     "r4 = page_frag_alloc size=64 gfp=GFP_KERNEL\n"
			     "! double_free r0\n",
			     false);
	char call[512];
	uint32_t nr = 0;

	(void)state;
	squeeze(emitted);
	for (uint32_t rule = 0; rule < NR_RULES; rule++) {
		if (!emit_c_asks(rule_name((enum rule_id)rule)))
			continue;
		snprintf(call, sizeof(call), "fail(%s,%s,", rule_name((enum rule_id)rule),
			 rule_sentence((enum rule_id)rule));
		squeeze(call);
		if (!strstr(emitted, call))
			print_error("%s has another sentence\n", rule_name((enum rule_id)rule));
		assert_non_null(strstr(emitted, call));
		nr++;
	}
	free(emitted);
	assert_int_equal(nr, NR_RULES - 3); /* no watermarks, no reasons, no effects */
	assert_true(emit_c_asks("buddies_merged/end"));
	assert_false(emit_c_asks("watermark_decision/alloc_pages"));
	assert_false(emit_c_asks("failure_justified"));
	assert_false(emit_c_asks("buddies"));
	assert_false(emit_c_asks(""));
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
		cmocka_unit_test(calls_name_everything),
		cmocka_unit_test(parts_come_by_need),
		cmocka_unit_test(hooks_are_told_by_name),
		cmocka_unit_test(hooks_come_by_need),
		cmocka_unit_test(start_comes_by_need),
		cmocka_unit_test(answers_are_recorded),
		cmocka_unit_test(rules_are_those_of_the_oracle),
	};

	program_init(&program);
	return cmocka_run_group_tests_name("fuzz.emit_c", tests, NULL, end);
}
