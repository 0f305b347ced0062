/* SPDX-License-Identifier: MIT */
/*
 * Your page allocator as a plug-in of buddyfuzz: fuzzed, judged, compared. Define one
 *
 *	const struct buddyfuzz_plugin buddyfuzz_plugin = {
 *		.head = BUDDYFUZZ_HEAD, .name = "mine", .self_bytes = ..., .reset = ...,
 *		.alloc = ..., .free = ...
 *	};
 *
 * and build a shared object, or have it linked into the fuzz target (CONTRIBUTING.md, "Plug in your
 * allocator"). A member that is NULL or 0 is something that you do not offer: programs are then
 * made without it. This header stands alone, and nothing inside buddyfuzz is laid out by it.
 *
 * Memory is page frames, by number; there is no memory behind them. One thread calls. A function
 * never gets a frame that it did not hand out, nor one that was given back: what the caller does
 * is always right, so an assertion of yours that fires is a finding.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Counts up with each change of what follows; a plug-in is loaded by its own version only. */
#define BUDDYFUZZ_VERSION 2u
#define BUDDYFUZZ_MAGIC 0x50465a42u /* "BZFP", little endian */

#define BUDDYFUZZ_NO_FRAME UINT64_MAX /* the answer of a request that fails */
#define BUDDYFUZZ_ALL_CPUS UINT32_MAX

/* Frames [start_frame, end_frame), all of one node. */
struct buddyfuzz_range {
	uint64_t start_frame, end_frame;
	uint32_t node;
	uint32_t reserved;
};

/* What you manage. Valid until the next reset; ranges ascend and are disjoint. */
struct buddyfuzz_machine {
	uint32_t page_bytes;
	uint32_t max_order; /* no block is asked for that has more than 2^max_order pages */
	uint32_t nr_nodes, nr_cpus;
	uint32_t nr_ranges, reserved;
	const struct buddyfuzz_range *ranges; /* yours to give; all else is somebody's */
	uint64_t first_frame, end_frame;      /* around all ranges, with what lies between */
	/* Requests with BUDDYFUZZ_DMA (_DMA32) lie below it; 0: anywhere. */
	uint64_t dma_end_frame, dma32_end_frame;
	/*
	 * For your assertions; pass `harness` on. Both are findings, since no caller does wrong.
	 * condition: static text. trap does not return: after it comes a reset.
	 */
	void *harness;
	void (*report_bad_page)(void *harness, uint64_t frame);
	void (*trap)(void *harness, const char *condition, uint64_t frame);
};

enum buddyfuzz_flag {
	BUDDYFUZZ_ZEROED = 1u << 0,      /* the caller wants zeroes */
	BUDDYFUZZ_COMPOUND = 1u << 1,    /* references of any page count for the whole block */
	BUDDYFUZZ_MAY_SLEEP = 1u << 2,   /* reclaim might be waited for */
	BUDDYFUZZ_URGENT = 1u << 3,      /* may take from reserves */
	BUDDYFUZZ_MOVABLE = 1u << 4,     /* could be migrated */
	BUDDYFUZZ_RECLAIMABLE = 1u << 5, /* could be reclaimed */
	BUDDYFUZZ_DMA = 1u << 6,
	BUDDYFUZZ_DMA32 = 1u << 7,
	BUDDYFUZZ_THIS_NODE = 1u << 8 /* from no other node */
};

struct buddyfuzz_request {
	uint32_t flags; /* enum buddyfuzz_flag */
	uint32_t gfp;   /* the same and more in Linux 6.1's own bits */
	uint32_t node;  /* preferred */
	uint32_t cpu;   /* that asks */
};

/* What you tell apart. Of what you do not, programs have one kind only. */
enum buddyfuzz_knows {
	BUDDYFUZZ_KNOWS_RANGES = 1u << 0, /* any number: holes, reserved frames, a used machine */
	BUDDYFUZZ_KNOWS_NODES = 1u << 1,
	BUDDYFUZZ_KNOWS_CPUS = 1u << 2,
	BUDDYFUZZ_KNOWS_LIMITS = 1u << 3, /* dma_end_frame and dma32_end_frame */
	BUDDYFUZZ_KNOWS_FLAGS = 1u << 4,
	/* Blocks of yours begin anywhere, not at a multiple of their size. */
	BUDDYFUZZ_ANY_ALIGNMENT = 1u << 5,
	/*
	 * What only Linux has is done, by doing nothing: tasks, ticks, tunables, hooks, LRU marks,
	 * pageblock types. With all of these no program is changed for you.
	 */
	BUDDYFUZZ_IGNORES_LINUX = 1u << 6,
	BUDDYFUZZ_KNOWS_ALL = BUDDYFUZZ_KNOWS_RANGES | BUDDYFUZZ_KNOWS_NODES |
			      BUDDYFUZZ_KNOWS_CPUS | BUDDYFUZZ_KNOWS_LIMITS |
			      BUDDYFUZZ_KNOWS_FLAGS | BUDDYFUZZ_IGNORES_LINUX
};

/* How far you promise to answer as another allocator does. Each includes the ones before it. */
enum buddyfuzz_level {
	BUDDYFUZZ_DECLINED, /* not to be asked */
	BUDDYFUZZ_SAFE,     /* legal by itself: what is meant without a claim */
	BUDDYFUZZ_COUNTS,   /* the same success or failure, as many free pages */
	BUDDYFUZZ_EXACT     /* the same frames */
};

/*
 * what: an operation as `buddy` prints it ("alloc_pages", docs/reference-ops.md), or a group, as
 * the members below are grouped: "blocks", "sizes", "bulk", "references", "split", "fragments",
 * "drain", "linux" (with BUDDYFUZZ_IGNORES_LINUX); or "all". Later claims overrule earlier ones.
 */
struct buddyfuzz_claim {
	const char *what;
	enum buddyfuzz_level level;
};

/* Who was built for what; it comes first in every version. */
struct buddyfuzz_head {
	uint32_t magic, version;
	uint32_t plugin_bytes, machine_bytes, range_bytes, request_bytes;
};

struct buddyfuzz_plugin {
	struct buddyfuzz_head head; /* BUDDYFUZZ_HEAD */
	uint32_t knows;             /* enum buddyfuzz_knows */
	uint32_t reserved;
	const char *name;
	const struct buddyfuzz_claim *claims; /* ends in one with what == NULL */

	/* ---- a machine ---- */
	/* Of one `self`, which comes zeroed the first time; NULL: your state is global. */
	size_t (*self_bytes)(const struct buddyfuzz_machine *machine);
	/*
	 * All of the machine is free. Called before each program, on any self. NULL, or a static
	 * sentence: why you cannot be this machine.
	 */
	const char *(*reset)(void *self, const struct buddyfuzz_machine *machine);
	/* Gives back what a reset has taken beyond self; self ends. */
	void (*release)(void *self);

	/* ---- blocks: 2^order pages ---- */
	/* The first frame, a multiple of 2^order, or BUDDYFUZZ_NO_FRAME. */
	uint64_t (*alloc)(void *self, uint32_t order, const struct buddyfuzz_request *request);
	/* frame and order as answered and asked; with order 0 a page that split made. */
	void (*free)(void *self, uint64_t frame, uint32_t order);

	/* ---- sizes: pages in a row, as many as the bytes need, the first aligned as a block ----
	 */
	uint64_t (*alloc_bytes)(void *self, size_t bytes, const struct buddyfuzz_request *request);
	void (*free_bytes)(void *self, uint64_t frame, size_t bytes); /* rounded up to pages */

	/* ---- bulk: single pages; free takes them back one by one ---- */
	/* Fills frames[0..n); returns n, at most nr. */
	uint32_t (*alloc_bulk)(void *self, uint32_t nr, uint64_t *frames,
			       const struct buddyfuzz_request *request);
	void (*free_bulk)(void *self, uint32_t nr, const uint64_t *frames);

	/* ---- references: all three or none ---- */
	/*
	 * An allocation comes with one, and free drops one. When others are left, free of a block
	 * that is not COMPOUND gives back all pages but the first at once.
	 */
	uint32_t (*get)(void *self, uint64_t frame); /* how many there are now */
	uint32_t (*put)(void *self, uint64_t frame); /* how many are left; the last one frees */
	/* Of this very page, 0 in a tail or a free page; of any frame that was once handed out. */
	uint32_t (*references)(void *self, uint64_t frame);

	/* ---- split ---- */
	/*
	 * Each page of the block lives for itself from here on. Whoever offers this or references
	 * takes back the pages of alloc_bytes one by one as well.
	 */
	void (*split)(void *self, uint64_t frame, uint32_t order);

	/* ---- fragments: bytes of a page that several share; all or none ---- */
	uint64_t (*alloc_fragment)(void *self, uint32_t bytes, uint32_t *offset_bytes,
				   const struct buddyfuzz_request *request);
	void (*free_fragment)(void *self, uint64_t frame, uint32_t offset_bytes, uint32_t bytes);
	void (*drain_fragments)(void *self, uint32_t cpu); /* keep no page for later ones */

	/* ---- drain ---- */
	/* Empties what is cached for a CPU, or BUDDYFUZZ_ALL_CPUS. Changes no answer about pages.
	 */
	void (*drain)(void *self, uint32_t cpu);

	/*
	 * ---- eyes: checked after each call against what was handed out and given back ----
	 * Until a program takes a further reference or a fragment.
	 */
	uint64_t (*free_pages)(void *self); /* not handed out, cached ones among them */
	bool (*is_free)(void *self, uint64_t frame);
};

#define BUDDYFUZZ_HEAD                                                                    \
	{                                                                                 \
		BUDDYFUZZ_MAGIC, BUDDYFUZZ_VERSION, sizeof(struct buddyfuzz_plugin),      \
			sizeof(struct buddyfuzz_machine), sizeof(struct buddyfuzz_range), \
			sizeof(struct buddyfuzz_request)                                  \
	}

/* Yours to define. */
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
extern const struct buddyfuzz_plugin buddyfuzz_plugin;

#ifdef __cplusplus
}
#endif
