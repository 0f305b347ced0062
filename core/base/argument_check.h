/* SPDX-License-Identifier: MIT */
/*
 * What a caller hands in, looked at with BUDDY_DEBUG_VM only (VM_CHECK) and before anything is
 * written: what is wrong is BUG. The headers say of each function what it checks. None of them asks
 * what the kernel asks of the same argument, such as whether a page is in use.
 */
#pragma once

#include "base/image.h"

/* Is this a descriptor of the machine, of a frame that has one? Never reads it. */
must_check bool page_is_known(const struct buddy_system *sys, const struct page *page);

/* A task: its CPU is one of the machine's. */
void check_task(const struct task *tsk);
/* A page that is known, and the task. */
void check_task_page(const struct task *tsk, const struct page *page);
/* A block of a legal order that does not reach over the end of the memory map, and the task. */
void check_task_block(const struct task *tsk, const struct page *page, uint32_t order);
/* Pages in a row, or none; and the task. */
void check_task_range(const struct task *tsk, const struct page *page, uint64_t nr_pages);
/* An array of pages, all of them known, and the task. */
void check_task_array(const struct task *tsk, struct page *const *pages, uint32_t nr);
/* Frames of the memory map, holes or not. */
void check_frames(const struct buddy_system *sys, pfn_t pfn, uint64_t nr_pages);
