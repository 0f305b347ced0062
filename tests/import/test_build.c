/* SPDX-License-Identifier: MIT */
/* Events to programs: whole blocks, parts, lost events, strangers; the frame table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/import_build.h"

/* Feeds lines "a PFN ORDER GFP", shortened, and compares the program as one line of text. */
struct step {
	enum trace_line_kind kind;
	uint64_t pfn;
	uint32_t order;
	gfp_t gfp;
};
#define ALLOC(pfn, order)                                \
	{                                                \
		TRACE_LINE_ALLOC, pfn, order, GFP_KERNEL \
	}
#define COMPOUND(pfn, order)                                          \
	{                                                             \
		TRACE_LINE_ALLOC, pfn, order, GFP_KERNEL | __GFP_COMP \
	}
#define FREE(pfn, order)                       \
	{                                      \
		TRACE_LINE_FREE, pfn, order, 0 \
	}
#define BATCHED(pfn)                               \
	{                                          \
		TRACE_LINE_FREE_BATCHED, pfn, 0, 0 \
	}

static void describe(const struct program *program, char *text, size_t size)
{
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < program->nr_ops; i++) {
		const struct op *op = &program->ops[i];
		const char *name = op->code == OP_alloc_pages  ? "alloc"
				   : op->code == OP_free_pages ? "free"
				   : op->code == OP_split_page ? "split"
							       : "page";
		uint32_t operand = op->code == OP_alloc_pages ? op->order : op->count;

		length += (size_t)snprintf(text + length, size - length, "%s%s %u,%u",
					   i ? "; " : "", name, op->slot, operand);
		assert_true(length < size);
	}
}

static void feed(struct importer *importer, const struct step *steps, size_t nr_steps)
{
	importer_init(importer);
	for (size_t i = 0; i < nr_steps; i++) {
		const struct trace_line line = {
			.kind = steps[i].kind,
			.dialect = DIALECT_PERF,
			.pfn = steps[i].pfn,
			.order = steps[i].order,
			.gfp = steps[i].gfp,
			.time_ns = i,
		};

		assert_true(importer_take(importer, &line));
	}
}

/* Checks the program, and that count (if any) is nr. */
static void check(const struct step *steps, size_t nr_steps, const char *wanted, int count,
		  uint64_t nr, uint64_t held_pages)
{
	struct importer importer;
	char text[512];

	feed(&importer, steps, nr_steps);
	describe(&importer.program, text, sizeof(text));
	assert_string_equal(text, wanted);
	assert_int_equal(importer.counts[count], nr);
	assert_int_equal(importer.nr_held_pages, held_pages);
	importer_free(&importer);
}
#define CHECK(steps, wanted, count, nr, held) \
	check(steps, sizeof(steps) / sizeof((steps)[0]), wanted, count, nr, held)

static void slots_are_used_again(void **state)
{
	static const struct step steps[] = { ALLOC(8, 0),  ALLOC(16, 3), FREE(8, 0),
					     ALLOC(32, 2), FREE(16, 3),  FREE(32, 2) };

	(void)state;
	CHECK(steps, "alloc 0,0; alloc 1,3; free 0,0; alloc 0,2; free 1,0; free 0,0", IMPORT_FREES,
	      3, 0);
}

static void strangers_are_left_out(void **state)
{
	static const struct step steps[] = { FREE(8, 0),  ALLOC(9, 0),         FREE(10, 0),
					     FREE(16, 4), FREE(UINT64_MAX, 0), FREE(0, 0) };

	(void)state;
	CHECK(steps, "alloc 0,0", IMPORT_FREE_UNKNOWN, 5, 1);
}

static void a_batched_free_is_no_second_free(void **state)
{
	static const struct step steps[] = { ALLOC(8, 0), FREE(8, 0), BATCHED(8), BATCHED(99) };

	(void)state;
	CHECK(steps, "alloc 0,0; free 0,0", IMPORT_BATCHED_PAIRED, 2, 0);
}

static void a_batched_free_stands_in_for_a_lost_one(void **state)
{
	static const struct step steps[] = { ALLOC(8, 0), BATCHED(8), FREE(8, 0) };

	(void)state;
	CHECK(steps, "alloc 0,0; free 0,0", IMPORT_BATCHED_ALONE, 1, 0);
}

static void a_frame_allocated_twice_was_freed(void **state)
{
	static const struct step same[] = { ALLOC(8, 0), ALLOC(8, 0) };
	static const struct step inside[] = { ALLOC(16, 3), ALLOC(20, 1) };
	static const struct step around[] = { ALLOC(17, 0), ALLOC(22, 1), ALLOC(24, 0),
					      ALLOC(16, 3) };

	(void)state;
	CHECK(same, "alloc 0,0; free 0,0; alloc 0,0", IMPORT_ALLOC_HELD, 1, 1);
	CHECK(inside, "alloc 0,3; free 0,0; alloc 0,1", IMPORT_ALLOC_HELD, 1, 2);
	CHECK(around, "alloc 0,0; alloc 1,1; alloc 2,0; free 0,0; free 1,0; alloc 1,3",
	      IMPORT_ALLOC_HELD, 2, 9);
}

static void parts_of_a_block_are_split_off(void **state)
{
	static const struct step steps[] = { ALLOC(16, 2), FREE(18, 1), FREE(18, 0),
					     FREE(17, 0),  FREE(16, 0), ALLOC(32, 0) };

	(void)state;
	CHECK(steps, "alloc 0,2; split 0,0; page 0,2; page 0,3; page 0,1; page 0,0; alloc 0,0",
	      IMPORT_FREE_SPLIT, 3, 1);
}

static void a_compound_block_goes_with_its_last_part(void **state)
{
	static const struct step early[] = { COMPOUND(16, 2), FREE(16, 1), FREE(18, 0) };
	static const struct step last[] = { COMPOUND(16, 2), FREE(16, 1), FREE(18, 0), FREE(19, 0),
					    FREE(19, 0) };

	(void)state;
	CHECK(early, "alloc 0,2", IMPORT_FREE_COMPOUND_PART, 2, 4);
	CHECK(last, "alloc 0,2; free 0,0", IMPORT_FREE_COMPOUND_PART, 3, 0);
	CHECK(last, "alloc 0,2; free 0,0", IMPORT_FREE_UNKNOWN, 1, 0);
}

static void one_free_may_cover_many_blocks(void **state)
{
	static const struct step steps[] = { ALLOC(16, 0), ALLOC(18, 1), ALLOC(20, 0),
					     FREE(16, 2) };

	(void)state;
	CHECK(steps, "alloc 0,0; alloc 1,1; alloc 2,0; free 0,0; free 1,0", IMPORT_FREE_MANY, 1, 1);
}

static void a_failed_request_holds_nothing(void **state)
{
	static const struct step steps[] = { ALLOC(TRACE_PFN_FAILED, 4),
					     ALLOC(TRACE_PFN_FAILED, 0) };

	(void)state;
	CHECK(steps, "alloc 0,4; free 0,0; alloc 0,0; free 0,0", IMPORT_ALLOC_FAILED, 2, 0);
}

static void impossible_requests_are_left_out(void **state)
{
	static const struct step large[] = { ALLOC(0x1000, 11), FREE(0x1000, 11) };
	static const struct step illegal[] = {
		{ TRACE_LINE_ALLOC, 8, 0, GFP_KERNEL | __GFP_DMA | __GFP_DMA32 },
		{ TRACE_LINE_ALLOC, 8, 0, GFP_KERNEL | __GFP_MOVABLE | __GFP_RECLAIMABLE }
	};
	static const struct step unaligned[] = { ALLOC(9, 1), ALLOC(0x3fe, 10) };
	static const struct step bits[] = { { TRACE_LINE_ALLOC, 8, 0, 0xf8000000u | GFP_KERNEL } };

	(void)state;
	CHECK(large, "", IMPORT_ALLOC_TOO_LARGE, 1, 0);
	CHECK(large, "", IMPORT_FREE_TOO_LARGE, 1, 0);
	CHECK(illegal, "", IMPORT_ALLOC_ILLEGAL, 2, 0);
	CHECK(unaligned, "", IMPORT_ALLOC_UNALIGNED, 2, 0);
	CHECK(bits, "alloc 0,0", IMPORT_GFP_CUT, 1, 1);
}

static void cpus_times_and_noise_are_counted(void **state)
{
	static const struct trace_line lines[] = {
		{ .kind = TRACE_LINE_ALLOC, .pfn = 8, .cpu = 3, .time_ns = 5 },
		{ .kind = TRACE_LINE_FREE, .pfn = 8, .cpu = BUDDY_MAX_CPUS + 1, .time_ns = 4 },
		{ .kind = TRACE_LINE_LOST, .nr_lost = 7 },
		{ .kind = TRACE_LINE_MALFORMED },
		{ .kind = TRACE_LINE_OTHER_EVENT },
		{ .kind = TRACE_LINE_NOISE },
	};
	struct importer importer;

	(void)state;
	importer_init(&importer);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_true(importer_take(&importer, &lines[i]));
	assert_int_equal(importer.counts[IMPORT_LINES], 6);
	assert_int_equal(importer.counts[IMPORT_BACKWARDS], 1);
	assert_int_equal(importer.counts[IMPORT_CPU_FOLDED], 1);
	assert_int_equal(importer.counts[IMPORT_LOST], 7);
	assert_int_equal(importer.counts[IMPORT_MALFORMED], 1);
	assert_int_equal(importer.counts[IMPORT_OTHER_EVENTS], 1);
	assert_int_equal(importer.program.ops[0].cpu, 3);
	assert_int_equal(importer.program.ops[1].cpu, 1);
	importer_finish(&importer, buddy_config_debian, 0);
	assert_int_equal(importer.program.machine.nr_cpus, 4);
	assert_null(buddy_config_error(&importer.program.machine));
	importer_free(&importer);
}

static uint32_t machine_pages(uint32_t nr_blocks, uint32_t nr_pages)
{
	struct importer importer;
	uint32_t pages;

	importer_init(&importer);
	for (uint32_t i = 0; i < nr_blocks; i++) {
		const struct trace_line line = { .kind = TRACE_LINE_ALLOC,
						 .pfn = (uint64_t)(i + 1) << 10,
						 .order = 10 };

		assert_true(importer_take(&importer, &line));
	}
	importer_finish(&importer, buddy_config_debian, nr_pages);
	assert_null(buddy_config_error(&importer.program.machine));
	pages = importer.program.machine.memory[importer.program.machine.nr_memory - 1].end_pfn;
	importer_free(&importer);
	return pages;
}

static void the_machine_has_room(void **state)
{
	(void)state;
	assert_int_equal(machine_pages(1, 0), 16384);
	assert_int_equal(machine_pages(31, 0), 49152); /* 31744 * 1.5 = 47616 */
	assert_int_equal(machine_pages(31, 65536), 65536);
}

/* Keys that collide on purpose: few homes, many removals in the middle of runs. */
static void the_frame_table_forgets_nothing(void **state)
{
	enum { NR_FRAMES = 4096 };
	static bool held[NR_FRAMES];
	struct import_map map = { 0 };
	uint64_t x = 88172645463325252u;

	(void)state;
	for (unsigned int i = 0; i < 200000; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		const struct holding holding = { .pfn = 1 + x % NR_FRAMES, .slot = i };
		const uint64_t at = holding.pfn - 1;

		assert_int_equal(import_map_find(&map, holding.pfn) != NULL, held[at]);
		if (held[at])
			import_map_remove(&map, holding.pfn);
		else
			assert_true(import_map_insert(&map, &holding));
		held[at] = !held[at];
	}
	for (uint64_t at = 0; at < NR_FRAMES; at++)
		assert_int_equal(import_map_find(&map, at + 1) != NULL, held[at]);
	assert_null(import_map_find(&map, 0));
	import_map_free(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_are_used_again),
		cmocka_unit_test(strangers_are_left_out),
		cmocka_unit_test(a_batched_free_is_no_second_free),
		cmocka_unit_test(a_batched_free_stands_in_for_a_lost_one),
		cmocka_unit_test(a_frame_allocated_twice_was_freed),
		cmocka_unit_test(parts_of_a_block_are_split_off),
		cmocka_unit_test(a_compound_block_goes_with_its_last_part),
		cmocka_unit_test(one_free_may_cover_many_blocks),
		cmocka_unit_test(a_failed_request_holds_nothing),
		cmocka_unit_test(impossible_requests_are_left_out),
		cmocka_unit_test(cpus_times_and_noise_are_counted),
		cmocka_unit_test(the_machine_has_room),
		cmocka_unit_test(the_frame_table_forgets_nothing),
	};

	return cmocka_run_group_tests_name("build", tests, NULL, NULL);
}
