/* SPDX-License-Identifier: MIT */
/* The conditions themselves. A page is compared by its address alone: it may be anybody's. */
#include "base/argument_check.h"

#include "base/check.h"

/* Conditions of VM_BUG_ON: LCOV_EXCL_BR_START */
bool page_is_known(const struct buddy_system *sys, const struct page *page)
{
	uintptr_t offset = (uintptr_t)page - (uintptr_t)sys->mem_map;
	uintptr_t index = offset / sizeof(*page);

	return offset % sizeof(*page) == 0 && index < sys->head->nr_pages &&
	       pfn_has_page(sys, sys->head->base_pfn + (pfn_t)index);
}
/* LCOV_EXCL_BR_STOP */

/* Frames from this one of the memory map to its end. */
static uint64_t nr_frames_from(const struct buddy_system *sys, const struct page *page)
{
	return sys->head->nr_pages - page_index(sys, page);
}

void check_task(const struct task *tsk)
{
	VM_BUG_ON(tsk->sys, tsk->cpu >= tsk->sys->head->nr_cpus, PFN_NONE);
}

void check_task_page(const struct task *tsk, const struct page *page)
{
	check_task(tsk);
	VM_BUG_ON(tsk->sys, !page_is_known(tsk->sys, page), PFN_NONE);
}

void check_task_block(const struct task *tsk, const struct page *page, uint32_t order)
{
	check_task_page(tsk, page);
	VM_BUG_ON(tsk->sys, order > MAX_PAGE_ORDER, page_pfn(tsk->sys, page));
	VM_BUG_ON(tsk->sys, BIT(order) > nr_frames_from(tsk->sys, page), page_pfn(tsk->sys, page));
}

void check_task_range(const struct task *tsk, const struct page *page, uint64_t nr_pages)
{
	check_task_page(tsk, page);
	VM_BUG_ON(tsk->sys, nr_pages > nr_frames_from(tsk->sys, page), page_pfn(tsk->sys, page));
}

void check_task_array(const struct task *tsk, struct page *const *pages, uint32_t nr)
{
	check_task(tsk);
	VM_BUG_ON(tsk->sys, nr && !pages, PFN_NONE);
	for (uint32_t i = 0; i < nr; i++)
		VM_BUG_ON(tsk->sys, !page_is_known(tsk->sys, pages[i]), PFN_NONE);
}

void check_frames(const struct buddy_system *sys, pfn_t pfn, uint64_t nr_pages)
{
	uint32_t index = pfn - sys->head->base_pfn;

	VM_BUG_ON(sys, pfn < sys->head->base_pfn || index >= sys->head->nr_pages, pfn);
	VM_BUG_ON(sys, nr_pages > sys->head->nr_pages - index, pfn);
}
