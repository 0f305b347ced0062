/* SPDX-License-Identifier: MIT */
/*
 * The model's side of page fragments (FR-75..78): which pages are chunks, which bytes are live, and
 * when a chunk went back. Of the cache itself only its answers are seen.
 */
#include "oracle/judge/rules.h"

/* A chunk whose last fragment and cache reference are gone went back to the allocator. */
static void settle_chunk(struct judge *judge, pfn_t chunk)
{
	const struct model_page *page;
	struct page_info info;

	if (chunk == PFN_NONE)
		return;
	page = model_page(&judge->model, chunk);
	if (page->state != MODEL_FRAG || page->refs)
		return;
	if (judge->view && judge->view->page(judge->view->self, chunk, &info) && info.refcount)
		return;
	model_release(&judge->model, chunk, 1u << page->order);
	if (judge->model.cached_chunk == chunk)
		judge->model.cached_chunk = PFN_NONE;
}

/*
 * The cache frees a used-up chunk from the reserves and takes a new one (FR-77), which may hold the
 * same frames in another order: then the old one, without live fragments, is gone.
 */
static void forget_idle_chunk(struct judge *judge, pfn_t head, uint32_t order)
{
	struct model *model = &judge->model;
	pfn_t idle = model->cached_chunk;
	const struct model_page *page;

	if (idle == PFN_NONE)
		return;
	page = model_page(model, idle);
	if (idle + (1u << page->order) <= head || head + (1u << order) <= idle)
		return;
	if (page->state != MODEL_FRAG || page->refs || (idle == head && page->order == order))
		return;
	model_release(model, idle, 1u << page->order);
	model->cached_chunk = PFN_NONE;
}

/*
 * The chunk that page pfn of a fragment belongs to. Without a view nobody knows how large chunks
 * are: then each page is one. PFN_NONE: the page cannot be a fragment's; the witness is noted.
 */
static pfn_t take_chunk(struct judge *judge, pfn_t pfn)
{
	const struct model_page *page = model_page(&judge->model, pfn);
	struct page_info info;
	pfn_t head = pfn;
	uint32_t order = 0;

	if (judge->view && judge->view->page(judge->view->self, pfn, &info)) {
		head = info.compound_head;
		if (info.tail)
			judge->view->page(judge->view->self, head, &info);
		order = info.flags & 1u << PG_head ? info.compound_order : 0;
	}
	if (order > MAX_PAGE_ORDER)
		return PFN_NONE;
	if (judge->view)
		forget_idle_chunk(judge, head, order);
	if (page && page->state == MODEL_FRAG)
		return page->head;
	if (!judge_may_take(judge, head, 1u << order))
		return PFN_NONE;
	model_hold_chunk(&judge->model, head, order);
	return head;
}

/* Counts a fragment on every chunk below it, or none when a page cannot be a fragment's. */
static bool add_fragment_refs(struct judge *judge, uint64_t start, uint64_t end)
{
	pfn_t pfn = (pfn_t)(start >> BUDDY_PAGE_SHIFT);
	pfn_t end_pfn = (pfn_t)((end - 1) >> BUDDY_PAGE_SHIFT);
	uint32_t nr_chunks = 0;

	while (pfn <= end_pfn) {
		pfn_t chunk = take_chunk(judge, pfn), end_of_chunk;

		if (chunk == PFN_NONE)
			return false;
		model_add_refs(&judge->model, chunk, 1);
		end_of_chunk = chunk + (1u << model_page(&judge->model, chunk)->order);
		if (end_of_chunk <= pfn) {
			judge->fragment_astray = true;
			return false;
		}
		pfn = end_of_chunk;
		nr_chunks++;
	}
	judge->fragment_astray = judge->view && nr_chunks > 1;
	return true;
}

static void drop_fragment_refs(struct judge *judge, uint64_t start, uint64_t end)
{
	pfn_t pfn = (pfn_t)(start >> BUDDY_PAGE_SHIFT);
	pfn_t end_pfn = (pfn_t)((end - 1) >> BUDDY_PAGE_SHIFT);

	while (pfn <= end_pfn) {
		pfn_t chunk = model_page(&judge->model, pfn)->head;

		pfn = chunk + (1u << model_page(&judge->model, chunk)->order);
		model_add_refs(&judge->model, chunk, -1);
		settle_chunk(judge, chunk);
	}
}

static void take_fragment(struct judge *judge, uint64_t start, uint64_t end)
{
	struct model *model = &judge->model;
	const struct model_fragment *overlap = model_fragment_overlap(model, start, end);
	pfn_t previous = model->cached_chunk, chunk;

	if (overlap) {
		judge->overlap_fragment = *overlap;
		return;
	}
	if (!add_fragment_refs(judge, start, end))
		return;
	chunk = model_page(model, (pfn_t)(start >> BUDDY_PAGE_SHIFT))->head;
	model->cached_chunk = chunk;
	model->hidden_chunk = false;
	model_add_fragment(model, chunk, start, end);
	if (previous != chunk)
		settle_chunk(judge, previous);
}

void take_page_frag_alloc(struct judge *judge)
{
	const struct event *event = judge->event;
	uint64_t start = ((uint64_t)event->pfn << BUDDY_PAGE_SHIFT) + event->offset_bytes;

	judge_note(judge, WHEN_FRAGMENT);
	if (event->pfn != PFN_NONE) {
		take_fragment(judge, start, start + judge->call->count);
		return;
	}
	judge_note(judge, WHEN_FAILURE);
	/* The cache may have let go of its chunk and taken one that is too small, unseen (FR-77).
	 */
	judge->model.hidden_chunk = true;
	settle_chunk(judge, judge->model.cached_chunk);
}

void take_page_frag_free(struct judge *judge)
{
	const struct call *call = judge->call;
	uint64_t start = ((uint64_t)call->pfn << BUDDY_PAGE_SHIFT) + call->value;

	if (model_remove_fragment(&judge->model, start, start + call->count) != PFN_NONE)
		drop_fragment_refs(judge, start, start + call->count);
}

void take_page_frag_cache_drain(struct judge *judge)
{
	pfn_t chunk = judge->model.cached_chunk;

	judge->model.cached_chunk = PFN_NONE;
	judge->model.hidden_chunk = false;
	settle_chunk(judge, chunk);
}
