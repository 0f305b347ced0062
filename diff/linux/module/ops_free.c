// SPDX-License-Identifier: GPL-2.0-only
/*
 * Freeing and references. Only what the program holds is touched: a call that names anything else
 * is bad and reaches no kernel function, whatever the shared file says.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pagemap.h>

#include "ops.h"

/*
 * A page whose references may change: held by the program, a head or the tail of a compound block.
 */
static struct page *referenced_head(u32 pfn)
{
	struct page *page = lab_page(pfn), *head;
	u8 owner;

	if (!page)
		return NULL;
	head = compound_head(page);
	owner = lab_index(head) < LAB_MAX_PAGES ? lab->owner[lab_index(head)] : OWNER_NONE;
	return owner >= OWNER_BLOCK && owner < OWNER_BLOCK + MAX_ORDER ? head : NULL;
}

/* After a reference was dropped: what has none left is not the program's any more. */
static void drop_owner(struct page *page)
{
	if (page_ref_count(page) <= 0)
		lab->owner[lab_index(page)] = OWNER_NONE;
}

enum linux_status op_free_pages(const struct linux_call *call, struct linux_answer *answer)
{
	struct page *page = owned_block(call->pfn, call->order);
	bool compound;

	if (!page)
		return LINUX_BAD_CALL;
	compound = PageHead(page);
	unmark_lru(page);
	__free_pages(page, call->order);
	answer->result = page_ref_count(page);
	/* With references left only the first page stays, unless the block is compound. */
	if (!compound)
		lab->owner[lab_index(page)] = OWNER_BLOCK;
	drop_owner(page);
	return LINUX_DONE;
}

enum linux_status op_free_page(const struct linux_call *call, struct linux_answer *answer)
{
	struct page *page = owned_block(call->pfn, 0);

	if (!page)
		return LINUX_BAD_CALL;
	unmark_lru(page);
	__free_pages(page, 0);
	answer->result = page_ref_count(page);
	drop_owner(page);
	return LINUX_DONE;
}

enum linux_status op_free_pages_exact(const struct linux_call *call, struct linux_answer *answer)
{
	u32 nr_pages = (u32)(((u64)call->count + PAGE_SIZE - 1) >> PAGE_SHIFT);
	struct page *first = lab_page(call->pfn);

	if (!first || nr_pages > MAX_ORDER_NR_PAGES)
		return LINUX_BAD_CALL;
	for (u32 i = 0; i < nr_pages; i++)
		if (!owned_block(call->pfn + i, 0))
			return LINUX_BAD_CALL;
	free_pages_exact(page_address(first), call->count);
	for (u32 i = 0; i < nr_pages; i++)
		drop_owner(first + i);
	answer->result = 1;
	return LINUX_DONE;
}

/* Pages that have another holder stay; the kernel warns of them. */
enum linux_status op_free_contig_range(const struct linux_call *call, struct linux_answer *answer)
{
	struct page *first = lab_page(call->pfn);

	if (!first || !call->count || call->count > MAX_ORDER_NR_PAGES)
		return LINUX_BAD_CALL;
	for (u32 i = 0; i < call->count; i++)
		if (!owned_block(call->pfn + i, 0))
			return LINUX_BAD_CALL;
	free_contig_range(page_to_pfn(first), call->count);
	for (u32 i = 0; i < call->count; i++)
		drop_owner(first + i);
	answer->result = 1;
	return LINUX_DONE;
}

enum linux_status op_get_page(const struct linux_call *call, struct linux_answer *answer)
{
	struct page *head = referenced_head(call->pfn);

	if (!head)
		return LINUX_BAD_CALL;
	get_page(lab_page(call->pfn));
	answer->result = page_ref_count(head);
	return LINUX_DONE;
}

/* The last reference of a plain block of several pages is not dropped so: its tails would leak. */
enum linux_status op_put_page(const struct linux_call *call, struct linux_answer *answer)
{
	struct page *head = referenced_head(call->pfn);

	if (!head || (page_ref_count(head) == 1 && !PageHead(head) &&
		      lab->owner[lab_index(head)] != OWNER_BLOCK))
		return LINUX_BAD_CALL;
	unmark_lru(head);
	put_page(lab_page(call->pfn));
	answer->result = page_ref_count(head);
	drop_owner(head);
	return LINUX_DONE;
}

/* Speculative: any page of the machine may be asked for. */
enum linux_status op_get_page_unless_zero(const struct linux_call *call,
					  struct linux_answer *answer)
{
	struct page *page = lab_page(call->pfn);

	if (!page)
		return LINUX_BAD_CALL;
	if (get_page_unless_zero(page))
		answer->result = page_ref_count(compound_head(page));
	return LINUX_DONE;
}

enum linux_status op_split_page(const struct linux_call *call, struct linux_answer *answer)
{
	struct page *page = owned_block(call->pfn, call->order);

	if (!page || PageCompound(page) || lab->lru_order[lab_index(page)])
		return LINUX_BAD_CALL;
	split_page(page, call->order);
	for (u32 i = 0; i < 1u << call->order; i++)
		owner_set(page + i, 0);
	answer->result = 1;
	return LINUX_DONE;
}

/*
 * Takes the pages from the program; on a frame it does not hold (or names twice) gives them back.
 */
static bool take_released(const u32 *pfns, u32 count)
{
	u32 nr = 0;

	while (nr < count) {
		lab->pages[nr] = owned_block(READ_ONCE(pfns[nr]), 0);
		if (!lab->pages[nr])
			break;
		lab->owner[lab_index(lab->pages[nr++])] = OWNER_NONE;
	}
	for (u32 i = 0; nr < count && i < nr; i++)
		lab->owner[lab_index(lab->pages[i])] = OWNER_BLOCK;
	return nr == count;
}

enum linux_status op_release_pages(const struct linux_call *call, struct linux_answer *answer)
{
	u32 *pfns = call_pfns(call);

	if (!pfns || !take_released(pfns, call->count))
		return LINUX_BAD_CALL;
	for (u32 i = 0; i < call->count; i++)
		unmark_lru(lab->pages[i]);
	release_pages(lab->pages, (int)call->count);
	for (u32 i = 0; i < call->count; i++)
		if (page_ref_count(lab->pages[i]) > 0)
			lab->owner[lab_index(lab->pages[i])] = OWNER_BLOCK;
	answer->result = 1;
	return LINUX_DONE;
}

/* The kernel threads the list through lru, which a page on an LRU list needs itself. */
enum linux_status op_put_pages_list(const struct linux_call *call, struct linux_answer *answer)
{
	u32 *pfns = call_pfns(call);
	LIST_HEAD(list);

	if (!pfns || !take_released(pfns, call->count))
		return LINUX_BAD_CALL;
	for (u32 i = 0; i < call->count; i++)
		list_add_tail(&lab->pages[i]->lru, &list);
	put_pages_list(&list);
	for (u32 i = 0; i < call->count; i++)
		if (page_ref_count(lab->pages[i]) > 0)
			lab->owner[lab_index(lab->pages[i])] = OWNER_BLOCK;
	answer->result = 1;
	return LINUX_DONE;
}

/* ---- fragments ---- */

/*
 * Linux 6.1 never returns from page_frag_alloc() when the fragment does not fit its chunk and the
 * chunk came from the reserves: it frees it and asks again, for ever. A chunk may be a single
 * page.
 */
static bool may_loop_for_ever(const struct linux_call *call)
{
	return call->count > PAGE_SIZE &&
	       (call->gfp & (u32)__GFP_MEMALLOC || current->flags & PF_MEMALLOC);
}

enum linux_status op_page_frag_alloc(const struct linux_call *call, struct linux_answer *answer)
{
	struct page *head;
	void *address;

	if (!request_is_served(call->gfp) || may_loop_for_ever(call))
		return LINUX_UNSUPPORTED;
	if (!call->count || call->count > INT_MAX)
		return LINUX_BAD_CALL;
	address = page_frag_alloc(&lab->frag_cache, call->count, request_gfp(call->gfp));
	if (!address)
		return LINUX_DONE;
	head = virt_to_head_page(address);
	answer->pfn = lab_pfn(head);
	answer->offset_bytes = (u32)(address - page_address(head));
	answer->result = 1;
	if (lab_index(head) < LAB_MAX_PAGES) {
		owner_set(head, compound_order(head));
		lab->owner[lab_index(head)] = OWNER_FRAGMENTS;
		lab->nr_fragments[lab_index(head)]++;
	}
	return LINUX_DONE;
}

enum linux_status op_page_frag_free(const struct linux_call *call, struct linux_answer *answer)
{
	struct page *page = lab_page(call->pfn);
	u32 index = page ? lab_index(page) : 0;

	if (!page || lab->owner[index] != OWNER_FRAGMENTS || !lab->nr_fragments[index] ||
	    call->value >= PAGE_SIZE << compound_order(page))
		return LINUX_BAD_CALL;
	lab->nr_fragments[index]--;
	page_frag_free(page_address(page) + call->value);
	drop_owner(page);
	answer->result = 1;
	return LINUX_DONE;
}

/* As drivers do it: the cache's own references go at once. */
enum linux_status op_page_frag_cache_drain(const struct linux_call *call,
					   struct linux_answer *answer)
{
	struct page *page;

	answer->result = 1;
	if (!lab->frag_cache.va)
		return LINUX_DONE;
	page = virt_to_head_page(lab->frag_cache.va);
	__page_frag_cache_drain(page, lab->frag_cache.pagecnt_bias);
	lab->frag_cache.va = NULL;
	if (lab_index(page) < LAB_MAX_PAGES)
		drop_owner(page);
	return LINUX_DONE;
}
