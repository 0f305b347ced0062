/* SPDX-License-Identifier: MIT */
/*
 * The personalities: which callers, how often. The first ones are the recipes of the catalogue of
 * callers, the last three its traces of single code paths.
 */
#include <string.h>

#include "fuzz/workload/workload_state.h"

const struct workload_row workload_rows[NR_ROWS] = {
#define ROW(name, number, ask, life, give, order, max_order, run, gfp, next_order, next_gfp) \
	[ROW_##name] = { (number),    OP_##ask, LIFE_##life,  OP_##give, (order),            \
			 (max_order), (run),    (next_order), (gfp),     (next_gfp) },
#include "fuzz/workload/workload_rows.def"
};

/* Mobility grouping wants as many pageblocks as there are types, so these are shorter. */
#define PLAIN "machine profile=uml pages=2048 pageblock=7"
#define SMALL "machine profile=uml pages=1024 pageblock=6"
#define DEVICES                                                                      \
	"machine profile=x86_64 pages=4096 pageblock=8 zone_end=dma:512,dma32:2048 " \
	"vm.lowmem_reserve_ratio=8,8,8,0,0"
#define HUGE "machine profile=x86_64 pages=8192"
#define MOVABLE                                                                      \
	"machine profile=x86_64 pages=4096 pageblock=8 zones=normal,movable,device " \
	"zone_end=dma:0,dma32:0 movablecore=2048"

const struct workload_recipe workload_recipes[] = {
	{ .name = "desktop",
	  .title = "faults, files, slabs and a huge page now and then",
	  .machine = PLAIN,
	  .room = 90,
	  .weights = { { ROW_anon_fault, 30 },
		       { ROW_buffered_write, 15 },
		       { ROW_readahead, 15 },
		       { ROW_copy_on_write, 10 },
		       { ROW_page_table, 6 },
		       { ROW_slab, 10 },
		       { ROW_reclaimable, 6 },
		       { ROW_pipe, 3 },
		       { ROW_poll, 2 },
		       { ROW_huge_fault, 2 },
		       { ROW_receive_fragment, 1 },
		       { ROW_secret, 1 },
		       { MOVE_EXIT, 2 },
		       { MOVE_LRU, 4 } } },
	{ .name = "file-server",
	  .title = "readahead and writes over a cache of inodes, sent in fragments",
	  .machine = PLAIN,
	  .room = 150,
	  .weights = { { ROW_buffered_write, 25 },
		       { ROW_readahead, 30 },
		       { ROW_reclaimable_order, 20 },
		       { ROW_slab_order, 8 },
		       { ROW_receive_fragment, 6 },
		       { ROW_send_fragment, 6 },
		       { ROW_vmalloc, 1 },
		       { ROW_metadata, 4 },
		       { ROW_readahead_large, 4 },
		       { MOVE_SHRINK, 2 },
		       { MOVE_LRU, 6 },
		       { MOVE_SYSCTL, 1 } } },
	{ .name = "network-storm",
	  .title = "atomic requests with free memory near the minimum",
	  .machine = SMALL,
	  .room = 20,
	  .tight = true,
	  .weights = { { ROW_receive_fragment, 30 },
		       { ROW_receive_page, 30 },
		       { ROW_slab_atomic, 10 },
		       { ROW_slab_atomic_order, 10 },
		       { ROW_packet_head, 10 },
		       { ROW_page_pool, 10 },
		       { ROW_send_fragment, 5 },
		       { MOVE_RESERVE, 3 } } },
	{ .name = "fork-bomb",
	  .title = "processes that share their pages, copy a tenth and go all at once",
	  .machine = PLAIN,
	  .room = 70,
	  .weights = { { MOVE_FORK, 8 },
		       { MOVE_EXIT, 5 },
		       { ROW_anon_fault, 20 },
		       { ROW_gather_batch, 4 },
		       { ROW_page_table, 8 } } },
	{ .name = "fragmenter",
	  .title = "a full cache thinned out, then slabs and huge pages",
	  .machine = SMALL,
	  .room = 400,
	  .weights = { { ROW_buffered_write, 60 },
		       { MOVE_THIN, 6 },
		       { ROW_slab, 8 },
		       { ROW_reclaimable_order, 8 },
		       { ROW_reclaimable, 6 },
		       { ROW_hugetlb, 4 },
		       { MOVE_DRAIN, 1 } } },
	{ .name = "dma",
	  .title = "devices that need low memory, and others that do not",
	  .machine = DEVICES,
	  .room = 120,
	  .weights = { { ROW_slab_dma, 20 },
		       { ROW_dma_isa, 20 },
		       { ROW_dma_coherent, 25 },
		       { ROW_anon_fault, 10 },
		       { ROW_buffered_write, 10 },
		       { ROW_kmalloc_large, 10 },
		       { ROW_trace_ring, 3 },
		       { ROW_packet_ring, 3 },
		       { ROW_ramdisk, 3 },
		       { ROW_device_ring, 4 },
		       { MOVE_EXIT, 1 } } },
	{ .name = "slab-churn",
	  .title = "slabs of all kinds that die with their last object",
	  .machine = SMALL,
	  .room = 80,
	  .weights = { { ROW_slab, 25 },
		       { ROW_slab_order, 25 },
		       { ROW_reclaimable, 12 },
		       { ROW_reclaimable_order, 15 },
		       { ROW_slab_atomic, 8 },
		       { ROW_slab_atomic_order, 8 },
		       { ROW_rcu_free_list, 4 },
		       { MOVE_SHRINK, 3 },
		       { MOVE_DRAIN, 1 } } },
	{ .name = "vmalloc",
	  .title = "kernel stacks, tables and buffers in pages",
	  .machine = PLAIN,
	  .room = 70,
	  .weights = { { ROW_vmalloc, 30 },
		       { ROW_vmalloc_huge, 4 },
		       { ROW_kernel_stack, 25 },
		       { ROW_kvmalloc, 15 },
		       { ROW_percpu_chunk, 5 },
		       { ROW_kernel_page_table, 5 },
		       { ROW_proc_read, 8 },
		       { MOVE_EXIT, 6 } } },
	{ .name = "thp-tenant",
	  .title = "huge pages by fault, by advice and by collapse",
	  .machine = HUGE,
	  .room = 5000,
	  .weights = { { ROW_huge_fault, 20 },
		       { ROW_huge_advised, 20 },
		       { ROW_huge_collapse, 5 },
		       { ROW_anon_fault, 30 },
		       { ROW_huge_zero, 1 },
		       { ROW_hugetlb, 3 },
		       { ROW_balloon, 6 },
		       { ROW_page_table, 6 },
		       { ROW_guest_table, 4 },
		       { MOVE_EXIT, 8 } } },
	{ .name = "gup-io",
	  .title = "pages pinned by others outlive their owners",
	  .machine = PLAIN,
	  .room = 60,
	  .weights = { { ROW_anon_fault, 30 },
		       { MOVE_PIN, 25 },
		       { MOVE_UNPIN, 18 },
		       { ROW_buffered_write, 10 },
		       { ROW_pin_target, 4 },
		       { ROW_migrate, 8 },
		       { ROW_ring, 6 },
		       { ROW_mempool, 5 },
		       { MOVE_EXIT, 3 } } },
	{ .name = "page-cache",
	  .title = "a cache as large as memory, evicted by age",
	  .machine = MOVABLE,
	  .room = 70,
	  .weights = { { ROW_buffered_write, 30 },
		       { ROW_iomap_write, 15 },
		       { ROW_readahead, 25 },
		       { ROW_readahead_large, 8 },
		       { ROW_metadata, 8 },
		       { ROW_shmem, 10 },
		       { ROW_compressed_swap, 4 },
		       { MOVE_LRU, 10 },
		       { MOVE_RESERVE, 1 } } },
	{ .name = "buffered-write",
	  .title = "one writer, one page after the other",
	  .machine = SMALL,
	  .room = 70,
	  .weights = { { ROW_buffered_write, 90 },
		       { ROW_reclaimable, 3 },
		       { ROW_metadata, 2 },
		       { MOVE_LRU, 5 } } },
	{ .name = "anon-fault",
	  .title = "one process after the other touches its memory",
	  .machine = SMALL,
	  .room = 45,
	  .weights = { { ROW_anon_fault, 90 }, { ROW_page_table, 3 }, { MOVE_EXIT, 4 } } },
	{ .name = "poll",
	  .title = "tables of one system call, gone at its end",
	  .machine = SMALL,
	  .room = 3,
	  .weights = { { ROW_poll, 90 },
		       { ROW_proc_read, 4 },
		       { ROW_gather_batch, 4 },
		       { MOVE_DRAIN, 1 } } },
	{ .name = NULL },
};

#define NR_RECIPES (sizeof(workload_recipes) / sizeof(workload_recipes[0]))

const char *const *workload_names(void)
{
	static const char *names[NR_RECIPES];

	for (size_t i = 0; i < NR_RECIPES; i++)
		names[i] = workload_recipes[i].name;
	return names;
}

const struct workload_recipe *workload_find_recipe(const char *name)
{
	for (const struct workload_recipe *recipe = workload_recipes; recipe->name; recipe++)
		if (!strcmp(recipe->name, name))
			return recipe;
	return NULL;
}

const char *workload_title(const char *name)
{
	const struct workload_recipe *recipe = workload_find_recipe(name);

	return recipe ? recipe->title : NULL;
}
