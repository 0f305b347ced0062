/* SPDX-License-Identifier: MIT */
/* Text is lossless, canonical when printed, and wrong text is refused at the right place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "oracle/lang/text.h"
#include "tests/fuzz/random_program.h"

static void random_programs_survive_text(void **state)
{
	struct program program, parsed;
	struct random random = { 11 };
	struct text_error error;

	(void)state;
	program_init(&program);
	program_init(&parsed);
	for (int i = 0; i < 10000; i++) {
		size_t size = 0;

		random_program(&random, 24, &program);
		char *text = print_program(&program, &size);

		if (!text_parse(text, size, &parsed, &error))
			fail_msg("%u:%u: %s in\n%s", error.line, error.column, error.message, text);
		assert_same_program(&program, &parsed);
		free(text);
	}
	program_free(&program);
	program_free(&parsed);
}

/* Lines that must come back as they are. */
static const char *const canonical[] = {
	"machine profile=uml pages=4096",
	"machine profile=x86_64 start=1 pages=64",
	"machine profile=debian pages=2048 +debug_vm cpus=4 pageblock=5",
	"machine profile=x86_64 memory=1+1023,2048+1024@1 nodes=2 cpus=2 cpu_node=0,1 "
	"distance=10,30/30,10",
	"machine profile=uml pages=512 zones=dma,dma32,normal,movable zone_end=dma:64,dma32:128",
	"machine profile=uml pages=512 struct_page=64 movablecore=128 kernelcore=64 "
	"reserved=1+7,64+64",
	"machine profile=uml pages=512 -cma -compaction vm.min_free_kbytes=0",
	"machine profile=x86_64 pages=512 -smp vm.min_free_kbytes=128 "
	"vm.watermark_scale_factor=200 "
	"vm.watermark_boost_factor=0 vm.percpu_pagelist_high_fraction=8 "
	"vm.lowmem_reserve_ratio=1,2,3,4,5",
	"nop",
	"r7 = alloc_pages order=3 gfp=GFP_KERNEL|__GFP_ZERO",
	"r7 = alloc_pages order=0 gfp=none node=0 cpu=0",
	"r0 = get_zeroed_page gfp=GFP_ATOMIC",
	"r0 = alloc_pages_exact size=6144 gfp=GFP_USER",
	"r0 = alloc_pages_bulk_array count=12 gfp=GFP_KERNEL",
	"r3 = alloc_pages_bulk_list count=4 gfp=GFP_NOWAIT",
	"r3 = page_frag_alloc size=256 gfp=GFP_ATOMIC",
	"machine profile=uml pages=512 pageblock=5 start_state=fragmented",
	"machine profile=x86_64 pages=4096 cpus=2 start_state=low",
	"machine profile=uml start=7 pages=4096 start_state=boosted",
	"free_pages r1000000",
	"free_pages_exact r1",
	"free_page r1 page=5",
	"free_page r1",
	"get_page r1",
	"put_page r1 page=2 cpu=0",
	"get_page_unless_zero r9",
	"split_page r2",
	"release_pages r0 count=16",
	"page_frag_free r3",
	"page_frag_cache_drain",
	"set_lru r4",
	"drain_local_pages cpu=0",
	"drain_all_pages",
	"set_pageblock_type r0 type=cma",
	"sysctl vm.min_free_kbytes=1024",
	"sysctl vm.min_free_kbytes=-5",
	"sysctl vm.lowmem_reserve_ratio[2]=32",
	"cpu cpu=0",
	"tick",
	"task flags=none",
	"task flags=memalloc|interrupt",
	"task flags=nofs|oom_victim|0xc00",
	"hook_answers",
	"hook_answers reclaim=3 compact=success compact_times=2 capture=1 oom=1 cpuset=2 dirty=1 "
	"node_reclaim=some fail=5 reclaimable=2 absent=1 sync=1",
	"hook_answers compact=9 node_reclaim=7",
	"hook_answers sync=1 value=134217728",
	"! double_free r1",
	"! free_wrong_order r1 order=2",
	"! free_foreign value=77 order=1",
	"! free_tail r1 page=3",
	"! free_referenced r1 cpu=0",
};

static void printed_lines_are_canonical(void **state)
{
	struct program program;

	(void)state;
	program_init(&program);
	for (size_t i = 0; i < sizeof(canonical) / sizeof(canonical[0]); i++) {
		char text[TEXT_MACHINE_MAX];

		parse_text(canonical[i], &program);
		if (program.nr_ops)
			text_format_op(&program.ops[0], text);
		else
			text_format_machine(&program, text);
		assert_string_equal(text, canonical[i]);
	}
	program_free(&program);
}

static void spelling_is_free(void **state)
{
	struct program a, b;

	(void)state;
	program_init(&a);
	program_init(&b);
	parse_text("machine start_state=fresh profile=uml pages=0x1000 vm.min_free_kbytes=auto\n"
		   "r1 = alloc_pages order=2 gfp=GFP_KERNEL cpu=0\n! double_free r1\n",
		   &a);
	parse_text("# a comment\n\n  machine\r\n\tr1=alloc_pages cpu=0   gfp=0xcc0 order=0x2 # "
		   "more\n!double_free r1",
		   &b);
	assert_same_program(&a, &b);
	parse_text("", &a);
	assert_int_equal(a.nr_ops, 0);
	program_free(&a);
	program_free(&b);
}

static const struct {
	const char *text;
	uint32_t line, column;
	const char *message;
} mistakes[] = {
	{ "fre_pages r0", 1, 1, "expected an operation, got 'fre_pages'" },
	{ "tick\n\n# x\n  bogus", 4, 3, "expected an operation, got 'bogus'" },
	{ "free_pages", 1, 11, "expected a slot such as r0, got the end of the line" },
	{ "free_pages x0", 1, 12, "expected a slot such as r0, got 'x0'" },
	{ "free_pages r", 1, 12, "expected a slot such as r0, got 'r'" },
	{ "free_pages r99999999999", 1, 13,
	  "expected a slot number (0 to 16777215), got '99999999999'" },
	{ "free_pages r0 r1", 1, 15, "expected the end of the line or cpu=, got 'r1'" },
	{ "r0 = alloc_pages gfp=none", 1, 26, "expected order=, got the end of the line" },
	{ "r0 = alloc_pages order=1", 1, 25, "expected gfp=, got the end of the line" },
	{ "r0 = alloc_pages order=1 order=2 gfp=none", 1, 26,
	  "expected the end of the line or gfp= or node= or cpu=, got 'order=2'" },
	{ "r0 = alloc_pages order=x gfp=none", 1, 24, "expected an order (0 to 255), got 'x'" },
	{ "r0 = alloc_pages order=256 gfp=none", 1, 24, "expected an order (0 to 255), got '256'" },
	{ "r0 = alloc_pages order gfp=none", 1, 23, "expected '=', got the end of the line" },
	{ "r0 = alloc_pages order=0 gfp=GFP_KERNEL|GFP_BOGUS", 1, 41,
	  "expected gfp flags such as GFP_KERNEL|__GFP_ZERO or none, got 'GFP_BOGUS'" },
	{ "r0 = alloc_pages order=0 gfp=none cpu=1", 1, 39,
	  "expected a cpu of the machine (0 to 0), got '1'" },
	{ "r0 = alloc_pages order=0 gfp=none node=1", 1, 40,
	  "expected a node of the machine (0 to 0), got '1'" },
	{ "alloc_pages order=0 gfp=none", 1, 1,
	  "expected 'rN =' in front of an allocation, got 'alloc_pages'" },
	{ "r0 = free_pages r0", 1, 1, "expected no 'rN =': nothing is allocated, got 'r0'" },
	{ "double_free r0", 1, 1,
	  "expected '!' in front of a deliberate misuse, got 'double_free'" },
	{ "! free_pages r0", 1, 1, "expected no '!': this is not a misuse, got '!'" },
	{ "set_pageblock_type r0 type=moveable", 1, 28,
	  "expected a migratetype (unmovable, movable, reclaimable, highatomic, cma, isolate), got "
	  "'moveable'" },
	{ "sysctl vm.bogus=1", 1, 8,
	  "expected a sysctl such as vm.min_free_kbytes, got 'vm.bogus=1'" },
	{ "sysctl vm.min_free_kbytes", 1, 26, "expected '=' and a value, got the end of the line" },
	{ "sysctl vm.min_free_kbytes=many", 1, 27, "expected a number of 32 bits, got 'many'" },
	{ "sysctl vm.lowmem_reserve_ratio=1", 1, 31, "expected [index] of a zone kind, got '=1'" },
	{ "sysctl vm.lowmem_reserve_ratio[1=1", 1, 32, "expected an index (0 to 255), got '1=1'" },
	{ "task", 1, 5, "expected flags=, got the end of the line" },
	{ "task flags=nofs|idle", 1, 17,
	  "expected flags of a task such as memalloc|nofs or none, got 'idle'" },
	{ "task flags=nofs|", 1, 17,
	  "expected flags of a task such as memalloc|nofs or none, got the end of the line" },
	{ "task flags=0x200000000", 1, 12, "expected a flag (0 to 4294967295), got '0x200000000'" },
	{ "task flags=nofs value=1", 1, 17, "expected the end of the line, got 'value=1'" },
	{ "hook_answers reclaim=8", 1, 22, "expected a number (0 to 7), got '8'" },
	{ "hook_answers reclaim", 1, 21, "expected '=', got the end of the line" },
	{ "hook_answers node_reclaim=most", 1, 27,
	  "expected an answer (off, noscan, full, some, success), got 'most'" },
	{ "hook_answers compact=16", 1, 22, "expected an answer (0 to 15), got '16'" },
	{ "hook_answers value=0 reclaim=1 reclaim=2", 1, 32,
	  "expected the end of the line or compact= or compact_times= or capture= or oom= or "
	  "cpuset= or dirty= or node_reclaim= or fail= or reclaimable= or absent= or sync=, got "
	  "'reclaim=2'" },
	{ "tick\nmachine", 2, 1,
	  "expected an operation: the machine comes once, before all operations, got 'machine'" },
	{ "machine\nmachine", 2, 1,
	  "expected an operation: the machine comes once, before all operations, got 'machine'" },
	{ "machine profile=vax", 1, 17, "expected a profile (uml, x86_64, debian), got 'vax'" },
	{ "machine start_state=hot", 1, 21,
	  "expected a start state (fresh, fragmented, low, boosted), got 'hot'" },
	{ "machine colour=red", 1, 9,
	  "expected a key of the machine line (cpus=, memory=, nodes= or another of "
	  "`buddy help machine`), got 'colour=red'" },
	{ "machine vm.min_free=9", 1, 9,
	  "expected a key of the machine line (vm.min_free_kbytes=, memory=, profile= or another "
	  "of `buddy help machine`), got 'vm.min_free=9'" },
	{ "machine zoneend=dma:9", 1, 9,
	  "expected a key of the machine line (zone_end=, zones=, nodes= or another of `buddy help "
	  "machine`), got 'zoneend=dma:9'" },
	{ "machine fast", 1, 9, "expected key=value, +feature or -feature, got 'fast'" },
	{ "machine +turbo", 1, 10,
	  "expected a feature (smp, numa, cma, thp, compaction, sparsemem, debug_vm, "
	  "mobility_off), got 'turbo'" },
	{ "machine cpus=1 pages=64", 1, 16,
	  "expected profile=, start=, pages= and memory= before other keys, got 'pages=64'" },
	{ "machine memory=1+2,x", 1, 20,
	  "expected START+LENGTH in pages (0 to 4294967295), got 'x'" },
	{ "machine memory=1", 1, 17,
	  "expected '+' and a length in pages, got the end of the line" },
	{ "machine zones=normal,fast", 1, 22,
	  "expected a zone (dma, dma32, normal, movable, device), got 'fast'" },
	{ "machine zone_end=movable:1", 1, 18,
	  "expected a zone (dma, dma32, normal), got 'movable:1'" },
	{ "machine vm.lowmem_reserve_ratio=1,2", 1, 36,
	  "expected ',' and a number for each zone kind, got the end of the line" },
	{ "machine vm.lowmem_reserve_ratio=1,2,3,4,5,6", 1, 42,
	  "expected no more numbers, got ',6'" },
	{ "machine pageblock=11", 1, 1,
	  "no such machine can boot: pageblock_order: must be 1 to 10" },
	{ "machine cpus=0", 1, 1, "no such machine can boot: nr_cpus: must be 1 to 16" },
	{ "tick \x01\x02", 1, 6, "expected the end of the line, got '\?\?'" },
};

/* Values of task and hook_answers, whatever they are, are themselves after print and parse. */
static void values_are_lossless(void **state)
{
	static const enum op_code codes[] = { OP_task, OP_hook_answers };
	struct program program;
	struct random random = { 13 };
	char text[TEXT_OP_MAX];

	(void)state;
	program_init(&program);
	for (uint32_t i = 0; i < 200000; i++) {
		struct op op = op_make(codes[i % 2]);

		op.value = random_u32(&random) & (i % 4 < 2 ? UINT32_MAX : OP_HOOKS_MASK);
		if (i % 8 >= 6)
			op.value = 1u << i / 8 % 32;
		text_format_op(&op, text);
		parse_text(text, &program);
		assert_int_equal(program.nr_ops, 1);
		assert_memory_equal(&program.ops[0], &op, sizeof(op));
		snprintf(text, sizeof(text), "%s value=%u", op_table[op.code].name, op.value);
		parse_text(text, &program);
		assert_memory_equal(&program.ops[0], &op, sizeof(op));
	}
	program_free(&program);
}

static void mistakes_are_told_with_their_place(void **state)
{
	struct program program;
	struct text_error error;

	(void)state;
	program_init(&program);
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		if (text_parse(mistakes[i].text, strlen(mistakes[i].text), &program, &error))
			fail_msg("accepted: %s", mistakes[i].text);
		assert_string_equal(error.message, mistakes[i].message);
		if (error.line != mistakes[i].line || error.column != mistakes[i].column)
			fail_msg("%u:%u instead of %u:%u in: %s", error.line, error.column,
				 mistakes[i].line, mistakes[i].column, mistakes[i].text);
	}
	program_free(&program);
}

/* Text cut short, with wrong bytes or a NUL in it: an answer, and never a read behind the end. */
static void damaged_text_is_answered(void **state)
{
	struct program program;
	struct random random = { 12 };
	struct text_error error;

	(void)state;
	program_init(&program);
	for (size_t i = 0; i < 3000; i++) {
		size_t size = 0;

		random_program(&random, 8, &program);
		char *text = print_program(&program, &size);
		size_t cut = random_u32(&random) % (size + 1);
		char *exact = malloc(cut + !cut);

		memcpy(exact, text, cut);
		for (size_t j = 0; cut && j < i % 4; j++)
			exact[random_u32(&random) % cut] = (char)random_u32(&random);
		if (!text_parse(exact, cut, &program, &error)) {
			assert_true(error.line > 0 && error.column > 0);
			assert_true(error.message[0] != '\0');
		}
		free(exact);
		free(text);
	}
	program_free(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_programs_survive_text),
		cmocka_unit_test(printed_lines_are_canonical),
		cmocka_unit_test(spelling_is_free),
		cmocka_unit_test(values_are_lossless),
		cmocka_unit_test(mistakes_are_told_with_their_place),
		cmocka_unit_test(damaged_text_is_answered),
	};

	return cmocka_run_group_tests_name("fuzz.text", tests, NULL, NULL);
}
