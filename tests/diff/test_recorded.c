/* SPDX-License-Identifier: MIT */
/*
 * The parser of recordings: a small one that is right, the same with one thing wrong at a time, and
 * with bytes changed at random. Then a real one, replayed on the core as it is and with one answer
 * forged.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff/recorded/recorded.h"
#include "tests/diff/programs.h"

#define REAL_RECORDING BUDDY_SOURCE_DIR "/corpus/linux/streams/base128-b02-0-cma-655384-120.txt.gz"

static const char snap[] = "zone 0 Normal node 0 start 0 spanned 4096 present 4096 managed 4000\n"
			   "wmark 0 min 10 low 12 high 14 promo 16 boost 0\n"
			   "reserve 0 0 0\n"
			   "stat 0 free 1031 cma 0 highatomic 0 isolate 0 flags 0\n"
			   "area 0 0 nr_free 1\n"
			   "fl 0 0 0 7\n"
			   "area 0 1 nr_free 3\n"
			   "fl 0 1 0 8\n"
			   "fl 0 1 1 2050 2048\n"
			   "area 0 10 nr_free 1\n"
			   "fl 0 10 1 1024\n"
			   "pcp 0 0 count 3 batch 1 high 12 free_factor 0\n"
			   "pl 0 0 0 100:0 101:4\n"
			   "pl 0 0 1 102:1\n"
			   "pb 0 0112\n"
			   "mov 0 200+5 300+1\n"
			   "ENDSNAP\n";
static const char head[] = "ORACLE 1 kernel 6.1.192 machine x86_64 pageblock_order 10 max_order 11 "
			   "mtypes 6 pcp_lists 12 "
			   "zones 2 boost_factor 15000 mobility_off 0 smp 0 nofragment 0 cma 1 "
			   "irqoff 1 cpu 0 online 1\n";
static const char results[] = "RESULTS 10\n"
			      "A 0 0 cc0 = 100 1031/2\n"
			      "A 1 2 cc0 = 0 1031/2\n"
			      "F 1 = 0 1031/2\n"
			      "B 2 3 cc0 = 2 1030/1 : 101 103\n"
			      "A 5 10 cc0 = 1024 6/1\n"
			      "c 5 4 = 1 1030/1\n"
			      "R 0 4 = 3 1030/4\n"
			      "D = 1 1034/0\n"
			      "A 6 1 cc0 = 8 1032/0\n"
			      "S 6 = 1 1032/0\n"
			      "EVENTS 4:1 10:1\n"
			      "TIME cycles 1 ops 10\n"
			      "END\n";

static char text[8192];
static size_t size;
static char error[256];
static struct recorded recorded;

static void build(const char *from, const char *to)
{
	char *at;

	size = (size_t)snprintf(text, sizeof(text), "%sSNAP initial\n%sSNAP final\n%s%s", head,
				snap, snap, results);
	if (!from)
		return;
	at = strstr(text, from);
	assert_non_null(at);
	memmove(at + strlen(to), at + strlen(from), strlen(at + strlen(from)) + 1);
	memcpy(at, to, strlen(to));
	size = strlen(text);
}

static void replace_all(const char *from, const char *to)
{
	size_t old = strlen(from), new = strlen(to);

	for (char *at = strstr(text, from); at; at = strstr(at + new, from)) {
		memmove(at + new, at + old, strlen(at + old) + 1);
		memcpy(at, to, new);
	}
	size = strlen(text);
}

static bool parse(void)
{
	error[0] = '\0';
	return recorded_parse(text, size, &recorded, error, sizeof(error));
}

static void test_good(void **state)
{
	static const uint8_t codes[] = {
		OP_alloc_pages,   OP_alloc_pages,        OP_alloc_pages_bulk_array,
		OP_alloc_pages,   OP_set_pageblock_type, OP_free_pages,
		OP_release_pages, OP_drain_local_pages,  OP_alloc_pages,
		OP_split_page,
	};

	(void)state;
	build(NULL, NULL);
	assert_true(parse());
	assert_int_equal(recorded.nr_ops, 10);
	assert_int_equal(recorded.program.nr_ops, 10);
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(recorded.program.ops[i].code, codes[i]);
	assert_int_equal(recorded.program.ops[4].type, MIGRATE_CMA);
	assert_false(recorded.answers[4].counters);
	assert_int_equal(recorded.answers[5].op, 5);
	assert_int_equal(recorded.initial->nr_zones, 1);
	assert_int_equal(recorded.initial->zones[0].info.index, ZONE_NORMAL);
	assert_int_equal(recorded.initial->zones[0].lists[1][MIGRATE_MOVABLE].pfns[0], 2050);
	assert_int_equal(recorded.initial->zones[0].pcps[0].types[0].pfns[1], MIGRATE_CMA);
	assert_int_equal(recorded.initial->zones[0].lru.nr, 4);
	assert_int_equal(recorded.machine.nr_memory, 1);
	assert_true(recorded.machine.features & BUDDY_CMA);
	assert_false(recorded.machine.features & BUDDY_SMP);
	assert_null(recorded.stop_reason);
	recorded_free(&recorded);
}

#define SYSCTL(min_free, scale)                                             \
	"SYSCTL min_free_kbytes " min_free " watermark_scale_factor " scale \
	" percpu_pagelist_high_fraction 0 lowmem_reserve_ratio 256 256 32 0 0\n"

static const struct bad {
	const char *from, *to, *error;
} bad_recordings[] = {
	{ "ORACLE 1", "ORACLE 2", "line 1: expected '1'" },
	{ "pageblock_order 10", "pageblock_order 11", "line 1: pageblock_order 11" },
	{ "max_order 11", "max_order 12", "line 1: max_order 12" },
	{ "mtypes 6", "mtypes 5", "line 1: 5 migratetypes" },
	{ "zones 2", "zones 4", "line 1: 4 zone kinds" },
	{ "online 1", "online 99", "line 1: cpu 0 of 99" },
	{ "SNAP initial", "SNAP begin", "line 2: expected 'initial'" },
	{ "node 0", "node 8", "line 3: node 8" },
	{ "node 0", "node 1", "the two snapshots have different zones" },
	{ "spanned 4096", "spanned 4096000000", "line 3: zone 0 has an impossible size" },
	{ "wmark 0", "wmark 1", "line 4: zone 1 was not introduced" },
	{ "fl 0 0 0 7", "fl 0 11 0 7", "line 8: order 11" },
	{ "fl 0 0 0 7", "fl 0 0 6 7", "line 8: migratetype 6" },
	{ "fl 0 0 0 7", "fl 0 0 0 4096", "frame 4096 (free list) is outside its zone" },
	{ "fl 0 1 0 8", "fl 0 1 0 9", "frame 9 (free list) is not aligned" },
	{ "2050 2048", "2048 2048", "frame 2048 (free list) is listed twice" },
	{ "nr_free 3", "nr_free 4", "order 1 has nr_free 4 but 3 blocks" },
	{ "count 3 batch", "count 4 batch", "pcp count is 4 but its lists hold 3" },
	{ "pl 0 0 0 100", "pl 0 0 12 100", "line 15: pcp list 12" },
	{ "pl 0 0 0 100:0", "pl 0 0 0 100", "line 15: expected ':'" },
	{ "pb 0 0112", "pb 0 011", "line 17: expected 4 pageblocks, found 3" },
	{ "pb 0 0112", "pb 0 0192", "line 17: expected a legal type of pageblock 2" },
	{ "pb 0 0112", "pb 0 0-12", "lies in a hole" },
	{ "mov 0 200+5", "mov 0 7+1", "frame 7 (movable pages) is listed twice" },
	{ "RESULTS 10", "RESULTS 11", "line 49: expected an operation" },
	{ "A 0 0 cc0 = 100", "A 0 0 cc0 100", "line 39: expected '='" },
	{ "F 1 = 0", "F 1 = 1", "line 41: this free does not fit" },
	{ ": 101 103", ": 101", "line 42: a bulk request for 3 returned 2 but lists 1" },
	{ "A 6 1", "A 4294967295 1", "line 47: a handle number is too high" },
	{ "R 0 4 = 3", "R 0 4 = 4", "line 45: this release does not fit" },
	{ "c 5 4", "c 5 7", "line 44: this pageblock cannot be retyped" },
	{ "D = 1", "k 6 = 1", "line 46: the handle does not hold such a block" },
	{ "D = 1", "e 6 = 1", "line 46: the handle does not hold such a block" },
	{ "D = 1", "y 6 2 = 1", "line 46: the handle does not hold such a block" },
	{ "D = 1", "E 7 4194305 cc0 = 5", "line 46: so many bytes" },
	{ "D = 1", "K 7 0 a20 = 0", "line 46: a fragment has no bytes" },
	{ "D = 1", "K 7 64 a20 = 5", "line 46: expected ':'" },
	{ "D = 1", "b 7 2 cc0 = 1", "line 46: expected ':'" },
	{ "D = 1", "T 512 = 1", "line 46: unknown task flags" },
	{ "D = 1", "V 8 0 1 = 1", "line 46: there is no such sysctl" },
	{ "D = 1", "V 0 5 1 = 1", "line 46: there is no such sysctl" },
	{ "SNAP initial", SYSCTL("3000000000", "10") "SNAP initial", "line 2: min_free_kbytes" },
	{ "SNAP initial", SYSCTL("1024", "0") "SNAP initial", "watermark_scale_factor: must be" },
	{ "SNAP initial", "SYSCTL min_free 1\nSNAP initial", "line 2: expected 'min_free_kby" },
	{ "TIME cycles 1 ops 10\nEND\n", "TIME cycles 1 ops 10\n", "expected END, found the end" },
};

/* Letters and the line that came later; the core replays them in test_recorded_write.c. */
static void test_later_letters(void **state)
{
	static const uint8_t codes[] = {
		OP_alloc_pages_exact,
		OP_free_pages_exact,
		OP_page_frag_alloc,
		OP_page_frag_free,
		OP_page_frag_cache_drain,
		OP_alloc_pages_bulk_list,
		OP_task,
		OP_sysctl,
	};

	(void)state;
	build("D = 1 1034/0\n", "E 7 5000 cc0 = 12 1034/0\ne 7 = 1 1034/0\n"
				"K 7 64 a20 = 16 1034/0 : 4032\nk 7 = 1 1034/0\n"
				"C = 1 1034/0\nb 7 2 cc0 = 1 1034/0 : 20\n"
				"T 3 = 1 1034/0\nV 2 0 0 = 1 1034/0\nV 1 0 5000 = 0 1034/0\n");
	strstr(text, "RESULTS 10")[9] = '8';
	assert_true(parse());
	assert_int_equal(recorded.nr_ops, 18);
	assert_int_equal(recorded.program.nr_ops, 17); /* a refused sysctl is no op */
	for (size_t i = 0; i < sizeof(codes); i++)
		assert_int_equal(recorded.program.ops[7 + i].code, codes[i]);
	assert_int_equal(recorded.answers[9].offset_bytes, 4032);
	assert_int_equal(recorded.answers[9].pfn, 16);
	assert_int_equal(recorded.initial->boost_factor, 15000);
	assert_int_equal(recorded.final->boost_factor, 0);
	assert_false(recorded.header.has_sysctl);
	recorded_free(&recorded);
	build("SNAP initial", SYSCTL("1024", "20") "SNAP initial");
	assert_true(parse());
	assert_int_equal(recorded.machine.sysctl.min_free_kbytes, 1024);
	assert_int_equal(recorded.machine.sysctl.watermark_scale_factor, 20);
	assert_int_equal(recorded.machine.sysctl.watermark_boost_factor, 15000);
	recorded_free(&recorded);
}

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_recordings) / sizeof(bad_recordings[0]); i++) {
		const struct bad *bad = &bad_recordings[i];

		build(bad->from, bad->to);
		if (parse())
			fail_msg("'%s' for '%s' was accepted", bad->to, bad->from);
		if (!strstr(error, bad->error))
			fail_msg("'%s' for '%s': %s", bad->to, bad->from, error);
	}
}

/* GF-17 needs to know that there are other nodes. */
static void test_second_node(void **state)
{
	(void)state;
	build("smp 0", "smp 1");
	replace_all("node 0", "node 1");
	assert_true(parse());
	assert_int_equal(recorded.machine.nr_nodes, 2);
	assert_int_equal(recorded.machine.memory[0].node, 1);
	assert_int_equal(recorded.machine.cpu_node[0], 1);
	assert_int_equal(recorded.final->zones[0].info.node, 1);
	recorded_free(&recorded);
}

/* MM-14: the blocks behind the memory are as valid as the others, on a sparse memory map alone. */
static void test_section_behind_memory(void **state)
{
	(void)state;
	build(NULL, NULL);
	replace_all("spanned 4096 present 4096 managed 4000",
		    "spanned 5120 present 3000 managed 2900");
	replace_all("pb 0 0112", "pb 0 0112-");
	assert_false(parse());
	assert_non_null(strstr(error, "3000 present pages do not fit"));
	replace_all("smp 0", "smp 1");
	assert_true(parse());
	assert_int_equal(recorded.machine.nr_memory, 1);
	assert_int_equal(recorded.machine.memory[0].end_pfn, 3000);
	recorded_free(&recorded);
}

static void test_contig_stops(void **state)
{
	(void)state;
	build("D = 1", "X 9 512 64 1 = 512");
	assert_true(parse());
	assert_string_equal(recorded.stop_reason, "alloc_contig_range");
	assert_int_equal(recorded.stop_op, 7);
	assert_int_equal(recorded.program.nr_ops, 7);
	recorded_free(&recorded);
}

/* Cut anywhere: an error with a reason, never a crash, nothing leaks. */
static void test_truncated(void **state)
{
	(void)state;
	build(NULL, NULL);
	for (size_t whole = size; size > 0;) {
		size--;
		if (parse()) {
			assert_true(size == whole - 1); /* only the last newline may go */
			recorded_free(&recorded);
		} else {
			assert_int_equal(strncmp(error, "line ", 5), 0);
		}
	}
}

static void test_random_bytes(void **state)
{
	static const char alphabet[] = "0123456789 :/=+-\nABFXJflEKbkeTVyC";
	uint32_t random = 1, nr_good = 0, nr_bad = 0;

	(void)state;
	for (uint32_t i = 0; i < 20000; i++) {
		build(NULL, NULL);
		for (uint32_t k = 0; k < 1 + i % 3; k++) {
			random = random * 1664525u + 1013904223u;
			text[(random >> 8) % size] =
				i % 2 ? alphabet[(random >> 4) % (sizeof(alphabet) - 1)]
				      : (char)(random >> 24);
		}
		if (parse()) {
			nr_good++;
			recorded_free(&recorded);
		} else {
			nr_bad++;
			assert_int_equal(strncmp(error, "line ", 5), 0);
		}
	}
	assert_true(nr_good > 100 && nr_bad > 100);
}

static struct finding finding;

static bool replay(void)
{
	const struct subject_ops *subjects[] = { subject_recorded(), subject_core() };
	struct lockstep_options options = { .compare_counts = true, .recorded = &recorded };
	struct lockstep *lockstep =
		lockstep_create(subjects, 2, &options, NULL, error, sizeof(error));
	bool clean;

	assert_non_null(lockstep);
	clean = lockstep_run(lockstep, &recorded.program, recorded.initial, &finding);
	lockstep_free(lockstep);
	return clean;
}

static void test_real_recording(void **state)
{
	struct recorded_answer *answer;
	struct recorded_op *op;

	(void)state;
	assert_true(recorded_read_file(REAL_RECORDING, &recorded, error, sizeof(error)));
	assert_int_equal(recorded.nr_ops, 125);
	if (!replay())
		fail_msg("%s", finding.text);
	answer = &recorded.answers[3];
	answer->pfn++;
	assert_false(replay());
	assert_string_equal(finding.signature, "difference/alloc_pages");
	assert_int_equal(finding.op_index, 3);
	assert_false(finding.slow_path);
	answer->pfn--;
	op = &recorded.ops[recorded.answers[20].op];
	op->pcp_pages[0]++;
	assert_false(replay());
	assert_int_equal(finding.op_index, 20);
	recorded_free(&recorded);
}

static void test_recorded_wants_its_machine(void **state)
{
	const struct subject_ops *subjects[] = { subject_recorded() };
	struct lockstep_options options = { .judge = false };
	struct lockstep *lockstep =
		lockstep_create(subjects, 1, &options, NULL, error, sizeof(error));
	struct program program;

	(void)state;
	assert_non_null(lockstep);
	program_random(&program, 4096, 4, 1);
	assert_false(lockstep_run(lockstep, &program, NULL, &finding));
	assert_int_equal(finding.kind, FINDING_ERROR);
	lockstep_free(lockstep);
	program_free(&program);
}

static void test_unreadable_files(void **state)
{
	(void)state;
	assert_false(
		recorded_read_file(BUDDY_SOURCE_DIR "/absent", &recorded, error, sizeof(error)));
	assert_non_null(strstr(error, "cannot be opened"));
	assert_false(
		recorded_read_file(BUDDY_SOURCE_DIR "/LICENSE", &recorded, error, sizeof(error)));
	assert_non_null(strstr(error, "line 1: expected 'ORACLE'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_later_letters),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_second_node),
		cmocka_unit_test(test_section_behind_memory),
		cmocka_unit_test(test_contig_stops),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_random_bytes),
		cmocka_unit_test(test_real_recording),
		cmocka_unit_test(test_recorded_wants_its_machine),
		cmocka_unit_test(test_unreadable_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
