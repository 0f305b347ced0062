/* SPDX-License-Identifier: MIT */
/* More machines than fit: which one is found again, and which one goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "diff/lockstep/machine_cache.h"

static struct machine_cache *cache;
static struct program program;
static char error[256];

static int setup(void **state)
{
	static const struct subject_ops *subjects[1];

	(void)state;
	subjects[0] = subject_bitmap();
	cache = calloc(1, sizeof(*cache));
	if (!cache)
		return -1;
	cache->subjects = subjects;
	cache->nr_subjects = 1;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	machine_cache_free(cache);
	free(cache);
	return 0;
}

static struct machine *get(uint32_t nr_pages)
{
	program.machine = buddy_config_uml(0, nr_pages);
	return machine_cache_get(cache, &program, NULL, error, sizeof(error));
}

/* The subject that a machine of this size has now; a new one when it was not kept. */
static void *subject_of(uint32_t nr_pages)
{
	struct machine *machine = get(nr_pages);

	assert_non_null(machine);
	assert_int_equal(machine->nr_pages, nr_pages);
	return machine->self[0];
}

static void a_kept_machine_is_found(void **state)
{
	void *first, *second;

	(void)state;
	first = subject_of(64);
	second = subject_of(65);
	assert_ptr_not_equal(first, second);
	assert_ptr_equal(subject_of(64), first);
	assert_ptr_equal(subject_of(65), second);
	assert_int_equal(cache->nr_pages, 129);
}

/* A hash that somebody left behind makes another machine at most, never a wrong one. */
static void a_wrong_hash_finds_no_wrong_machine(void **state)
{
	void *kept = subject_of(64);
	struct machine *machine;

	(void)state;
	program.machine_hash = program_machine_hash(&program);
	assert_ptr_equal(subject_of(64), kept);
	machine = get(65);
	assert_non_null(machine);
	assert_int_equal(machine->nr_pages, 65);
	program.start = START_LOW;
	machine = get(64);
	assert_true(!machine || machine->self[0] != kept);
	program.start = START_FRESH;
	program.machine_hash = 0;
	assert_ptr_equal(subject_of(64), kept);
}

static void the_longest_idle_goes_first(void **state)
{
	const struct machine *last;

	(void)state;
	for (uint32_t i = 0; i < MACHINE_CACHE_SIZE; i++)
		subject_of(64 + i);
	assert_int_equal(cache->nr_made, MACHINE_CACHE_SIZE);
	subject_of(64); /* now 65 is the oldest */
	last = get(64 + MACHINE_CACHE_SIZE);
	assert_non_null(last);
	assert_int_equal(cache->oldest->nr_pages, 66);
	assert_ptr_equal(cache->newest, last);
	assert_int_equal(cache->newest->older->nr_pages, 64);
}

static void large_machines_push_out_small_ones(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 40; i++)
		subject_of(MACHINE_CACHE_PAGES / 16 + i);
	assert_true(cache->nr_pages <= MACHINE_CACHE_PAGES);
	assert_int_equal(cache->newest->nr_pages, MACHINE_CACHE_PAGES / 16 + 39);
}

static void a_machine_that_cannot_be_is_not_kept(void **state)
{
	uint64_t nr_pages = cache->nr_pages;

	(void)state;
	program.machine = buddy_config_uml(0, 64);
	program.machine.pageblock_order = MAX_PAGE_ORDER + 1;
	program.start = START_LOW; /* the core makes it, and refuses such a machine */
	assert_null(machine_cache_get(cache, &program, NULL, error, sizeof(error)));
	program.start = START_FRESH;
	assert_int_equal(cache->nr_pages, nr_pages);
	subject_of(64);
}

static void a_machine_of_a_given_start_is_dropped_at_once(void **state)
{
	struct snapshot given;
	struct machine *machine;

	(void)state;
	snapshot_init(&given);
	program.machine = buddy_config_uml(0, 77);
	machine = machine_cache_get(cache, &program, &given, error, sizeof(error));
	assert_non_null(machine);
	assert_ptr_equal(cache->oldest, machine);
	assert_false(machine->reusable);
	subject_of(78);
	assert_true(cache->oldest->reusable);
	snapshot_free(&given);
}

static void a_forgotten_machine_is_made_anew(void **state)
{
	void *kept, *forgotten;

	(void)state;
	kept = subject_of(90);
	forgotten = subject_of(91);
	machine_cache_forget(cache, cache->newest);
	assert_ptr_equal(subject_of(90), kept);
	assert_ptr_equal(cache->oldest->self[0], forgotten);
	subject_of(91);
	assert_int_equal(cache->newest->nr_pages, 91);
	assert_true(cache->newest->reusable && cache->oldest->reusable);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kept_machine_is_found),
		cmocka_unit_test(a_wrong_hash_finds_no_wrong_machine),
		cmocka_unit_test(the_longest_idle_goes_first),
		cmocka_unit_test(large_machines_push_out_small_ones),
		cmocka_unit_test(a_machine_that_cannot_be_is_not_kept),
		cmocka_unit_test(a_machine_of_a_given_start_is_dropped_at_once),
		cmocka_unit_test(a_forgotten_machine_is_made_anew),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
