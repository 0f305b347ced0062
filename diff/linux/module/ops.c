// SPDX-License-Identifier: GPL-2.0-only
/* The table of operations, who holds which page, and the requests for pages. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "kernel.h"
#include "ops.h"

struct lab *lab;

static lab_op *const ops[NR_OP_CODES] = {
	[OP_nop] = op_done,
	[OP_alloc_pages] = op_alloc_pages,
	[OP_get_zeroed_page] = op_get_zeroed_page,
	[OP_alloc_pages_exact] = op_alloc_pages_exact,
	[OP_alloc_pages_bulk_array] = op_alloc_pages_bulk_array,
	[OP_alloc_pages_bulk_list] = op_alloc_pages_bulk_list,
	[OP_page_frag_alloc] = op_page_frag_alloc,
	[OP_free_pages] = op_free_pages,
	[OP_free_pages_exact] = op_free_pages_exact,
	[OP_free_page] = op_free_page,
	[OP_get_page] = op_get_page,
	[OP_put_page] = op_put_page,
	[OP_get_page_unless_zero] = op_get_page_unless_zero,
	[OP_split_page] = op_split_page,
	[OP_release_pages] = op_release_pages,
	[OP_put_pages_list] = op_put_pages_list,
	[OP_page_frag_free] = op_page_frag_free,
	[OP_page_frag_cache_drain] = op_page_frag_cache_drain,
	[OP_free_contig_range] = op_free_contig_range,
	[OP_set_lru] = op_set_lru,
	[OP_drain_local_pages] = op_drain_local_pages,
	[OP_drain_all_pages] = op_drain_all_pages,
	[OP_set_pageblock_type] = op_set_pageblock_type,
	[OP_sysctl] = op_sysctl,
	[OP_cpu] = op_done,
	[OP_tick] = op_done,
	[OP_task] = op_task,
};

enum linux_status op_done(const struct linux_call *call, struct linux_answer *answer)
{
	answer->result = 1;
	return LINUX_DONE;
}

static void count_pages(struct linux_answer *answer)
{
	for (u32 z = 0; z < lab->now.nr_zones; z++) {
		answer->free_pages[z] =
			(u32)atomic_long_read(&lab->now.zones[z]->vm_stat[NR_FREE_PAGES]);
		answer->pcp_pages[z] = (u32)lab->pcps[z]->count;
	}
}

void ops_run(const struct linux_call *call, struct linux_answer *answer)
{
	lab_op *op = ops[call->code];

	*answer = (struct linux_answer){ .status = LINUX_UNSUPPORTED, .pfn = LAB_NO_PFN };
	__clear_bit(TAINT_BAD_PAGE, kernel.tainted_mask);
	if (op)
		answer->status = op(call, answer);
	/* Slow paths unlock with spin_unlock_irq(). */
	local_irq_disable();
	/* The kernel prints few reports a minute; that it had one to make is always marked. */
	answer->nr_bad_pages = test_bit(TAINT_BAD_PAGE, kernel.tainted_mask);
	count_pages(answer);
}

/* ---- who holds what ---- */

struct page *lab_page(u32 pfn)
{
	unsigned long real = lab->first_pfn + (pfn - lab->now.base_pfn);

	if (pfn < lab->now.base_pfn || pfn - lab->now.base_pfn >= lab->now.used_pages)
		return NULL;
	for (u32 z = 0; z < lab->now.nr_zones; z++)
		if (zone_spans_pfn(lab->now.zones[z], real))
			return pfn_to_page(real);
	return NULL;
}

u32 lab_pfn(const struct page *page)
{
	if (!page)
		return LAB_NO_PFN;
	return (u32)(page_to_pfn(page) - lab->first_pfn) + lab->now.base_pfn;
}

u32 lab_index(const struct page *page)
{
	unsigned long index = page_to_pfn(page) - lab->first_pfn;

	return index < lab->now.used_pages ? (u32)index : LAB_MAX_PAGES;
}

void lab_forget_program(void)
{
	memset(&lab->frag_cache, 0, sizeof(lab->frag_cache));
	memset(lab->owner, 0, lab->now.used_pages);
	memset(lab->nr_fragments, 0, lab->now.used_pages * sizeof(lab->nr_fragments[0]));
	memset(lab->lru_order, 0, lab->now.used_pages);
	lab->nr_lru = 0;
	current->flags &= ~(u32)(PF_MEMALLOC | PF_MEMALLOC_NOFS | PF_MEMALLOC_NOIO |
				 PF_MEMALLOC_PIN | PF_DUMPCORE);
}

void owner_set(const struct page *page, u32 order)
{
	u32 index = page ? lab_index(page) : LAB_MAX_PAGES;

	if (order >= MAX_ORDER || index + (1u << order) > LAB_MAX_PAGES)
		return;
	memset(lab->owner + index, OWNER_NONE, 1u << order);
	lab->owner[index] = (u8)(OWNER_BLOCK + order);
}

struct page *owned_block(u32 pfn, u32 order)
{
	struct page *page = lab_page(pfn);

	if (!page || order >= MAX_ORDER || lab->owner[lab_index(page)] != OWNER_BLOCK + order)
		return NULL;
	return page;
}

u32 *call_pfns(const struct linux_call *call)
{
	if (call->count > LAB_MAX_BULK || call->first_pfn > LINUX_MAX_PFNS ||
	    call->count > LINUX_MAX_PFNS - call->first_pfn)
		return NULL;
	return lab->shared->pfns + call->first_pfn;
}

/* ---- requests ---- */

gfp_t request_gfp(u32 gfp)
{
	return (__force gfp_t)((gfp & (u32)__GFP_BITS_MASK) | (u32)__GFP_NOWARN);
}

bool request_is_served(u32 gfp)
{
	const u32 forever = (u32)(__GFP_NOFAIL | __GFP_DIRECT_RECLAIM);
	const u32 two_types = (u32)(__GFP_MOVABLE | __GFP_RECLAIMABLE);

	return (gfp & forever) != forever && (gfp & two_types) != two_types &&
	       !(GFP_ZONE_BAD >> (gfp & (u32)GFP_ZONEMASK) & 1);
}

static enum linux_status block_answer(struct linux_answer *answer, struct page *page, u32 order)
{
	owner_set(page, order);
	answer->pfn = lab_pfn(page);
	answer->result = page != NULL;
	return LINUX_DONE;
}

enum linux_status op_alloc_pages(const struct linux_call *call, struct linux_answer *answer)
{
	if (!request_is_served(call->gfp))
		return LINUX_UNSUPPORTED;
	return block_answer(answer, __alloc_pages(request_gfp(call->gfp), call->order, 0, NULL),
			    call->order);
}

enum linux_status op_get_zeroed_page(const struct linux_call *call, struct linux_answer *answer)
{
	unsigned long address;

	if (!request_is_served(call->gfp))
		return LINUX_UNSUPPORTED;
	address = get_zeroed_page(request_gfp(call->gfp));
	return block_answer(answer, address ? virt_to_page((void *)address) : NULL, 0);
}

enum linux_status op_alloc_pages_exact(const struct linux_call *call, struct linux_answer *answer)
{
	u32 nr_pages = (u32)(((u64)call->count + PAGE_SIZE - 1) >> PAGE_SHIFT);
	struct page *page;
	void *address;

	if (!request_is_served(call->gfp))
		return LINUX_UNSUPPORTED;
	address = alloc_pages_exact(call->count, request_gfp(call->gfp));
	page = address ? virt_to_page(address) : NULL;
	for (u32 i = 0; page && i < nr_pages; i++)
		owner_set(page + i, 0);
	answer->pfn = lab_pfn(page);
	answer->result = page != NULL;
	return LINUX_DONE;
}

static bool read_populated(const u32 *pfns, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		u32 pfn = READ_ONCE(pfns[i]);

		lab->pages[i] = pfn == LAB_NO_PFN ? NULL : lab_page(pfn);
		if (pfn != LAB_NO_PFN && !lab->pages[i])
			return false;
	}
	return true;
}

enum linux_status op_alloc_pages_bulk_array(const struct linux_call *call,
					    struct linux_answer *answer)
{
	u32 *pfns = call_pfns(call);

	if (!request_is_served(call->gfp))
		return LINUX_UNSUPPORTED;
	if (!pfns || !read_populated(pfns, call->count))
		return LINUX_BAD_CALL;
	answer->result = (long long)__alloc_pages_bulk(request_gfp(call->gfp), 0, NULL,
						       (int)call->count, NULL, lab->pages);
	for (u32 i = 0; i < call->count; i++) {
		u32 pfn = lab_pfn(lab->pages[i]);

		if (pfn != READ_ONCE(pfns[i]))
			owner_set(lab->pages[i], 0);
		WRITE_ONCE(pfns[i], pfn);
	}
	return LINUX_DONE;
}

enum linux_status op_alloc_pages_bulk_list(const struct linux_call *call,
					   struct linux_answer *answer)
{
	u32 *pfns = call_pfns(call);
	struct page *page, *next;
	LIST_HEAD(list);
	u32 nr = 0;

	if (!request_is_served(call->gfp))
		return LINUX_UNSUPPORTED;
	if (!pfns)
		return LINUX_BAD_CALL;
	answer->result = (long long)__alloc_pages_bulk(request_gfp(call->gfp), 0, NULL,
						       (int)call->count, &list, NULL);
	list_for_each_entry_safe(page, next, &list, lru)
	{
		if (nr == call->count)
			break;
		WRITE_ONCE(pfns[nr++], lab_pfn(page));
		owner_set(page, 0);
	}
	return LINUX_DONE;
}
