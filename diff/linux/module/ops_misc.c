// SPDX-License-Identifier: GPL-2.0-only
/* LRU marks, drains, pageblock types and the context of the task. */
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/sched.h>

#include "kernel.h"
#include "ops.h"

/* A compound block carries the mark on its head, a plain one on every page. */
static void set_marks(struct page *page, u32 order, bool on)
{
	u32 nr_pages = PageHead(page) ? 1 : 1u << order;

	for (u32 i = 0; i < nr_pages; i++)
		if (on)
			SetPageLRU(page + i);
		else
			ClearPageLRU(page + i);
}

void unmark_lru(struct page *page)
{
	u8 *order = &lab->lru_order[lab_index(page)];

	if (!*order)
		return;
	set_marks(page, *order - 1u, false);
	*order = 0;
	lab->nr_lru--;
}

enum linux_status op_set_lru(const struct linux_call *call, struct linux_answer *answer)
{
	struct page *page = owned_block(call->pfn, call->order);
	u8 *order;

	if (!page || page_ref_count(page) != 1)
		return LINUX_BAD_CALL;
	order = &lab->lru_order[lab_index(page)];
	set_marks(page, call->order, true);
	lab->nr_lru += !*order;
	*order = (u8)(call->order + 1);
	answer->result = 1;
	return LINUX_DONE;
}

enum linux_status op_drain_local_pages(const struct linux_call *call, struct linux_answer *answer)
{
	kernel.drain_local_pages(NULL);
	answer->result = 1;
	return LINUX_DONE;
}

enum linux_status op_drain_all_pages(const struct linux_call *call, struct linux_answer *answer)
{
	kernel.drain_all_pages(NULL);
	answer->result = 1;
	return LINUX_DONE;
}

enum linux_status op_set_pageblock_type(const struct linux_call *call, struct linux_answer *answer)
{
	struct page *page = owned_block(call->pfn, call->order);

	if (!page || call->order < pageblock_order || call->type >= MIGRATE_TYPES)
		return LINUX_BAD_CALL;
	for (u32 i = 0; i < 1u << call->order; i += pageblock_nr_pages)
		kernel.set_pageblock_migratetype(page + i, call->type);
	answer->result = 1;
	return LINUX_DONE;
}

/* Bits of a task op, as op.h numbers them. */
enum task_bit {
	TASK_MEMALLOC = 1 << 0,
	TASK_NOFS = 1 << 1,
	TASK_NOIO = 1 << 2,
	TASK_PIN = 1 << 3,
	TASK_DUMPCORE = 1 << 8,
};

enum linux_status op_task(const struct linux_call *call, struct linux_answer *answer)
{
	static const struct {
		u32 bit, flag;
	} flags[] = {
		{ TASK_MEMALLOC, PF_MEMALLOC },  { TASK_NOFS, PF_MEMALLOC_NOFS },
		{ TASK_NOIO, PF_MEMALLOC_NOIO }, { TASK_PIN, PF_MEMALLOC_PIN },
		{ TASK_DUMPCORE, PF_DUMPCORE },
	};
	u32 known = 0;

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		known |= flags[i].bit;
	if (call->value & ~known)
		return LINUX_UNSUPPORTED;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		current->flags &= ~flags[i].flag;
		if (call->value & flags[i].bit)
			current->flags |= flags[i].flag;
	}
	answer->result = 1;
	return LINUX_DONE;
}
