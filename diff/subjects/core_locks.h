/* SPDX-License-Identifier: MIT */
/*
 * Locks that check how the core uses them instead of keeping anybody out: one thread runs it. Each
 * is free when it is taken and held when it is released, a pcp lock is taken outside the zone lock
 * of the same zone and never inside one (BU-65, FR-90), nothing is held where a request may sleep
 * or when a call has returned. trylock succeeds
 * unless told otherwise: a failure changes the answer (FP-33).
 */
#pragma once

#include "buddy/hooks.h"

#define CORE_LOCKS_TEXT_MAX 160
#define LOCK_NONE UINT32_MAX

struct core_locks {
	uint32_t nr_zones, nr_cpus;
	uint32_t zone_held,
		pcp_held;       /* lock ids; as long as nothing is broken one each is enough */
	struct buddy_sync sync; /* for the core; its context is this struct */
	/* Told of each fault; text stays valid until the next report. May jump away. */
	void (*broken)(void *context, const char *text);
	void *context;
	uint32_t trylock_fails_every; /* 0: never */
	uint32_t nr_trylocks;
	void (*busy)(void *context); /* a trylock was made to fail; may be NULL */
	char text[CORE_LOCKS_TEXT_MAX];
};

/* All free. The struct must stay where it is: sync points to it. */
void core_locks_init(struct core_locks *locks, uint32_t nr_zones, uint32_t nr_cpus,
		     void (*broken)(void *context, const char *text), void *context);
/* All free again, whoever holds them: for a call that was jumped out of. */
void core_locks_reset(struct core_locks *locks);
/* From now on every nth trylock fails; 0: none. */
void core_locks_refuse(struct core_locks *locks, uint32_t every, void (*busy)(void *context));
/* Something is held where nothing may be. */
void core_locks_report_held(struct core_locks *locks, const char *where);
/* Nothing may be held here. where: "when the call returns", "when it asks for reclaim". */
static inline void core_locks_check_idle(struct core_locks *locks, const char *where)
{
	if (locks->zone_held != LOCK_NONE || locks->pcp_held != LOCK_NONE)
		core_locks_report_held(locks, where);
}
