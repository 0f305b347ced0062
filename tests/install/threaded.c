/* SPDX-License-Identifier: MIT */
/*
 * An outside program: two threads on one machine, each with a CPU number of its own, and a spin
 * lock for each lock id.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include <buddy/buddy.h>
#include <buddy/inspect.h>

#define NR_THREADS 2
#define NR_ROUNDS 2000
#define NR_BLOCKS 64

static struct buddy_system sys;
static atomic_flag *locks; /* by lock id */

static void lock(void *context, uint32_t id)
{
	(void)context;
	while (atomic_flag_test_and_set_explicit(&locks[id], memory_order_acquire))
		sched_yield();
}

static bool trylock(void *context, uint32_t id)
{
	(void)context;
	return !atomic_flag_test_and_set_explicit(&locks[id], memory_order_acquire);
}

static void unlock(void *context, uint32_t id)
{
	(void)context;
	atomic_flag_clear_explicit(&locks[id], memory_order_release);
}

static const struct buddy_sync sync = { .lock = lock, .trylock = trylock, .unlock = unlock };

/* Now and then the lists of both CPUs are drained. argument: the task of the thread. */
static void *work(void *argument)
{
	struct task *self = argument;

	for (int round = 0; round < NR_ROUNDS; round++) {
		struct page *blocks[NR_BLOCKS];
		uint32_t order = (uint32_t)round % 5;

		for (int i = 0; i < NR_BLOCKS; i++)
			blocks[i] = alloc_pages(self, GFP_KERNEL, order);
		for (int i = 0; i < NR_BLOCKS; i++)
			if (blocks[i])
				__free_pages(self, blocks[i], order);
		if (round % 100 == 0)
			drain_all_pages(self);
	}
	return NULL;
}

/* Makes the machine, and its locks before anybody can want one. false: memory is short. */
static bool boot(void)
{
	struct buddy_config config = buddy_config_debian(0, 16384);
	size_t size_bytes;
	uint32_t nr_locks;

	config.nr_cpus = NR_THREADS;
	size_bytes = buddy_image_size(&config);
	if (buddy_boot(&sys, &config, aligned_alloc(64, size_bytes), size_bytes, 0, NULL))
		return false;
	nr_locks = buddy_nr_locks(&sys);
	locks = malloc(nr_locks * sizeof(*locks));
	for (uint32_t id = 0; locks && id < nr_locks; id++)
		atomic_flag_clear(&locks[id]);
	buddy_set_sync(&sys, &sync);
	return locks;
}

static int64_t count_free_pages(void)
{
	struct machine_info machine;
	struct zone_info zone;
	int64_t nr_pages = 0;

	buddy_tick(&(struct task){ .sys = &sys }); /* counters of CPUs come home */
	inspect_machine(&sys, &machine);
	for (uint32_t number = 0; number < machine.nr_zones; number++) {
		inspect_zone(&sys, number, &zone);
		nr_pages += zone.nr_free_pages;
	}
	return nr_pages;
}

int main(void)
{
	struct task tasks[NR_THREADS];
	pthread_t threads[NR_THREADS];
	long long before, after;

	if (!boot())
		return 2;
	before = count_free_pages();
	for (uint32_t i = 0; i < NR_THREADS; i++) {
		tasks[i] = (struct task){ .sys = &sys, .cpu = i };
		if (pthread_create(&threads[i], NULL, work, &tasks[i]))
			return 2;
	}
	for (uint32_t i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	drain_all_pages(&tasks[0]);
	after = count_free_pages();
	printf("%d threads, %u locks, %lld of %lld pages back\n", NR_THREADS, buddy_nr_locks(&sys),
	       after, before);
	free(locks);
	free(sys.image);
	return after != before;
}
