/* SPDX-License-Identifier: MIT */
/*
 * The start states are what they promise on machines of all kinds, always the same, and every
 * subject that takes one begins there and comes back there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff/start/start_state.h"
#include "tests/diff/programs.h"
#include "oracle/lang/names.h"

#define NR_MACHINES 9

static struct finding finding;

static struct buddy_config machine(uint32_t number)
{
	struct buddy_config config;

	switch (number) {
	case 0:
		return buddy_config_uml(0, 16384);
	case 1:
		return buddy_config_uml(1024, 64);
	case 2:
		config = buddy_config_uml(1024, 512);
		config.pageblock_order = 5;
		return config;
	case 3:
		config = buddy_config_x86_64(0, 16384);
		config.nr_cpus = 4;
		return config;
	case 4:
		config = buddy_config_debian(0, 8192);
		config.nr_cpus = config.nr_nodes = 2;
		config.cpu_node[1] = 1;
		config.distance[0][0] = config.distance[1][1] = 10;
		config.distance[0][1] = config.distance[1][0] = 20;
		config.memory[0].end_pfn = 4096;
		config.memory[1] = (struct buddy_range){ 4096, 8192, 1 };
		config.nr_memory = 2;
		config.pageblock_order = 4;
		return config;
	case 5:
		config = buddy_config_uml(0, 4096);
		config.movablecore_pages = 2048;
		return config;
	case 6:
		config = buddy_config_uml(3, 1021);
		config.pageblock_order = 1;
		config.nr_reserved = 1;
		config.reserved[0] = (struct buddy_range){ 100, 200, 0 };
		return config;
	case 7:
		config = buddy_config_uml(0, 2048);
		config.features |= BUDDY_MOBILITY_OFF;
		config.sysctl.min_free_kbytes = 4 * 4096;
		return config;
	default:
		return buddy_config_uml(0, 65536);
	}
}

/* On the heap: it is large. */
static struct snapshot *make(uint32_t number, enum program_start start)
{
	struct buddy_config config = machine(number);
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));
	char error[256] = "";

	assert_non_null(snapshot);
	if (!start_state_make(&config, start, snapshot, error, sizeof(error)))
		fail_msg("machine %u: %s", number, error);
	assert_string_equal(error, "");
	return snapshot;
}

static void discard(struct snapshot *snapshot)
{
	snapshot_free(snapshot);
	free(snapshot);
}

static uint64_t free_pages(const struct snapshot_zone *zone)
{
	uint64_t nr = 0;

	for (uint32_t order = 0; order < NR_PAGE_ORDERS; order++)
		nr += (uint64_t)zone->info.nr_free[order] << order;
	return nr;
}

static uint32_t largest_order(const struct snapshot_zone *zone)
{
	uint32_t order = NR_PAGE_ORDERS;

	while (order > 0 && !zone->info.nr_free[order - 1])
		order--;
	return order ? order - 1 : 0;
}

static uint32_t nr_pageblock_types(const struct snapshot_zone *zone)
{
	uint32_t seen = 0, nr = 0;

	for (uint32_t i = 0; i < zone->nr_pageblocks; i++)
		if (zone->pageblocks[i] < MIGRATE_TYPES)
			seen |= 1u << zone->pageblocks[i];
	for (; seen; seen &= seen - 1)
		nr++;
	return nr;
}

static void test_fragmented(void **state)
{
	(void)state;
	for (uint32_t m = 0; m < NR_MACHINES; m++) {
		struct snapshot *snapshot = make(m, START_FRAGMENTED);

		for (uint32_t z = 0; z < snapshot->nr_zones; z++) {
			const struct snapshot_zone *zone = &snapshot->zones[z];

			assert_in_range(largest_order(zone), 1, 3);
			assert_true(free_pages(zone) > zone->info.managed_pages / 4);
			assert_true(free_pages(zone) < zone->info.managed_pages);
			assert_int_equal(zone->info.watermark_boost, 0);
			assert_true(zone->lru.nr > 0);
		}
		discard(snapshot);
	}
}

static void test_fragmented_mixes_types(void **state)
{
	static const uint32_t grouping[] = { 0, 2, 3, 6, 8 };

	(void)state;
	for (uint32_t i = 0; i < sizeof(grouping) / sizeof(grouping[0]); i++) {
		struct snapshot *snapshot = make(grouping[i], START_FRAGMENTED);
		uint32_t nr = 0;

		for (uint32_t z = 0; z < snapshot->nr_zones; z++)
			nr += nr_pageblock_types(&snapshot->zones[z]);
		assert_true(nr >= 3);
		discard(snapshot);
	}
}

static void check_low_zone(const struct snapshot *snapshot, uint32_t z)
{
	const struct snapshot_zone *zone = &snapshot->zones[z];
	const struct zone_info *info = &zone->info;

	if (info->watermark[WMARK_HIGH] > info->managed_pages / 2)
		return;
	assert_in_range(free_pages(zone), info->watermark[WMARK_MIN] + 1,
			info->watermark[WMARK_HIGH]);
	assert_int_equal(info->watermark_boost, 0);
	for (uint32_t cpu = 0; cpu < snapshot->nr_cpus; cpu++)
		assert_true(zone->pcps[cpu].info.count > 0);
}

static void test_low(void **state)
{
	(void)state;
	for (uint32_t m = 0; m < NR_MACHINES; m++) {
		struct snapshot *snapshot = make(m, START_LOW);

		for (uint32_t z = 0; z < snapshot->nr_zones; z++)
			check_low_zone(snapshot, z);
		discard(snapshot);
	}
}

/* A watermark beyond the machine: all that can be given back is. */
static void test_low_of_nothing(void **state)
{
	struct snapshot *snapshot = make(7, START_LOW);
	const struct zone_info *info = &snapshot->zones[0].info;

	(void)state;
	assert_true(info->watermark[WMARK_MIN] > info->managed_pages);
	assert_int_equal(free_pages(&snapshot->zones[0]) +
				 (uint32_t)snapshot->zones[0].pcps[0].info.count,
			 info->managed_pages);
	discard(snapshot);
}

static void check_boosted_zone(const struct snapshot *snapshot, uint32_t z, bool grouping)
{
	const struct zone_info *info = &snapshot->zones[z].info;
	bool boosted = grouping && info->index != ZONE_MOVABLE &&
		       info->managed_pages >= 4u << snapshot->pageblock_order;

	assert_int_equal(info->watermark_boost > 0, boosted);
	assert_int_equal(info->flags & ZONE_BOOSTED_WATERMARK, boosted);
	assert_true(largest_order(&snapshot->zones[z]) < snapshot->pageblock_order);
	if (info->index != ZONE_MOVABLE && snapshot->pageblock_order > 1 &&
	    info->watermark[WMARK_LOW] + info->watermark_boost < info->managed_pages / 2)
		assert_int_equal(info->nr_reserved_highatomic, 1u << snapshot->pageblock_order);
}

static void test_boosted(void **state)
{
	uint32_t nr_boosted = 0;

	(void)state;
	for (uint32_t m = 0; m < NR_MACHINES; m++) {
		struct snapshot *snapshot = make(m, START_BOOSTED);

		for (uint32_t z = 0; z < snapshot->nr_zones; z++) {
			check_boosted_zone(snapshot, z, !snapshot->mobility_disabled);
			nr_boosted += snapshot->zones[z].info.watermark_boost > 0;
		}
		discard(snapshot);
	}
	assert_true(nr_boosted >= 5);
}

static void test_the_same_again(void **state)
{
	char text[2048];

	(void)state;
	for (uint32_t m = 0; m < NR_MACHINES; m++)
		for (enum program_start start = 0; start < NR_PROGRAM_STARTS; start++) {
			struct snapshot *first = make(m, start), *again = make(m, start);

			if (!snapshot_equal(first, again, text, sizeof(text)))
				fail_msg("machine %u, %s: %s", m, program_start_names[start], text);
			discard(first);
			discard(again);
		}
}

static void test_states_differ(void **state)
{
	struct snapshot *states[NR_PROGRAM_STARTS];
	char text[2048];

	(void)state;
	for (enum program_start start = 0; start < NR_PROGRAM_STARTS; start++)
		states[start] = make(3, start);
	for (enum program_start a = 0; a < NR_PROGRAM_STARTS; a++)
		for (enum program_start b = 0; b < a; b++)
			assert_false(snapshot_equal(states[a], states[b], text, sizeof(text)));
	for (enum program_start start = 0; start < NR_PROGRAM_STARTS; start++)
		discard(states[start]);
}

/* ---- subjects that start there ---- */

static void assert_is_at(void *core, const struct snapshot *expected)
{
	struct snapshot *got = calloc(1, sizeof(*got));
	char text[2048];

	assert_non_null(got);
	assert_true(snapshot_take(got, subject_core()->view(core)));
	if (!snapshot_equal(expected, got, text, sizeof(text)))
		fail_msg("%s", text);
	discard(got);
}

/* A core that is put there shows the same state, and again after it was used and reset. */
static void test_core_begins_there(void **state)
{
	const struct env env = { 0 };
	struct event event = { .pfn = PFN_NONE };
	char error[256];

	(void)state;
	for (uint32_t m = 0; m < NR_MACHINES; m++)
		for (enum program_start start = 0; start < NR_PROGRAM_STARTS; start++) {
			struct snapshot *snapshot = make(m, start);
			struct buddy_config config = machine(m);
			struct call call = { .code = OP_alloc_pages, .gfp = GFP_ATOMIC };
			void *core = subject_core()->create(&config, snapshot, &env, error,
							    sizeof(error));

			assert_non_null(core);
			assert_is_at(core, snapshot);
			for (call.order = 0; call.order < 4; call.order++) {
				event_clear(&event);
				subject_core()->apply(core, &call, &event);
			}
			subject_core()->reset(core);
			assert_is_at(core, snapshot);
			subject_core()->destroy(core);
			discard(snapshot);
		}
}

/* Sysctls compute marks from numbers that only a boot makes: both machines have them. */
static void test_sysctl_after_import(void **state)
{
	const struct env env = { 0 };
	struct call call = { .code = OP_sysctl, .type = 1, .value = 300 };
	struct event event = { .pfn = PFN_NONE };
	char error[256];

	(void)state;
	for (uint32_t m = 0; m < NR_MACHINES; m++) {
		struct snapshot *fresh = make(m, START_FRESH);
		struct buddy_config config = machine(m);
		const struct snapshot *const starts[2] = { NULL, fresh };
		struct snapshot *ends[2];
		char text[2048];

		for (uint32_t i = 0; i < 2; i++) {
			void *core = subject_core()->create(&config, starts[i], &env, error,
							    sizeof(error));

			assert_non_null(core);
			subject_core()->apply(core, &call, &event);
			ends[i] = calloc(1, sizeof(*ends[i]));
			assert_non_null(ends[i]);
			assert_true(snapshot_take(ends[i], subject_core()->view(core)));
			subject_core()->destroy(core);
		}
		if (!snapshot_equal(ends[0], ends[1], text, sizeof(text)))
			fail_msg("machine %u: %s", m, text);
		discard(ends[0]);
		discard(ends[1]);
		discard(fresh);
	}
}

/* Judged, with a look at the whole machine every few ops and an end that must be as the start. */
static void test_programs_from_there(void **state)
{
	struct lockstep *lockstep = lockstep_of(subject_core(), subject_bitmap(), true);
	uint64_t nr_failed = 0, nr_allocs = 0;

	(void)state;
	for (uint32_t m = 0; m < NR_MACHINES; m++)
		for (uint32_t seed = 1; seed <= 9; seed++) {
			struct program program;

			program_random(&program, 2048, 300, seed);
			program.machine = machine(m);
			program.start = (uint8_t)(seed % NR_PROGRAM_STARTS);
			if (!lockstep_run(lockstep, &program, NULL, &finding))
				fail_msg("machine %u, %s: %s", m,
					 program_start_names[program.start], finding.text);
			nr_failed += lockstep_stats(lockstep)->nr_failed_allocs;
			nr_allocs += lockstep_stats(lockstep)->nr_allocs;
			program_free(&program);
		}
	assert_true(nr_failed > 20);
	assert_true(nr_allocs > 5000);
	lockstep_free(lockstep);
}

/* Frames that were used at the start are none of the bitmap's to give. */
static void test_bitmap_begins_there(void **state)
{
	struct snapshot *snapshot = make(2, START_LOW);
	struct buddy_config config = machine(2);
	const struct env env = { .ops = subject_bitmap() };
	struct call call = { .code = OP_alloc_pages, .gfp = GFP_KERNEL };
	struct event event = { .pfn = 0 };
	uint64_t nr_free = free_pages(&snapshot->zones[0]), nr = 0;
	char error[256];
	void *bitmap;

	(void)state;
	bitmap = subject_bitmap()->create(&config, snapshot, &env, error, sizeof(error));
	assert_non_null(bitmap);
	nr_free += (uint32_t)snapshot->zones[0].pcps[0].info.count;
	discard(snapshot);
	for (;; nr++) {
		event_clear(&event);
		subject_bitmap()->apply(bitmap, &call, &event);
		if (event.pfn == PFN_NONE)
			break;
		assert_true(nr <= nr_free);
	}
	assert_int_equal(nr, nr_free);
	subject_bitmap()->destroy(bitmap);
}

static void test_no_such_machine(void **state)
{
	struct buddy_config config = buddy_config_uml(0, 1024);
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));
	char error[256] = "";

	(void)state;
	assert_non_null(snapshot);
	config.pageblock_order = 77;
	assert_false(start_state_make(&config, START_LOW, snapshot, error, sizeof(error)));
	assert_non_null(strstr(error, "no such machine"));
	discard(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fragmented),
		cmocka_unit_test(test_fragmented_mixes_types),
		cmocka_unit_test(test_low),
		cmocka_unit_test(test_low_of_nothing),
		cmocka_unit_test(test_boosted),
		cmocka_unit_test(test_the_same_again),
		cmocka_unit_test(test_states_differ),
		cmocka_unit_test(test_core_begins_there),
		cmocka_unit_test(test_sysctl_after_import),
		cmocka_unit_test(test_programs_from_there),
		cmocka_unit_test(test_bitmap_begins_there),
		cmocka_unit_test(test_no_such_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
