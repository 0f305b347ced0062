/* SPDX-License-Identifier: MIT */
/*
 * Fragments carved from the end of a chunk (06 section 11). The cache owns a large bias of
 * references at once and hands one to each fragment, so that handing out costs no reference count.
 */
#include "alloc/free.h"
#include "base/argument_check.h"
#include "base/check.h"
#include "base/marks.h"
#include "base/page_written.h"

#define PAGE_FRAG_CACHE_MAX_SIZE 32768u
#define PAGE_FRAG_CACHE_MAX_ORDER 3u
#define PAGE_FRAG_BIAS ((int32_t)PAGE_FRAG_CACHE_MAX_SIZE + 1)

/* FR-76 */
static bool refill(struct task *tsk, struct page_frag_cache *cache, gfp_t gfp)
{
	gfp_t large_gfp = gfp | __GFP_COMP | __GFP_NOWARN | __GFP_NORETRY | __GFP_NOMEMALLOC;

	cache->size_bytes = PAGE_FRAG_CACHE_MAX_SIZE;
	cache->page = alloc_pages(tsk, large_gfp, PAGE_FRAG_CACHE_MAX_ORDER);
	if (!cache->page) {
		cache->size_bytes = BUDDY_PAGE_SIZE;
		cache->page = alloc_pages(tsk, gfp, 0);
	}
	if (!cache->page)
		return false;
	cache->page->refcount += (int32_t)PAGE_FRAG_CACHE_MAX_SIZE;
	cache->pagecnt_bias = PAGE_FRAG_BIAS;
	cache->offset = cache->size_bytes;
	cache->pfmemalloc = cache->page->flags & PAGE_PFMEMALLOC;
	return true;
}

static uint32_t chunk_order(const struct page *page)
{
	return page_is_head(page) ? page[1].compound_order : 0;
}

/* FR-77: the chunk is used up. True: it may be carved anew; false: it is gone. */
static bool reuse_chunk(struct task *tsk, struct page_frag_cache *cache)
{
	struct page *page = cache->page;

	if (!page_ref_sub_and_test(tsk->sys, page, cache->pagecnt_bias)) {
		MARK(tsk->sys, frag_abandoned);
		cache->page = NULL;
		return false;
	}
	if (cache->pfmemalloc) {
		free_the_page(tsk, page, chunk_order(page));
		cache->page = NULL;
		return false;
	}
	MARK(tsk->sys, frag_reused);
	page->refcount = PAGE_FRAG_BIAS;
	cache->pagecnt_bias = PAGE_FRAG_BIAS;
	return true;
}

static void check_cache(const struct task *tsk, const struct page_frag_cache *cache)
{
	VM_BUG_ON(tsk->sys, !cache, PFN_NONE);
	check_task(tsk);
	if (cache->page)
		check_task_page(tsk, cache->page);
}

static cold_path void check_request(const struct task *tsk, const struct page_frag_cache *cache,
				    const uint32_t *offset_bytes)
{
	VM_BUG_ON(tsk->sys, !offset_bytes, PFN_NONE);
	check_cache(tsk, cache);
}

struct page *page_frag_alloc(struct task *tsk, struct page_frag_cache *cache, uint32_t size_bytes,
			     gfp_t gfp, uint32_t align_mask, uint32_t *offset_bytes)
{
	uint32_t end;

	VM_CHECK(tsk->sys, check_request(tsk, cache, offset_bytes));
	if (!cache->page && !refill(tsk, cache, gfp))
		return NULL;
	/* A request too large for any chunk leaves the offset where it was (FR-77). */
	end = cache->offset;
	if (size_bytes > end) {
		if (!reuse_chunk(tsk, cache) && !refill(tsk, cache, gfp))
			return NULL;
		end = cache->size_bytes;
		if (size_bytes > end)
			return NULL;
	}
	cache->pagecnt_bias--;
	cache->offset = (end - size_bytes) & align_mask;
	*offset_bytes = cache->offset;
	return cache->page;
}

static always_inline struct page *chunk_of(const struct buddy_system *sys, struct page *page)
{
	return page_is_tail(page) ? pfn_page(sys, page->compound_head) : page;
}

static always_inline void drop_fragment(struct task *tsk, struct page *page)
{
	if (page_ref_sub_and_test(tsk->sys, page, 1))
		free_the_page(tsk, page, chunk_order(page));
}

static cold_path void free_checked_fragment(struct task *tsk, struct page *page)
{
	check_task_page(tsk, page);
	page = chunk_of(tsk->sys, page);
	VM_BUG_ON(tsk->sys, page->refcount <= 0, page_pfn(tsk->sys, page));
	drop_fragment(tsk, page);
}

void page_frag_free(struct task *tsk, struct page *page)
{
	if (unlikely(has_feature(tsk->sys, BUDDY_DEBUG_VM)))
		free_checked_fragment(tsk, page);
	else
		drop_fragment(tsk, chunk_of(tsk->sys, page));
}

void page_frag_cache_drain(struct task *tsk, struct page_frag_cache *cache)
{
	struct page *page;

	VM_CHECK(tsk->sys, check_cache(tsk, cache));
	page = cache->page;
	if (!page)
		return;
	cache->page = NULL;
	if (page_ref_sub_and_test(tsk->sys, page, cache->pagecnt_bias))
		free_the_page(tsk, page, chunk_order(page));
}
