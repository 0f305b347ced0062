/* SPDX-License-Identifier: MIT */
/*
 * The checking locks say no to each fault, driven by hand; the core keeps their rules; and when any
 * one of its lock or unlock calls gets lost on the way, they notice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "buddy/buddy.h"
#include "buddy/inspect.h"
#include "diff/subjects/core_locks.h"

#define NR_ZONES 3
#define NR_CPUS 2
#define PCP(cpu, zone) LOCK_PCP(cpu, zone, NR_ZONES)

static struct core_locks locks;
static uint32_t nr_faults;
static char first_fault[CORE_LOCKS_TEXT_MAX];

static void note_fault(void *context, const char *text)
{
	assert_ptr_equal(context, &nr_faults);
	if (!nr_faults++)
		snprintf(first_fault, sizeof(first_fault), "%s", text);
}

static void start(uint32_t nr_zones, uint32_t nr_cpus)
{
	nr_faults = 0;
	first_fault[0] = '\0';
	core_locks_init(&locks, nr_zones, nr_cpus, note_fault, &nr_faults);
}

static int setup(void **state)
{
	(void)state;
	start(NR_ZONES, NR_CPUS);
	return 0;
}

static void take(uint32_t id)
{
	locks.sync.lock(locks.sync.context, id);
}

static void release(uint32_t id)
{
	locks.sync.unlock(locks.sync.context, id);
}

static void expect_clean(void)
{
	if (nr_faults)
		fail_msg("%s", first_fault);
}

static void expect_fault(const char *text)
{
	assert_int_equal(nr_faults, 1);
	assert_string_equal(first_fault, text);
}

/* ---- by hand ---- */

static void good_order_passes(void **state)
{
	(void)state;
	assert_true(locks.sync.trylock(locks.sync.context, PCP(1, 2)));
	take(LOCK_ZONE(2));
	release(LOCK_ZONE(2));
	take(LOCK_ZONE(2));
	release(LOCK_ZONE(2));
	release(PCP(1, 2));
	take(LOCK_ZONE(0));
	release(LOCK_ZONE(0));
	core_locks_check_idle(&locks, "at the end");
	expect_clean();
}

static void taken_twice(void **state)
{
	(void)state;
	take(LOCK_ZONE(1));
	take(LOCK_ZONE(1));
	expect_fault("the lock of zone 1 is taken twice");
}

static void pcp_lock_taken_twice(void **state)
{
	(void)state;
	take(PCP(1, 2));
	assert_true(locks.sync.trylock(locks.sync.context, PCP(1, 2)));
	expect_fault("the pcp lock of cpu 1 in zone 2 is taken twice");
}

static void two_zones(void **state)
{
	(void)state;
	take(LOCK_ZONE(1));
	take(LOCK_ZONE(2));
	expect_fault("the lock of zone 2 is taken inside another of its kind, the lock of zone 1");
}

static void two_pcps(void **state)
{
	(void)state;
	take(PCP(0, 1));
	take(PCP(1, 1));
	expect_fault("the pcp lock of cpu 1 in zone 1 is taken inside another of its kind, "
		     "the pcp lock of cpu 0 in zone 1");
}

static void pcp_inside_zone(void **state)
{
	(void)state;
	take(LOCK_ZONE(1));
	take(PCP(0, 1));
	expect_fault("the pcp lock of cpu 0 in zone 1 is taken inside a zone lock, which it must "
		     "be outside of (BU-65): the lock of zone 1");
}

static void pcp_of_another_zone(void **state)
{
	(void)state;
	take(PCP(0, 2));
	take(LOCK_ZONE(1));
	expect_fault("the lock of zone 1 is taken inside a pcp lock of another zone, "
		     "the pcp lock of cpu 0 in zone 2");
}

static void released_unheld(void **state)
{
	(void)state;
	take(LOCK_ZONE(1));
	release(LOCK_ZONE(2));
	expect_fault("the lock of zone 2 is released and was not held");
}

static void released_twice(void **state)
{
	(void)state;
	take(PCP(1, 0));
	release(PCP(1, 0));
	release(PCP(1, 0));
	expect_fault("the pcp lock of cpu 1 in zone 0 is released and was not held");
}

static void unknown_lock(void **state)
{
	(void)state;
	take(PCP(NR_CPUS, 0));
	expect_fault("lock 9 is taken: there is no such lock");
	release(PCP(NR_CPUS, 0));
	assert_int_equal(nr_faults, 2);
	take(PCP(NR_CPUS - 1, NR_ZONES - 1));
	assert_int_equal(nr_faults, 2);
}

static void still_held(void **state)
{
	(void)state;
	take(PCP(0, 1));
	core_locks_check_idle(&locks, "when the call has returned");
	expect_fault("the pcp lock of cpu 0 in zone 1 is still held when the call has returned");
	core_locks_check_idle(&locks, "a second time");
	assert_int_equal(nr_faults, 1);
	take(LOCK_ZONE(1));
	core_locks_check_idle(&locks, "");
	assert_int_equal(nr_faults, 2);
}

static uint32_t nr_busy;

static void note_busy(void *context)
{
	assert_ptr_equal(context, &nr_faults);
	nr_busy++;
}

/* A refused lock is not held; the count begins anew with each order. */
static void every_third_trylock_is_refused(void **state)
{
	(void)state;
	nr_busy = 0;
	for (uint32_t round = 0; round < 2; round++) {
		core_locks_refuse(&locks, 3, note_busy);
		for (uint32_t i = 1; i <= 4; i++) {
			bool taken = locks.sync.trylock(locks.sync.context, PCP(0, 1));

			assert_int_equal(taken, i != 3);
			if (taken)
				release(PCP(0, 1));
		}
	}
	assert_int_equal(nr_busy, 2);
	expect_clean();
}

static void reset_frees_all(void **state)
{
	(void)state;
	take(PCP(0, 1));
	take(LOCK_ZONE(1));
	core_locks_reset(&locks);
	core_locks_check_idle(&locks, "after the reset");
	expect_clean();
}

/* ---- with the core ---- */

/* Hands calls on but for the one that is to get lost. */
static uint32_t nr_calls, lost_call;

static bool is_lost(void)
{
	return nr_calls++ == lost_call;
}

static void lossy_lock(void *context, uint32_t id)
{
	(void)context;
	if (!is_lost())
		take(id);
}

static bool lossy_trylock(void *context, uint32_t id)
{
	lossy_lock(context, id);
	return true;
}

static void lossy_unlock(void *context, uint32_t id)
{
	(void)context;
	if (!is_lost())
		release(id);
}

static const struct buddy_sync lossy = { .lock = lossy_lock,
					 .trylock = lossy_trylock,
					 .unlock = lossy_unlock };

static void returned(void)
{
	core_locks_check_idle(&locks, "when the call has returned");
}

/* One of each kind of call; every kind of place that locks is met. */
static void use_the_core(struct task *tsk)
{
	struct page *pages[64] = { NULL }, *page;
	uint32_t nr;

	nr = alloc_pages_bulk_array(tsk, GFP_KERNEL, 0, NULL, 64, pages);
	returned();
	release_pages(tsk, pages, nr);
	returned();
	page = alloc_pages(tsk, GFP_ATOMIC, 1);
	returned();
	__free_pages(tsk, page, 1);
	returned();
	page = alloc_pages(tsk, GFP_KERNEL, 5);
	returned();
	set_pageblock_migratetype(tsk->sys, page_to_pfn(tsk->sys, page), MIGRATE_RECLAIMABLE);
	returned();
	__free_pages(tsk, page, 5);
	returned();
	drain_all_pages(tsk);
	returned();
	buddy_tick(tsk);
	returned();
	buddy_sysctl_write(tsk->sys, SYSCTL_WATERMARK_SCALE_FACTOR, 0, 20);
	returned();
}

/* Boots, then makes the calls with one lock call lost; UINT32_MAX: none. */
static void run_core(void *image, size_t size, const struct buddy_config *config, uint32_t lost)
{
	struct buddy_system sys;
	struct task tsk = { .sys = &sys };
	struct machine_info machine;

	assert_int_equal(buddy_boot(&sys, config, image, size, 0, NULL), 0);
	inspect_machine(&sys, &machine);
	start(machine.nr_zones, machine.nr_cpus);
	nr_calls = 0;
	lost_call = lost;
	buddy_set_sync(&sys, &lossy);
	use_the_core(&tsk);
}

static void the_core_keeps_the_rules(void **state)
{
	struct buddy_config config = buddy_config_x86_64(0, 8192);
	size_t size;
	void *image;
	uint32_t nr;

	(void)state;
	config.nr_cpus = 2;
	size = buddy_image_size(&config);
	image = aligned_alloc(64, size);
	assert_non_null(image);
	run_core(image, size, &config, UINT32_MAX);
	expect_clean();
	nr = nr_calls;
	assert_true(nr > 40);
	for (uint32_t lost = 0; lost < nr; lost++) {
		run_core(image, size, &config, lost);
		if (!nr_faults)
			fail_msg("lock call %u of %u got lost and nobody noticed", lost, nr);
	}
	free(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(good_order_passes, setup),
		cmocka_unit_test_setup(taken_twice, setup),
		cmocka_unit_test_setup(pcp_lock_taken_twice, setup),
		cmocka_unit_test_setup(two_zones, setup),
		cmocka_unit_test_setup(two_pcps, setup),
		cmocka_unit_test_setup(pcp_inside_zone, setup),
		cmocka_unit_test_setup(pcp_of_another_zone, setup),
		cmocka_unit_test_setup(released_unheld, setup),
		cmocka_unit_test_setup(released_twice, setup),
		cmocka_unit_test_setup(unknown_lock, setup),
		cmocka_unit_test_setup(still_held, setup),
		cmocka_unit_test_setup(every_third_trylock_is_refused, setup),
		cmocka_unit_test_setup(reset_frees_all, setup),
		cmocka_unit_test_setup(the_core_keeps_the_rules, setup),
	};

	return cmocka_run_group_tests_name("diff.core_locks", tests, NULL, NULL);
}
