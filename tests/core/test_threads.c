/* SPDX-License-Identifier: MIT */
/*
 * Several threads on one machine, each with a CPU number of its own, in both modes of struct
 * buddy_sync. No page has two owners at once, and all memory comes back. The build with the thread
 * sanitizer tells about everything else.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "buddy/gfp.h"
#include "stat/vmstat.h"
#include "world.h"

#define NR_THREADS 4
#define NR_BLOCKS 400
#define NR_STEPS 40000
#define NR_LOCKS BUDDY_MAX_LOCKS
#define MAX_PAGES (16u * MAX_ORDER_NR_PAGES)

static struct world world;
static pthread_mutex_t locks[NR_LOCKS];
static atomic_uint nr_pcp_locks;
static _Atomic unsigned char owners[MAX_PAGES];
static atomic_uint nr_shared_pages, nr_failed;

static void note_lock(uint32_t id)
{
	if (id >= world.sys.head->nr_zones)
		atomic_fetch_add_explicit(&nr_pcp_locks, 1, memory_order_relaxed);
}

static void take_lock(void *context, uint32_t id)
{
	(void)context;
	note_lock(id);
	pthread_mutex_lock(&locks[id]);
}

static bool try_lock(void *context, uint32_t id)
{
	(void)context;
	note_lock(id);
	return pthread_mutex_trylock(&locks[id]) == 0;
}

static void drop_lock(void *context, uint32_t id)
{
	(void)context;
	pthread_mutex_unlock(&locks[id]);
}

struct worker {
	pthread_t thread;
	struct task tsk;
	uint32_t seed;
	struct page *blocks[NR_BLOCKS];
	uint32_t orders[NR_BLOCKS];
};

static uint32_t random_below(struct worker *worker, uint32_t n)
{
	worker->seed = worker->seed * 1664525u + 1013904223u;
	return (worker->seed >> 8) % n;
}

/* Every page of the block passes from one owner to the other; 0: the allocator. */
static void pass_on(struct worker *worker, uint32_t n, unsigned char from, unsigned char to)
{
	pfn_t pfn = page_to_pfn(&world.sys, worker->blocks[n]);

	for (uint32_t i = 0; i < BIT(worker->orders[n]); i++)
		if (atomic_exchange_explicit(&owners[pfn + i], to, memory_order_relaxed) != from)
			atomic_fetch_add(&nr_shared_pages, 1);
}

static void step_alloc(struct worker *worker, uint32_t n)
{
	static const gfp_t kinds[] = { GFP_KERNEL,
				       GFP_HIGHUSER_MOVABLE,
				       GFP_ATOMIC,
				       GFP_KERNEL | __GFP_RECLAIMABLE,
				       GFP_KERNEL | __GFP_COMP,
				       GFP_NOWAIT };
	gfp_t gfp = kinds[random_below(worker, 6)] | __GFP_NORETRY | __GFP_NOWARN;
	uint32_t order = random_below(worker, 4) ? random_below(worker, 2)
						 : random_below(worker, NR_PAGE_ORDERS - 1);

	worker->orders[n] = order;
	worker->blocks[n] = alloc_pages(&worker->tsk, gfp, order);
	if (worker->blocks[n])
		pass_on(worker, n, 0, (unsigned char)(worker->tsk.cpu + 1));
	else
		atomic_fetch_add(&nr_failed, 1);
}

static void step_free(struct worker *worker, uint32_t n)
{
	pass_on(worker, n, (unsigned char)(worker->tsk.cpu + 1), 0);
	__free_pages(&worker->tsk, worker->blocks[n], worker->orders[n]);
	worker->blocks[n] = NULL;
}

static void step_upkeep(struct worker *worker)
{
	switch (random_below(worker, 3)) {
	case 0:
		drain_local_pages(&worker->tsk);
		break;
	case 1:
		drain_all_pages(&worker->tsk);
		break;
	default:
		if (!worker->tsk.cpu)
			buddy_tick(&worker->tsk);
	}
}

static void *work(void *argument)
{
	struct worker *worker = argument;

	for (uint32_t i = 0; i < NR_STEPS; i++) {
		uint32_t n = random_below(worker, NR_BLOCKS);

		if (!random_below(worker, 200))
			step_upkeep(worker);
		else if (worker->blocks[n])
			step_free(worker, n);
		else
			step_alloc(worker, n);
	}
	for (uint32_t n = 0; n < NR_BLOCKS; n++)
		if (worker->blocks[n])
			step_free(worker, n);
	drain_local_pages(&worker->tsk);
	return NULL;
}

static int64_t free_pages_of_all(void)
{
	int64_t pages = 0;

	for (uint32_t zone = 0; zone < world.sys.head->nr_zones; zone++)
		pages += zone_page_state_snapshot(&world.sys, world_zone(&world, zone),
						  NR_FREE_PAGES);
	return pages;
}

static void run_workers(void)
{
	static struct worker workers[NR_THREADS];

	memset(workers, 0, sizeof(workers));
	for (uint32_t i = 0; i < NR_THREADS; i++) {
		workers[i].tsk = (struct task){ .sys = &world.sys, .cpu = i };
		workers[i].seed = i + 1;
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (uint32_t i = 0; i < NR_THREADS; i++)
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
}

/* Small enough that requests fail and types steal from each other. */
static struct buddy_config machine(void)
{
	struct buddy_config config = buddy_config_debian(0, MAX_PAGES);

	config.nr_cpus = NR_THREADS;
	config.pageblock_order = 7;
	return config;
}

static void run_threads(bool cpu_owned)
{
	const struct buddy_sync sync = {
		.lock = take_lock, .trylock = try_lock, .unlock = drop_lock, .cpu_owned = cpu_owned
	};
	struct buddy_config config = machine();
	int64_t nr_free;

	for (uint32_t id = 0; id < NR_LOCKS; id++)
		pthread_mutex_init(&locks[id], NULL);
	world_boot(&world, &config, false);
	buddy_set_hooks(&world.sys, NULL);
	world.sys.marks = NULL;
	assert_true(buddy_nr_locks(&world.sys) <= NR_LOCKS);
	buddy_set_sync(&world.sys, &sync);
	nr_pcp_locks = nr_shared_pages = nr_failed = 0;
	nr_free = free_pages_of_all();
	run_workers();
	assert_int_equal(nr_shared_pages, 0);
	assert_int_equal(nr_pcp_locks == 0, cpu_owned);
	assert_true(nr_failed > 0);
	assert_int_equal(free_pages_of_all(), nr_free);
	for (uint32_t i = 0; i < MAX_PAGES; i++)
		assert_int_equal(owners[i], 0);
	world_free(&world);
}

static void test_locked_lists(void **state)
{
	(void)state;
	run_threads(false);
}

static void test_owned_cpus(void **state)
{
	(void)state;
	run_threads(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_locked_lists),
		cmocka_unit_test(test_owned_cpus),
	};

	return cmocka_run_group_tests_name("core.threads", tests, NULL, NULL);
}
