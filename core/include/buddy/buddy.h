/* SPDX-License-Identifier: MIT */
/*
 * The allocator's API. Signatures follow the kernel's, with the asking task as explicit first
 * argument.
 *
 * A system is a handle onto an image: one contiguous pointer-free block of caller-owned memory that
 * holds the whole state. memcpy of the image is a snapshot; equal images hash equal at any address.
 *
 * A block that a call returns is the caller's until its last reference is given back; descriptors
 * stay the image's. Pages come and go with their first page and order, which the caller remembers.
 * Locks are the embedder's (hooks.h): no call is made with one of them held. What is freed twice or
 * is not the caller's is his sin: bad_page tells of it where the kernel would, and a machine with
 * BUDDY_DEBUG_VM traps where the kernel would.
 *
 * Wrong arguments. What a function answers by an error or NULL, it answers on every machine. All
 * else is checked on machines with BUDDY_DEBUG_VM alone and is the caller's sin elsewhere, where
 * nobody looks and anything may be written. With the feature a wrong one is BUG: hooks.bug is
 * called, with nothing of the image written but where a comment says so. BUG are, for every
 * function unless its comment says otherwise:
 *   - a task whose CPU the machine has not;
 *   - a page that is no descriptor of a frame of this machine, NULL among them;
 *   - a frame outside of the memory map;
 *   - an order above MAX_PAGE_ORDER, a migratetype from MIGRATE_TYPES on, a block, a row of pages
 *     or frames that reaches over the end of the memory map;
 *   - NULL for a pointer, unless NULL is said to mean something.
 * Nobody can check: a system, a task or its system that is NULL, which is a read at address 0, or
 * not what it is said to be; arrays that are shorter than said; an image whose contents are wrong.
 */
#pragma once

#include <stddef.h>

#include "buddy/config.h"
#include "buddy/hooks.h"
#include "buddy/types.h"
#include "buddy/version.h"

#ifdef __cplusplus
extern "C" {
#endif

struct page;
struct image;
struct pressure_engines;

struct buddy_system {
	unsigned char *image; /* base of the image; the cached addresses below point into it */
	struct image *head;
	struct zone *zones;
	struct pcp *pcps;
	uint16_t *pageblocks;
	struct page *mem_map;                   /* indexed by pfn - head->base_pfn */
	struct buddy_hooks hooks;               /* to read; buddy_set_hooks() changes them */
	const struct buddy_sync *sync;          /* likewise, buddy_set_sync() */
	const struct pressure_engines *engines; /* the core's own */
	gfp_t general_gfp; /* request bits that take the general path (alloc/hot.h) */
	uint32_t *marks;   /* NR_MARKS counters, or NULL; beside the image, outside its hash */
	uint64_t *taken;   /* frame map of the blocks that left the free lists, or NULL; as marks */
};

/* Who is asking. A library user makes one per thread. */
struct task {
	struct buddy_system *sys;
	uint32_t cpu;
	uint32_t flags;    /* PF_* */
	bool in_interrupt; /* hard or soft interrupt context */
	bool in_softirq;   /* with in_interrupt */
	bool rt;           /* real-time task */
	bool oom_victim;
	const uint32_t *mems_allowed; /* node mask of the cpuset, NULL: all */
};

/* ---- machine
 * ---------------------------------------------------------------------------------------- */

/*
 * Bytes of the image of this machine, a multiple of 64; 0 when buddy_config_error() names a fault,
 * which it does for NULL.
 */
BUDDY_API BUDDY_MUST_CHECK size_t buddy_image_size(const struct buddy_config *config);

enum buddy_boot_flag {
	/*
	 * The memory of the image, its first buddy_image_size() bytes, is all zero already, as that
	 * of a fresh mapping is: boot does not clear it, and the descriptors of blocks that are
	 * never used stay untouched. Nothing is said of the memory that the frames stand for.
	 * Nobody checks it.
	 */
	BUDDY_BOOT_ZEROED = 1u << 0,
	/* Every page allocated, nothing handed over: the import calls follow. */
	BUDDY_BOOT_IMPORT = 1u << 1
};

/*
 * Boots a machine (MM-40..47) in memory[size], 64-byte aligned, which the caller keeps for the
 * system's life. flags: enum buddy_boot_flag. hooks may be NULL. Returns 0; -ENOMEM when size is
 * less than buddy_image_size(); -EINVAL when buddy_config_error() names a fault, sys or memory is
 * NULL, memory is not aligned or flags holds an unknown bit. After an error nothing was written.
 */
BUDDY_API BUDDY_MUST_CHECK int buddy_boot(struct buddy_system *sys,
					  const struct buddy_config *config, void *memory,
					  size_t size, uint32_t flags,
					  const struct buddy_hooks *hooks);

/*
 * Binds a handle to an image that was copied here, 64-byte aligned. hooks may be NULL. Returns 0,
 * or -EINVAL when sys or memory is NULL, memory is not aligned, or its head is not that of an image
 * of this version that fits size. What lies behind the head is believed. After an error nothing was
 * written.
 */
BUDDY_API BUDDY_MUST_CHECK int buddy_attach(struct buddy_system *sys, void *memory, size_t size,
					    const struct buddy_hooks *hooks);

/* From now on these, copied; NULL: none. No call into the system is under way. */
BUDDY_API void buddy_set_hooks(struct buddy_system *sys, const struct buddy_hooks *hooks);
/*
 * From now on this one, which stays the caller's and lives as long; NULL: none. Boot and attach
 * leave none, so it is set before a second thread comes. No call is under way. BUG: lock or unlock
 * is NULL, or trylock without cpu_owned.
 */
BUDDY_API void buddy_set_sync(struct buddy_system *sys, const struct buddy_sync *sync);

/* How many lock ids (hooks.h) the machine has: 0 to one less, for its whole life. */
BUDDY_API BUDDY_MUST_CHECK uint32_t buddy_nr_locks(const struct buddy_system *sys);

/* Hash of the whole state: equal for equal images at any address. */
BUDDY_API BUDDY_MUST_CHECK uint64_t buddy_hash(const struct buddy_system *sys);

/*
 * Going back to a copy of the image at the cost of what has changed since. A frame map has a bit
 * for each frame of the memory map; its memory is the caller's. When the copy is made:
 * buddy_map_lists() into a zeroed map, kept beside the copy, and another one like it in sys->taken,
 * to which the allocator adds. A block that was out when the copy was made is noted before it is
 * freed, or written in any other way; so are, before a misuse, all blocks that it is about. After a
 * trap anything may have been written, and only memcpy of the whole image helps.
 */
BUDDY_API BUDDY_MUST_CHECK size_t
buddy_map_words(const struct buddy_system *sys); /* uint64_t of one */
/* Sets the bits of frames that are on any list. */
BUDDY_API void buddy_map_lists(const struct buddy_system *sys, uint64_t *map);
/*
 * Frames that are not on a list and that no call has handed out since the copy will be written. The
 * last may lie behind the memory map by one block of MAX_PAGE_ORDER. Without sys->taken: nothing.
 */
BUDDY_API void buddy_note_written(struct buddy_system *sys, pfn_t pfn, uint32_t nr_pages);
/*
 * The image equals the copy again; sys->taken becomes listed, the map made with the copy. BUG: the
 * copy is of a machine of another size; sys->taken is NULL.
 */
BUDDY_API void buddy_rewind(struct buddy_system *sys, const void *copy, const uint64_t *listed);

/* The state a snapshot of a real machine carries for one zone (BUDDY_BOOT_IMPORT only). */
struct buddy_zone_state {
	uint32_t managed_pages;
	uint32_t watermark[NR_WMARK];
	uint32_t watermark_boost;
	uint32_t lowmem_reserve[MAX_NR_ZONES];
	int64_t nr_free_pages; /* the shared counters, without per-CPU differences */
	int64_t nr_free_cma_pages;
	uint32_t nr_reserved_highatomic;
	uint32_t nr_isolate_pageblock;
	uint32_t flags;
};
struct buddy_pcp_state {
	int32_t high, batch, free_factor;
	uint32_t stat_threshold;
	int32_t diff_free, diff_cma;
};
/*
 * Import calls: counters are taken as given, lists are appended at their tails. zone: as in
 * inspect.h. BUG: a zone or CPU that the machine has not. That the machine was booted for import,
 * and that what is imported fits together, is the caller's to see to.
 */
BUDDY_API void buddy_import_zone(struct buddy_system *sys, uint32_t zone,
				 const struct buddy_zone_state *state);
BUDDY_API void buddy_import_pcp(struct buddy_system *sys, uint32_t zone, uint32_t cpu,
				const struct buddy_pcp_state *state);
BUDDY_API void buddy_import_pageblock(struct buddy_system *sys, pfn_t pfn, enum migratetype type);
/* BUG: pfn is no multiple of the block's size, has no page, or was imported before. */
BUDDY_API void buddy_import_free(struct buddy_system *sys, pfn_t pfn, uint32_t order,
				 enum migratetype type);
/* Also adds to the pcp's count. type: the recorded migratetype. BUG: as before, and a list that no
 * CPU has. */
BUDDY_API void buddy_import_pcp_page(struct buddy_system *sys, uint32_t cpu, uint32_t pindex,
				     pfn_t pfn, enum migratetype type);
BUDDY_API void buddy_import_lru(struct buddy_system *sys, pfn_t pfn,
				uint32_t nr_pages); /* marks PageLRU */
BUDDY_API void buddy_import_mobility(struct buddy_system *sys, bool disabled);
/* Computes what import leaves derived (managed totals, mobility). After the last import call. */
BUDDY_API void buddy_import_done(struct buddy_system *sys);

/* ---- pages
 * ------------------------------------------------------------------------------------------ */

BUDDY_API BUDDY_MUST_CHECK pfn_t page_to_pfn(const struct buddy_system *sys,
					     const struct page *page);
/* pfn must be inside the machine's span; a hole has a descriptor there, but is not pfn_valid(). */
BUDDY_API BUDDY_MUST_CHECK struct page *pfn_to_page(const struct buddy_system *sys, pfn_t pfn);
/* Has this frame a page? Any number may be asked for. */
BUDDY_API BUDDY_MUST_CHECK bool pfn_valid(const struct buddy_system *sys, pfn_t pfn);
/* Nobody checks the page: no system is there to ask. */
BUDDY_API BUDDY_MUST_CHECK int page_ref_count(const struct page *page);

/* ---- allocate
 * --------------------------------------------------------------------------------------- */

/*
 * 2^order contiguous pages, or NULL. nodemask: pointer to a mask of allowed nodes, or NULL: all. An
 * order above MAX_PAGE_ORDER is NULL and WARN_ORDER_TOO_LARGE, whatever else is wrong. BUG: a node
 * that the machine has not; gfp that is undefined in the kernel (gfp_is_legal()). Without the
 * feature MOVABLE with RECLAIMABLE is NULL (GF-9), and zone bits that name no zone mean the lowest
 * (GF-5); bits that name no flag are always ignored. (FP-5)
 */
BUDDY_API struct page *__alloc_pages(struct task *tsk, gfp_t gfp, uint32_t order, uint32_t nid,
				     const uint32_t *nodemask);
/* On the CPU's node; order and gfp likewise. */
BUDDY_API struct page *alloc_pages(struct task *tsk, gfp_t gfp, uint32_t order);
/* A negative nid: the CPU's node. Else as __alloc_pages(). */
BUDDY_API struct page *alloc_pages_node(struct task *tsk, int nid, gfp_t gfp, uint32_t order);
/* One page, whose contents hooks.clear_pages zeroes; gfp likewise. */
BUDDY_API struct page *get_zeroed_page(struct task *tsk, gfp_t gfp);
/*
 * ceil(size / page size) single pages in a row, each with one reference; NULL for size 0 and for
 * more than a block of MAX_PAGE_ORDER (FR-82). gfp as above.
 */
BUDDY_API BUDDY_MUST_CHECK struct page *alloc_pages_exact(struct task *tsk, size_t size_bytes,
							  gfp_t gfp);

/*
 * Fills the NULL slots of pages[nr], whose others are not looked at; returns the populated prefix
 * (FP-60). nid and nodemask as in __alloc_pages(). gfp, too, when one page is wanted; for more,
 * MOVABLE with RECLAIMABLE adds none on every machine. pages may be NULL when nr is 0.
 */
BUDDY_API BUDDY_MUST_CHECK uint32_t alloc_pages_bulk_array(struct task *tsk, gfp_t gfp,
							   uint32_t nid, const uint32_t *nodemask,
							   uint32_t nr, struct page **pages);
/*
 * Adds up to nr pages, each at the head of the list; pages[0] is the list's head. Returns their
 * number. Arguments likewise.
 */
BUDDY_API BUDDY_MUST_CHECK uint32_t alloc_pages_bulk_list(struct task *tsk, gfp_t gfp, uint32_t nid,
							  const uint32_t *nodemask, uint32_t nr,
							  struct page **pages);

/* ---- free and reference
 * ------------------------------------------------------------------------------ */

/*
 * Drops one reference, and frees the block of this order when it was the last (FR-5). BUG, as the
 * kernel's VM_BUG_ON: the page has no reference; when it is freed, it is a tail, or it is compound
 * and of another order.
 */
BUDDY_API void __free_pages(struct task *tsk, struct page *page, uint32_t order);
/* Hands a block with no reference left to the pcp lists or the buddy (FR-25 / FR-20). A reference
 * that is left, is a bad page. */
BUDDY_API void free_the_page(struct task *tsk, struct page *page, uint32_t order);
/*
 * Each page of size_bytes, rounded up, as __free_pages() would: BUG at the first without a
 * reference comes with those before it freed. size 0: none.
 */
BUDDY_API void free_pages_exact(struct task *tsk, struct page *page, size_t size_bytes);
/* Likewise; tells of pages that others still refer to (TRACE_FREE_CONTIG_IN_USE, FR-70). */
BUDDY_API void free_contig_range(struct task *tsk, struct page *page, uint32_t nr_pages);
/*
 * Drops one reference of each; order-0 pages that reach 0 are freed in descending order (FR-41).
 * pages[] is the caller's, and spoilt; it may be NULL when nr is 0. BUG at a page without a
 * reference, with those before it dropped; all other checks come first.
 */
BUDDY_API void release_pages(struct task *tsk, struct page **pages, uint32_t nr);
/*
 * Drops one reference of each, which is no tail and not on the LRU; what reaches 0 is freed, large
 * blocks at once, order-0 pages in order of the list (FR-41). pages[] and BUG likewise.
 */
BUDDY_API void put_pages_list(struct task *tsk, struct page **pages, uint32_t nr);
/* Of a tail, one of its head. BUG: there is none yet. */
BUDDY_API void get_page(struct task *tsk, struct page *page);
/* false at 0, so on every compound tail */
BUDDY_API BUDDY_MUST_CHECK bool get_page_unless_zero(struct task *tsk, struct page *page);
/* Drops one, of a tail one of its head; the last frees the block. BUG: there is none. */
BUDDY_API void put_page(struct task *tsk, struct page *page);
/*
 * Makes a block 2^order single pages, each with one reference. BUG: the block is compound, or has
 * no reference; a page behind the first has one. That the order is the block's is the caller's to
 * know.
 */
BUDDY_API void split_page(struct task *tsk, struct page *page, uint32_t order);

/* ---- fragments (FR-75)
 * ------------------------------------------------------------------------------- */

/* All zero at first; then the calls' own. */
struct page_frag_cache {
	struct page *page;
	uint32_t offset, size_bytes;
	int32_t pagecnt_bias;
	bool pfmemalloc;
};
/*
 * Returns the page that holds the fragment and its byte offset, or NULL: memory is short, or
 * size_bytes is more than the chunk has. align_mask: ~0u for none, else the negated power of two.
 * gfp as in __alloc_pages(), asked when a chunk is wanted. BUG: the cache holds no page of this
 * machine.
 */
BUDDY_API BUDDY_MUST_CHECK struct page *
page_frag_alloc(struct task *tsk, struct page_frag_cache *cache, uint32_t size_bytes, gfp_t gfp,
		uint32_t align_mask, uint32_t *offset_bytes);
/* page: what page_frag_alloc() returned, or any page of the chunk. BUG: it has no reference. */
BUDDY_API void page_frag_free(struct task *tsk, struct page *page);
/* Gives back what the cache holds for fragments to come. BUG: as page_frag_alloc(). */
BUDDY_API void page_frag_cache_drain(struct task *tsk, struct page_frag_cache *cache);

/* ---- upkeep
 * ------------------------------------------------------------------------------------------ */

BUDDY_API void drain_local_pages(struct task *tsk); /* every zone, this CPU */
BUDDY_API void drain_all_pages(struct task *tsk);   /* every CPU with pages, from this one */
/*
 * Types a pageblock as memory control would (CMA setup); moves nothing. pfn: anywhere inside the
 * block; one without any zone stays as it is.
 */
BUDDY_API void set_pageblock_migratetype(struct buddy_system *sys, pfn_t pfn,
					 enum migratetype type);
/* Marks or unmarks PageLRU on every page of a block: what counts as movable for stealing (BU-46).
 */
BUDDY_API void buddy_set_lru(struct buddy_system *sys, pfn_t pfn, uint32_t order, bool lru);
/* One vmstat worker round on every CPU: folds counters, ages and drains remote pcps (MM-93). */
BUDDY_API void buddy_tick(struct task *tsk);

enum buddy_sysctl_name {
	SYSCTL_MIN_FREE_KBYTES,
	SYSCTL_WATERMARK_SCALE_FACTOR,
	SYSCTL_WATERMARK_BOOST_FACTOR,
	SYSCTL_PERCPU_PAGELIST_HIGH_FRACTION,
	SYSCTL_LOWMEM_RESERVE_RATIO, /* index: zone type */
	NR_SYSCTLS
};
/*
 * Writes as root would. Returns 0, or -EINVAL when name, index or value is out of range (MM-61):
 * nothing was written. index is 0 where no other is named.
 */
BUDDY_API int buddy_sysctl_write(struct buddy_system *sys, enum buddy_sysctl_name name,
				 uint32_t index, int32_t value);

#ifdef __cplusplus
}
#endif
