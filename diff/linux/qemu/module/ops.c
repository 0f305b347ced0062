// SPDX-License-Identifier: GPL-2.0-only
/*
 * One function a letter, done with the kernel's own functions. A request that does not fit what its
 * handle holds is refused and recorded as 0.
 */
#include <linux/bitops.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/pageblock-flags.h>

#include "kernel.h"
#include "recorder.h"

/* One node is recorded: no request may wander to another. */
static gfp_t gfp_here(u32 gfp)
{
	return (__force gfp_t)gfp | __GFP_THISNODE;
}

static struct handle *handle_of(const struct recorder_op *op)
{
	return &recorder.handles[op->id];
}

static void hold(struct handle *handle, struct page *page, u32 order)
{
	*handle = (struct handle){ .page = page, .kind = HANDLE_BLOCK, .order = (u8)order };
}

/*
 * The fallback heuristics count LRU pages as movable. These are on no list, which is safe because
 * the mark is gone before anybody else runs. The flag of a compound block is its head's.
 */
static void mark_lru(struct handle *handle, bool on)
{
	u32 nr = PageHead(handle->page) ? 1 : 1u << handle->order;

	for (u32 i = 0; i < nr; i++)
		if (on)
			SetPageLRU(handle->page + i);
		else
			ClearPageLRU(handle->page + i);
	handle->lru = on;
}

static void unmark_lru(struct handle *handle)
{
	if (handle->lru)
		mark_lru(handle, false);
}

static u32 apply_alloc(struct recorder_op *op)
{
	struct handle *handle = handle_of(op);
	struct page *page;

	if (handle->kind != HANDLE_EMPTY)
		return 0;
	page = __alloc_pages(gfp_here(op->b), op->a, recorder.node, NULL);
	if (!page)
		return 0;
	hold(handle, page, op->a);
	return (u32)page_to_pfn(page);
}

static u32 apply_bulk(struct recorder_op *op)
{
	unsigned long nr;

	op->first_page = recorder.nr_bulk_pfns;
	for (u32 k = 0; k < op->a; k++)
		if (recorder.handles[op->id + k].kind != HANDLE_EMPTY)
			return 0;
	if (op->a > RECORDER_MAX_BULK_PAGES - recorder.nr_bulk_pfns)
		return 0;
	memset(recorder.bulk, 0, op->a * sizeof(*recorder.bulk));
	nr = __alloc_pages_bulk(gfp_here(op->b), recorder.node, NULL, (int)op->a, NULL,
				recorder.bulk);
	for (u32 k = 0; k < nr; k++) {
		hold(&recorder.handles[op->id + k], recorder.bulk[k], 0);
		recorder.bulk_pfns[recorder.nr_bulk_pfns++] = (u32)page_to_pfn(recorder.bulk[k]);
	}
	return (u32)nr;
}

/* With a reference left, a block that is not compound loses all pages but the first. */
static u32 free_block(struct handle *handle)
{
	bool last = page_count(handle->page) == 1, compound = PageHead(handle->page);

	__free_pages(handle->page, handle->order);
	if (last)
		handle->kind = HANDLE_EMPTY;
	else if (!compound)
		handle->order = 0;
	return last ? 1 : 2;
}

static u32 free_rest(struct handle *handle)
{
	for (u32 k = 0; k < 1u << handle->order; k++)
		if (!test_bit(k, recorder.gone[handle->split]))
			__free_page(handle->page + k);
	handle->kind = HANDLE_EMPTY;
	return 1;
}

static u32 free_handle(struct handle *handle)
{
	if (handle->kind == HANDLE_EMPTY)
		return 0;
	unmark_lru(handle);
	return handle->kind == HANDLE_SPLIT ? free_rest(handle) : free_block(handle);
}

static u32 apply_free(struct recorder_op *op)
{
	return free_handle(handle_of(op));
}

void recorder_give_back(struct handle *handle)
{
	unmark_lru(handle);
	while (handle->kind == HANDLE_BLOCK && page_count(handle->page) > 1)
		put_page(handle->page);
	free_handle(handle);
}

static u32 apply_get(struct recorder_op *op)
{
	struct handle *handle = handle_of(op);

	if (handle->kind != HANDLE_BLOCK)
		return 0;
	get_page(handle->page);
	return (u32)page_count(handle->page);
}

/* Refused when it would leak the tail of a block that is not compound. */
static u32 apply_put(struct recorder_op *op)
{
	struct handle *handle = handle_of(op);
	u32 count;

	if (handle->kind != HANDLE_BLOCK)
		return 0;
	count = (u32)page_count(handle->page);
	if (count == 1 && handle->order && !PageHead(handle->page))
		return 0;
	if (count == 1) {
		unmark_lru(handle);
		handle->kind = HANDLE_EMPTY;
	}
	put_page(handle->page);
	return count;
}

static u32 apply_split(struct recorder_op *op)
{
	struct handle *handle = handle_of(op);

	if (handle->kind != HANDLE_BLOCK || !handle->order || handle->lru ||
	    PageHead(handle->page) || page_count(handle->page) != 1 ||
	    recorder.nr_splits == RECORDER_MAX_SPLITS)
		return 0;
	split_page(handle->page, handle->order);
	handle->kind = HANDLE_SPLIT;
	handle->split = (u16)recorder.nr_splits++;
	memset(recorder.gone[handle->split], 0, sizeof(recorder.gone[0]));
	return 1;
}

static u32 apply_free_page(struct recorder_op *op)
{
	struct handle *handle = handle_of(op);

	if (handle->kind != HANDLE_SPLIT || op->a >= 1u << handle->order ||
	    test_and_set_bit(op->a, recorder.gone[handle->split]))
		return 0;
	__free_page(handle->page + op->a);
	return 1;
}

static u32 apply_lru(struct recorder_op *op)
{
	struct handle *handle = handle_of(op);

	if (handle->kind != HANDLE_BLOCK || handle->lru || page_count(handle->page) != 1)
		return 0;
	mark_lru(handle, true);
	return 1;
}

static u32 apply_release(struct recorder_op *op)
{
	u32 nr = 0;

	for (u32 k = 0; k < op->a; k++) {
		struct handle *handle = &recorder.handles[op->id + k];

		if (handle->kind != HANDLE_BLOCK || handle->order || page_count(handle->page) != 1)
			continue;
		unmark_lru(handle);
		handle->kind = HANDLE_EMPTY;
		recorder.bulk[nr++] = handle->page;
	}
	release_pages(recorder.bulk, (int)nr);
	return nr;
}

static u32 apply_retype(struct recorder_op *op)
{
	struct handle *handle = handle_of(op);
	u32 nr = 1u << handle->order;

	if (handle->kind != HANDLE_BLOCK || handle->lru || handle->order < pageblock_order ||
	    page_count(handle->page) != 1)
		return 0;
	for (u32 i = 0; i < nr; i += pageblock_nr_pages)
		kernel.set_pfnblock_flags_mask(handle->page + i, op->a,
					       page_to_pfn(handle->page + i), MIGRATETYPE_MASK);
	return free_block(handle);
}

static u32 apply_drain_local(struct recorder_op *op)
{
	kernel.drain_local_pages(NULL);
	return 1;
}

static u32 apply_drain_all(struct recorder_op *op)
{
	kernel.drain_all_pages(NULL);
	return 1;
}

static const struct recorder_letter letters[] = {
	{ 'A', 2, true, apply_alloc },
	{ 'F', 1, false, apply_free },
	{ 'G', 1, false, apply_get },
	{ 'P', 1, false, apply_put },
	{ 'S', 1, false, apply_split },
	{ 'f', 2, false, apply_free_page },
	{ 'L', 1, false, apply_lru },
	{ 'R', 2, false, apply_release },
	{ 'B', 2, true, apply_bulk },
	{ 'c', 2, false, apply_retype },
	{ 'D', 0, false, apply_drain_local },
	{ 'd', 0, false, apply_drain_all },
	{ 'J', 1, false, NULL }, /* run.c moves */
};

const struct recorder_letter *recorder_letter(char letter)
{
	for (size_t i = 0; i < ARRAY_SIZE(letters); i++)
		if (letters[i].letter == letter)
			return &letters[i];
	return NULL;
}
