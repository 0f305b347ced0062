/* SPDX-License-Identifier: MIT */
/*
 * Locks of the host for a machine that several threads use: a spin lock a lock id, each on a cache
 * line of its own. One who waits gives the host's CPU away after a while: the holder may be waiting
 * for just that.
 */
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "bench/shim/machine.h"

#define CACHE_LINE 64u
#define SPINS_BEFORE_YIELD 100u

struct shim_lock {
	_Alignas(CACHE_LINE) atomic_bool held;
};

struct shim_locks {
	struct buddy_sync sync; /* its context is the row of locks */
	struct shim_lock locks[];
};

static inline void cpu_relax(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#endif
}

static bool lock_try(void *context, uint32_t id)
{
	struct shim_lock *lock = (struct shim_lock *)context + id;

	return !atomic_exchange_explicit(&lock->held, true, memory_order_acquire);
}

static void lock_take(void *context, uint32_t id)
{
	struct shim_lock *lock = (struct shim_lock *)context + id;

	while (atomic_exchange_explicit(&lock->held, true, memory_order_acquire)) {
		for (uint32_t spins = 0; atomic_load_explicit(&lock->held, memory_order_relaxed);
		     spins++) {
			if (spins < SPINS_BEFORE_YIELD)
				cpu_relax();
			else
				sched_yield();
		}
	}
}

static void lock_release(void *context, uint32_t id)
{
	struct shim_lock *lock = (struct shim_lock *)context + id;

	atomic_store_explicit(&lock->held, false, memory_order_release);
}

static bool locks_create(struct bench_machine *machine)
{
	const uint32_t nr_zones = BUDDY_MAX_NODES * MAX_NR_ZONES;
	const uint32_t nr_locks = LOCK_PCP(machine->config.nr_cpus, 0, nr_zones);
	const size_t size_bytes = sizeof(struct shim_locks) + nr_locks * sizeof(struct shim_lock);
	struct shim_locks *locks = aligned_alloc(CACHE_LINE, size_bytes);

	machine->locks = locks;
	if (!locks)
		return false;
	for (uint32_t id = 0; id < nr_locks; id++)
		atomic_init(&locks->locks[id].held, false);
	locks->sync = (struct buddy_sync){ .context = locks->locks,
					   .lock = lock_take,
					   .trylock = lock_try,
					   .unlock = lock_release };
	return true;
}

/* Cores up to now take the table as it is; later ones are told, and know of CPUs with an owner. */
static void machine_set_sync(struct bench_machine *machine)
{
#ifdef SHIM_SET_SYNC
	buddy_set_sync(&machine->sys, &machine->locks->sync);
#else
	machine->sys.sync = &machine->locks->sync;
#endif
}

static bool machine_share(struct bench_machine *machine, enum bench_sharing_mode mode)
{
	if (!locks_create(machine))
		return false;
	if (mode == BENCH_CPU_OWNED) {
#ifdef SHIM_CPU_OWNED
		machine->locks->sync.cpu_owned = true;
#else
		return false;
#endif
	}
	machine_set_sync(machine);
	return true;
}

const struct bench_sharing shim_sharing = { .share = machine_share };
