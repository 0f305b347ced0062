/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Operations of the language as calls of the kernel: one function an op, found by its code in the
 * table of ops.c. Each gets a private copy of the call and an answer with status DONE, no frame
 * and result 0.
 */
#pragma once

#include "lab.h"

typedef enum linux_status lab_op(const struct linux_call *call, struct linux_answer *answer);

lab_op op_done; /* nothing to do on this machine */
lab_op op_alloc_pages, op_get_zeroed_page, op_alloc_pages_exact;
lab_op op_alloc_pages_bulk_array, op_alloc_pages_bulk_list;
lab_op op_free_pages, op_free_pages_exact, op_free_page, op_free_contig_range;
lab_op op_get_page, op_put_page, op_get_page_unless_zero, op_split_page;
lab_op op_release_pages, op_put_pages_list;
lab_op op_page_frag_alloc, op_page_frag_free, op_page_frag_cache_drain;
lab_op op_set_lru, op_drain_local_pages, op_drain_all_pages, op_set_pageblock_type;
lab_op op_sysctl, op_task;

/* Runs a call and fills its answer, counters included. */
void ops_run(const struct linux_call *call, struct linux_answer *answer);

/* ---- for the ops ---- */

/* What every request is served with: no warning about failing, which is often what is asked for. */
gfp_t request_gfp(u32 gfp);
/* Would the kernel wait for ever, or is the combination undefined? Such requests are not made. */
bool request_is_served(u32 gfp);
/* The program now holds 2^order pages from page on; NULL: nothing. */
void owner_set(const struct page *page, u32 order);
/* The page of pfn when the program holds a block of this order there, else NULL. */
struct page *owned_block(u32 pfn, u32 order);
/* LRU marks stand for pages that are taken off the LRU lists before they are freed. */
void unmark_lru(struct page *page);
/* The frame list of a bulk or release call; NULL: it is no part of pfns[]. */
u32 *call_pfns(const struct linux_call *call);
