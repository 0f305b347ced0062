/* SPDX-License-Identifier: MIT */
/*
 * Recordings written: real ones come back byte for byte, runs of the core come back equal and
 * replay exactly, and what the format has no letter for is left out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diff/recorded/recorded_write.h"
#include "diff/recorded/recorder.h"
#include "fuzz/input/file.h"
#include "oracle/lang/text.h"
#include "fuzz/workload/workload.h"
#include "tests/diff/programs.h"

#define STREAMS BUDDY_SOURCE_DIR "/corpus/linux/streams/"
#define NR_OPS 800

static char error[512];
static struct recorder recorder;

static char *write_text(const struct recorded *recorded, size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);

	assert_non_null(out);
	assert_true(recorded_write(recorded, out));
	assert_int_equal(fclose(out), 0);
	return text;
}

/* Events and cycles are not kept. */
static size_t without_tail(const char *text)
{
	const char *tail = strstr(text, "\nEVENTS");

	assert_non_null(tail);
	return (size_t)(tail - text);
}

static void test_real_recordings_come_back(void **state)
{
	static const char *const paths[] = {
		STREAMS "base128-b02-0-cma-655384-120.txt.gz",
		STREAMS "base128-b07-1-lru-189473-50.txt.gz",
		STREAMS "base128-b09-1-fragment-722274-50.txt.gz",
		STREAMS "mov128-b06-1-pcp-123391-50.txt.gz",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct recorded recorded;
		size_t size, again_size;
		char *text = (char *)file_read(paths[i], &size, error, sizeof(error)), *again;

		assert_non_null(text);
		assert_true(recorded_parse(text, size, &recorded, error, sizeof(error)));
		again = write_text(&recorded, &again_size);
		text[size - 1] = '\0';
		assert_int_equal(without_tail(text), without_tail(again));
		assert_memory_equal(text, again, without_tail(text));
		recorded_free(&recorded);
		free(again);
		free(text);
	}
}

/* ---- the core's own ---- */

static void parse_program(const char *text, struct program *program)
{
	struct text_error where;

	program_init(program);
	if (!text_parse(text, strlen(text), program, &where))
		fail_msg("line %u: %s", where.line, where.message);
}

static void assert_same_ops(const struct recorded *a, const struct recorded *b)
{
	assert_int_equal(a->nr_ops, b->nr_ops);
	assert_int_equal(a->pfns.nr, b->pfns.nr);
	for (size_t i = 0; i < a->nr_ops; i++) {
		struct recorded_op op = b->ops[i];

		op.line = a->ops[i].line;
		if (!a->ops[i].nr_pfns)
			op.first_pfn = a->ops[i].first_pfn;
		assert_memory_equal(&a->ops[i], &op, sizeof(op));
	}
	for (size_t i = 0; i < a->pfns.nr; i++)
		assert_int_equal(a->pfns.pfns[i], b->pfns.pfns[i]);
}

static void assert_replays(const struct recorded *recorded)
{
	static struct finding finding;
	const struct subject_ops *subjects[] = { subject_recorded(), subject_core() };
	struct lockstep_options options = { .compare_counts = true, .recorded = recorded };
	struct lockstep *lockstep =
		lockstep_create(subjects, 2, &options, NULL, error, sizeof(error));
	struct snapshot *end = calloc(1, sizeof(*end));

	assert_non_null(lockstep);
	assert_non_null(end);
	if (!lockstep_run(lockstep, &recorded->program, recorded->initial, &finding))
		fail_msg("%s", finding.text);
	assert_true(snapshot_take(end, lockstep_view(lockstep, 1)));
	if (!snapshot_equal(recorded->final, end, error, sizeof(error)))
		fail_msg("the end: %s", error);
	snapshot_free(end);
	free(end);
	lockstep_free(lockstep);
}

/* Records, writes, reads, compares, replays. The text, to be freed. */
static char *check_round_trip(const struct program *program, size_t *size)
{
	struct recorded recorded, again;
	char *text;

	recorder.ops = subject_core();
	if (!recorder_run(&recorder, program, &recorded, error, sizeof(error)))
		fail_msg("%s", error);
	text = write_text(&recorded, size);
	if (!recorded_parse(text, *size, &again, error, sizeof(error)))
		fail_msg("%s", error);
	if (!snapshot_equal(recorded.initial, again.initial, error, sizeof(error)) ||
	    !snapshot_equal(recorded.final, again.final, error, sizeof(error)))
		fail_msg("%s", error);
	assert_same_ops(&recorded, &again);
	assert_replays(&again);
	recorded_free(&again);
	recorded_free(&recorded);
	return text;
}

/* A line of RESULTS for every letter. */
static void test_every_letter(void **state)
{
	static const char source[] = "machine profile=uml start=1024 pages=8192 movablecore=2048\n"
				     "r0 = alloc_pages order=10 gfp=GFP_KERNEL\n"
				     "set_pageblock_type r0 type=cma\n"
				     "free_pages r0\n"
				     "r1 = alloc_pages_exact size=20480 gfp=GFP_KERNEL\n"
				     "free_pages_exact r1\n"
				     "r1 = alloc_pages_exact size=12288 gfp=GFP_KERNEL\n"
				     "free_page r1 page=1\n"
				     "r2 = alloc_pages_bulk_list count=5 gfp=GFP_HIGHUSER_MOVABLE\n"
				     "r7 = alloc_pages_bulk_array count=6 gfp=GFP_KERNEL\n"
				     "r13 = page_frag_alloc size=1024 gfp=GFP_ATOMIC\n"
				     "r14 = page_frag_alloc size=512 gfp=GFP_ATOMIC\n"
				     "page_frag_free r13\n"
				     "page_frag_cache_drain\n"
				     "r15 = get_zeroed_page gfp=GFP_HIGHUSER\n"
				     "set_lru r15\n"
				     "r16 = alloc_pages order=3 gfp=GFP_KERNEL\n"
				     "split_page r16\n"
				     "sysctl vm.watermark_boost_factor=0\n"
				     "sysctl vm.min_free_kbytes=2048\n"
				     "sysctl vm.watermark_scale_factor=5000\n"
				     "task value=1\n"
				     "r17 = alloc_pages order=0 gfp=GFP_ATOMIC\n"
				     "get_page r17\n"
				     "free_pages r17\n"
				     "put_page r17\n"
				     "release_pages r2 count=5\n"
				     "drain_local_pages\n"
				     "drain_all_pages\n";
	static const char letters[] = "AyFEeEfbBKKkCALASVVVTAGFPRDd";
	struct program program;
	const char *at;
	char *text;
	size_t size;

	(void)state;
	parse_program(source, &program);
	text = check_round_trip(&program, &size);
	assert_int_equal(recorder.nr_left_out, 0);
	assert_int_equal(recorder.nr_unfit, 0);
	at = strstr(text, "RESULTS 28\n");
	assert_non_null(at);
	for (const char *letter = letters; *letter; letter++) {
		at = strchr(at, '\n') + 1;
		assert_int_equal(*at, *letter);
	}
	assert_non_null(strstr(text, "\nV 1 0 5000 = 0 "));
	assert_non_null(strstr(text, "\nA 15 0 100dc0 = "));
	assert_non_null(strstr(text, "\nSYSCTL min_free_kbytes "));
	free(text);
	program_free(&program);
}

/* What a sysctl recomputes depends on settings that no op of the program has made. */
static void test_settings_in_force(void **state)
{
	static const char source[] = "machine profile=uml start=1024 pages=8192 "
				     "vm.lowmem_reserve_ratio=64,64,16,0,0\n"
				     "sysctl vm.watermark_scale_factor=20\n";
	struct program program;
	char *text;
	size_t size;

	(void)state;
	parse_program(source, &program);
	text = check_round_trip(&program, &size);
	assert_non_null(strstr(text, " lowmem_reserve_ratio 64 64 16 0 0\n"));
	free(text);
	program_free(&program);
}

/* Programs full of reuse, references and failures. */
static void test_workloads(void **state)
{
	static const char *const machines[] = {
		"machine profile=uml start=1024 pages=8192",
		"machine profile=uml start=1024 pages=4096 -cma",
		"machine profile=uml start=2048 pages=8192 movablecore=4096",
		("machine profile=uml start=1024 pages=8192 zones=dma32,normal,movable "
		 "zone_end=dma32:5120"),
	};
	struct program program, machine;
	const char *problem;
	uint64_t seed = 0;
	size_t size;

	(void)state;
	program_init(&program);
	for (const char *const *name = workload_names(); *name; name++) {
		struct workload_options options = { *name, ++seed, NR_OPS, 256, &machine.machine };

		parse_program(machines[seed % 4], &machine);
		assert_true(workload_build(&options, &program, &problem));
		free(check_round_trip(&program, &size));
		assert_int_equal(recorder.nr_left_out, 0);
		assert_true(recorder.nr_allocs > 20);
		program_free(&machine);
	}
	program_free(&program);
}

/* ---- what cannot be told ---- */

/* Left out means not executed: the pages that follow are the same ones. */
static void test_left_out(void **state)
{
	static const char source[] = "machine profile=uml start=1024 pages=2048\n"
				     "r0 = alloc_pages order=2 gfp=GFP_KERNEL\n"
				     "split_page r0\n"
				     "get_page r0 page=1\n"
				     "tick\n"
				     "free_page r0 page=1\n"
				     "r1 = alloc_pages order=0 gfp=GFP_KERNEL\n"
				     "! double_free r9\n"
				     "r1 = alloc_pages_bulk_array count=2 gfp=GFP_KERNEL\n"
				     "! free_referenced r1\n"
				     "free_pages r1\n";
	struct program program;
	char *text;
	size_t size;

	(void)state;
	parse_program(source, &program);
	text = check_round_trip(&program, &size);
	assert_int_equal(recorder.nr_left_out, 4);
	assert_int_equal(recorder.nr_unfit, 1);
	assert_non_null(strstr(text, "RESULTS 5\n"));
	free(text);
	program_free(&program);
}

static void assert_refused(const char *source, const struct subject_ops *ops, const char *words)
{
	struct recorded recorded;
	struct program program;

	parse_program(source, &program);
	recorder.ops = ops;
	assert_false(recorder_run(&recorder, &program, &recorded, error, sizeof(error)));
	if (!strstr(error, words))
		fail_msg("'%s' is not in: %s", words, error);
	program_free(&program);
}

static bool stop_at_once(void *context, size_t nr_done, size_t nr_ops)
{
	(void)context, (void)nr_done, (void)nr_ops;
	return false;
}

static void test_refusals(void **state)
{
	(void)state;
	assert_refused("machine profile=uml pages=1024\n"
		       "r0 = alloc_pages order=10 gfp=GFP_ATOMIC|__GFP_MEMALLOC\n",
		       subject_core(), "start=1024");
	assert_refused("machine profile=x86_64 pages=1024 cpus=2\n", subject_core(), "one CPU");
	assert_refused("machine profile=uml start=1024 pages=1024\n", subject_bitmap(),
		       "cannot be read");
	recorder.go_on = stop_at_once;
	assert_refused("machine profile=uml start=1024 pages=1024\ntick\n", subject_core(),
		       "interrupted");
	recorder.go_on = NULL;
}

static void test_packed(void **state)
{
	char path[] = "/tmp/buddyfuzz-packed-XXXXXX";
	struct program program;
	struct recorded recorded;
	size_t size, packed_size, other_size;
	uint8_t *packed, *other;
	char *text;

	(void)state;
	assert_true(close(mkstemp(path)) == 0);
	program_random(&program, 2048, 100, 3);
	text = check_round_trip(&program, &size);
	packed = recorded_pack(text, size, &packed_size);
	other = recorded_pack(text, size, &other_size);
	assert_true(packed && other && packed_size < size);
	assert_int_equal(packed_size, other_size);
	assert_memory_equal(packed, other, packed_size);
	assert_memory_equal(packed + 4, "\0\0\0\0", 4); /* no time in the header */
	assert_true(file_write(path, packed, packed_size, error, sizeof(error)));
	assert_true(recorded_read_file(path, &recorded, error, sizeof(error)));
	assert_true(recorded.nr_ops > 50);
	recorded_free(&recorded);
	unlink(path);
	free(other);
	free(packed);
	free(text);
	program_free(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_recordings_come_back),
		cmocka_unit_test(test_every_letter),
		cmocka_unit_test(test_settings_in_force),
		cmocka_unit_test(test_workloads),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_packed),
	};

	return cmocka_run_group_tests_name("diff.recorded_write", tests, NULL, NULL);
}
