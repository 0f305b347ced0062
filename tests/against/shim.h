/* SPDX-License-Identifier: MIT */
/*
 * One core behind plain C types. The same shim is compiled against the public headers of two
 * revisions and linked with their cores into two shared objects, which live in one process and get
 * the same calls. Nothing of buddy/ is named here, so what an object was compiled with is its own
 * business; flags of requests and tasks, zone kinds and migratetypes have the kernel's values.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SHIM_SYMBOL "against_shim"
#define SHIM_ABI 1u
#define SHIM_NONE UINT32_MAX /* no frame, no node, the profile's limit */
#define SHIM_MAX_RANGES 8u
#define SHIM_MAX_CPUS 4u
#define SHIM_MAX_NODES 4u
#define SHIM_MAX_PFNS 512u  /* of one operation */
#define SHIM_MAX_EVENTS 64u /* kept to be shown; all of them are hashed */
#define SHIM_NR_FRAG_CACHES 2u

enum shim_profile { SHIM_X86_64, SHIM_DEBIAN, SHIM_UML, SHIM_NR_PROFILES };

/* Lists in the order of their numbers. */
/* clang-format off */

/* By name, since the bits of two revisions need not be the same. */
#define SHIM_FEATURES(F) \
	F(SMP) F(NUMA) F(CMA) F(THP) F(COMPACTION) F(SPARSEMEM) F(DEBUG_VM) F(MOBILITY_OFF)

/* Which hooks a machine has; bug always. */
#define SHIM_HOOKS(F) \
	F(bad_page) F(trace) F(clear_pages) F(reclaim) F(reclaimable) F(compact) \
	F(out_of_memory) F(nofail_wait) F(cpuset_allowed) F(node_dirty_ok) F(node_reclaim) \
	F(should_fail_alloc)

/*
 * What an operation calls. move: the image is copied and attached elsewhere. Between remember and
 * forget only what was allocated meanwhile may be touched, as buddy_rewind() wants it. The answer
 * of these is 0 while the image is as it should be.
 */
#define SHIM_CALLS(F) \
	F(alloc_pages) F(alloc_pages_node) F(alloc_pages_nodemask) F(get_zeroed_page) \
	F(alloc_pages_exact) F(alloc_pages_bulk_array) F(alloc_pages_bulk_list) \
	F(page_frag_alloc) F(free_pages) F(free_the_page) F(free_pages_exact) \
	F(free_contig_range) F(release_pages) F(get_page) F(get_page_unless_zero) F(put_page) \
	F(split_page) F(page_frag_free) F(page_frag_cache_drain) F(drain_local_pages) \
	F(drain_all_pages) F(set_pageblock_migratetype) F(buddy_set_lru) F(buddy_tick) \
	F(buddy_sysctl_write) F(move) F(remember) F(rewind) F(forget)

#define F(name) SHIM_FEATURE_##name,
enum shim_feature_number { SHIM_FEATURES(F) SHIM_NR_FEATURES };
#undef F
#define F(name) SHIM_HOOK_NR_##name,
enum shim_hook_number { SHIM_HOOKS(F) SHIM_NR_HOOKS };
#undef F
#define F(name) SHIM_CALL_##name,
enum shim_call { SHIM_CALLS(F) SHIM_NR_CALLS };
#undef F
/* clang-format on */

#define SHIM_HAS(feature) (1u << SHIM_FEATURE_##feature)
#define SHIM_HOOK(name) (1u << SHIM_HOOK_NR_##name)

struct shim_range {
	uint32_t start_pfn, end_pfn, node;
};

struct shim_machine {
	enum shim_profile profile;
	uint32_t features; /* SHIM_HAS() */
	uint32_t hooks;    /* SHIM_HOOK() */
	uint32_t nr_cpus, nr_nodes, pageblock_order;
	uint32_t distance; /* of different nodes */
	uint32_t cpu_node[SHIM_MAX_CPUS];
	uint32_t zone_end_pfn[3]; /* DMA, DMA32, Normal; SHIM_NONE: the profile's */
	uint32_t movablecore_pages, kernelcore_pages;
	uint32_t nr_memory, nr_reserved;
	struct shim_range memory[SHIM_MAX_RANGES], reserved[SHIM_MAX_RANGES];
	int32_t min_free_kbytes; /* -1: computed */
	uint32_t watermark_scale_factor, watermark_boost_factor, percpu_pagelist_high_fraction;
	int32_t lowmem_reserve_ratio; /* of every kind; -1: the profile's */
	bool memory_is_dirty;         /* boot has to clear it */
};

enum shim_sysctl {
	SHIM_MIN_FREE_KBYTES,
	SHIM_WATERMARK_SCALE_FACTOR,
	SHIM_WATERMARK_BOOST_FACTOR,
	SHIM_PERCPU_PAGELIST_HIGH_FRACTION,
	SHIM_LOWMEM_RESERVE_RATIO,
	SHIM_NR_SYSCTLS
};

struct shim_op {
	enum shim_call call;
	uint32_t cpu, gfp, order, pfn;
	int32_t node;      /* -1: the CPU's */
	uint32_t nodemask; /* 0: none */
	uint32_t count;    /* pages, bytes, type of a pageblock, on or off, a sysctl's index */
	uint32_t which;    /* fragment cache or sysctl */
	int32_t value;     /* of a sysctl; align mask of a fragment */
	/* who asks */
	uint32_t task_flags;
	bool in_interrupt, in_softirq, rt, oom_victim;
	uint32_t mems_allowed; /* the hook's answer, too */
	uint64_t seed;         /* of what hooks answer */
	uint32_t nr_pfns;      /* in pfns, for bulk and release */
	uint32_t nr_relief;    /* blocks behind those that reclaim may free */
	const uint32_t *pfns;
	const uint32_t *relief_orders;
};

/* A hook that was called. */
struct shim_event {
	uint32_t kind; /* shim_hook_number */
	uint32_t args[7];
};

struct shim_answer {
	uint64_t result; /* frame, number, error, reference count */
	uint32_t nr_pfns;
	uint32_t pfns[SHIM_MAX_PFNS];
	uint32_t nr_relief; /* blocks that the reclaim hook has freed */
	bool trapped;       /* the core called bug(); the machine is of no use any more */
	uint32_t nr_events;
	uint64_t event_hash;
	struct shim_event events[SHIM_MAX_EVENTS];
};

/* How much of the state is told. */
enum shim_depth { SHIM_COUNTERS, SHIM_LISTS, SHIM_PAGES };

/* What it is told in: values, and where each stands (at[] as shim_labels[].at names them). */
#define SHIM_MAX_AT 4u
struct shim_word {
	uint64_t value;
	uint32_t label, at[SHIM_MAX_AT];
};

struct shim;

struct shim_ops {
	uint32_t abi;
	bool can_rewind;
	/* NULL and a sentence when there is no such machine. */
	struct shim *(*create)(const struct shim_machine *machine, const char **error);
	void (*destroy)(struct shim *shim);
	void (*apply)(struct shim *shim, const struct shim_op *op, struct shim_answer *answer);
	/* Hash of the state. */
	uint64_t (*hash)(struct shim *shim, enum shim_depth depth);
	/* The state itself, until the next call; returns the number of words. */
	uint64_t (*tell)(struct shim *shim, enum shim_depth depth, const struct shim_word **words);
	/* Frames of the machine: [start_pfn, end_pfn). */
	void (*span)(const struct shim *shim, uint32_t *start_pfn, uint32_t *end_pfn);
};
