/* SPDX-License-Identifier: MIT */
/*
 * What the embedder supplies. Every member may be NULL; the comment says what a NULL one means.
 * Hooks are called with no lock of the core held unless said otherwise; bug, bad_page and trace may
 * be called under any. They stay outside the image. reclaim, reclaimable, compact, out_of_memory
 * and node_reclaim may call the allocator for the same task; the others call nothing of the core.
 */
#pragma once

#include "buddy/types.h"

struct buddy_system;
struct task;

/* Observable events (MM-101, SP-60). They influence nothing. */
enum buddy_trace_kind {
	TRACE_MM_PAGE_ALLOC,             /* pfn or PFN_NONE, order, gfp, migratetype */
	TRACE_MM_PAGE_FREE,              /* pfn, order: before any check */
	TRACE_MM_PAGE_FREE_BATCHED,      /* pfn */
	TRACE_MM_PAGE_ALLOC_ZONE_LOCKED, /* pfn, order, migratetype; value: percpu_refill */
	TRACE_MM_PAGE_PCPU_DRAIN,        /* pfn, order, migratetype */
	TRACE_MM_PAGE_ALLOC_EXTFRAG,     /* pfn, order, migratetype; value: fallback_order << 8 |
					    fallback type */
	TRACE_WAKEUP_KSWAPD,             /* zone, order, gfp; value: highest_zoneidx */
	TRACE_ALLOC_FAILURE,             /* warn_alloc would have printed (SP-58): order, gfp */
	TRACE_WARN_ON_ONCE,       /* a WARN of rule table GF section 7; value: enum buddy_warning */
	TRACE_FREE_CONTIG_IN_USE, /* value: pages still in use (FR-70) */
	NR_TRACE_KINDS
};

enum buddy_warning {
	WARN_ORDER_TOO_LARGE,
	WARN_ATOMIC_MAY_SLEEP,
	WARN_NOFAIL_ORDER,
	WARN_NOFAIL_NO_RECLAIM,
	WARN_NOFAIL_MEMALLOC,
	WARN_NOFAIL_COSTLY,
	WARN_EXACT_FLAGS,
	NR_WARNINGS
};

struct buddy_trace {
	enum buddy_trace_kind kind;
	pfn_t pfn;
	uint32_t order;
	uint32_t zone; /* zone number, as in inspect.h */
	gfp_t gfp;
	uint32_t migratetype;
	uint32_t value;
};

/* Answer of the compaction hook, in the kernel's order (07). */
enum compact_result {
	COMPACT_NOT_SUITABLE_ZONE,
	COMPACT_SKIPPED,
	COMPACT_DEFERRED,
	COMPACT_NO_SUITABLE_PAGE,
	COMPACT_CONTINUE,
	COMPACT_COMPLETE,
	COMPACT_PARTIAL_SKIPPED,
	COMPACT_CONTENDED,
	COMPACT_SUCCESS
};

enum compact_priority { COMPACT_PRIO_SYNC_FULL, COMPACT_PRIO_SYNC_LIGHT, COMPACT_PRIO_ASYNC };

struct buddy_hooks {
	void *context; /* first argument of every hook */

	/*
	 * An invariant of the core is broken, or a machine with BUDDY_DEBUG_VM was handed a wrong
	 * argument: the condition, as C text for people, and the frame that it is about or
	 * PFN_NONE. Must not return: it ends the program, or leaves by longjmp. Then locks that
	 * were held stay held; when an argument was wrong, none is. NULL: abort().
	 */
	void (*bug)(void *context, const char *condition, pfn_t pfn);
	/* The caller's sin (FR-15): the page stays out of circulation, the core goes on. NULL:
	 * silent. */
	void (*bad_page)(void *context, pfn_t pfn, enum bad_page_reason reason);
	/* NULL: not traced. */
	void (*trace)(void *context, const struct buddy_trace *trace);

	/* Zero the contents of [pfn, pfn + nr_pages). NULL: contents are nobody's business. */
	void (*clear_pages)(void *context, pfn_t pfn, uint32_t nr_pages);

	/* try_to_free_pages (SP-30): pages freed. NULL: 0, nothing done. */
	uint32_t (*reclaim)(void *context, struct task *tsk, gfp_t gfp, uint32_t order);
	/* Pages of a zone that reclaim could free (SP-37). NULL: 0. */
	uint64_t (*reclaimable)(void *context, uint32_t zone);
	/* try_to_compact_pages (SP-20); may store a captured block. NULL: COMPACT_SKIPPED. */
	enum compact_result (*compact)(void *context, struct task *tsk, gfp_t gfp, uint32_t order,
				       enum compact_priority priority, pfn_t *captured);
	/* out_of_memory (SP-52): true when something was done about it. NULL: false. */
	bool (*out_of_memory)(void *context, struct task *tsk, gfp_t gfp, uint32_t order);
	/*
	 * The reschedule point of an allocation that may not fail (SP-12.2e). false: the embedder
	 * gives up and the request returns NULL, which the kernel never does. NULL: bug("deadlocked
	 * on memory").
	 */
	bool (*nofail_wait)(void *context, struct task *tsk, gfp_t gfp, uint32_t order);

	/* cpuset filter (FP-8). NULL: cpusets are not enabled. */
	bool (*cpuset_allowed)(void *context, const struct task *tsk, uint32_t node, gfp_t gfp);
	/* node_dirty_ok (FP-14). NULL: always true. */
	bool (*node_dirty_ok)(void *context, uint32_t node);
	/* node_reclaim (FP-15): -2 NOSCAN, -1 FULL, 0 SOME, 1 SUCCESS. NULL: node reclaim is off.
	 */
	int (*node_reclaim)(void *context, uint32_t node, gfp_t gfp, uint32_t order);
	/* should_fail_alloc_page (FP-7.4). NULL: never. */
	bool (*should_fail_alloc)(void *context, gfp_t gfp, uint32_t order);
};

/*
 * Lock ids: one for each zone and one for each zone of each CPU, nr_zones * (1 + nr_cpus) of them
 * from 0 on, which buddy_nr_locks() counts and BUDDY_MAX_LOCKS bounds for every machine. Order:
 * LOCK_PCP outside LOCK_ZONE (BU-65). A thread holds at most one of each kind, and none twice.
 */
#define LOCK_ZONE(zone) (zone)
#define LOCK_PCP(cpu, zone, nr_zones) ((nr_zones) * (1u + (cpu)) + (zone))
#define BUDDY_MAX_LOCKS (BUDDY_MAX_NODES * ZONE_DEVICE * (1 + BUDDY_MAX_CPUS))

/*
 * Given by buddy_set_sync(). NULL: one thread uses the system at a time. With it several threads
 * may allocate, free and drain at once, and one of them tick. Boot, import, rewind, sysctls,
 * setters and inspect.h want the system alone. References to one page are one thread's at a time.
 * marks and taken are not for several threads: leave them NULL.
 *
 * lock, trylock and unlock must not be NULL; trylock, which is asked for LOCK_PCP only, may be with
 * cpu_owned. They get an id below buddy_nr_locks(), acquire and release, and call nothing of the
 * core.
 */
struct buddy_sync {
	void *context;
	void (*lock)(void *context, uint32_t id);
	bool (*trylock)(void *context, uint32_t id);
	void (*unlock)(void *context, uint32_t id);
	/*
	 * Each CPU number belongs to one thread: no other makes calls with a task of that CPU. Then
	 * per-CPU lists are not locked, only zones are, and plain requests take no lock at all. The
	 * lists of other CPUs are nobody's to drain: drain_all_pages(), buddy_tick() and the slow
	 * path leave them alone. Who wants their pages has each thread call drain_local_pages().
	 */
	bool cpu_owned;
};
